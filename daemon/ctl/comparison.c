/* SPDX-License-Identifier: Apache-2.0
 *
 * comparison.c: counting; how it is shown stands in comparison_print.c.
 */
#include "ctl/comparison_private.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what one side says ---- */

void verdicts_clear(struct verdicts *verdicts)
{
    verdicts->count = 0;
    verdicts->join = (struct case_join){0};
}

static void add_verdict(struct verdicts *verdicts, const struct pw_document *document, uint32_t node)
{
    struct verdict one = {
        .pathway = pathway_by_name(json_text(document, json_member(document, node, "pathway"))),
        .level = level_by_name(json_text(document, json_member(document, node, "level"))),
        .asks = json_true(document, json_member(document, node, "needs_information")),
    };
    struct pw_text rule = json_text(document, json_member(document, node, "rule"));
    if (json_true(document, json_member(document, node, "shadow")) || one.level >= PW_LEVEL_COUNT)
        return;
    snprintf(one.rule, sizeof(one.rule), "%.*s", TEXT_FMT(rule));
    cases_join(&verdicts->join, one.level, one.asks);
    for (uint32_t i = 0; i < verdicts->count; i++) { /* a rule that says several things: its gravest */
        struct verdict *other = &verdicts->items[i];
        if (other->pathway != one.pathway || strcmp(other->rule, one.rule) != 0)
            continue;
        other->level = one.level > other->level ? one.level : other->level;
        other->asks |= one.asks;
        return;
    }
    if (verdicts->count < VERDICTS_MAX)
        verdicts->items[verdicts->count++] = one;
}

int verdicts_add(struct verdicts *verdicts, struct pw_text findings)
{
    struct pw_document document = {0};
    struct json_error error;
    if (findings.length <= 2)
        return 0;
    int status = json_parse(&document, findings.data, findings.length, &json_limits_frame, &error);
    for (uint32_t node = status == 0 ? json_first(&document, PW_NODE_ROOT) : PW_NODE_NONE;
         node != PW_NODE_NONE; node = json_next(&document, node))
        add_verdict(verdicts, &document, node);
    json_release(&document);
    return status;
}

/* ---- counting ---- */

int comparison_new(struct comparison **ret_comparison)
{
    *ret_comparison = calloc(1, sizeof(**ret_comparison));
    return *ret_comparison ? 0 : PW_ERROR_MEMORY;
}

static void free_engagement(void *pointer)
{
    struct compared_engagement *engagement = pointer;
    buffer_release(&engagement->changes);
    free(engagement);
}

void comparison_free(struct comparison *comparison)
{
    if (!comparison)
        return;
    tdestroy(comparison->engagements, free_engagement);
    free(comparison->rules);
    free(comparison->units);
    free(comparison);
}

uint64_t comparison_events(const struct comparison *comparison)
{
    return comparison->events;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct compared_engagement *)a)->id, ((const struct compared_engagement *)b)->id);
}

static struct compared_engagement *engagement_of(struct comparison *comparison, struct pw_text id)
{
    struct compared_engagement *fresh = calloc(1, sizeof(*fresh) + id.length + 1), **found;
    if (!fresh)
        return NULL;
    if (id.length)
        memcpy(fresh->id, id.data, id.length);
    found = tsearch(fresh, &comparison->engagements, by_id);
    if (!found || *found != fresh)
        free(fresh);
    else
        comparison->engagement_count++;
    return found ? *found : NULL;
}

/* A row of a growing array by its name; NULL without memory. */
static struct compared_rule *rule_of(struct comparison *comparison, enum pathway pathway, const char *name)
{
    for (uint32_t i = 0; i < comparison->rule_count; i++)
        if (comparison->rules[i].pathway == pathway && strcmp(comparison->rules[i].name, name) == 0)
            return &comparison->rules[i];
    struct compared_rule *rules =
        reallocarray(comparison->rules, comparison->rule_count + 1, sizeof(*comparison->rules));
    if (!rules)
        return NULL;
    comparison->rules = rules;
    struct compared_rule *rule = &rules[comparison->rule_count++];
    *rule = (struct compared_rule){.pathway = pathway};
    snprintf(rule->name, sizeof(rule->name), "%s", name);
    return rule;
}

static struct compared_unit *unit_of(struct comparison *comparison, struct pw_text name)
{
    name = text_cut(name, sizeof(comparison->units->name) - 1);
    for (uint32_t i = 0; i < comparison->unit_count; i++)
        if (text_is(name, comparison->units[i].name))
            return &comparison->units[i];
    struct compared_unit *units =
        reallocarray(comparison->units, comparison->unit_count + 1, sizeof(*comparison->units));
    if (!units)
        return NULL;
    comparison->units = units;
    struct compared_unit *unit = &units[comparison->unit_count++];
    *unit = (struct compared_unit){0};
    snprintf(unit->name, sizeof(unit->name), "%.*s", TEXT_FMT(name));
    return unit;
}

static const struct verdict *find(const struct verdicts *verdicts, const struct verdict *like)
{
    for (uint32_t i = 0; i < verdicts->count; i++)
        if (verdicts->items[i].pathway == like->pathway && strcmp(verdicts->items[i].rule, like->rule) == 0)
            return &verdicts->items[i];
    return NULL;
}

static const char *word_of(const struct verdict *verdict)
{
    return verdict ? level_names[verdict->level] : "silent";
}

/* One rule on one event: either side may be silent. */
static int compare_rule(struct comparison *comparison, struct compared_engagement *engagement,
                        const struct verdict *before, const struct verdict *after, bool *ret_changed)
{
    const struct verdict *any = before ? before : after;
    struct compared_rule *rule = rule_of(comparison, any->pathway, any->rule);
    if (!rule)
        return PW_ERROR_MEMORY;
    rule->before += before != NULL;
    rule->after += after != NULL;
    if (before && after && before->level == after->level && before->asks == after->asks)
        return 0;
    rule->appears += !before;
    rule->goes += !after;
    if (before && after) {
        rule->raised += after->level > before->level;
        rule->lowered += after->level < before->level;
        rule->asking += after->level == before->level;
    }
    if (any->pathway < PATHWAY_COUNT)
        comparison->pathways[any->pathway]++;
    *ret_changed = true;
    buffer_format(&engagement->changes, "%s%s: %s to %s%s", engagement->changes.length ? "\n" : "", any->rule,
                  word_of(before), word_of(after),
                  after && after->asks && !(before && before->asks) ? ", asks" : "");
    return engagement->changes.failed ? PW_ERROR_MEMORY : 0;
}

int comparison_add(struct comparison *comparison, struct pw_text id, struct pw_text unit_name,
                   const struct verdicts *before, const struct verdicts *after)
{
    struct compared_engagement *engagement = engagement_of(comparison, id);
    bool changed = false;
    int status = engagement ? 0 : PW_ERROR_MEMORY;
    comparison->events++;
    for (uint32_t i = 0; i < before->count && status == 0; i++)
        status =
            compare_rule(comparison, engagement, &before->items[i], find(after, &before->items[i]), &changed);
    for (uint32_t i = 0; i < after->count && status == 0; i++)
        if (!find(before, &after->items[i]))
            status = compare_rule(comparison, engagement, NULL, &after->items[i], &changed);
    if (status < 0)
        return status;
    cases_join(&engagement->before, before->join.level, before->join.needs_information);
    cases_join(&engagement->after, after->join.level, after->join.needs_information);
    comparison->changed_events += changed;
    struct compared_unit *unit = unit_of(comparison, unit_name);
    if (!unit)
        return PW_ERROR_MEMORY;
    unit->events++;
    unit->changed += changed;
    return 0;
}

static int rules_in_order(const void *a, const void *b)
{
    const struct compared_rule *left = a, *right = b;
    if (left->pathway != right->pathway)
        return left->pathway < right->pathway ? -1 : 1;
    return strcmp(left->name, right->name);
}

static int units_in_order(const void *a, const void *b)
{
    return strcmp(((const struct compared_unit *)a)->name, ((const struct compared_unit *)b)->name);
}

void comparison_sort(struct comparison *comparison)
{
    if (comparison->rule_count)
        qsort(comparison->rules, comparison->rule_count, sizeof(*comparison->rules), rules_in_order);
    if (comparison->unit_count)
        qsort(comparison->units, comparison->unit_count, sizeof(*comparison->units), units_in_order);
}
