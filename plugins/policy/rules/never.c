/* SPDX-License-Identifier: Apache-2.0
 *
 * never.c: refuses a rule that can never fire and a level that can never be reached. Both are mistakes that nothing
 * else would show: the rule is there to be read, and says nothing to anybody.
 *
 * Only what can be proven is refused; a rule that could fire on some event never is.
 */
#include "rules/prospect.h"
#include "rules/reader.h"

struct never {
    struct reader *reader;
    const struct pack *pack;
    struct prospect prospect;
};

static bool can(struct never *never, uint64_t types, uint32_t condition, uint32_t values)
{
    return (prospect_of_types(&never->prospect, types, condition) & values) != 0;
}

/* Whether both can be so at once, on an event of one of these types. */
static bool can_both(struct never *never, uint64_t types, uint32_t when, uint32_t value, uint32_t own)
{
    if (prospect_excludes(&never->prospect, when, value, own))
        return false;
    for (uint32_t type = 0; type < 64; type++) {
        uint64_t one = types & UINT64_C(1) << type;
        if (one && can(never, one, when, value) && can(never, one, own, MAY_YES))
            return true;
    }
    return false;
}

/* ---- why ---- */

/* The innermost condition because of which `condition` cannot be yes. */
static uint32_t culprit_of(struct never *never, uint64_t types, uint32_t condition)
{
    for (;;) {
        const struct condition *one = &never->pack->conditions[condition];
        uint32_t child = one->child, next = PACK_NONE;
        bool all = one->op == CONDITION_ALL;
        if (one->op == CONDITION_KNOWN_YES)
            next = child;
        for (; (all && !prospect_clashes(&never->prospect, condition)) && child != PACK_NONE &&
               next == PACK_NONE;
             child = never->pack->conditions[child].next)
            if (!can(never, types, child, MAY_YES))
                next = child;
        if (next == PACK_NONE)
            return condition;
        condition = next;
    }
}

static int32_t fail_clash(struct never *never, uint32_t node, const struct clash *clash, const char *what)
{
    uint32_t first = never->reader->places[clash->first].node,
             second = never->reader->places[clash->second].node;
    uint32_t line = reader_line(never->reader, first), other = reader_line(never->reader, second);
    if (line == other)
        return reader_fail(never->reader, node, "%s: conditions on line %u exclude each other", what, line);
    return reader_fail(never->reader, node, "%s: the conditions on lines %u and %u exclude each other", what,
                       line < other ? line : other, line < other ? other : line);
}

static int32_t fail_at(struct never *never, uint64_t types, uint32_t condition, const char *what)
{
    struct clash clash = {.pack = never->pack};
    uint32_t culprit = culprit_of(never, types, condition);
    uint32_t node = never->reader->places[culprit].node;
    clash_demand(&clash, culprit, MAY_YES);
    if (clash.found)
        return fail_clash(never, node, &clash, what);
    switch (never->pack->conditions[culprit].op) {
    case CONDITION_TYPE:
        return reader_fail(never->reader, node, "%s: the rule's own \"types\" leave out all of these", what);
    case CONDITION_FUNDING:
        return reader_fail(never->reader, node, "%s: no event of the rule's \"types\" counts here", what);
    case CONDITION_MATCH:
    case CONDITION_PARTNER:
        return reader_fail(never->reader, node, "%s: this leaves out all that it asks for", what);
    default:
        return reader_fail(never->reader, node, "%s: this cannot be yes", what);
    }
}

/* ---- levels ---- */

#define LEVEL_NEVER "this level can never be reached"

/* An earlier level that takes whatever would come to this one, or PACK_NONE. */
static uint32_t taken_by(const struct never *never, const struct rule *rule, uint32_t index)
{
    const struct outcome *outcomes = never->pack->outcomes + rule->outcomes.first;
    for (uint32_t i = 0; i < index && !rule->every; i++)
        if (outcomes[i].when == PACK_NONE || clash_same(never->pack, outcomes[i].when, outcomes[index].when))
            return i;
    return PACK_NONE;
}

static int32_t check_level(struct never *never, const struct rule *rule, uint32_t index)
{
    uint32_t number = rule->outcomes.first + index, taken = taken_by(never, rule, index);
    uint32_t when = never->pack->outcomes[number].when, node = never->reader->entries[number];
    if (taken != PACK_NONE)
        return reader_fail(never->reader, node, LEVEL_NEVER ": level %u of the list %s", taken + 1,
                           never->pack->outcomes[rule->outcomes.first + taken].when == PACK_NONE
                               ? "has no \"when\", so it always counts before"
                               : "asks the same and counts before");
    if (can_both(never, rule->types, rule->when, MAY_YES, when))
        return PW_OK;
    if (!can(never, rule->types, when, MAY_YES))
        return fail_at(never, rule->types, when, LEVEL_NEVER);
    struct clash clash = {.pack = never->pack};
    clash_demand(&clash, rule->when, MAY_YES);
    clash_demand(&clash, when, MAY_YES);
    if (clash.found)
        return fail_clash(never, node, &clash, LEVEL_NEVER);
    return reader_fail(never->reader, node,
                       LEVEL_NEVER ": on no event is its \"when\" yes together with the rule's");
}

/* ---- rules ---- */

static int32_t check_rule(struct never *never, const struct rule *rule)
{
    bool unknown =
        rule->when_unknown != PACK_NONE &&
        can_both(never, rule->types, rule->when, MAY_UNKNOWN, never->pack->outcomes[rule->when_unknown].when);
    if (!can(never, rule->types, rule->when, MAY_YES))
        return unknown ? PW_OK : fail_at(never, rule->types, rule->when, "this rule can never fire");
    for (uint32_t i = 0; i < rule->outcomes.count; i++) {
        int32_t status = check_level(never, rule, i);
        if (status < 0)
            return status;
    }
    return PW_OK;
}

int32_t reader_never(struct reader *reader)
{
    struct never never = {.reader = reader, .pack = reader->pack};
    int32_t status = prospect_begin(&never.prospect, reader->pack);
    if (status < 0)
        status = reader_memory(reader);
    for (uint32_t i = 0; status == PW_OK && i < reader->pack->rule_count; i++) {
        reader->rule = reader->pack->rules[i].id;
        status = check_rule(&never, &reader->pack->rules[i]);
    }
    reader->rule = (struct pw_text){0};
    prospect_end(&never.prospect);
    return status;
}
