/* SPDX-License-Identifier: Apache-2.0
 *
 * plan.h: named lists of mitigations, in mitigations.json beside the configuration: {"open-lab": ["…", "…"], …}. In a text,
 * {case}, {engagement}, {title}, {unit} and {partner} stand for the case's own; any other word in braces is a mistake.
 */
#ifndef PATHWAYD_CTL_PLAN_H
#define PATHWAYD_CTL_PLAN_H

#include <cjson/cJSON.h>
#include "ctl/ctl.h"

/* The mitigations of the plan that --plan names, an array of strings and the caller's; NULL when none is named. CTL_GOOD,
 * else a sentence was printed. */
int plan_read(struct ctl *ctl, cJSON **ret_plan);

#endif
