/* SPDX-License-Identifier: Apache-2.0
 *
 * pack_diff.c: the command `pack diff`: rule by rule, so that who signs a new version reads what it changes and nothing
 * else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/list.h"
#include "ctl/packfile.h"
#include "ctl/same.h"
#include "ctl/wording.h"

struct differ {
    struct ctl *ctl;
    const char *pathway; /* "" for the head */
    int changes;
};

static void say_doubt(struct buffer *out, const cJSON *doubt)
{
    wording_levels(out, doubt);
    buffer_format(out, ": %s", table_word(doubt, "explanation"));
}

/* What a key of a rule is about, and how it reads. */
static const struct {
    const char *key, *change;
    void (*say)(struct buffer *out, const cJSON *value);
} keys[] = {{"when", "condition", wording_condition},
            {"types", "condition", wording_value},
            {"evidence", "condition", wording_value},
            {"level", "level", NULL},
            {"every", "level", wording_value},
            {"needs_information", "level", wording_value},
            {"kind", "kind", wording_value},
            {"if_unknown", "what it says in doubt", say_doubt},
            {"explanation", "text", wording_value},
            {"label", "text", wording_value},
            {"answerable_by", "text", wording_value},
            {"unknowns", "questions", wording_value},
            {"due", "due", wording_due},
            {"requirements", "requirements", wording_value},
            {"costs", "costs", wording_value},
            {"benefits", "benefits", wording_value},
            {"mitigations", "mitigations", wording_value}};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static void side(const char *sign, const char *text)
{
    char *line = NULL;
    if (*text && asprintf(&line, "%s %s", sign, text) >= 0) {
        table_paragraph(line, 4);
        free(line);
    }
}

static void tell(struct differ *differ, const char *name, const char *change, struct buffer *before,
                 struct buffer *after)
{
    const char *old = before && before->data ? before->data : "",
               *new = after && after->data ? after->data : "";
    differ->changes++;
    if (differ->ctl->json) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "pathway", differ->pathway);
        cJSON_AddStringToObject(row, "name", name);
        cJSON_AddStringToObject(row, "change", change);
        cJSON_AddStringToObject(row, "before", old);
        cJSON_AddStringToObject(row, "after", new);
        list_print_json(row);
        cJSON_Delete(row);
    } else {
        printf("%s%s%s", differ->pathway, *differ->pathway ? " " : "", table_bold(differ->ctl));
        table_print(name);
        printf("%s: %s\n", table_plain(differ->ctl), change);
        side("-", old);
        side("+", new);
    }
    buffer_release(before);
    buffer_release(after);
}

static void tell_values(struct differ *differ, const char *name, const char *change, const cJSON *old,
                        const cJSON *new, void (*say)(struct buffer *out, const cJSON *value))
{
    struct buffer before = {0}, after = {0};
    if (old)
        say(&before, old);
    if (new)
        say(&after, new);
    tell(differ, name, change, &before, &after);
}

/* ---- rules --------------------------------------------------------------------------------------------- */

/* The texts of levels are not part of what wording_levels says. */
static void say_explanations(struct buffer *out, const cJSON *levels)
{
    const cJSON *level = NULL;
    cJSON_ArrayForEach(level, levels)
    {
        const char *text = table_word(level, "explanation");
        if (*text)
            buffer_format(out, "%s%s: %s", out->length ? " | " : "", table_word(level, "level"), text);
    }
}

static void say_dues(struct buffer *out, const cJSON *levels)
{
    const cJSON *level = NULL;
    cJSON_ArrayForEach(level, levels)
    {
        const cJSON *due = cJSON_GetObjectItemCaseSensitive(level, "due");
        buffer_format(out, "%s%s: ", level == levels->child ? "" : " | ", table_word(level, "level"));
        wording_due(out, due);
    }
}

/* A list of levels may change in its levels, in their conditions and in their words, each of them a change. */
static void compare_levels(struct differ *differ, const cJSON *old_rule, const cJSON *new_rule)
{
    const cJSON *old = cJSON_GetObjectItemCaseSensitive(old_rule, "level");
    const cJSON *new = cJSON_GetObjectItemCaseSensitive(new_rule, "level");
    const char *id = table_word(new_rule, "id");
    bool lists = cJSON_IsArray(old) && cJSON_IsArray(new);
    if (!lists || !same_members(old, new, "level") || !same_members(old, new, "label") ||
        !same_members(old, new, "needs_information"))
        tell_values(differ, id, "level", old_rule, new_rule, wording_levels);
    else if (!same_members(old, new, "when"))
        tell_values(differ, id, same_members_but_thresholds(old, new, "when") ? "threshold" : "condition",
                    old_rule, new_rule, wording_levels);
    if (!lists)
        return;
    if (!same_members(old, new, "explanation") || !same_members(old, new, "answerable_by"))
        tell_values(differ, id, "text", old, new, say_explanations);
    if (!same_members(old, new, "unknowns"))
        tell_values(differ, id, "questions", old, new, wording_value);
    if (!same_members(old, new, "due"))
        tell_values(differ, id, "due", old, new, say_dues);
}

static void compare_key(struct differ *differ, size_t key, const cJSON *old_rule, const cJSON *new_rule)
{
    const cJSON *old = cJSON_GetObjectItemCaseSensitive(old_rule, keys[key].key);
    const cJSON *new = cJSON_GetObjectItemCaseSensitive(new_rule, keys[key].key);
    if (same(old, new))
        return;
    if (!keys[key].say)
        compare_levels(differ, old_rule, new_rule);
    else
        tell_values(differ, table_word(new_rule, "id"),
                    keys[key].say == wording_condition && same_but_thresholds(old, new) ? "threshold"
                                                                                        : keys[key].change,
                    old, new, keys[key].say);
}

static const cJSON *rule_by_id(const cJSON *rules, const char *id)
{
    const cJSON *rule = NULL;
    cJSON_ArrayForEach(rule, rules)
    {
        if (strcmp(table_word(rule, "id"), id) == 0)
            return rule;
    }
    return NULL;
}

static void compare_rules(struct differ *differ, const cJSON *old, const cJSON *new)
{
    const cJSON *rule = NULL;
    cJSON_ArrayForEach(rule, old)
    {
        const cJSON *other = rule_by_id(new, table_word(rule, "id"));
        for (size_t key = 0; key < KEY_COUNT && other; key++)
            compare_key(differ, key, rule, other);
        if (!other)
            tell_values(differ, table_word(rule, "id"), "rule removed", rule, NULL, wording_levels);
    }
    cJSON_ArrayForEach(rule, new)
    {
        if (!rule_by_id(old, table_word(rule, "id")))
            tell_values(differ, table_word(rule, "id"), "rule added", NULL, rule, wording_levels);
    }
}

/* ---- the rest ------------------------------------------------------------------------------------------ */

static void compare_named(struct differ *differ, const char *what, const cJSON *old, const cJSON *new)
{
    const cJSON *one = NULL;
    char name[160];
    cJSON_ArrayForEach(one, old)
    {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(new, one->string);
        snprintf(name, sizeof(name), "%s %s", what, one->string);
        if (!other)
            tell_values(differ, name, "removed", one, NULL, wording_condition);
        else if (!same(one, other))
            tell_values(differ, name, same_but_thresholds(one, other) ? "threshold" : "condition", one, other,
                        wording_condition);
    }
    cJSON_ArrayForEach(one, new)
    {
        snprintf(name, sizeof(name), "%s %s", what, one->string);
        if (!cJSON_GetObjectItemCaseSensitive(old, one->string))
            tell_values(differ, name, "added", NULL, one, wording_condition);
    }
}

static void compare_head(struct differ *differ, const cJSON *old, const cJSON *new)
{
    static const char *const head[] = {"pack",         "version", "regime", "effective_from",
                                       "effective_to", "as_of",   "source", "verified"};
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++) {
        const cJSON *before = cJSON_GetObjectItemCaseSensitive(old, head[i]);
        const cJSON *after = cJSON_GetObjectItemCaseSensitive(new, head[i]);
        if (!same(before, after))
            tell_values(differ, head[i], "head", before, after, wording_value);
    }
    compare_named(differ, "define", cJSON_GetObjectItemCaseSensitive(old, "define"),
                  cJSON_GetObjectItemCaseSensitive(new, "define"));
}

static void compare_pathway(struct differ *differ, const cJSON *old, const cJSON *new)
{
    compare_named(differ, "question", cJSON_GetObjectItemCaseSensitive(old, "questions"),
                  cJSON_GetObjectItemCaseSensitive(new, "questions"));
    compare_named(differ, "define", cJSON_GetObjectItemCaseSensitive(old, "define"),
                  cJSON_GetObjectItemCaseSensitive(new, "define"));
    compare_rules(differ, cJSON_GetObjectItemCaseSensitive(old, "rules"),
                  cJSON_GetObjectItemCaseSensitive(new, "rules"));
}

int ctl_pack_diff(struct ctl *ctl)
{
    struct packfile packs[2] = {0};
    struct differ differ = {.ctl = ctl, .pathway = ""};
    int status = CTL_GOOD;
    for (int i = 0; i < 2; i++) {
        if (packfile_read(ctl->positionals[i], &packs[i]) == CTL_GOOD && packfile_is_pack(packs[i].root))
            continue;
        ctl_complain("%s%s", packs[i].error ? packs[i].error : ctl->positionals[i],
                     packs[i].error ? "" : " is no rule pack");
        status = CTL_USAGE;
    }
    if (status == CTL_GOOD) {
        compare_head(&differ, packs[0].root, packs[1].root);
        for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++) {
            differ.pathway = pathways[pathway].name;
            compare_pathway(&differ, packfile_pathway(packs[0].root, pathway),
                            packfile_pathway(packs[1].root, pathway));
        }
        if (differ.changes == 0 && !ctl->json)
            puts("The two packs say the same.");
        status = differ.changes ? CTL_BAD : CTL_GOOD;
    }
    packfile_release(&packs[0]);
    packfile_release(&packs[1]);
    return status;
}
