/* SPDX-License-Identifier: Apache-2.0
 *
 * report.c: see report.h.
 */
#include "report/report.h"

#include "json/json.h"
#include "json/time.h"

#define DAY_MS       86400000
#define NOTE_COUNTRY "Country is shown to find bias in the rules; no rule decides by it."

int report_day(struct pw_text text, bool end, int64_t *ret_ms)
{
    int64_t ms = 0;
    if (time_parse_date(text, &ms) == 0)
        ms += end ? DAY_MS - 1 : 0;
    else if (time_parse(text, &ms) != 0)
        return PW_ERROR_INVALID;
    *ret_ms = ms;
    return 0;
}

/* ---- figures ------------------------------------------------------------------------------------------- */

static void write_hidden(struct buffer *out, enum shown shown)
{
    json_write_string(out, shown == SHOWN_AS_SMALL ? REPORT_SMALL : REPORT_COVER);
}

static void write_figure(struct buffer *out, const struct census_row *row, enum column column)
{
    if (row->cells[column].shown == SHOWN)
        json_write_unsigned(out, row->cells[column].count);
    else
        write_hidden(out, row->cells[column].shown);
}

/* Of the hits, in per cent; it must not tell what one of the two hides. */
static void write_share(struct buffer *out, const struct census_row *row)
{
    uint64_t hits = row->cells[COLUMN_HITS].count, ended = row->cells[COLUMN_NO_ACTION].count;
    if (row->cells[COLUMN_NO_ACTION].shown != SHOWN)
        write_hidden(out, row->cells[COLUMN_NO_ACTION].shown);
    else if (row->cells[COLUMN_HITS].shown != SHOWN)
        write_hidden(out, row->cells[COLUMN_HITS].shown);
    else if (hits == 0)
        json_write_null(out);
    else
        json_write_unsigned(out, (100 * ended + hits / 2) / hits);
}

/* 10.5, and 12 rather than 12.0. */
static void write_tenths(struct buffer *out, uint32_t tenths)
{
    json_write_unsigned(out, tenths / 10);
    if (tenths % 10)
        buffer_format(out, ".%u", tenths % 10);
}

/* That nobody decided yet may be said of a small row only where it holds for all. */
static void write_hours(struct buffer *out, struct census_row *row, bool any)
{
    uint32_t minutes = 0;
    bool decided = census_median(row, &minutes);
    if (decided ? row->decided_by.count < SUPPRESSION_LEAST
                : any && row->engagements.count < SUPPRESSION_LEAST)
        write_hidden(out, SHOWN_AS_SMALL);
    else if (!decided)
        json_write_null(out);
    else
        write_tenths(out, (uint32_t)(((uint64_t)minutes + 3) / 6));
}

static void write_row(struct buffer *out, struct census_row *row, const struct census_row *total, bool trial)
{
    json_write_begin(out, '{');
    json_member_string(out, "name", row->name);
    for (enum column column = 0; column < COLUMN_COUNT; column++) {
        bool decided = column == COLUMN_DECLINES || column == COLUMN_REVERSALS || column == COLUMN_NO_ACTION;
        if (trial && decided) /* nobody decides on what a pack on trial says */
            continue;
        json_write_key(out, column_names[column]);
        write_figure(out, row, column);
    }
    if (!trial) {
        json_write_key(out, "no_action_percent");
        write_share(out, row);
        json_write_key(out, "median_hours");
        write_hours(out, row, total->decided > 0);
    }
    json_write_end(out, '}');
}

/* ---- the report ---------------------------------------------------------------------------------------- */

static void write_table(struct buffer *out, struct survey *survey, enum survey_table table)
{
    const struct census *census = &survey->tables[table];
    bool trial = table == SURVEY_SHADOW;
    struct census_row *total = trial ? &survey->trial : &survey->total;
    json_write_key(out, survey_names[table]);
    json_write_begin(out, '{');
    json_write_key(out, "rows");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < census->count; i++)
        write_row(out, census->rows[i], total, trial);
    json_write_end(out, ']');
    json_write_key(out, "total");
    write_row(out, total, total, trial);
    json_write_end(out, '}');
}

/* Most of its hits came to nothing. Named where its figures may be shown. */
static bool is_noisy(const struct census_row *row, uint64_t *ret_ended)
{
    uint64_t ended = row->cells[COLUMN_NO_ACTION].count + row->cells[COLUMN_WITHDRAWN].count;
    *ret_ended = ended;
    return row->cells[COLUMN_HITS].count >= REPORT_NOISY_HITS && 2 * ended > row->cells[COLUMN_HITS].count &&
           row->cells[COLUMN_HITS].shown == SHOWN && row->cells[COLUMN_NO_ACTION].shown == SHOWN &&
           row->cells[COLUMN_WITHDRAWN].shown == SHOWN;
}

static void write_noisy(struct buffer *out, const struct census *rules)
{
    uint64_t ended = 0;
    json_write_key(out, "noisy_rules");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < rules->count; i++) {
        if (!is_noisy(rules->rows[i], &ended))
            continue;
        json_write_begin(out, '{');
        json_member_string(out, "rule", rules->rows[i]->name);
        json_member_unsigned(out, "hits", rules->rows[i]->cells[COLUMN_HITS].count);
        json_member_unsigned(out, "came_to_nothing", ended);
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
}

/* null: the period is open there. */
static void write_time(struct buffer *out, const char *key, int64_t ms)
{
    char text[TIME_TEXT_SIZE];
    json_write_key(out, key);
    if (ms == INT64_MIN || ms == INT64_MAX) {
        json_write_null(out);
        return;
    }
    time_format(ms, text);
    json_write_string(out, text);
}

static void write_report(struct buffer *out, struct survey *survey, const bool *wanted)
{
    write_time(out, "from", survey->from_ms);
    write_time(out, "to", survey->to_ms);
    json_member_unsigned(out, "least_engagements", SUPPRESSION_LEAST);
    json_write_key(out, "tables");
    json_write_begin(out, '{');
    for (enum survey_table table = 0; table < SURVEY_TABLES; table++)
        if (wanted[table])
            write_table(out, survey, table);
    json_write_end(out, '}');
    write_noisy(out, &survey->tables[SURVEY_RULE]);
    json_member_unsigned(out, "alerts_spared", survey->outcomes.spared);
    json_member_string(out, "note", NOTE_COUNTRY);
}

int report_make(const struct report_request *request, const struct config *config, struct journal_view *view,
                const atomic_bool *stop, struct buffer *out)
{
    struct survey survey = {
        .config = config, .from_ms = request->from_ms, .to_ms = request->to_ms, .stop = stop};
    int status = survey_run(&survey, view);
    if (status == 0)
        write_report(out, &survey, request->wanted);
    survey_release(&survey);
    return status;
}
