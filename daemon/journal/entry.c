/* SPDX-License-Identifier: Apache-2.0
 *
 * entry.c: what people write on cases, and the silences they ask for, written and read.
 */
#include "journal/writer.h"

int journal_entry_add(struct journal_writer *writer, const struct journal_entry *entry)
{
    return writer_run(writer, TOUCH_ENTRY, STATEMENT_ENTRY_INSERT, "utttti", entry->case_id, entry->kind,
                      entry->actor, entry->words, entry->detail, entry->at_ms);
}

int journal_entries_of_case(struct journal_view *view, uint64_t case_id, journal_entry_row *give, void *to)
{
    sqlite3_stmt *row;
    int status = store_query(&view->store, STATEMENT_ENTRIES_OF_CASE, &row, "u", case_id);

    if (status)
        return status;
    while ((status = store_step(&view->store, row)) > 0) {
        const struct journal_entry entry = {
            .entry_id = store_unsigned(row, 0),
            .case_id = store_unsigned(row, 1),
            .kind = store_text(row, 2),
            .actor = store_text(row, 3),
            .words = store_text(row, 4),
            .detail = store_text(row, 5),
            .at_ms = sqlite3_column_int64(row, 6),
        };
        status = give(to, &entry);
        if (status)
            break;
    }
    store_give(&view->store, STATEMENT_ENTRIES_OF_CASE, row);
    return status;
}

int journal_silence_add(struct journal_writer *writer, const struct journal_silence *silence,
                        uint64_t *ret_silence_id)
{
    int status = writer_run(writer, TOUCH_ENTRY, STATEMENT_SILENCE_INSERT, "ttutttii", silence->author,
                            silence->reason, silence->case_id, silence->rule, silence->pathway, silence->unit,
                            silence->at_ms, silence->until_ms);

    if (!status)
        *ret_silence_id = (uint64_t)sqlite3_last_insert_rowid(writer->view.store.db);
    return status;
}

int journal_silence_end(struct journal_writer *writer, uint64_t silence_id, int64_t ended_ms,
                        struct pw_text ended_by)
{
    return writer_run(writer, TOUCH_ENTRY, STATEMENT_SILENCE_END, "uit", silence_id, ended_ms, ended_by);
}

static int each_silence(struct journal_view *view, enum statement statement, sqlite3_stmt *row,
                        journal_silence_row *give, void *to)
{
    int status;

    while ((status = store_step(&view->store, row)) > 0) {
        const struct journal_silence silence = {
            .silence_id = store_unsigned(row, 0),
            .author = store_text(row, 1),
            .reason = store_text(row, 2),
            .case_id = store_unsigned(row, 3),
            .rule = store_text(row, 4),
            .pathway = store_text(row, 5),
            .unit = store_text(row, 6),
            .at_ms = sqlite3_column_int64(row, 7),
            .until_ms = sqlite3_column_int64(row, 8),
            .ended_ms = sqlite3_column_int64(row, 9),
            .ended_by = store_text(row, 10),
        };
        status = give(to, &silence);
        if (status)
            break;
    }
    store_give(&view->store, statement, row);
    return status;
}

int journal_silences_read(struct journal_view *view, uint64_t after_silence, uint32_t limit,
                          journal_silence_row *row, void *to)
{
    sqlite3_stmt *found;
    int status = store_query(&view->store, STATEMENT_SILENCES, &found, "uu", after_silence, (uint64_t)limit);

    return status ? status : each_silence(view, STATEMENT_SILENCES, found, row, to);
}

int journal_silences_active(struct journal_view *view, int64_t now_ms, journal_silence_row *row, void *to)
{
    sqlite3_stmt *found;
    int status = store_query(&view->store, STATEMENT_SILENCES_ACTIVE, &found, "i", now_ms);

    return status ? status : each_silence(view, STATEMENT_SILENCES_ACTIVE, found, row, to);
}
