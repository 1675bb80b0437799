/* SPDX-License-Identifier: Apache-2.0
 *
 * read.c: rows of the journal handed to a caller one by one. Every statement is reset before the function
 * returns: a view that kept one open would keep the -wal file from starting anew.
 */
#include <string.h>

#include "journal/view.h"

struct reading {
    int (*give)(const struct reading *reading, sqlite3_stmt *row);
    void *to;
    union {
        journal_event_row *event;
        journal_finding_row *finding;
        journal_case_row *item;
        journal_pending_row *pending;
        journal_linked_row *linked;
        int (*facts)(void *to, struct pw_text instance, struct pw_text facts);
    } row;
};

static int each(struct journal_view *view, const struct reading *reading, enum statement statement,
                const char *kinds, ...)
{
    sqlite3_stmt *row;
    va_list values;
    int status;

    va_start(values, kinds);
    status = store_query_list(&view->store, statement, &row, kinds, values);
    va_end(values);
    if (status)
        return status;
    while ((status = store_step(&view->store, row)) > 0) {
        status = reading->give(reading, row);
        if (status)
            break;
    }
    store_give(&view->store, statement, row);
    return status;
}

/* ---- events, facts ------------------------------------------------------------------------------------- */

static int give_event(const struct reading *reading, sqlite3_stmt *row)
{
    struct journal_event event = {
        .sequence = store_unsigned(row, 0),
        .received_ms = sqlite3_column_int64(row, 1),
        .feed = store_text(row, 2),
        .source = store_text(row, 3),
        .id = store_text(row, 4),
        .type = store_text(row, 5),
        .engagement_id = store_text(row, 6),
        .body = store_text(row, 7),
        .affiliation = store_text(row, 8),
    };
    return reading->row.event(reading->to, &event);
}

int journal_event_read(struct journal_view *view, uint64_t sequence, journal_event_row *row, void *to)
{
    struct reading reading = {.give = give_event, .to = to, .row.event = row};
    return each(view, &reading, STATEMENT_EVENT, "u", sequence);
}

int journal_events_read(struct journal_view *view, uint64_t after, uint32_t limit, journal_event_row *row,
                        void *to)
{
    struct reading reading = {.give = give_event, .to = to, .row.event = row};
    return each(view, &reading, STATEMENT_EVENTS, "uu", after, (uint64_t)limit);
}

int journal_corrections_read(struct journal_view *view, struct pw_text source, struct pw_text id,
                             journal_event_row *row, void *to)
{
    struct reading reading = {.give = give_event, .to = to, .row.event = row};
    return each(view, &reading, STATEMENT_CORRECTIONS, "u", duplicate_hash(view->hash_key, source, id));
}

int journal_corrections_any(struct journal_view *view, bool *ret_any)
{
    uint64_t any = 0;
    int status = store_number(&view->store, "SELECT EXISTS(SELECT 1 FROM correction)", &any);

    if (!status)
        *ret_any = any != 0;
    return status;
}

static int give_linked(const struct reading *reading, sqlite3_stmt *row)
{
    return reading->row.linked(reading->to, store_unsigned(row, 0) / EVENT_SLOTS,
                               sqlite3_column_int64(row, 1));
}

int journal_linked_before(struct journal_view *view, struct pw_text link, int64_t from_ms, int64_t at_ms,
                          int64_t tie, uint32_t limit, journal_linked_row *row, void *to)
{
    struct reading reading = {.give = give_linked, .to = to, .row.linked = row};
    return each(view, &reading, STATEMENT_LINKED_BEFORE, "uiiiu", link_hash(view, link), from_ms, at_ms, tie,
                (uint64_t)limit);
}

int journal_linked_after(struct journal_view *view, struct pw_text link, int64_t at_ms, int64_t tie,
                         uint32_t limit, journal_linked_row *row, void *to)
{
    struct reading reading = {.give = give_linked, .to = to, .row.linked = row};
    return each(view, &reading, STATEMENT_LINKED_AFTER, "uiiu", link_hash(view, link), at_ms, tie,
                (uint64_t)limit);
}

int journal_linked_later(struct journal_view *view, uint64_t sequence, int64_t at_ms, journal_linked_row *row,
                         void *to)
{
    struct reading reading = {.give = give_linked, .to = to, .row.linked = row};
    return each(view, &reading, STATEMENT_LINKED_LATER, "uui", SLOT_FIRST(sequence), SLOT_LAST(sequence),
                at_ms);
}

static int give_facts(const struct reading *reading, sqlite3_stmt *row)
{
    return reading->row.facts(reading->to, store_text(row, 0), store_text(row, 1));
}

int journal_facts_read(struct journal_view *view, uint64_t sequence,
                       int (*row)(void *to, struct pw_text instance, struct pw_text facts), void *to)
{
    struct reading reading = {.give = give_facts, .to = to, .row.facts = row};
    return each(view, &reading, STATEMENT_FACTS, "uu", SLOT_FIRST(sequence), SLOT_LAST(sequence));
}

/* ---- findings ------------------------------------------------------------------------------------------ */

static int give_finding(const struct reading *reading, sqlite3_stmt *row)
{
    struct journal_finding finding = {
        .finding_id = store_unsigned(row, 0),
        .sequence = store_unsigned(row, 0) / EVENT_SLOTS,
        .case_id = store_unsigned(row, 1),
        .instance = store_text(row, 2),
        .pathway = store_text(row, 3),
        .rule = store_text(row, 4),
        .level = (uint32_t)store_unsigned(row, 5),
        .needs_information = (uint32_t)store_unsigned(row, 6),
        .withdrawn = store_unsigned(row, 7) != 0,
        .body = store_text(row, 8),
    };
    return reading->row.finding(reading->to, &finding);
}

int journal_findings_of_event(struct journal_view *view, uint64_t sequence, journal_finding_row *row,
                              void *to)
{
    struct reading reading = {.give = give_finding, .to = to, .row.finding = row};
    return each(view, &reading, STATEMENT_FINDINGS_OF_EVENT, "uu", SLOT_FIRST(sequence), SLOT_LAST(sequence));
}

int journal_findings_of_case(struct journal_view *view, uint64_t case_id, journal_finding_row *row, void *to)
{
    struct reading reading = {.give = give_finding, .to = to, .row.finding = row};
    return each(view, &reading, STATEMENT_FINDINGS_OF_CASE, "u", case_id);
}

int journal_findings_newest(struct journal_view *view, uint64_t case_id, bool withdrawn, uint32_t limit,
                            journal_finding_row *row, void *to)
{
    struct reading reading = {.give = give_finding, .to = to, .row.finding = row};
    return each(view, &reading, STATEMENT_FINDINGS_NEWEST, "uuu", case_id, (uint64_t)withdrawn,
                (uint64_t)limit);
}

int journal_findings_tally(struct journal_view *view, uint64_t case_id, struct journal_tally *ret_tally)
{
    struct journal_tally tally = {0};
    sqlite3_stmt *row;
    int status = store_query(&view->store, STATEMENT_FINDINGS_TALLY, &row, "u", case_id);

    if (status)
        return status;
    while ((status = store_step(&view->store, row)) > 0) {
        uint64_t newest = store_unsigned(row, 2) / EVENT_SLOTS;
        *(store_unsigned(row, 0) ? &tally.withdrawn : &tally.standing) = store_unsigned(row, 1);
        if (newest > tally.newest_sequence)
            tally.newest_sequence = newest;
    }
    store_give(&view->store, STATEMENT_FINDINGS_TALLY, row);
    if (!status)
        *ret_tally = tally;
    return status;
}

int journal_findings_read(struct journal_view *view, uint64_t after_finding, uint32_t limit,
                          journal_finding_row *row, void *to)
{
    struct reading reading = {.give = give_finding, .to = to, .row.finding = row};
    return each(view, &reading, STATEMENT_FINDINGS, "uu", after_finding, (uint64_t)limit);
}

/* ---- cases --------------------------------------------------------------------------------------------- */

static int give_case(const struct reading *reading, sqlite3_stmt *row)
{
    struct journal_case item = {
        .case_id = store_unsigned(row, 0),
        .engagement_id = store_text(row, 1),
        .level = (uint32_t)store_unsigned(row, 2),
        .needs_information = (uint32_t)store_unsigned(row, 3),
        .state = store_text(row, 4),
        .pathways = store_text(row, 5),
        .title = store_text(row, 6),
        .rules = store_text(row, 7),
        .opened_ms = sqlite3_column_int64(row, 8),
        .updated_ms = sqlite3_column_int64(row, 9),
        .revision = store_unsigned(row, 10),
        .sequence = store_unsigned(row, 11),
        .queue = store_text(row, 12),
        .assignee = store_text(row, 13),
        .unit = store_text(row, 14),
        .decide_by_ms = sqlite3_column_int64(row, 15),
        .wake_ms = sqlite3_column_int64(row, 16),
        .reminders = (uint32_t)store_unsigned(row, 17),
        .escalated = store_unsigned(row, 18) != 0,
    };
    return reading->row.item(reading->to, &item);
}

int journal_case_of_engagement(struct journal_view *view, struct pw_text engagement_id, journal_case_row *row,
                               void *to)
{
    struct reading reading = {.give = give_case, .to = to, .row.item = row};
    return each(view, &reading, STATEMENT_CASE_OF_ENGAGEMENT, "t", engagement_id);
}

int journal_case_read(struct journal_view *view, uint64_t case_id, journal_case_row *row, void *to)
{
    struct reading reading = {.give = give_case, .to = to, .row.item = row};
    return each(view, &reading, STATEMENT_CASE, "u", case_id);
}

int journal_cases_read(struct journal_view *view, uint64_t after_case, uint32_t limit, journal_case_row *row,
                       void *to)
{
    struct reading reading = {.give = give_case, .to = to, .row.item = row};
    return each(view, &reading, STATEMENT_CASES, "uu", after_case, (uint64_t)limit);
}

int journal_cases_open(struct journal_view *view, enum journal_cases_by by, struct pw_text name,
                       uint64_t after_case, uint32_t limit, journal_case_row *row, void *to)
{
    struct reading reading = {.give = give_case, .to = to, .row.item = row};
    return each(view, &reading,
                by == JOURNAL_CASES_OF_QUEUE ? STATEMENT_CASES_OF_QUEUE : STATEMENT_CASES_OF_ASSIGNEE, "tuu",
                name, after_case, (uint64_t)limit);
}

int journal_cases_urgent(struct journal_view *view, struct pw_text queue, uint32_t level, uint64_t after_case,
                         uint32_t limit, journal_case_row *row, void *to)
{
    struct reading reading = {.give = give_case, .to = to, .row.item = row};
    return each(view, &reading, STATEMENT_CASES_URGENT, "tuuu", queue, (uint64_t)level, after_case,
                (uint64_t)limit);
}

int journal_cases_waking(struct journal_view *view, int64_t now_ms, uint32_t limit, journal_case_row *row,
                         void *to)
{
    struct reading reading = {.give = give_case, .to = to, .row.item = row};
    return each(view, &reading, STATEMENT_CASES_WAKING, "iu", now_ms, (uint64_t)limit);
}

/* ---- owed work, cursors -------------------------------------------------------------------------------- */

static int give_pending(const struct reading *reading, sqlite3_stmt *row)
{
    struct journal_pending pending = {
        .sequence = store_unsigned(row, 0),
        .instance = store_text(row, 1),
        .pathway = store_text(row, 2),
        .reason = store_text(row, 3),
        .since_ms = sqlite3_column_int64(row, 4),
        .reported = store_unsigned(row, 5) != 0,
    };
    return reading->row.pending(reading->to, &pending);
}

int journal_pending_read(struct journal_view *view, struct pw_text instance, uint64_t after, uint32_t limit,
                         journal_pending_row *row, void *to)
{
    struct reading reading = {.give = give_pending, .to = to, .row.pending = row};
    return each(view, &reading, STATEMENT_PENDING, "tuu", instance, after, (uint64_t)limit);
}

int journal_pending_late(struct journal_view *view, struct pw_text instance, int64_t since_before_ms,
                         uint32_t limit, journal_pending_row *row, void *to)
{
    struct reading reading = {.give = give_pending, .to = to, .row.pending = row};
    return each(view, &reading, STATEMENT_PENDING_LATE, "tiu", instance, since_before_ms, (uint64_t)limit);
}

static int read_number(struct journal_view *view, enum statement statement, const char *name,
                       uint64_t *ret_number)
{
    sqlite3_stmt *row;
    int status = store_query(&view->store, statement, &row, "s", name);

    if (status)
        return status;
    status = store_step(&view->store, row);
    if (status >= 0)
        *ret_number = status ? store_unsigned(row, 0) : 0;
    store_give(&view->store, statement, row);
    return status < 0 ? status : 0;
}

int journal_cursor_get(struct journal_view *view, const char *stage, uint64_t *ret_sequence)
{
    return read_number(view, STATEMENT_CURSOR_GET, stage, ret_sequence);
}

int journal_mark_get(struct journal_view *view, const char *name, uint64_t *ret_value)
{
    return read_number(view, STATEMENT_MARK_GET, name, ret_value);
}
