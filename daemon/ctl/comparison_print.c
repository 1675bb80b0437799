/* SPDX-License-Identifier: Apache-2.0
 *
 * comparison_print.c: a comparison as JSON; for people, tables are made of the same.
 */
#include "ctl/comparison_private.h"

#include <cjson/cJSON.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/table.h"

/* twalk_r hands on one pointer. */
struct walk {
    uint64_t matrix[PW_LEVEL_COUNT][PW_LEVEL_COUNT]; /* engagements, by level before and after */
    uint64_t changed, opens, closes;
    const struct comparison_view *view;
    struct buffer *out; /* NULL: count only */
};

static bool opens(const struct case_join *join)
{
    return join->level >= PW_LEVEL_SUGGESTED || join->needs_information;
}

static void write_lines(struct buffer *out, const struct buffer *lines)
{
    json_write_key(out, "rules");
    json_write_begin(out, '[');
    for (const char *at = lines->data; at && *at;) {
        size_t length = strcspn(at, "\n");
        json_write_text(out, (struct pw_text){at, length});
        at += length + (at[length] == '\n');
    }
    json_write_end(out, ']');
}

static void write_engagement(struct buffer *out, const struct compared_engagement *engagement)
{
    json_write_begin(out, '{');
    json_member_string(out, "engagement", engagement->id);
    json_member_string(out, "before", level_names[engagement->before.level]);
    json_member_string(out, "after", level_names[engagement->after.level]);
    json_member_boolean(out, "asked_before", engagement->before.needs_information);
    json_member_boolean(out, "asks_after", engagement->after.needs_information);
    write_lines(out, &engagement->changes);
    json_write_end(out, '}');
}

static void visit(const void *node, VISIT order, void *to)
{
    const struct compared_engagement *engagement = *(const struct compared_engagement *const *)node;
    struct walk *walk = to;
    const char *only = walk->view->engagement;
    if (order != postorder && order != leaf)
        return;
    walk->matrix[engagement->before.level][engagement->after.level]++;
    walk->changed += engagement->changes.length > 0;
    walk->opens += !opens(&engagement->before) && opens(&engagement->after);
    walk->closes += opens(&engagement->before) && !opens(&engagement->after);
    if (walk->out && (only ? strcmp(only, engagement->id) == 0
                           : walk->view->engagements && engagement->changes.length > 0))
        write_engagement(walk->out, engagement);
}

static void write_rules(struct buffer *out, const struct comparison *comparison)
{
    json_write_key(out, "rules");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < comparison->rule_count; i++) {
        const struct compared_rule *rule = &comparison->rules[i];
        if (!(rule->appears | rule->goes | rule->raised | rule->lowered | rule->asking))
            continue;
        json_write_begin(out, '{');
        json_member_string(out, "rule", rule->name);
        json_member_string(out, "pathway", rule->pathway < PATHWAY_COUNT ? pathways[rule->pathway].name : "");
        json_member_unsigned(out, "before", rule->before);
        json_member_unsigned(out, "after", rule->after);
        json_member_unsigned(out, "appears", rule->appears);
        json_member_unsigned(out, "goes", rule->goes);
        json_member_unsigned(out, "raised", rule->raised);
        json_member_unsigned(out, "lowered", rule->lowered);
        json_member_unsigned(out, "asking_changes", rule->asking);
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
}

static void write_counts(struct buffer *out, const struct comparison *comparison)
{
    json_write_key(out, "pathways");
    json_write_begin(out, '[');
    for (enum pathway i = 0; i < PATHWAY_COUNT; i++) {
        if (!comparison->pathways[i])
            continue;
        json_write_begin(out, '{');
        json_member_string(out, "pathway", pathways[i].name);
        json_member_unsigned(out, "findings_change", comparison->pathways[i]);
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
    json_write_key(out, "units");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < comparison->unit_count; i++) {
        if (!comparison->units[i].changed)
            continue;
        json_write_begin(out, '{');
        json_member_string(out, "unit", comparison->units[i].name);
        json_member_unsigned(out, "events", comparison->units[i].events);
        json_member_unsigned(out, "change", comparison->units[i].changed);
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
}

static void write_levels(struct buffer *out, const struct walk *walk)
{
    json_write_key(out, "levels");
    json_write_begin(out, '[');
    for (uint32_t before = 0; before < PW_LEVEL_COUNT; before++)
        for (uint32_t after = 0; after < PW_LEVEL_COUNT; after++) {
            if (before == after || !walk->matrix[before][after])
                continue;
            json_write_begin(out, '{');
            json_member_string(out, "before", level_names[before]);
            json_member_string(out, "after", level_names[after]);
            json_member_unsigned(out, "engagements", walk->matrix[before][after]);
            json_write_end(out, '}');
        }
    json_write_end(out, ']');
}

static void write_all(struct buffer *out, const struct comparison *comparison,
                      const struct comparison_view *view)
{
    struct walk walk = {.view = view};
    twalk_r(comparison->engagements, visit, &walk);
    json_write_begin(out, '{');
    json_member_unsigned(out, "events", comparison->events);
    json_member_unsigned(out, "events_change", comparison->changed_events);
    json_member_unsigned(out, "engagements", comparison->engagement_count);
    json_member_unsigned(out, "engagements_change", walk.changed);
    json_member_unsigned(out, "cases_more", walk.opens);
    json_member_unsigned(out, "cases_fewer", walk.closes);
    write_rules(out, comparison);
    write_counts(out, comparison);
    write_levels(out, &walk);
    json_write_key(out, "changes");
    json_write_begin(out, '[');
    walk.out = out;
    twalk_r(comparison->engagements, visit, &walk);
    json_write_end(out, ']');
    json_write_end(out, '}');
}

static void print_table(const struct ctl *ctl, const cJSON *all, const char *key,
                        const struct table_column *columns, const char *nothing)
{
    const cJSON *row = NULL;
    const cJSON *rows = table_find(all, key);
    if (!nothing && cJSON_GetArraySize(rows) == 0)
        return;
    putchar('\n');
    struct table *table = table_new(ctl, columns);
    cJSON_ArrayForEach(row, rows)
    {
        table_add(table, row);
    }
    table_end(table, nothing ? nothing : "");
}

static double number(const cJSON *all, const char *key)
{
    return cJSON_GetNumberValue(table_find(all, key));
}

static void print_for_people(const struct ctl *ctl, const cJSON *all, const struct comparison_view *view)
{
    static const struct table_column rules[] = {
        {"rule", "rule", 0},     {"pathway", "pathway", 0}, {"events before", "before", 0},
        {"after", "after", 0},   {"appears", "appears", 0}, {"goes", "goes", 0},
        {"raised", "raised", 0}, {"lowered", "lowered", 0}, {"asking", "asking_changes", 0},
        {NULL, NULL, 0}};
    static const struct table_column by_pathway[] = {
        {"pathway", "pathway", 0}, {"findings that change", "findings_change", 0}, {NULL, NULL, 0}};
    static const struct table_column by_unit[] = {
        {"unit", "unit", 0}, {"events", "events", 0}, {"change", "change", 0}, {NULL, NULL, 0}};
    static const struct table_column by_level[] = {{"level before", "before", 0},
                                                   {"after", "after", 0},
                                                   {"engagements", "engagements", 0},
                                                   {NULL, NULL, 0}};
    static const struct table_column changes[] = {{"engagement", "engagement", 30},
                                                  {"before", "before", 0},
                                                  {"after", "after", 0},
                                                  {"rules", "rules", 90},
                                                  {NULL, NULL, 0}};
    printf("%.0f events of %.0f engagements were judged by both: %.0f events and %.0f engagements would "
           "change; %.0f more "
           "cases and %.0f fewer.\n",
           number(all, "events"), number(all, "engagements"), number(all, "events_change"),
           number(all, "engagements_change"), number(all, "cases_more"), number(all, "cases_fewer"));
    print_table(ctl, all, "rules", rules, "No rule says anything else.");
    print_table(ctl, all, "pathways", by_pathway, NULL);
    print_table(ctl, all, "units", by_unit, NULL);
    print_table(ctl, all, "levels", by_level, NULL);
    if (view->engagements || view->engagement)
        print_table(ctl, all, "changes", changes, "No such engagement changes.");
}

void comparison_print(const struct comparison *comparison, const struct ctl *ctl,
                      const struct comparison_view *view)
{
    struct buffer out = {0};
    write_all(&out, comparison, view);
    cJSON *all = out.failed || ctl->json ? NULL : cJSON_Parse(out.data);
    if (out.failed || (!ctl->json && !all))
        ctl_complain("out of memory");
    else if (ctl->json)
        puts(out.data);
    else
        print_for_people(ctl, all, view);
    cJSON_Delete(all);
    buffer_release(&out);
}
