/* SPDX-License-Identifier: Apache-2.0
 *
 * stage.c: what stages write besides findings: cursors, facts, owed work, cases, audit records. Each
 * keeps the counters of journal_count in step.
 */
#include <string.h>

#include "journal/writer.h"
#include "json/json.h"

/* Cases in any other state still want somebody's attention. */
static const char *const closed_states[] = {"withdrawn", "decided", "closed"};

/* The journal writes these itself; a stage that could would blur what they prove. */
static const char *const reserved_kinds[] = {"schema", "append", "stage"};

static bool same(struct pw_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

/* Queries one row and hands its first column to `see`; 1 when there was a row. */
static int look(struct store *store, enum statement statement, sqlite3_stmt *row, int64_t *ret_tally,
                int64_t (*see)(struct pw_text))
{
    int status = store_step(store, row);

    if (status > 0)
        *ret_tally = see(store_text(row, 0));
    store_give(store, statement, row);
    return status;
}

int journal_cursor_set(struct journal_writer *writer, const char *stage, uint64_t sequence)
{
    int status = writer_run(writer, TOUCH_CURSOR, STATEMENT_CURSOR_SET, "su", stage, sequence);

    return status ? status : writer_read_cursors(writer);
}

int journal_mark_set(struct journal_writer *writer, const char *name, uint64_t value)
{
    return writer_run(writer, TOUCH_MARK, STATEMENT_MARK_SET, "su", name, value);
}

int journal_correction_put(struct journal_writer *writer, uint64_t sequence, struct pw_text source,
                           struct pw_text id)
{
    return writer_run(writer, TOUCH_CORRECTION, STATEMENT_CORRECTION_INSERT, "uu", sequence,
                      duplicate_hash(writer->view.hash_key, source, id));
}

/* What an event is noted for already. */
static int read_links(struct journal_writer *writer, uint64_t sequence, uint64_t keys[JOURNAL_MAX_LINKS],
                      uint32_t *ret_count)
{
    struct store *store = &writer->view.store;
    sqlite3_stmt *row;
    int status =
        store_query(store, STATEMENT_LINKS_OF_EVENT, &row, "uu", SLOT_FIRST(sequence), SLOT_LAST(sequence));

    *ret_count = 0;
    if (status)
        return status;
    while ((status = store_step(store, row)) > 0 && *ret_count < JOURNAL_MAX_LINKS)
        keys[(*ret_count)++] = (uint64_t)sqlite3_column_int64(row, 0);
    store_give(store, STATEMENT_LINKS_OF_EVENT, row);
    return status < 0 ? status : 0;
}

int journal_links_put(struct journal_writer *writer, uint64_t sequence, int64_t at_ms, int64_t tie,
                      const struct pw_text *links, uint32_t count)
{
    uint64_t keys[JOURNAL_MAX_LINKS];
    uint32_t known, k;
    int status = sequence ? read_links(writer, sequence, keys, &known) : PW_ERROR_INVALID;

    for (uint32_t i = 0; i < count && !status; i++) {
        uint64_t key = link_hash(&writer->view, links[i]);
        for (k = 0; k < known && keys[k] != key; k++)
            ;
        if (k < known)
            continue;
        if (known == JOURNAL_MAX_LINKS)
            return PW_ERROR_LIMIT;
        status = writer_run(writer, TOUCH_LINK, STATEMENT_LINK_INSERT, "uuii", SLOT_FIRST(sequence) + known,
                            key, at_ms, tie);
        keys[known++] = key;
    }
    return status;
}

int journal_audit(struct journal_writer *writer, const char *kind, struct pw_text detail)
{
    for (size_t i = 0; i < sizeof(reserved_kinds) / sizeof(*reserved_kinds); i++)
        if (strcmp(kind, reserved_kinds[i]) == 0)
            return PW_ERROR_INVALID;
    if (detail.length < 2 || detail.data[0] != '{' || detail.data[detail.length - 1] != '}')
        return PW_ERROR_INVALID;
    if (detail.length > AUDIT_DETAIL_MAX)
        return PW_ERROR_LIMIT;
    return audit_write(&writer->view.store, &writer->now.audit, writer->instant_ms, kind, detail);
}

/* ---- facts --------------------------------------------------------------------------------------------- */

static int fact_id(struct store *store, uint64_t sequence, uint64_t instance, uint64_t *ret_id,
                   bool *ret_found)
{
    sqlite3_stmt *row;
    int status = store_query(store, STATEMENT_FACT_OF_INSTANCE, &row, "uuu", SLOT_FIRST(sequence),
                             SLOT_LAST(sequence), instance);

    if (status)
        return status;
    status = store_step(store, row);
    *ret_found = status > 0;
    if (status > 0)
        *ret_id = store_unsigned(row, 0);
    store_give(store, STATEMENT_FACT_OF_INSTANCE, row);
    if (status)
        return status < 0 ? status : 0;
    status = store_query(store, STATEMENT_FACT_NEXT, &row, "uu", SLOT_FIRST(sequence), SLOT_LAST(sequence));
    if (status)
        return status;
    status = store_step(store, row);
    if (status > 0)
        *ret_id = store_unsigned(row, 0) ? store_unsigned(row, 0) + 1 : SLOT_FIRST(sequence);
    store_give(store, STATEMENT_FACT_NEXT, row);
    return status < 0 ? status : 0;
}

int journal_facts_put(struct journal_writer *writer, uint64_t sequence, const char *instance,
                      struct pw_text facts)
{
    uint64_t name, id = 0;
    bool found = false;
    int status = sequence ? writer_name(writer, text_of(instance), &name) : PW_ERROR_INVALID;

    if (!status)
        status = fact_id(&writer->view.store, sequence, name, &id, &found);
    if (status)
        return status;
    if (found)
        return writer_run(writer, TOUCH_FACTS, STATEMENT_FACT_UPDATE, "ut", id, facts);
    if (id > SLOT_LAST(sequence))
        return PW_ERROR_LIMIT;
    return writer_run(writer, TOUCH_FACTS, STATEMENT_FACT_INSERT, "uut", id, name, facts);
}

/* ---- work still owed ----------------------------------------------------------------------------------- */

static int64_t is_poison(struct pw_text reason)
{
    return same(reason, "poison");
}

/* Takes the row that stands, if any, out of the counters; 1 when one stood. since_ms 0: since whenever. */
static int uncount_pending(struct journal_writer *writer, uint64_t sequence, uint64_t instance,
                           uint64_t pathway, int64_t since_ms)
{
    struct store *store = &writer->view.store;
    sqlite3_stmt *row;
    int64_t poison = 0;
    int status =
        store_query(store, STATEMENT_PENDING_REASON, &row, "uuui", instance, sequence, pathway, since_ms);

    if (!status)
        status = look(store, STATEMENT_PENDING_REASON, row, &poison, is_poison);
    if (status > 0) {
        writer->now.tallies[TALLY_PENDING]--;
        writer->now.tallies[TALLY_POISON] -= (uint64_t)poison;
    }
    return status;
}

int journal_pending_put(struct journal_writer *writer, const struct journal_pending *pending)
{
    uint64_t instance, pathway;
    int status = writer_name(writer, pending->instance, &instance);

    if (!status)
        status = writer_name(writer, pending->pathway, &pathway);
    if (!status)
        status = uncount_pending(writer, pending->sequence, instance, pathway, 0);
    if (status >= 0)
        status =
            writer_run(writer, TOUCH_PENDING, STATEMENT_PENDING_PUT, "uuutiu", instance, pending->sequence,
                       pathway, pending->reason, pending->since_ms, (uint64_t)pending->reported);
    if (status)
        return status;
    writer->now.tallies[TALLY_PENDING]++;
    writer->now.tallies[TALLY_POISON] += (uint64_t)is_poison(pending->reason);
    return 0;
}

int journal_pending_remove(struct journal_writer *writer, uint64_t sequence, const char *instance,
                           const char *pathway, int64_t since_ms)
{
    uint64_t instance_id, pathway_id;
    int status = writer_name(writer, text_of(instance), &instance_id);

    if (!status)
        status = writer_name(writer, text_of(pathway), &pathway_id);
    if (!status)
        status = uncount_pending(writer, sequence, instance_id, pathway_id, since_ms);
    if (status <= 0)
        return status;
    return writer_run(writer, TOUCH_PENDING, STATEMENT_PENDING_REMOVE, "uuu", instance_id, sequence,
                      pathway_id);
}

/* ---- cases --------------------------------------------------------------------------------------------- */

static int64_t is_open(struct pw_text state)
{
    for (size_t i = 0; i < sizeof(closed_states) / sizeof(*closed_states); i++)
        if (same(state, closed_states[i]))
            return 0;
    return 1;
}

static int insert_case(struct journal_writer *writer, const struct journal_case *item, uint64_t *ret_case_id)
{
    int status = writer_run(writer, TOUCH_CASE, STATEMENT_CASE_INSERT,
                            "tuutttt"
                            "iiuu"
                            "tttiiuuu",
                            item->engagement_id, (uint64_t)item->level, (uint64_t)item->needs_information,
                            item->state, item->pathways, item->title, item->rules, item->opened_ms,
                            item->updated_ms, item->revision, item->sequence, item->queue, item->assignee,
                            item->unit, item->decide_by_ms, item->wake_ms, (uint64_t)item->reminders,
                            (uint64_t)item->escalated, (uint64_t)is_open(item->state));

    if (status)
        return status;
    writer->now.tallies[TALLY_CASES]++;
    writer->now.tallies[TALLY_OPEN_CASES] += (uint64_t)is_open(item->state);
    *ret_case_id = (uint64_t)sqlite3_last_insert_rowid(writer->view.store.db);
    return 0;
}

int journal_case_put(struct journal_writer *writer, const struct journal_case *item, uint64_t *ret_case_id)
{
    struct store *store = &writer->view.store;
    sqlite3_stmt *row;
    int64_t was_open = 0;
    int status;

    if (!item->case_id)
        return insert_case(writer, item, ret_case_id);
    status = store_query(store, STATEMENT_CASE_STATE, &row, "u", item->case_id);
    if (!status)
        status = look(store, STATEMENT_CASE_STATE, row, &was_open, is_open);
    if (status <= 0)
        return status ? status : PW_ERROR_NOT_FOUND;
    status = writer_run(writer, TOUCH_CASE, STATEMENT_CASE_UPDATE,
                        "tuutttt"
                        "iiuu"
                        "tttiiuuuu",
                        item->engagement_id, (uint64_t)item->level, (uint64_t)item->needs_information,
                        item->state, item->pathways, item->title, item->rules, item->opened_ms,
                        item->updated_ms, item->revision, item->sequence, item->queue, item->assignee,
                        item->unit, item->decide_by_ms, item->wake_ms, (uint64_t)item->reminders,
                        (uint64_t)item->escalated, (uint64_t)is_open(item->state), item->case_id);
    if (status)
        return status;
    writer->now.tallies[TALLY_OPEN_CASES] += (uint64_t)(is_open(item->state) - was_open);
    *ret_case_id = item->case_id;
    return 0;
}
