/* SPDX-License-Identifier: Apache-2.0
 *
 * pack.c: changes of the packs in force, written and read.
 */
#include "journal/writer.h"

int journal_pack_add(struct journal_writer *writer, const struct journal_pack *change,
                     uint64_t *ret_change_id)
{
    int status = writer_run(writer, TOUCH_PACK, STATEMENT_PACK_INSERT,
                            "tttttttttt"
                            "iii",
                            change->state, change->choice, change->pack, change->version, change->regime,
                            change->actor, change->second, change->reason, change->body, change->said,
                            change->at_ms, change->second_ms, change->settled_ms);

    if (!status)
        *ret_change_id = (uint64_t)sqlite3_last_insert_rowid(writer->view.store.db);
    return status;
}

int journal_pack_settle(struct journal_writer *writer, const struct journal_pack *change)
{
    return writer_run(writer, TOUCH_PACK, STATEMENT_PACK_UPDATE, "utttii", change->change_id, change->state,
                      change->second, change->said, change->second_ms, change->settled_ms);
}

static int each_change(struct journal_view *view, enum statement statement, sqlite3_stmt *row,
                       journal_pack_row *give, void *to)
{
    int status;

    while ((status = store_step(&view->store, row)) > 0) {
        struct journal_pack change = {
            .change_id = store_unsigned(row, 0),
            .state = store_text(row, 1),
            .choice = store_text(row, 2),
            .pack = store_text(row, 3),
            .version = store_text(row, 4),
            .regime = store_text(row, 5),
            .actor = store_text(row, 6),
            .second = store_text(row, 7),
            .reason = store_text(row, 8),
            .body = store_text(row, 9),
            .said = store_text(row, 10),
            .at_ms = sqlite3_column_int64(row, 11),
            .second_ms = sqlite3_column_int64(row, 12),
            .settled_ms = sqlite3_column_int64(row, 13),
        };
        status = give(to, &change);
        if (status)
            break;
    }
    store_give(&view->store, statement, row);
    return status;
}

int journal_packs_read(struct journal_view *view, uint64_t after_change, uint32_t limit,
                       journal_pack_row *row, void *to)
{
    sqlite3_stmt *rows;
    int status = store_query(&view->store, STATEMENT_PACKS, &rows, "uu", after_change, (uint64_t)limit);

    return status ? status : each_change(view, STATEMENT_PACKS, rows, row, to);
}

int journal_pack_in_state(struct journal_view *view, const char *state, journal_pack_row *row, void *to)
{
    sqlite3_stmt *rows;
    int status = store_query(&view->store, STATEMENT_PACK_IN_STATE, &rows, "s", state);

    return status ? status : each_change(view, STATEMENT_PACK_IN_STATE, rows, row, to);
}
