/* SPDX-License-Identifier: Apache-2.0
 *
 * deadline.h: statutory dates of rules (R46).
 */
#ifndef POLICY_RULES_DEADLINE_H
#define POLICY_RULES_DEADLINE_H

#include "rules/date.h"
#include "rules/pack.h"

/* The date for an event of `day`, YYYY-MM-DD; empty when the rule has none, or none for that part of the year. */
struct pw_text deadline_text(const struct pack *pack, const struct deadline *deadline, int64_t day,
                             char buffer[DATE_SIZE]);

#endif
