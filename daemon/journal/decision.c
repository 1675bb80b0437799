/* SPDX-License-Identifier: Apache-2.0
 *
 * decision.c: what people decide, written and read.
 */
#include "journal/writer.h"

/* ---- writing ------------------------------------------------------------------------------------------- */

int journal_decision_add(struct journal_writer *writer, const struct journal_decision *decision,
                         uint64_t *ret_decision_id)
{
    int status =
        writer_run(writer, TOUCH_DECISION, STATEMENT_DECISION_INSERT,
                   "uutttttttttt"
                   "iiiut",
                   decision->case_id, decision->revision, decision->state, decision->disposition,
                   decision->actor, decision->second, decision->reason, decision->costs, decision->benefits,
                   decision->mitigations, decision->displacement, decision->relied, decision->at_ms,
                   decision->second_ms, decision->review_by_ms, decision->known, decision->code);

    if (!status)
        *ret_decision_id = (uint64_t)sqlite3_last_insert_rowid(writer->view.store.db);
    return status;
}

int journal_decision_second(struct journal_writer *writer, uint64_t decision_id, struct pw_text second,
                            int64_t second_ms, struct pw_text relied)
{
    return writer_run(writer, TOUCH_DECISION, STATEMENT_DECISION_SECOND, "utit", decision_id, second,
                      second_ms, relied);
}

int journal_decision_end(struct journal_writer *writer, uint64_t decision_id, const char *state,
                         int64_t ended_ms, struct pw_text why, struct pw_text by)
{
    return writer_run(writer, TOUCH_DECISION, STATEMENT_DECISION_END, "usitt", decision_id, state, ended_ms,
                      why, by);
}

int journal_dissent_add(struct journal_writer *writer, const struct journal_dissent *dissent)
{
    return writer_run(writer, TOUCH_DECISION, STATEMENT_DISSENT_INSERT, "uutti", dissent->case_id,
                      dissent->decision_id, dissent->actor, dissent->words, dissent->at_ms);
}

int journal_decision_spared(struct journal_writer *writer, uint64_t decision_id, uint64_t sequence)
{
    return writer_run(writer, TOUCH_DECISION, STATEMENT_DECISION_SPARED, "uu", decision_id, sequence);
}

/* ---- reading ------------------------------------------------------------------------------------------- */

static int each_decision(struct journal_view *view, enum statement statement, sqlite3_stmt *row,
                         journal_decision_row *give, void *to)
{
    int status;

    while ((status = store_step(&view->store, row)) > 0) {
        struct journal_decision decision = {
            .decision_id = store_unsigned(row, 0),
            .case_id = store_unsigned(row, 1),
            .revision = store_unsigned(row, 2),
            .state = store_text(row, 3),
            .disposition = store_text(row, 4),
            .actor = store_text(row, 5),
            .second = store_text(row, 6),
            .reason = store_text(row, 7),
            .costs = store_text(row, 8),
            .benefits = store_text(row, 9),
            .mitigations = store_text(row, 10),
            .displacement = store_text(row, 11),
            .relied = store_text(row, 12),
            .at_ms = sqlite3_column_int64(row, 13),
            .second_ms = sqlite3_column_int64(row, 14),
            .review_by_ms = sqlite3_column_int64(row, 15),
            .spared = store_unsigned(row, 16),
            .ended_ms = sqlite3_column_int64(row, 17),
            .why = store_text(row, 18),
            .ended_by = store_text(row, 19),
            .known = store_unsigned(row, 20),
            .code = store_text(row, 21),
        };
        status = give(to, &decision);
        if (status)
            break;
    }
    store_give(&view->store, statement, row);
    return status;
}

int journal_decisions_of_case(struct journal_view *view, uint64_t case_id, journal_decision_row *row,
                              void *to)
{
    sqlite3_stmt *rows;
    int status = store_query(&view->store, STATEMENT_DECISIONS_OF_CASE, &rows, "u", case_id);

    return status ? status : each_decision(view, STATEMENT_DECISIONS_OF_CASE, rows, row, to);
}

int journal_decisions_due(struct journal_view *view, int64_t now_ms, uint32_t limit,
                          journal_decision_row *row, void *to)
{
    sqlite3_stmt *rows;
    int status = store_query(&view->store, STATEMENT_DECISIONS_DUE, &rows, "iu", now_ms, (uint64_t)limit);

    return status ? status : each_decision(view, STATEMENT_DECISIONS_DUE, rows, row, to);
}

int journal_dissents_of_case(struct journal_view *view, uint64_t case_id, journal_dissent_row *row, void *to)
{
    sqlite3_stmt *rows;
    int status = store_query(&view->store, STATEMENT_DISSENTS_OF_CASE, &rows, "u", case_id);

    if (status)
        return status;
    while ((status = store_step(&view->store, rows)) > 0) {
        struct journal_dissent dissent = {
            .case_id = case_id,
            .decision_id = store_unsigned(rows, 0),
            .actor = store_text(rows, 1),
            .words = store_text(rows, 2),
            .at_ms = sqlite3_column_int64(rows, 3),
        };
        status = row(to, &dissent);
        if (status)
            break;
    }
    store_give(&view->store, STATEMENT_DISSENTS_OF_CASE, rows);
    return status;
}

int journal_dispositions_read(struct journal_view *view, journal_disposition_row *row, void *to)
{
    sqlite3_stmt *rows;
    int status = store_query(&view->store, STATEMENT_DISPOSITIONS, &rows, "");

    if (status)
        return status;
    while ((status = store_step(&view->store, rows)) > 0) {
        struct journal_disposition disposition = {
            .case_id = store_unsigned(rows, 0),
            .disposition = store_text(rows, 1),
            .opened_ms = sqlite3_column_int64(rows, 2),
            .at_ms = sqlite3_column_int64(rows, 3),
            .spared = store_unsigned(rows, 4),
        };
        status = row(to, &disposition);
        if (status)
            break;
    }
    store_give(&view->store, STATEMENT_DISPOSITIONS, rows);
    return status;
}
