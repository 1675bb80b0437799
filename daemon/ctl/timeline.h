/* SPDX-License-Identifier: Apache-2.0
 *
 * timeline.h: what people wrote on a case, and what follows from it, shown.
 */
#ifndef PATHWAYD_CTL_TIMELINE_H
#define PATHWAYD_CTL_TIMELINE_H

#include <cjson/cJSON.h>
#include "ctl/ctl.h"

/* `live`: also what depends on today: whether a hold is in force, what is overdue. */
void timeline_show(const struct ctl *ctl, const cJSON *item, bool live);

#endif
