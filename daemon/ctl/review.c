/* SPDX-License-Identifier: Apache-2.0
 *
 * review.c: puts a finding into the order in which it is judged: how severe, why, resting on what, who to
 * ask.
 */
#include "ctl/review.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REVIEW_INDENT    4
#define REVIEW_MAX_WORDS 64 /* of one kind over a case; the vocabulary has fewer */

static void labelled(const char *label, const char *text)
{
    if (!*text)
        return;
    printf("%*s%s: ", REVIEW_INDENT, "", label);
    table_print(text);
    putchar('\n');
}

static void show_evidence(const cJSON *evidence)
{
    static const struct {
        const char *before, *key, *after;
    } parts[] = {{"", "entry_name", ""},          {" on ", "list", ""},
                 {" (", "source", ")"},           {" entry ", "entry", ""},
                 {", snapshot ", "snapshot", ""}, {", by ", "basis", ""}};
    printf("%*sEvidence: ", REVIEW_INDENT, "");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *word = table_word(evidence, parts[i].key);
        if (!*word)
            continue;
        fputs(parts[i].before, stdout);
        table_print(word);
        fputs(parts[i].after, stdout);
    }
    const char *text = table_word(evidence, "text"), *pointer = table_word(evidence, "pointer");
    if (*text || *pointer) {
        fputs("; \"", stdout);
        table_print(text);
        fputs("\" at ", stdout);
        table_print(pointer);
    }
    putchar('\n');
}

/* Whose words these are: regimes contradict each other, side by side (R56). */
static void show_regime(const cJSON *finding)
{
    const char *regime = table_word(finding, "regime"), *label = table_word(finding, "label");
    if (!*regime && !*label)
        return;
    fputs(" (", stdout);
    table_print(regime);
    fputs(*regime && *label ? ": " : "", stdout);
    table_print(label);
    putchar(')');
}

void review_finding(const struct ctl *ctl, const cJSON *finding)
{
    const cJSON *item = NULL;
    const char *level = table_word(finding, "level");
    printf("  %s%s%s%s ", table_level_colour(ctl, level), level, table_plain(ctl),
           cJSON_IsTrue(table_find(finding, "needs_information")) ? " (asks)" : "");
    table_print(table_word(finding, "rule"));
    show_regime(finding);
    char *requirements = table_value(table_find(finding, "requirements"));
    if (requirements && *requirements) {
        fputs(" [", stdout);
        table_print(requirements);
        putchar(']');
    }
    free(requirements);
    fputs(cJSON_IsTrue(table_find(finding, "shadow")) ? "  on trial: counts for nothing" : "", stdout);
    puts(cJSON_IsTrue(table_find(finding, "withdrawn")) ? "  withdrawn: no longer stands" : "");
    table_paragraph(table_word(finding, "explanation"), REVIEW_INDENT);
    cJSON_ArrayForEach(item, table_find(finding, "evidence"))
    {
        show_evidence(item);
    }
    cJSON_ArrayForEach(item, table_find(finding, "unknowns"))
    {
        printf("%*sAsk ", REVIEW_INDENT, "");
        table_print(table_word(item, "who"));
        fputs(": ", stdout);
        table_print(table_word(item, "what"));
        putchar('\n');
    }
    labelled("Can be answered by", table_word(finding, "answerable_by"));
    labelled("Due", table_word(finding, "due"));
}

void review_word(const char *word)
{
    const char *dot = strchr(word, '.');
    for (const char *at = dot ? dot + 1 : word; *at; at++) {
        char letter[2] = {*at == '_' ? ' ' : *at, '\0'};
        fputs((unsigned char)letter[0] < 0x20 ? " " : letter, stdout);
    }
    if (dot) {
        fputs(" (", stdout);
        for (const char *at = word; at < dot; at++)
            putchar((unsigned char)*at < 0x20 ? ' ' : *at);
        putchar(')');
    }
}

static bool seen(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

void review_words(const struct ctl *ctl, const cJSON *findings, const char *key, const char *title)
{
    const char *words[REVIEW_MAX_WORDS];
    size_t count = 0;
    const cJSON *finding = NULL, *item = NULL;
    cJSON_ArrayForEach(finding, findings)
    {
        if (cJSON_IsTrue(table_find(finding, "withdrawn")))
            continue;
        cJSON_ArrayForEach(item, table_find(finding, key))
        {
            const char *word = cJSON_GetStringValue(item);
            if (word && count < REVIEW_MAX_WORDS && !seen(words, count, word))
                words[count++] = word;
        }
    }
    if (count == 0)
        return;
    printf("\n%s%s%s\n", table_bold(ctl), title, table_plain(ctl));
    for (size_t i = 0; i < count; i++) {
        fputs("  - ", stdout);
        review_word(words[i]);
        putchar('\n');
    }
}
