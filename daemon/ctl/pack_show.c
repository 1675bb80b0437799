/* SPDX-License-Identifier: Apache-2.0
 *
 * pack_show.c: the command `pack show`: a pack for those who answer for it, without its notation.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/list.h"
#include "ctl/packfile.h"
#include "ctl/wording.h"

#define SHOW_INDENT 4

static void paragraph(struct buffer *text)
{
    if (text->length > 0 && !text->failed)
        table_paragraph(text->data, SHOW_INDENT);
    buffer_release(text);
}

static void sentence(const char *before, const char *words)
{
    struct buffer text = {0};
    if (!*words)
        return;
    buffer_format(&text, "%s%s", before, words);
    paragraph(&text);
}

static void say_value(const char *before, const cJSON *value)
{
    struct buffer text = {0};
    if (!value)
        return;
    buffer_string(&text, before);
    wording_value(&text, value);
    paragraph(&text);
}

static void show_head(const struct ctl *ctl, const cJSON *pack)
{
    const char *to = table_word(pack, "effective_to");
    struct buffer text = {0};
    printf("%s", table_bold(ctl));
    buffer_format(&text, "%s %s, regime %s", table_word(pack, "pack"), table_word(pack, "version"),
                  table_word(pack, "regime"));
    table_print(text.data ? text.data : "");
    printf("%s\n", table_plain(ctl));
    buffer_clear(&text);
    buffer_format(&text, "In force from %s%s%s. As of %s, %s.", table_word(pack, "effective_from"),
                  *to ? " to before " : " on", to, table_word(pack, "as_of"),
                  cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(pack, "verified"))
                      ? "checked against its source"
                      : "not yet checked against its source");
    paragraph(&text);
    sentence("Source: ", table_word(pack, "source"));
}

static void show_conditions(const char *before, const cJSON *named)
{
    const cJSON *one = NULL;
    cJSON_ArrayForEach(one, named)
    {
        struct buffer text = {0};
        bool question = one->string[0] == 'q' && strlen(one->string) == 2 && !*before;
        if (question)
            buffer_format(&text, "Q%s is yes by facts when ", one->string + 1);
        else
            buffer_format(&text, "%s\"%s\" holds when ", before, one->string);
        wording_condition(&text, one);
        buffer_string(&text, ".");
        paragraph(&text);
    }
}

/* ---- one rule ------------------------------------------------------------------------------------------ */

static void show_when(const cJSON *rule)
{
    struct buffer text = {0};
    const cJSON *when = cJSON_GetObjectItemCaseSensitive(rule, "when");
    const cJSON *types = cJSON_GetObjectItemCaseSensitive(rule, "types");
    const bool verify = strcmp(table_word(rule, "kind"), "verify") == 0;
    buffer_string(&text, verify ? "When all that speaks for something is weak matches" : "On ");
    if (types && !verify)
        wording_words(&text, types, " and ");
    else if (!verify)
        buffer_string(&text, "every event");
    if (when) {
        buffer_string(&text, ", when ");
        wording_condition(&text, when);
    }
    buffer_string(&text, ": ");
    wording_levels(&text, rule);
    buffer_string(&text, ".");
    paragraph(&text);
}

static void show_requests(const cJSON *requests)
{
    const cJSON *one = NULL;
    cJSON_ArrayForEach(one, requests)
    {
        struct buffer text = {0};
        const cJSON *when = cJSON_GetObjectItemCaseSensitive(one, "when");
        buffer_format(&text, "Asks %s", table_word(one, "who"));
        if (when) {
            buffer_string(&text, ", when ");
            wording_condition(&text, when);
        }
        buffer_format(&text, ": %s", table_word(one, "what"));
        paragraph(&text);
    }
}

static void show_due(const cJSON *due)
{
    struct buffer text = {0};
    if (!due)
        return;
    buffer_string(&text, "Due ");
    wording_due(&text, due);
    buffer_string(&text, ".");
    paragraph(&text);
}

/* What a rule, one of its levels and what it says in doubt have alike. */
static void show_words(const cJSON *holder, const char *level)
{
    char before[64];
    snprintf(before, sizeof(before), "%s%s%s", *level ? "At " : "Says: ", level, *level ? " it says: " : "");
    show_requests(cJSON_GetObjectItemCaseSensitive(holder, "unknowns"));
    show_due(cJSON_GetObjectItemCaseSensitive(holder, "due"));
    sentence(before, table_word(holder, "explanation"));
}

static void show_doubt(const cJSON *doubt)
{
    struct buffer text = {0};
    if (!doubt)
        return;
    buffer_string(&text, "When that is not known: ");
    wording_levels(&text, doubt);
    buffer_string(&text, ", and it asks.");
    paragraph(&text);
    show_words(doubt, "");
}

static void show_rule(const struct ctl *ctl, const char *pathway, const cJSON *rule)
{
    const cJSON *levels = cJSON_GetObjectItemCaseSensitive(rule, "level"),
                *level = NULL; /* a word has no items */
    struct buffer text = {0};
    printf("\n  %s", table_bold(ctl));
    table_print(table_word(rule, "id"));
    printf("%s  ", table_plain(ctl));
    buffer_format(&text, "%s, %s; ", pathway, table_word(rule, "kind"));
    wording_value(&text, cJSON_GetObjectItemCaseSensitive(rule, "requirements"));
    table_print(text.data ? text.data : "");
    putchar('\n');
    buffer_release(&text);
    show_when(rule);
    cJSON_ArrayForEach(level, levels)
    {
        show_words(level, table_word(level, "level"));
    }
    show_words(rule, "");
    show_doubt(cJSON_GetObjectItemCaseSensitive(rule, "if_unknown"));
    sentence("Can be answered by: ", table_word(rule, "answerable_by"));
    say_value("Costs: ", cJSON_GetObjectItemCaseSensitive(rule, "costs"));
    say_value("Benefits: ", cJSON_GetObjectItemCaseSensitive(rule, "benefits"));
    say_value("Mitigations: ", cJSON_GetObjectItemCaseSensitive(rule, "mitigations"));
}

/* ---- the command --------------------------------------------------------------------------------------- */

static int show_pathway(const struct ctl *ctl, const char *pathway, const cJSON *section, const char *wanted)
{
    const cJSON *rule = NULL;
    int shown = 0;
    if (!*wanted && !ctl->json) {
        printf("\n%s%s%s\n", table_bold(ctl), pathway, table_plain(ctl));
        show_conditions("", cJSON_GetObjectItemCaseSensitive(section, "questions"));
        show_conditions("Here ", cJSON_GetObjectItemCaseSensitive(section, "define"));
    }
    cJSON_ArrayForEach(rule, cJSON_GetObjectItemCaseSensitive(section, "rules"))
    {
        if (strncmp(table_word(rule, "id"), wanted, strlen(wanted)) != 0)
            continue;
        if (ctl->json)
            list_print_json(rule);
        else
            show_rule(ctl, pathway, rule);
        shown++;
    }
    return shown;
}

int ctl_pack_show(struct ctl *ctl)
{
    struct packfile pack = {0};
    const char *wanted = ctl->positional_count > 1 ? ctl->positionals[1] : "";
    int shown = 0, status = packfile_read(ctl->positionals[0], &pack);
    if (status != CTL_GOOD || !packfile_is_pack(pack.root)) {
        ctl_complain("%s",
                     pack.error ? pack.error : "it is no rule pack: it has no \"pack\" and no \"pathways\"");
        packfile_release(&pack);
        return CTL_USAGE;
    }
    if (ctl->json && !*wanted) {
        list_print_json(pack.root);
        packfile_release(&pack);
        return CTL_GOOD;
    }
    if (!*wanted) {
        show_head(ctl, pack.root);
        show_conditions("Everywhere ", cJSON_GetObjectItemCaseSensitive(pack.root, "define"));
    }
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++) {
        const cJSON *section = packfile_pathway(pack.root, pathway);
        if (section)
            shown += show_pathway(ctl, pathways[pathway].name, section, wanted);
    }
    if (*wanted && shown == 0)
        ctl_complain("%s has no rule \"%s\"; \"pathwayctl pack show\" without a rule shows them all",
                     ctl->positionals[0], wanted);
    packfile_release(&pack);
    return *wanted && shown == 0 ? CTL_USAGE : CTL_GOOD;
}
