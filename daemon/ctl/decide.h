/* SPDX-License-Identifier: Apache-2.0
 *
 * decide.h: what was decided of a case, shown.
 */
#ifndef PATHWAYD_CTL_DECIDE_H
#define PATHWAYD_CTL_DECIDE_H

#include <cjson/cJSON.h>
#include "ctl/ctl.h"

/* The decisions of a case as `case.show` gives it, and what can be done next. */
void decisions_show(const struct ctl *ctl, const cJSON *item);
void decisions_show_next(const cJSON *item);

#endif
