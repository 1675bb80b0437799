/* SPDX-License-Identifier: Apache-2.0
 *
 * clash.h: whether conditions that must all hold exclude each other, whatever the event says.
 *
 * What must hold is taken apart into demands: this condition must have one of these values. Two demands clash when no
 * event can meet both. It is a sound check, not a complete one: what it finds is so, and it does not find everything.
 *
 * Read only, no state beside the struct.
 */
#ifndef POLICY_RULES_CLASH_H
#define POLICY_RULES_CLASH_H

#include "rules/pack.h"

/* Sets of truth values. */
#define MAY_NO      (1u << TRUTH_NO)
#define MAY_UNKNOWN (1u << TRUTH_UNKNOWN)
#define MAY_YES     (1u << TRUTH_YES)
#define MAY_ANY     (MAY_NO | MAY_UNKNOWN | MAY_YES)

/* Past so many demands the rest is not looked at, so that looking stays cheap. */
#define CLASH_MAX_DEMANDS 96u

struct demand {
    uint32_t condition;
    uint32_t values; /* MAY_* */
};

struct clash {
    const struct pack *pack;
    uint32_t count;
    struct demand demands[CLASH_MAX_DEMANDS];
    bool found;
    uint32_t first, second; /* the two that exclude each other; the same when it excludes itself */
    uint64_t cost;          /* comparisons so far */
};

/* Adds that `condition` must have one of these values; PACK_NONE is always yes. */
void clash_demand(struct clash *clash, uint32_t condition, uint32_t values);

/* Whether two conditions ask the same, wherever they stand; no, when it is too much to look at. */
bool clash_same(const struct pack *pack, uint32_t a, uint32_t b);

/* The same set as seen through `not`. */
static inline uint32_t may_not(uint32_t values)
{
    return (values & MAY_UNKNOWN) | (values & MAY_NO ? MAY_YES : 0) | (values & MAY_YES ? MAY_NO : 0);
}

#endif
