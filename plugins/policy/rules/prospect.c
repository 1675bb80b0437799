/* SPDX-License-Identifier: Apache-2.0
 *
 * prospect.c: see prospect.h. The mirror of assessment_value, over sets of values instead of one.
 */
#include "rules/prospect.h"

#include <stdlib.h>
#include "rules/field.h"

#define KNOWN      0x80u /* in a stored set: it was found before */
#define CLASHES    1u
#define CLASHES_NO 2u

int32_t prospect_begin(struct prospect *prospect, const struct pack *pack)
{
    uint32_t types = 0;
    *prospect = (struct prospect){.pack = pack};
    for (uint32_t i = 0; i < 64; i++)
        prospect->slots[i] = PACK_NONE;
    while (event_types[types]) {
        prospect->slots[types] = types;
        types++;
    }
    prospect->slots[EVENT_TYPE_OTHER] = types++;
    prospect->known = calloc((size_t)types * pack->condition_count + 1, 1);
    prospect->clashes = calloc((size_t)pack->condition_count + 1, 1);
    return prospect->known && prospect->clashes ? PW_OK : PW_ERROR_MEMORY;
}

void prospect_end(struct prospect *prospect)
{
    free(prospect->known);
    free(prospect->clashes);
    prospect->known = prospect->clashes = NULL;
}

bool prospect_excludes(struct prospect *prospect, uint32_t condition, uint32_t values, uint32_t other)
{
    struct clash clash = {.pack = prospect->pack};
    if (prospect->cost > PROSPECT_MAX_COST)
        return false;
    clash_demand(&clash, condition, values);
    clash_demand(&clash, other, MAY_YES);
    prospect->cost += clash.cost;
    return clash.found;
}

bool prospect_clashes(struct prospect *prospect, uint32_t condition)
{
    uint8_t *clashes = &prospect->clashes[condition];
    bool all = prospect->pack->conditions[condition].op == CONDITION_ALL;
    if (!*clashes)
        *clashes =
            prospect_excludes(prospect, condition, all ? MAY_YES : MAY_NO, PACK_NONE) ? CLASHES : CLASHES_NO;
    return *clashes == CLASHES;
}

/* The least of the children: yes when all can be, no when one can be, unknown when one can be and no other must be
 * less. */
static uint32_t of_all(struct prospect *prospect, uint32_t type, uint32_t condition)
{
    const struct condition *conditions = prospect->pack->conditions;
    uint32_t any_of = 0, all_yes = MAY_YES;
    bool not_less = true;
    for (uint32_t child = conditions[condition].child; child != PACK_NONE; child = conditions[child].next) {
        uint32_t set = prospect_of(prospect, type, child);
        any_of |= set;
        all_yes &= set;
        not_less &= (set & (MAY_UNKNOWN | MAY_YES)) != 0;
    }
    if (all_yes && prospect_clashes(prospect, condition))
        all_yes = 0;
    return all_yes | (any_of & MAY_NO) | (not_less ? any_of & MAY_UNKNOWN : 0);
}

static uint32_t of_any(struct prospect *prospect, uint32_t type, uint32_t condition)
{
    const struct condition *conditions = prospect->pack->conditions;
    uint32_t any_of = 0, all_no = MAY_NO;
    bool not_more = true;
    for (uint32_t child = conditions[condition].child; child != PACK_NONE; child = conditions[child].next) {
        uint32_t set = prospect_of(prospect, type, child);
        any_of |= set;
        all_no &= set;
        not_more &= (set & (MAY_UNKNOWN | MAY_NO)) != 0;
    }
    if (all_no && prospect_clashes(prospect, condition))
        all_no = 0;
    return all_no | (any_of & MAY_YES) | (not_more ? any_of & MAY_UNKNOWN : 0);
}

/* Whether a filter leaves out whatever it asks for. */
static bool leaves_out(const struct pack *pack, struct span asked, struct span left_out)
{
    for (uint32_t i = 0; i < asked.count; i++) {
        uint32_t k = 0;
        while (k < left_out.count &&
               !text_same_text(pack->words[asked.first + i], pack->words[left_out.first + k]))
            k++;
        if (k == left_out.count)
            return false;
    }
    return asked.count > 0;
}

static uint32_t of_match(const struct pack *pack, const struct filter *filter)
{
    if (leaves_out(pack, filter->relation, filter->relation_not))
        return MAY_NO;
    return MAY_NO | MAY_YES | (filter->months ? MAY_UNKNOWN : 0);
}

/* Another event of the engagement may or may not be there, or be told of. */
static uint32_t of_engagement(struct prospect *prospect, const struct condition *condition)
{
    const struct earlier *asked = &prospect->pack->earliers[condition->subject];
    return MAY_NO | MAY_UNKNOWN | prospect_of_types(prospect, asked->types, condition->child);
}

static uint32_t yes_or_no(bool yes, bool no)
{
    return (yes ? MAY_YES : 0) | (no ? MAY_NO : 0);
}

static uint32_t of_inner(enum condition_op op, uint32_t inner)
{
    if (op == CONDITION_NOT)
        return may_not(inner);
    uint32_t asked = op == CONDITION_UNKNOWN ? MAY_UNKNOWN : MAY_YES;
    return yes_or_no(inner & asked, inner & ~asked);
}

static uint32_t find(struct prospect *prospect, uint32_t type, uint32_t index)
{
    const struct pack *pack = prospect->pack;
    const struct condition *condition = &pack->conditions[index];
    switch (condition->op) {
    case CONDITION_ALL:
        return of_all(prospect, type, index);
    case CONDITION_ANY:
        return of_any(prospect, type, index);
    case CONDITION_NOT:
    case CONDITION_KNOWN_YES:
    case CONDITION_UNKNOWN:
        return of_inner(condition->op, prospect_of(prospect, type, condition->child));
    case CONDITION_USE:
        return prospect_of(prospect, type, condition->child);
    case CONDITION_PRESENT:
    case CONDITION_SWITCH: /* an institution may have it either way */
        return MAY_NO | MAY_YES;
    case CONDITION_TYPE:
        return yes_or_no(condition->types >> type & 1, !(condition->types >> type & 1));
    case CONDITION_MATCH:
        return of_match(pack, &pack->filters[condition->subject]);
    case CONDITION_PARTNER: {
        const struct partner_filter *filter = &pack->partners[condition->subject];
        return leaves_out(pack, filter->country, filter->country_not) ? MAY_NO | MAY_UNKNOWN : MAY_ANY;
    }
    case CONDITION_FUNDING:
        return pack->fundings[condition->subject].types >> type & 1 ? MAY_ANY : MAY_NO;
    case CONDITION_ENGAGEMENT:
        return of_engagement(prospect, condition);
    default:
        return MAY_ANY;
    }
}

uint32_t prospect_of(struct prospect *prospect, uint32_t type, uint32_t condition)
{
    if (condition == PACK_NONE)
        return MAY_YES;
    size_t slot = (size_t)prospect->slots[type] * prospect->pack->condition_count + condition;
    if (!prospect->known[slot])
        prospect->known[slot] = (uint8_t)(find(prospect, type, condition) | KNOWN);
    return prospect->known[slot] & ~KNOWN;
}

uint32_t prospect_of_types(struct prospect *prospect, uint64_t types, uint32_t condition)
{
    uint32_t set = 0;
    for (uint32_t type = 0; type < 64; type++)
        if ((types >> type & 1) && prospect->slots[type] != PACK_NONE)
            set |= prospect_of(prospect, type, condition);
    return set;
}
