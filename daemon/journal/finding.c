/* SPDX-License-Identifier: Apache-2.0
 *
 * finding.c: replacing what an instance says of an event. What it still says stays as it is, with its id;
 * what it no longer says is withdrawn, and what it says again stands again, so that a plugin that comes and
 * goes does not use up the ids of an event.
 */
#include <string.h>

#include "journal/writer.h"

/* As many as one answer may hold. */
#define FINDINGS_PER_PUT 64u

/* How the rows that stand relate to the findings given. However many rows were withdrawn in the past, no more
 * stand than the last put gave, and no more are revived than this one gives. */
struct comparison {
    const struct journal_finding *findings;
    uint32_t count;
    bool kept[FINDINGS_PER_PUT];         /* has a row */
    uint64_t withdraw[FINDINGS_PER_PUT]; /* rows nobody says any more */
    uint64_t revive[FINDINGS_PER_PUT];   /* withdrawn rows that are said again */
    uint32_t withdraw_count, revive_count;
};

static bool is_same(struct pw_text a, struct pw_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* The index of a given finding that this row states and no other row does; count when there is none. */
static uint32_t match(const struct comparison *comparison, sqlite3_stmt *row)
{
    for (uint32_t i = 0; i < comparison->count; i++) {
        const struct journal_finding *finding = &comparison->findings[i];
        if (!comparison->kept[i] && is_same(finding->body, store_text(row, 5)) &&
            is_same(finding->rule, store_text(row, 1)) && finding->level == store_unsigned(row, 2) &&
            finding->needs_information == store_unsigned(row, 3))
            return i;
    }
    return comparison->count;
}

/* Standing rows come first, so a finding never revives a withdrawn row while a standing one says the same. */
static int compare(struct store *store, uint64_t sequence, uint64_t instance, uint64_t pathway,
                   struct comparison *comparison)
{
    sqlite3_stmt *row;
    int status = store_query(store, STATEMENT_FINDINGS_OF_INSTANCE, &row, "uuuu", SLOT_FIRST(sequence),
                             SLOT_LAST(sequence), instance, pathway);

    if (status)
        return status;
    while ((status = store_step(store, row)) > 0) {
        uint32_t index = match(comparison, row);
        bool withdrawn = store_unsigned(row, 4) != 0;
        if (index < comparison->count) {
            comparison->kept[index] = true;
            if (withdrawn)
                comparison->revive[comparison->revive_count++] = store_unsigned(row, 0);
        } else if (!withdrawn && comparison->withdraw_count == FINDINGS_PER_PUT) {
            status = PW_ERROR_CORRUPT; /* more stand than were ever put */
            break;
        } else if (!withdrawn) {
            comparison->withdraw[comparison->withdraw_count++] = store_unsigned(row, 0);
        }
    }
    store_give(store, STATEMENT_FINDINGS_OF_INSTANCE, row);
    return status;
}

static int mark(struct journal_writer *writer, const uint64_t *ids, uint32_t count, bool withdrawn)
{
    int status = 0;

    for (uint32_t i = 0; i < count && !status; i++)
        status =
            writer_run(writer, TOUCH_WITHDRAWN, STATEMENT_FINDING_MARK, "uu", ids[i], (uint64_t)withdrawn);
    if (!status && withdrawn)
        writer->now.tallies[TALLY_WITHDRAWN] += count;
    else if (!status)
        writer->now.tallies[TALLY_WITHDRAWN] -= count;
    return status;
}

/* The id of the event's next finding, and the case its findings belong to. */
static int next_id(struct store *store, uint64_t sequence, uint64_t *ret_id, uint64_t *ret_case_id)
{
    sqlite3_stmt *row;
    int status =
        store_query(store, STATEMENT_FINDING_NEXT, &row, "uu", SLOT_FIRST(sequence), SLOT_LAST(sequence));

    if (status)
        return status;
    status = store_step(store, row);
    if (status > 0) {
        *ret_id = store_unsigned(row, 0) ? store_unsigned(row, 0) + 1 : SLOT_FIRST(sequence);
        *ret_case_id = store_unsigned(row, 1);
    }
    store_give(store, STATEMENT_FINDING_NEXT, row);
    return status < 0 ? status : 0;
}

static int insert(struct journal_writer *writer, uint64_t sequence, uint64_t instance, uint64_t pathway,
                  const struct comparison *comparison)
{
    uint64_t id = 0, case_id = 0;
    int status = next_id(&writer->view.store, sequence, &id, &case_id);

    for (uint32_t i = 0; i < comparison->count && !status; i++) {
        const struct journal_finding *finding = &comparison->findings[i];
        if (comparison->kept[i])
            continue;
        if (id > SLOT_LAST(sequence))
            return PW_ERROR_LIMIT;
        status = writer_run(writer, TOUCH_FINDING, STATEMENT_FINDING_INSERT, "uzuutuut", id++, case_id,
                            instance, pathway, finding->rule, (uint64_t)finding->level,
                            (uint64_t)finding->needs_information, finding->body);
        if (!status)
            writer->now.tallies[TALLY_FINDINGS]++;
    }
    return status;
}

int journal_findings_put(struct journal_writer *writer, uint64_t sequence, const char *instance,
                         const char *pathway, const struct journal_finding *findings, uint32_t count)
{
    struct comparison comparison = {.findings = findings, .count = count};
    uint64_t instance_id = 0, pathway_id = 0;
    int status = 0;

    if (count > FINDINGS_PER_PUT)
        return PW_ERROR_LIMIT;
    if (!sequence)
        return PW_ERROR_INVALID;
    status = writer_name(writer, (struct pw_text){instance, strlen(instance)}, &instance_id);
    if (!status)
        status = writer_name(writer, (struct pw_text){pathway, strlen(pathway)}, &pathway_id);
    if (!status)
        status = compare(&writer->view.store, sequence, instance_id, pathway_id, &comparison);
    if (!status)
        status = mark(writer, comparison.withdraw, comparison.withdraw_count, true);
    if (!status)
        status = mark(writer, comparison.revive, comparison.revive_count, false);
    if (!status)
        status = insert(writer, sequence, instance_id, pathway_id, &comparison);
    return status;
}

int journal_findings_attach(struct journal_writer *writer, uint64_t sequence, uint64_t case_id)
{
    return writer_run(writer, TOUCH_ATTACHED, STATEMENT_FINDINGS_ATTACH, "uuu", SLOT_FIRST(sequence),
                      SLOT_LAST(sequence), case_id);
}
