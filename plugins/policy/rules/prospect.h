/* SPDX-License-Identifier: Apache-2.0
 *
 * prospect.h: which of no, unknown and yes a condition can come to on an event of some type, whatever else the event
 * says. A set may hold a value too many, never one too few.
 *
 * Owner: prospect_begin takes memory, prospect_end gives it back, also after a failure.
 */
#ifndef POLICY_RULES_PROSPECT_H
#define POLICY_RULES_PROSPECT_H

#include "rules/clash.h"

/* Comparisons for one pack, some tenths of a second; after that no more clashes are looked for. */
#define PROSPECT_MAX_COST (UINT64_C(1) << 24)

struct prospect {
    const struct pack *pack;
    uint8_t *known;   /* the sets found so far, type after type */
    uint8_t *clashes; /* of `all` and `any`: whether their conditions exclude each other */
    uint64_t cost;
    uint32_t slots[64]; /* a type's place in `known`; PACK_NONE: no event has it */
};

int32_t prospect_begin(struct prospect *prospect, const struct pack *pack); /* PW_ERROR_MEMORY */
void prospect_end(struct prospect *prospect);

/* MAY_*; `type` is an index of event_types or EVENT_TYPE_OTHER. PACK_NONE is yes. */
uint32_t prospect_of(struct prospect *prospect, uint32_t type, uint32_t condition);

/* All that the types allow together. */
uint32_t prospect_of_types(struct prospect *prospect, uint64_t types, uint32_t condition);

/* Whether `condition` having one of these values excludes that `other` is yes, as far as clash.h finds it. */
bool prospect_excludes(struct prospect *prospect, uint32_t condition, uint32_t values, uint32_t other);

/* Whether an `all` can never be yes, or an `any` never no, because two of its conditions exclude each other. */
bool prospect_clashes(struct prospect *prospect, uint32_t condition);

#endif
