/* SPDX-License-Identifier: Apache-2.0
 *
 * truth.h: Kleene's three values. Unknown is a value, so that what nobody has said can neither clear nor hold
 * anything (requirements: The three questions). AND is the least, OR the greatest, NOT the mirror image.
 */
#ifndef POLICY_RULES_TRUTH_H
#define POLICY_RULES_TRUTH_H

#include <stdbool.h>

enum truth { TRUTH_NO = 0, TRUTH_UNKNOWN = 1, TRUTH_YES = 2 };

static inline enum truth truth_and(enum truth a, enum truth b)
{
    return a < b ? a : b;
}

static inline enum truth truth_or(enum truth a, enum truth b)
{
    return a > b ? a : b;
}

static inline enum truth truth_not(enum truth a)
{
    return (enum truth)(TRUTH_YES - a);
}

static inline enum truth truth_of(bool value)
{
    return value ? TRUTH_YES : TRUTH_NO;
}

#endif
