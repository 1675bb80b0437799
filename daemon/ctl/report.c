/* SPDX-License-Identifier: Apache-2.0
 *
 * report.c: the command `report`: what the policies cost, and whom they burden (R24, R38). It reads the journal itself, as
 * `audit verify` does: a pass over everything is nothing for the daemon's loop.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ctl/list.h"
#include "report/survey.h"
#include "json/time.h"

#define DAY_MS       86400000
#define NOISY_HITS   20u /* fewer say nothing of a rule */
#define SMALL_TEXT   "<5"
#define COVER_TEXT   "*"
#define NOTE_COUNTRY "Country is shown to find bias in the rules; no rule decides by it."

struct report {
    struct ctl *ctl;
    struct survey survey;
    const char *journal;
    bool wanted[SURVEY_TABLES];
};

/* ---- figures ------------------------------------------------------------------------------------------- */

static cJSON *hidden(enum shown shown)
{
    return cJSON_CreateString(shown == SHOWN_AS_SMALL ? SMALL_TEXT : COVER_TEXT);
}

static cJSON *figure(const struct census_row *row, enum column column)
{
    return row->cells[column].shown == SHOWN ? cJSON_CreateNumber((double)row->cells[column].count)
                                             : hidden(row->cells[column].shown);
}

/* Of the hits, in per cent; it must not tell what one of the two hides. */
static cJSON *share(const struct census_row *row)
{
    uint64_t hits = row->cells[COLUMN_HITS].count, ended = row->cells[COLUMN_NO_ACTION].count;
    if (row->cells[COLUMN_NO_ACTION].shown != SHOWN)
        return hidden(row->cells[COLUMN_NO_ACTION].shown);
    if (row->cells[COLUMN_HITS].shown != SHOWN)
        return hidden(row->cells[COLUMN_HITS].shown);
    return hits == 0 ? cJSON_CreateNull() : cJSON_CreateNumber((double)((100 * ended + hits / 2) / hits));
}

/* That nobody decided yet may be said of a small row only where it holds for all. */
static cJSON *hours(struct census_row *row, bool any)
{
    uint32_t minutes = 0;
    bool decided = census_median(row, &minutes);
    if (decided ? row->decided_by.count < SUPPRESSION_LEAST
                : any && row->engagements.count < SUPPRESSION_LEAST)
        return hidden(SHOWN_AS_SMALL);
    if (!decided)
        return cJSON_CreateNull();
    return cJSON_CreateNumber((double)((minutes + 3) / 6) / 10);
}

static cJSON *row_object(struct census_row *row, const struct census_row *total, bool trial)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", row->name);
    for (enum column column = 0; column < COLUMN_COUNT; column++) {
        bool decided = column == COLUMN_DECLINES || column == COLUMN_REVERSALS || column == COLUMN_NO_ACTION;
        if (!trial || !decided) /* nobody decides on what a pack on trial says */
            cJSON_AddItemToObject(object, column_names[column], figure(row, column));
    }
    if (!trial) {
        cJSON_AddItemToObject(object, "no_action_percent", share(row));
        cJSON_AddItemToObject(object, "median_hours", hours(row, total->decided > 0));
    }
    return object;
}

/* Most of its hits came to nothing. Named where its figures may be shown. */
static bool is_noisy(const struct census_row *row, uint64_t *ret_ended)
{
    uint64_t ended = row->cells[COLUMN_NO_ACTION].count + row->cells[COLUMN_WITHDRAWN].count;
    *ret_ended = ended;
    return row->cells[COLUMN_HITS].count >= NOISY_HITS && 2 * ended > row->cells[COLUMN_HITS].count &&
           row->cells[COLUMN_HITS].shown == SHOWN && row->cells[COLUMN_NO_ACTION].shown == SHOWN &&
           row->cells[COLUMN_WITHDRAWN].shown == SHOWN;
}

static cJSON *noisy_rules(const struct report *report)
{
    const struct census *rules = &report->survey.tables[SURVEY_RULE];
    cJSON *array = cJSON_CreateArray();
    uint64_t ended = 0;
    for (uint32_t i = 0; i < rules->count; i++) {
        if (!is_noisy(rules->rows[i], &ended))
            continue;
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "rule", rules->rows[i]->name);
        cJSON_AddItemToObject(object, "hits", figure(rules->rows[i], COLUMN_HITS));
        cJSON_AddNumberToObject(object, "came_to_nothing", (double)ended);
        cJSON_AddItemToArray(array, object);
    }
    return array;
}

/* ---- JSON ---------------------------------------------------------------------------------------------- */

static struct census_row *total_of(struct report *report, enum survey_table table)
{
    return table == SURVEY_SHADOW ? &report->survey.trial : &report->survey.total;
}

static cJSON *table_object(struct report *report, enum survey_table table)
{
    const struct census *census = &report->survey.tables[table];
    cJSON *object = cJSON_CreateObject(), *rows = cJSON_AddArrayToObject(object, "rows");
    for (uint32_t i = 0; i < census->count; i++)
        cJSON_AddItemToArray(rows,
                             row_object(census->rows[i], total_of(report, table), table == SURVEY_SHADOW));
    cJSON_AddItemToObject(
        object, "total",
        row_object(total_of(report, table), total_of(report, table), table == SURVEY_SHADOW));
    return object;
}

static void add_time(cJSON *object, const char *key, int64_t ms)
{
    char text[TIME_TEXT_SIZE];
    time_format(ms, text);
    if (ms == INT64_MIN || ms == INT64_MAX)
        cJSON_AddNullToObject(object, key);
    else
        cJSON_AddStringToObject(object, key, text);
}

static void print_json(struct report *report)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "journal", report->journal);
    add_time(object, "from", report->survey.from_ms);
    add_time(object, "to", report->survey.to_ms);
    cJSON_AddNumberToObject(object, "least_engagements", SUPPRESSION_LEAST);
    cJSON *tables = cJSON_AddObjectToObject(object, "tables");
    for (enum survey_table table = 0; table < SURVEY_TABLES; table++)
        if (report->wanted[table])
            cJSON_AddItemToObject(tables, survey_names[table], table_object(report, table));
    cJSON_AddItemToObject(object, "noisy_rules", noisy_rules(report));
    cJSON_AddNumberToObject(object, "alerts_spared", (double)report->survey.outcomes.spared);
    cJSON_AddStringToObject(object, "note", NOTE_COUNTRY);
    list_print_json(object);
    cJSON_Delete(object);
}

/* ---- tables -------------------------------------------------------------------------------------------- */

/* What is null in JSON reads "none". */
static void add_row(struct table *table, struct census_row *row, const struct census_row *total, bool trial)
{
    cJSON *object = row_object(row, total, trial);
    static const char *const may_miss[] = {"no_action_percent", "median_hours"};
    for (size_t i = 0; i < sizeof(may_miss) / sizeof(may_miss[0]); i++)
        if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(object, may_miss[i])))
            cJSON_ReplaceItemInObjectCaseSensitive(object, may_miss[i], cJSON_CreateString("none"));
    table_add(table, object);
    cJSON_Delete(object);
}

static void print_table(struct report *report, enum survey_table number)
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
    const struct census *census = &report->survey.tables[number];
    bool shadow = number == SURVEY_SHADOW;
    printf("%s%s%s\n", table_bold(report->ctl), titles[number], table_plain(report->ctl));
    struct table *table = census->count > 0 ? table_new(report->ctl, shadow ? trial : all) : NULL;
    if (!table) {
        puts("Nothing.\n");
        return;
    }
    for (uint32_t i = 0; i < census->count; i++)
        add_row(table, census->rows[i], total_of(report, number), shadow);
    add_row(table, total_of(report, number), total_of(report, number), shadow);
    table_end(table, NULL);
    putchar('\n');
}

static void print_noisy(const struct report *report)
{
    cJSON *rules = noisy_rules(report);
    const cJSON *rule = NULL;
    printf("%sNoisy rules%s (of %u hits or more, most ended in no action or were withdrawn)\n",
           table_bold(report->ctl), table_plain(report->ctl), NOISY_HITS);
    if (cJSON_GetArraySize(rules) == 0)
        puts("  none");
    cJSON_ArrayForEach(rule, rules)
    {
        fputs("  ", stdout);
        table_print(table_word(rule, "rule"));
        printf(": %.0f of %.0f hits\n", cJSON_GetNumberValue(table_find(rule, "came_to_nothing")),
               cJSON_GetNumberValue(table_find(rule, "hits")));
    }
    cJSON_Delete(rules);
}

static void print_period(const struct report *report)
{
    char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
    time_format(report->survey.from_ms, from);
    time_format(report->survey.to_ms, to);
    bool all = report->survey.from_ms == INT64_MIN && report->survey.to_ms == INT64_MAX;
    fputs(all ? "All events" : "Events received", stdout);
    if (report->survey.from_ms != INT64_MIN)
        printf(" from %s", from);
    if (report->survey.to_ms != INT64_MAX)
        printf(" to %s", to);
    fputs(", in ", stdout);
    table_print(report->journal);
    puts("\n");
}

static void print_tables(struct report *report)
{
    print_period(report);
    for (enum survey_table table = 0; table < SURVEY_TABLES; table++)
        if (report->wanted[table])
            print_table(report, table);
    print_noisy(report);
    printf("\nAlerts that decisions spared, so far: %llu.\n",
           (unsigned long long)report->survey.outcomes.spared);
    puts("\n" SMALL_TEXT ": from fewer than 5 engagements. " COVER_TEXT ": hidden, so that a " SMALL_TEXT
         " cannot be worked out from the total.\n" NOTE_COUNTRY);
}

/* ---- the command --------------------------------------------------------------------------------------- */

/* A day, of which *ret_ms is the beginning, or with `end` the end; or an instant. */
static int read_day(const struct ctl *ctl, const char *option, bool end, int64_t *ret_ms)
{
    const char *value = ctl_option(ctl, option);
    struct pw_text text = {value, value ? strlen(value) : 0};
    if (!value)
        return CTL_GOOD;
    if (time_parse_date(text, ret_ms) == 0) {
        *ret_ms += end ? DAY_MS - 1 : 0;
        return CTL_GOOD;
    }
    if (time_parse(text, ret_ms) == 0)
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
        status = read_day(ctl, "--from", false, &report->survey.from_ms);
    if (status == CTL_GOOD)
        status = read_day(ctl, "--to", true, &report->survey.to_ms);
    if (status == CTL_GOOD && report->survey.from_ms > report->survey.to_ms) {
        ctl_complain("--from is after --to");
        status = CTL_USAGE;
    }
    for (enum survey_table table = 0; table < SURVEY_SHADOW; table++)
        report->wanted[table] = !by || strcmp(by, survey_names[table]) == 0;
    report->wanted[SURVEY_SHADOW] = ctl_option(ctl, "--shadow") != NULL;
    return status;
}

static int run(struct report *report, bool named)
{
    struct journal_view *view = NULL;
    char *error = NULL;
    int result = journal_view_open(report->journal, &view, &error);
    if (result == 0)
        result = survey_run(&report->survey, view);
    if (result != 0)
        ctl_complain("%s: %s", report->journal,
                     error                       ? error
                     : result == PW_ERROR_MEMORY ? "out of memory"
                                                 : "the journal could not be read");
    else if (report->ctl->json)
        print_json(report);
    else
        print_tables(report);
    journal_view_close(view);
    free(error);
    return result == 0 ? CTL_GOOD : named && access(report->journal, R_OK) != 0 ? CTL_USAGE : CTL_BAD;
}

int ctl_report(struct ctl *ctl)
{
    struct report *report = calloc(1, sizeof(*report));
    if (!report) {
        ctl_complain("out of memory");
        return CTL_BAD;
    }
    report->ctl = ctl;
    report->journal = ctl_option(ctl, "--journal");
    report->survey.from_ms = INT64_MIN;
    report->survey.to_ms = INT64_MAX;
    snprintf(report->survey.total.name, CENSUS_NAME_BYTES, "all");
    snprintf(report->survey.trial.name, CENSUS_NAME_BYTES, "all");
    bool named = report->journal != NULL;
    int status = read_options(report);
    if (status == CTL_GOOD)
        status = named ? ctl_config_if_any(ctl) : ctl_config(ctl);
    if (status == CTL_GOOD) {
        report->survey.config = ctl->config;
        report->journal = named ? report->journal : ctl->config->journal;
        status = run(report, named);
    }
    survey_release(&report->survey);
    free(report);
    return status;
}
