/* SPDX-License-Identifier: Apache-2.0
 *
 * clash.c: see clash.h. Every rule below is about all events at once, so each says why it is one.
 */
#include "rules/clash.h"

#include "rules/field.h"

#define SAME_MAX_STEPS 256u /* of one comparison */
#define SAME_MAX_PAIRS                                                                                       \
    4096u /* of words; longer lists count as different and as overlapping, which finds less */

static const struct condition *at(const struct pack *pack, uint32_t condition)
{
    return &pack->conditions[condition];
}

/* ---- the same condition ---- */

static bool has_word(const struct pack *pack, struct span words, struct pw_text word)
{
    for (uint32_t i = 0; i < words.count; i++)
        if (text_same_text(pack->words[words.first + i], word))
            return true;
    return false;
}

/* Whether every word of `a` is one of `b`. */
static bool within(const struct pack *pack, struct span a, struct span b)
{
    if ((uint64_t)a.count * b.count > SAME_MAX_PAIRS)
        return false;
    for (uint32_t i = 0; i < a.count; i++)
        if (!has_word(pack, b, pack->words[a.first + i]))
            return false;
    return true;
}

static bool disjoint(const struct pack *pack, struct span a, struct span b)
{
    if ((uint64_t)a.count * b.count > SAME_MAX_PAIRS)
        return false;
    for (uint32_t i = 0; i < a.count; i++)
        if (has_word(pack, b, pack->words[a.first + i]))
            return false;
    return true;
}

static bool same_words(const struct pack *pack, struct span a, struct span b)
{
    return within(pack, a, b) && within(pack, b, a);
}

static bool same_filter(const struct pack *pack, const struct filter *a, const struct filter *b)
{
    return a->current == b->current && a->months == b->months && same_words(pack, a->category, b->category) &&
           same_words(pack, a->effect, b->effect) && same_words(pack, a->basis, b->basis) &&
           same_words(pack, a->list, b->list) && same_words(pack, a->source, b->source) &&
           same_words(pack, a->relation, b->relation) && same_words(pack, a->relation_not, b->relation_not);
}

static bool same_partner(const struct pack *pack, const struct partner_filter *a,
                         const struct partner_filter *b)
{
    return a->current == b->current && a->months == b->months && same_words(pack, a->relation, b->relation) &&
           same_words(pack, a->kind, b->kind) && same_words(pack, a->country, b->country) &&
           same_words(pack, a->country_not, b->country_not);
}

static bool same_at(const struct pack *pack, uint32_t a, uint32_t b, uint32_t *steps);

static bool same_children(const struct pack *pack, uint32_t a, uint32_t b, uint32_t *steps)
{
    while (a != PACK_NONE && b != PACK_NONE) {
        if (!same_at(pack, a, b, steps))
            return false;
        a = at(pack, a)->next;
        b = at(pack, b)->next;
    }
    return a == b;
}

static bool same_leaf(const struct pack *pack, const struct condition *a, const struct condition *b)
{
    switch (a->op) {
    case CONDITION_WORDS:
        return a->subject == b->subject && same_words(pack, a->words, b->words);
    case CONDITION_MATCH:
        return same_filter(pack, &pack->filters[a->subject], &pack->filters[b->subject]);
    case CONDITION_PARTNER:
        return same_partner(pack, &pack->partners[a->subject], &pack->partners[b->subject]);
    case CONDITION_TYPE:
        return a->types == b->types;
    case CONDITION_PRESENT:
    case CONDITION_QUESTION:
    case CONDITION_ANSWER:
    case CONDITION_SWITCH:
        return a->subject == b->subject;
    default:
        return false;
    }
}

static bool same_at(const struct pack *pack, uint32_t a, uint32_t b, uint32_t *steps)
{
    while (at(pack, a)->op == CONDITION_USE)
        a = at(pack, a)->child;
    while (at(pack, b)->op == CONDITION_USE)
        b = at(pack, b)->child;
    if (a == b)
        return true;
    if (at(pack, a)->op != at(pack, b)->op || ++*steps > SAME_MAX_STEPS)
        return false;
    switch (at(pack, a)->op) {
    case CONDITION_ALL:
    case CONDITION_ANY:
    case CONDITION_NOT:
    case CONDITION_KNOWN_YES:
    case CONDITION_UNKNOWN:
        return same_children(pack, at(pack, a)->child, at(pack, b)->child, steps);
    default:
        return same_leaf(pack, at(pack, a), at(pack, b));
    }
}

bool clash_same(const struct pack *pack, uint32_t a, uint32_t b)
{
    uint32_t steps = 0;
    if (a == PACK_NONE || b == PACK_NONE)
        return a == b;
    return same_at(pack, a, b, &steps);
}

/* ---- two demands ---- */

/* The field holds one of these words, so it holds one of more words as well; a field of one word holds no other,
 * and is known. */
static bool words_clash(const struct pack *pack, const struct demand *yes, const struct demand *other)
{
    const struct condition *a = at(pack, yes->condition), *b = at(pack, other->condition);
    if (yes->values != MAY_YES || a->subject != b->subject)
        return false;
    if (!(other->values & MAY_YES) && within(pack, a->words, b->words))
        return true;
    if (fields[a->subject].kind != FIELD_WORD)
        return false;
    return other->values == MAY_UNKNOWN || (other->values == MAY_YES && disjoint(pack, a->words, b->words));
}

/* A word of the vocabulary was given, so the field was. */
static bool presence_clash(const struct pack *pack, const struct demand *yes, const struct demand *presence)
{
    const struct condition *a = at(pack, yes->condition), *b = at(pack, presence->condition);
    return a->subject == b->subject && yes->values == MAY_YES && !(presence->values & MAY_YES) &&
           fields[a->subject].choices;
}

/* Where facts do not say yes, a question is what its answer is. */
static bool answer_clash(const struct pack *pack, const struct demand *question, const struct demand *answer)
{
    return at(pack, question->condition)->subject == at(pack, answer->condition)->subject &&
           !(question->values & MAY_YES) && !(question->values & answer->values);
}

static bool pair_clash(const struct pack *pack, const struct demand *a, const struct demand *b)
{
    enum condition_op first = at(pack, a->condition)->op, second = at(pack, b->condition)->op;
    if (first == CONDITION_WORDS && second == CONDITION_WORDS)
        return words_clash(pack, a, b) || words_clash(pack, b, a);
    if (first == CONDITION_WORDS && second == CONDITION_PRESENT)
        return presence_clash(pack, a, b);
    if (first == CONDITION_QUESTION && second == CONDITION_ANSWER)
        return answer_clash(pack, a, b);
    return false;
}

static void found(struct clash *clash, uint32_t first, uint32_t second)
{
    if (!clash->found) {
        clash->first = first;
        clash->second = second;
    }
    clash->found = true;
}

/* The one switch has two positions, so all demands are brought to the same. */
static struct demand demand_of(const struct pack *pack, uint32_t condition, uint32_t values)
{
    const struct condition *one = at(pack, condition);
    bool other = one->op == CONDITION_SWITCH && one->subject == SWITCH_BAN;
    return (struct demand){condition, other ? may_not(values) : values};
}

static bool about_the_same(const struct pack *pack, uint32_t a, uint32_t b)
{
    uint32_t steps = 0;
    return (at(pack, a)->op == CONDITION_SWITCH && at(pack, b)->op == CONDITION_SWITCH) ||
           same_at(pack, a, b, &steps);
}

static void add(struct clash *clash, uint32_t condition, uint32_t values)
{
    const struct pack *pack = clash->pack;
    struct demand demand = demand_of(pack, condition, values);
    for (uint32_t i = 0; i < clash->count && !clash->found; i++) {
        struct demand *other = &clash->demands[i];
        uint64_t pairs = (uint64_t)at(pack, condition)->words.count * at(pack, other->condition)->words.count;
        clash->cost += 1 + (pairs > SAME_MAX_PAIRS ? 0 : pairs);
        if (about_the_same(pack, other->condition, condition))
            demand.values &= other->values;
        if (!demand.values || pair_clash(pack, other, &demand) || pair_clash(pack, &demand, other))
            found(clash, other->condition, condition);
    }
    if (clash->count < CLASH_MAX_DEMANDS)
        clash->demands[clash->count++] = demand;
}

/* ---- taking apart ---- */

static void demand_children(struct clash *clash, uint32_t condition, uint32_t values)
{
    for (uint32_t child = at(clash->pack, condition)->child; child != PACK_NONE && !clash->found;
         child = at(clash->pack, child)->next)
        clash_demand(clash, child, values);
}

/* `yes` and `unknown` are themselves yes or no, by the inner condition being one of `inside`. */
static void demand_inside(struct clash *clash, uint32_t condition, uint32_t values, uint32_t inside)
{
    uint32_t child = at(clash->pack, condition)->child;
    values &= MAY_YES | MAY_NO;
    if (!values)
        found(clash, condition, condition);
    else if (values == MAY_YES)
        clash_demand(clash, child, inside);
    else if (values == MAY_NO)
        clash_demand(clash, child, MAY_ANY & ~inside);
}

void clash_demand(struct clash *clash, uint32_t condition, uint32_t values)
{
    if (condition == PACK_NONE || values == MAY_ANY || clash->found || clash->count == CLASH_MAX_DEMANDS)
        return;
    const struct condition *one = at(clash->pack, condition);
    if (one->op == CONDITION_USE || one->op == CONDITION_NOT) {
        clash_demand(clash, one->child, one->op == CONDITION_NOT ? may_not(values) : values);
        return;
    }
    add(clash, condition, values);
    if (one->op == CONDITION_KNOWN_YES)
        demand_inside(clash, condition, values, MAY_YES);
    else if (one->op == CONDITION_UNKNOWN)
        demand_inside(clash, condition, values, MAY_UNKNOWN);
    else if (one->op == CONDITION_ALL && !(values & MAY_NO)) /* the least of them is at least that */
        demand_children(clash, condition, values == MAY_YES ? MAY_YES : MAY_YES | MAY_UNKNOWN);
    else if (one->op == CONDITION_ANY && !(values & MAY_YES)) /* the most of them is at most that */
        demand_children(clash, condition, values == MAY_NO ? MAY_NO : MAY_NO | MAY_UNKNOWN);
}
