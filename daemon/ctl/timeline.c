/* SPDX-License-Identifier: Apache-2.0
 *
 * timeline.c: see timeline.h.
 */
#include "ctl/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/table.h"

#define TEXT_INDENT 4

static void heading(const struct ctl *ctl, const char *title)
{
    printf("\n%s%s%s\n", table_bold(ctl), title, table_plain(ctl));
}

/* "2027-11-28T00:00:00Z" is a day. */
static void print_time(const char *before, const char *instant)
{
    const char *t = strchr(instant, 'T');
    if (*instant)
        printf("%s%.*s", before,
               (int)(t && strcmp(t, "T00:00:00Z") == 0 ? (size_t)(t - instant) : strlen(instant)), instant);
}

static void print_word(const char *before, const char *word)
{
    if (!*word)
        return;
    fputs(before, stdout);
    table_print(word);
}

static void show_hold(const struct ctl *ctl, const cJSON *item, bool live)
{
    const cJSON *hold = table_find(item, "hold");
    if (!hold)
        return;
    heading(ctl, "Hold");
    print_time("  until ", table_word(hold, "until"));
    print_word(", by ", table_word(hold, "by"));
    fputs(!live ? "" : cJSON_IsTrue(table_find(hold, "in_force")) ? ", in force" : ", lapsed", stdout);
    putchar('\n');
    table_paragraph(table_word(hold, "reason"), TEXT_INDENT);
}

static void show_questions(const struct ctl *ctl, const cJSON *item)
{
    const cJSON *question = NULL, *questions = table_find(item, "questions");
    if (cJSON_GetArraySize(questions) > 0)
        heading(ctl, "Questions");
    cJSON_ArrayForEach(question, questions)
    {
        printf("  %.0f.", cJSON_GetNumberValue(table_find(question, "question")));
        print_word(" to ", table_word(question, "unit"));
        print_word(" by ", table_word(question, "asked_by"));
        print_time(", ", table_word(question, "at"));
        print_time(", wanted by ", table_word(question, "answer_by"));
        puts(cJSON_IsTrue(table_find(question, "open")) ? " (open)" : "");
        table_paragraph(table_word(question, "text"), TEXT_INDENT);
        if (cJSON_IsTrue(table_find(question, "open")))
            continue;
        const char *by = table_word(question, "answered_by");
        print_time("    Answered ", table_word(question, "answered"));
        print_word(*by ? " by " : "", *by ? by : " by an event");
        puts(":");
        table_paragraph(table_word(question, "answer"), TEXT_INDENT);
    }
}

static void show_mitigations(const struct ctl *ctl, const cJSON *item, bool live)
{
    const cJSON *measure = NULL, *measures = table_find(item, "mitigations");
    if (cJSON_GetArraySize(measures) > 0)
        heading(ctl, "Mitigations of the decision");
    cJSON_ArrayForEach(measure, measures)
    {
        printf("  %.0f. %s", cJSON_GetNumberValue(table_find(measure, "mitigation")),
               table_word(measure, "state"));
        print_word(", ", table_word(measure, "owner"));
        print_time(", due ", table_word(measure, "due"));
        print_word(", see ", table_word(measure, "evidence"));
        puts(live && cJSON_IsTrue(table_find(measure, "overdue")) ? "  OVERDUE" : "");
        table_paragraph(table_word(measure, "text"), TEXT_INDENT);
    }
}

static void show_referral(const struct ctl *ctl, const cJSON *item)
{
    const cJSON *referral = table_find(item, "referral");
    if (!referral)
        return;
    heading(ctl, "Referral");
    print_word("  to ", table_word(referral, "to"));
    print_word(", by ", table_word(referral, "by"));
    print_word(" and ", table_word(referral, "second"));
    puts(*table_word(referral, "second") ? "" : " (proposed; somebody else has to second it)");
}

/* What an entry's detail adds for a reader: all but the revision and the event's names. */
static void show_detail(const cJSON *detail)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, detail)
    {
        char *value = table_value(member);
        bool plain = !cJSON_IsObject(member) && strcmp(member->string, "revision") != 0;
        if (plain && value && *value) {
            printf(", %s ", member->string);
            table_print(value);
        }
        free(value);
    }
}

static void show_entries(const struct ctl *ctl, const cJSON *item)
{
    const cJSON *entry = NULL, *entries = table_find(item, "timeline");
    double left_out = cJSON_GetNumberValue(table_find(item, "timeline_left_out"));
    if (cJSON_GetArraySize(entries) > 0)
        heading(ctl, "Timeline");
    if (left_out > 0)
        printf("  … %.0f earlier\n", left_out);
    cJSON_ArrayForEach(entry, entries)
    {
        const char *actor = table_word(entry, "actor"), *words = table_word(entry, "words");
        printf("  %s  ", table_word(entry, "at"));
        table_print(table_word(entry, "kind"));
        print_word(" by ", *actor ? actor : "an event");
        show_detail(table_find(entry, "detail"));
        putchar('\n');
        if (*words)
            table_paragraph(words, TEXT_INDENT);
    }
}

void timeline_show(const struct ctl *ctl, const cJSON *item, bool live)
{
    show_hold(ctl, item, live);
    show_questions(ctl, item);
    show_mitigations(ctl, item, live);
    show_referral(ctl, item);
    show_entries(ctl, item);
}
