/* SPDX-License-Identifier: Apache-2.0
 *
 * case.h: one case, as the daemon tells of it.
 */
#ifndef PATHWAYD_CTL_CASE_H
#define PATHWAYD_CTL_CASE_H

#include <cjson/cJSON.h>
#include "ctl/ctl.h"

/* Whether it is a case's name or number: "C-000123" or "123", and not 0, which is no case's. */
bool case_number(const char *name);

/* By its name, its number or its engagement's id; with `engagement` by the last alone. *ret_answer, when there is one,
 * is the caller's, the case under "result". CTL_GOOD, else a sentence was printed. */
int case_find(struct ctl *ctl, const char *name, bool engagement, cJSON **ret_answer);

#endif
