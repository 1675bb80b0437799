/* SPDX-License-Identifier: Apache-2.0
 *
 * report.c: the command `report`. It reads the journal itself, as `audit verify` does, so that no daemon has to run. The
 * tables for people are printed from the same JSON, in which nothing stands that may not be shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ctl/list.h"
#include "report/report.h"

struct report {
    struct ctl *ctl;
    const char *journal;
    struct report_request request;
};

/* ---- tables -------------------------------------------------------------------------------------------- */

/* What is null in JSON reads "none". */
static void add_row(struct table *table, cJSON *row)
{
    static const char *const may_miss[] = {"no_action_percent", "median_hours"};
    for (size_t i = 0; i < sizeof(may_miss) / sizeof(may_miss[0]); i++)
        if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(row, may_miss[i])))
            cJSON_ReplaceItemInObjectCaseSensitive(row, may_miss[i], cJSON_CreateString("none"));
    table_add(table, row);
}

static void print_table(const struct ctl *ctl, enum survey_table number, const cJSON *found)
{
    static const char *const titles[] = {"By pathway", "By rule", "By unit", "By the partner's country",
                                         "Packs on trial, by rule: what they would have said"};
    static const struct table_column all[] = {{"", "name", 40},
                                              {"events", "events", 0},
                                              {"findings", "findings", 0},
                                              {"hits", "hits", 0},
                                              {"asks", "asks", 0},
                                              {"holds", "holds", 0},
                                              {"declines", "declines", 0},
                                              {"reversals", "reversals", 0},
                                              {"withdrawn", "withdrawn", 0},
                                              {"no action", "no_action", 0},
                                              {"%", "no_action_percent", 0},
                                              {"hours", "median_hours", 0},
                                              {NULL, NULL, 0}};
    static const struct table_column trial[] = {
        {"", "name", 60},    {"events", "events", 0}, {"findings", "findings", 0},   {"hits", "hits", 0},
        {"asks", "asks", 0}, {"holds", "holds", 0},   {"withdrawn", "withdrawn", 0}, {NULL, NULL, 0}};
    cJSON *rows = cJSON_GetObjectItemCaseSensitive(found, "rows"), *row = NULL;
    printf("%s%s%s\n", table_bold(ctl), titles[number], table_plain(ctl));
    struct table *table =
        cJSON_GetArraySize(rows) > 0 ? table_new(ctl, number == SURVEY_SHADOW ? trial : all) : NULL;
    if (!table) {
        puts("Nothing.\n");
        return;
    }
    cJSON_ArrayForEach(row, rows) add_row(table, row);
    add_row(table, cJSON_GetObjectItemCaseSensitive(found, "total"));
    table_end(table, NULL);
    putchar('\n');
}

static void print_noisy(const struct ctl *ctl, const cJSON *rules)
{
    const cJSON *rule = NULL;
    printf("%sNoisy rules%s (of %u hits or more, most ended in no action or were withdrawn)\n",
           table_bold(ctl), table_plain(ctl), REPORT_NOISY_HITS);
    if (cJSON_GetArraySize(rules) == 0)
        puts("  none");
    cJSON_ArrayForEach(rule, rules)
    {
        fputs("  ", stdout);
        table_print(table_word(rule, "rule"));
        printf(": %.0f of %.0f hits\n", cJSON_GetNumberValue(table_find(rule, "came_to_nothing")),
               cJSON_GetNumberValue(table_find(rule, "hits")));
    }
}

static void print_period(const cJSON *found)
{
    const char *from = table_word(found, "from"), *to = table_word(found, "to");
    fputs(from[0] || to[0] ? "Events received" : "All events", stdout);
    if (from[0])
        printf(" from %s", from);
    if (to[0])
        printf(" to %s", to);
    fputs(", in ", stdout);
    table_print(table_word(found, "journal"));
    puts("\n");
}

static void print_tables(const struct ctl *ctl, const cJSON *found)
{
    const cJSON *tables = table_find(found, "tables");
    print_period(found);
    for (enum survey_table number = 0; number < SURVEY_TABLES; number++)
        if (table_find(tables, survey_names[number]))
            print_table(ctl, number, table_find(tables, survey_names[number]));
    print_noisy(ctl, table_find(found, "noisy_rules"));
    printf("\nAlerts that decisions spared, so far: %.0f.\n",
           cJSON_GetNumberValue(table_find(found, "alerts_spared")));
    printf("\n%s: from fewer than %u engagements. %s: hidden, so that a %s cannot be worked out from the "
           "total.\n%s\n",
           REPORT_SMALL, SUPPRESSION_LEAST, REPORT_COVER, REPORT_SMALL, table_word(found, "note"));
}

/* ---- the command --------------------------------------------------------------------------------------- */

static int read_day(const struct ctl *ctl, const char *option, bool end, int64_t *ret_ms)
{
    const char *value = ctl_option(ctl, option);
    if (!value || report_day(text_of(value), end, ret_ms) == 0)
        return CTL_GOOD;
    ctl_complain("%s takes a day, 2026-01-31, or an instant, 2026-01-31T12:00:00Z, not \"%s\"", option,
                 value);
    return CTL_USAGE;
}

static int read_options(struct report *report)
{
    static const char *const dimensions[] = {"pathway", "rule", "unit", "country", NULL};
    struct ctl *ctl = report->ctl;
    const char *by = ctl_option(ctl, "--by");
    int status = ctl_option_word(ctl, "--by", dimensions);
    if (status == CTL_GOOD)
        status = read_day(ctl, "--from", false, &report->request.from_ms);
    if (status == CTL_GOOD)
        status = read_day(ctl, "--to", true, &report->request.to_ms);
    if (status == CTL_GOOD && report->request.from_ms > report->request.to_ms) {
        ctl_complain("--from is after --to");
        status = CTL_USAGE;
    }
    for (enum survey_table table = 0; table < SURVEY_SHADOW; table++)
        report->request.wanted[table] = !by || strcmp(by, survey_names[table]) == 0;
    report->request.wanted[SURVEY_SHADOW] = ctl_option(ctl, "--shadow") != NULL;
    return status;
}

/* The text is the command's answer, on one line. */
static int print(const struct ctl *ctl, const struct buffer *text)
{
    cJSON *found = ctl->json || text->failed ? NULL : cJSON_ParseWithLength(text->data, text->length);
    if (!found && (!ctl->json || text->failed)) {
        ctl_complain("out of memory");
        return CTL_BAD;
    }
    if (ctl->json)
        puts(text->data);
    else
        print_tables(ctl, found);
    cJSON_Delete(found);
    return CTL_GOOD;
}

static int run(const struct report *report, bool named)
{
    struct journal_view *view = NULL;
    struct buffer text = {0};
    char *error = NULL;
    json_write_begin(&text, '{');
    json_member_string(&text, "journal", report->journal);
    int result = journal_view_open(report->journal, &view, &error);
    if (result == 0)
        result = report_make(&report->request, report->ctl->config, view, NULL, &text);
    json_write_end(&text, '}');
    int status = named && access(report->journal, R_OK) != 0 ? CTL_USAGE : CTL_BAD;
    if (result == 0)
        status = print(report->ctl, &text);
    else
        ctl_complain("%s: %s", report->journal,
                     error                       ? error
                     : result == PW_ERROR_MEMORY ? "out of memory"
                                                 : "the journal could not be read");
    journal_view_close(view);
    buffer_release(&text);
    free(error);
    return status;
}

int ctl_report(struct ctl *ctl)
{
    struct report report = {.ctl = ctl,
                            .journal = ctl_option(ctl, "--journal"),
                            .request = {.from_ms = INT64_MIN, .to_ms = INT64_MAX}};
    bool named = report.journal != NULL;
    int status = read_options(&report);
    if (status == CTL_GOOD)
        status = named ? ctl_config_if_any(ctl) : ctl_config(ctl);
    if (status != CTL_GOOD)
        return status;
    if (!named)
        report.journal = ctl->config->journal;
    return run(&report, named);
}
