/* SPDX-License-Identifier: Apache-2.0
 *
 * notice.c: what is to be told, written and read. Counters of journal_count are kept in step with the states.
 */
#include <string.h>

#include "json/json.h"
#include "journal/writer.h"

static const struct {
    const char *state;
    enum tally tally;
} notice_states[] = {
    {"held", TALLY_HELD},           {"digest", TALLY_DIGEST}, {"waiting", TALLY_WAITING},
    {"delivered", TALLY_DELIVERED}, {"failed", TALLY_FAILED}, {"muted", TALLY_MUTED},
    {"folded", TALLY_FOLDED},
};

/* ---- writing ------------------------------------------------------------------------------------------- */

/* -1: there is no such state. */
static int tally_of(struct pw_text state)
{
    for (size_t i = 0; i < sizeof(notice_states) / sizeof(*notice_states); i++)
        if (text_is(state, notice_states[i].state))
            return (int)notice_states[i].tally;
    return -1;
}

int journal_notice_add(struct journal_writer *writer, const struct journal_notice *notice)
{
    int tally = tally_of(notice->state);
    uint64_t channel;
    int status = tally < 0 ? PW_ERROR_INVALID : writer_name(writer, notice->channel, &channel);

    if (!status)
        status = writer_run(writer, TOUCH_NOTICE, STATEMENT_NOTICE_INSERT,
                            "uututtttt"
                            "uii"
                            "tuuutti",
                            notice->case_id, notice->revision, notice->notice_id, channel, notice->reviewer,
                            notice->address, notice->state, notice->body, notice->error,
                            (uint64_t)notice->attempts, notice->created_ms, notice->next_ms, notice->change,
                            (uint64_t)notice->level, (uint64_t)notice->previous_level, notice->sequence,
                            notice->because, notice->reason, notice->told_ms);
    if (!status)
        writer->now.tallies[tally]++;
    return status;
}

/* What the state counts as before it changes; PW_ERROR_NOT_FOUND when there is no such notice. */
static int counted_as(struct journal_writer *writer, uint64_t notice_number, int *ret_tally)
{
    struct store *store = &writer->view.store;
    sqlite3_stmt *row;
    int status = store_query(store, STATEMENT_NOTICE_STATE, &row, "u", notice_number);

    if (status)
        return status;
    status = store_step(store, row);
    if (status > 0)
        *ret_tally = tally_of(store_text(row, 0));
    store_give(store, STATEMENT_NOTICE_STATE, row);
    if (status <= 0)
        return status ? status : PW_ERROR_NOT_FOUND;
    return *ret_tally < 0 ? PW_ERROR_CORRUPT : 0;
}

static void recount(struct journal_writer *writer, int before, int after)
{
    writer->now.tallies[before]--;
    writer->now.tallies[after]++;
}

int journal_notice_update(struct journal_writer *writer, const struct journal_notice *notice)
{
    int tally = tally_of(notice->state), before = -1;
    int status = tally < 0 ? PW_ERROR_INVALID : counted_as(writer, notice->notice_number, &before);

    if (!status)
        status = writer_run(writer, TOUCH_NOTICE, STATEMENT_NOTICE_UPDATE,
                            "uutttti"
                            "tuuutti",
                            notice->notice_number, notice->revision, notice->reviewer, notice->address,
                            notice->state, notice->body, notice->next_ms, notice->change,
                            (uint64_t)notice->level, (uint64_t)notice->previous_level, notice->sequence,
                            notice->because, notice->reason, notice->told_ms);
    if (!status)
        recount(writer, before, tally);
    return status;
}

int journal_notice_settle(struct journal_writer *writer, uint64_t notice_number, const char *state,
                          uint32_t attempts, int64_t next_ms, struct pw_text error)
{
    int tally = tally_of((struct pw_text){state, strlen(state)}), before = -1;
    int status = tally < 0 ? PW_ERROR_INVALID : counted_as(writer, notice_number, &before);

    if (!status)
        status = writer_run(writer, TOUCH_NOTICE, STATEMENT_NOTICE_SETTLE, "usuit", notice_number, state,
                            (uint64_t)attempts, next_ms, error);
    if (!status)
        recount(writer, before, tally);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------------- */

static int each_notice(struct journal_view *view, enum statement statement, sqlite3_stmt *row,
                       journal_notice_row *give, void *to)
{
    int status;

    while ((status = store_step(&view->store, row)) > 0) {
        struct journal_notice notice = {
            .notice_number = store_unsigned(row, 0),
            .case_id = store_unsigned(row, 1),
            .revision = store_unsigned(row, 2),
            .notice_id = store_text(row, 3),
            .channel = store_text(row, 4),
            .reviewer = store_text(row, 5),
            .address = store_text(row, 6),
            .state = store_text(row, 7),
            .body = store_text(row, 8),
            .error = store_text(row, 9),
            .attempts = (uint32_t)store_unsigned(row, 10),
            .created_ms = sqlite3_column_int64(row, 11),
            .next_ms = sqlite3_column_int64(row, 12),
            .change = store_text(row, 13),
            .level = (uint32_t)store_unsigned(row, 14),
            .previous_level = (uint32_t)store_unsigned(row, 15),
            .sequence = store_unsigned(row, 16),
            .because = store_text(row, 17),
            .reason = store_text(row, 18),
            .told_ms = sqlite3_column_int64(row, 19),
        };
        status = give(to, &notice);
        if (status)
            break;
    }
    store_give(&view->store, statement, row);
    return status;
}

int journal_notices_of_case(struct journal_view *view, uint64_t case_id, journal_notice_row *row, void *to)
{
    sqlite3_stmt *found;
    int status = store_query(&view->store, STATEMENT_NOTICES_OF_CASE, &found, "u", case_id);

    return status ? status : each_notice(view, STATEMENT_NOTICES_OF_CASE, found, row, to);
}

int journal_notices_due(struct journal_view *view, struct pw_text channel, int64_t now_ms, uint32_t limit,
                        journal_notice_row *row, void *to)
{
    sqlite3_stmt *found;
    int status =
        store_query(&view->store, STATEMENT_NOTICES_DUE, &found, "tiu", channel, now_ms, (uint64_t)limit);

    return status ? status : each_notice(view, STATEMENT_NOTICES_DUE, found, row, to);
}

int journal_notices_held(struct journal_view *view, int64_t now_ms, uint32_t limit, journal_notice_row *row,
                         void *to)
{
    sqlite3_stmt *found;
    int status = store_query(&view->store, STATEMENT_NOTICES_HELD, &found, "iu", now_ms, (uint64_t)limit);

    return status ? status : each_notice(view, STATEMENT_NOTICES_HELD, found, row, to);
}

int journal_notices_of_digest(struct journal_view *view, struct pw_text channel, struct pw_text reviewer,
                              int64_t now_ms, uint32_t limit, journal_notice_row *row, void *to)
{
    sqlite3_stmt *found;
    int status = store_query(&view->store, STATEMENT_NOTICES_OF_DIGEST, &found, "ttiu", channel, reviewer,
                             now_ms, (uint64_t)limit);

    return status ? status : each_notice(view, STATEMENT_NOTICES_OF_DIGEST, found, row, to);
}

int journal_notices_backlog(struct journal_view *view, struct pw_text channel, int64_t told_ms,
                            uint64_t least, int (*give)(void *to, struct pw_text reviewer), void *to)
{
    sqlite3_stmt *row;
    int status = store_query(&view->store, STATEMENT_NOTICES_BACKLOG, &row, "tiu", channel, told_ms, least);

    if (status)
        return status;
    while ((status = store_step(&view->store, row)) > 0) {
        status = give(to, store_text(row, 0));
        if (status)
            break;
    }
    store_give(&view->store, STATEMENT_NOTICES_BACKLOG, row);
    return status;
}

int journal_notices_backlog_of(struct journal_view *view, struct pw_text channel, struct pw_text reviewer,
                               int64_t told_ms, uint32_t limit, journal_notice_row *row, void *to)
{
    sqlite3_stmt *found;
    int status = store_query(&view->store, STATEMENT_NOTICES_BACKLOG_OF, &found, "ttiu", channel, reviewer,
                             told_ms, (uint64_t)limit);

    return status ? status : each_notice(view, STATEMENT_NOTICES_BACKLOG_OF, found, row, to);
}

int journal_notices_next(struct journal_view *view, struct pw_text channel, int64_t *ret_ms)
{
    sqlite3_stmt *row;
    int status = store_query(&view->store, STATEMENT_NOTICES_NEXT, &row, "t", channel);

    if (status)
        return status;
    status = store_step(&view->store, row);
    if (status >= 0)
        *ret_ms = status ? sqlite3_column_int64(row, 0) : INT64_MAX;
    store_give(&view->store, STATEMENT_NOTICES_NEXT, row);
    return status < 0 ? status : 0;
}

int journal_notices_told(struct journal_view *view, struct pw_text reviewer, int64_t since_ms,
                         uint64_t *ret_count)
{
    sqlite3_stmt *row;
    int status = store_query(&view->store, STATEMENT_NOTICES_TOLD, &row, "ti", reviewer, since_ms);

    if (status)
        return status;
    status = store_step(&view->store, row);
    if (status > 0)
        *ret_count = store_unsigned(row, 0);
    store_give(&view->store, STATEMENT_NOTICES_TOLD, row);
    return status < 0 ? status : 0;
}
