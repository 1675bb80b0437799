/* SPDX-License-Identifier: Apache-2.0
 *
 * Work that is owed: an instance was away when the event came by. Back again, it is asked; away for longer
 * than the outage limit, that is said as a finding, event by event. Rows are read a few at a time, so a long
 * outage costs disk and not memory.
 */
#include "dispatch/dispatch_private.h"

#include <stdio.h>
#include <string.h>

#define PENDING_ROWS 64u  /* owed work fetched at once */
#define LATE_ROWS    512u /* outages said in one go */

struct owed_rows {
    struct dispatch *dispatch;
    uint32_t instance;
    enum work_kind kind;
    uint64_t sequences[LATE_ROWS];
    uint32_t pathways[LATE_ROWS];
    int64_t since[LATE_ROWS][PATHWAY_COUNT + 1];
    bool corrected[LATE_ROWS];
    uint32_t count;
    uint64_t after;
};

/* Rows of one event stand together, a pathway each; they become one piece of work. */
static int owed_row(void *to, const struct journal_pending *pending)
{
    struct owed_rows *rows = to;
    const struct owed *owed = &rows->dispatch->owed[rows->instance];
    bool poison = text_is(pending->reason, "poison"), corrected = text_is(pending->reason, "correction");
    rows->after = pending->sequence;
    if (rows->kind == WORK_AGAIN && poison && owed->poison_retried)
        return 0;
    enum pathway pathway = pathway_by_name(pending->pathway);
    uint32_t bit = pathway < PATHWAY_COUNT ? 1u << pathway : 0;
    if (rows->count && rows->sequences[rows->count - 1] == pending->sequence) {
        rows->pathways[rows->count - 1] |= bit;
        rows->since[rows->count - 1][pathway] = pending->since_ms;
        rows->corrected[rows->count - 1] |= corrected;
        return 0;
    }
    memset(rows->since[rows->count], 0, sizeof(rows->since[rows->count]));
    rows->since[rows->count][pathway] = pending->since_ms;
    rows->corrected[rows->count] = corrected;
    rows->sequences[rows->count] = pending->sequence;
    rows->pathways[rows->count++] = bit;
    return 0;
}

struct owed_event {
    enum work_kind kind;
    struct work *work;
};

static int owed_event(void *to, const struct journal_event *event)
{
    struct owed_event *owed = to;
    owed->work = work_new(owed->kind, event);
    return owed->work ? 0 : PW_ERROR_MEMORY;
}

/* What a corrected event belongs to changes with its commit: the row stands until none of it is under way. */
static bool must_wait(struct dispatch *dispatch, const struct work *work)
{
    bool fresh = dispatch->read != dispatch->committed;
    if (!work->corrected || (!fresh && !past_waits(dispatch, work)))
        return false;
    dispatch->settling |= fresh;
    dispatch->owed[work->instance].later = true;
    return true;
}

static void take_owed(struct dispatch *dispatch, const struct owed_rows *rows, uint32_t index)
{
    struct owed_event owed = {.kind = rows->kind};
    journal_event_read(dispatch->recall.view, rows->sequences[index], owed_event, &owed);
    struct work *work = owed.work;
    if (!work ||
        recall_event(&dispatch->recall, work) < 0) { /* no memory now: the row stands and is read again */
        work_free(work);
        return;
    }
    bool enricher = rows->instance < dispatch->context.enricher_count;
    work->instance = rows->instance;
    memcpy(work->row_since, rows->since[index], sizeof(work->row_since));
    for (uint32_t i = 0; i <= PATHWAY_COUNT; i++)
        if (work->row_since[i] && (!work->since_ms || work->row_since[i] < work->since_ms))
            work->since_ms = work->row_since[i];
    work->corrected = rows->kind == WORK_AGAIN && rows->corrected[index];
    if (must_wait(dispatch, work)) {
        work_free(work);
        return;
    }
    dispatch_take(dispatch, work);
    if (rows->kind == WORK_OUTAGE) {
        work->pathways = enricher ? work->pathways : rows->pathways[index];
        snprintf(work->why, sizeof(work->why),
                 "it has been of no use for longer than the outage limit of %u s",
                 dispatch->config->outage_limit_s);
        dispatch_finished(dispatch, work);
        return;
    }
    work->owed = enricher ? 0 : rows->pathways[index];
    if (dispatch_assess(dispatch, work, enricher ? 0 : 1u << rows->instance) < 0)
        dispatch_forget(dispatch, work);
}

static struct pw_text name_of(const struct dispatch *dispatch, uint32_t instance)
{
    const char *name = dispatch->context.instance_names[instance];
    return (struct pw_text){name, strlen(name)};
}

/* Reads the next rows that `instance` owes; false when there are none left. */
static bool read_owed(struct dispatch *dispatch, uint32_t instance)
{
    struct owed *owed = &dispatch->owed[instance];
    struct owed_rows rows = {
        .dispatch = dispatch, .instance = instance, .kind = WORK_AGAIN, .after = owed->after};
    if (journal_pending_read(dispatch->recall.view, name_of(dispatch, instance), owed->after, PENDING_ROWS,
                             owed_row, &rows) < 0)
        return false;
    bool more = rows.after != owed->after;
    owed->after = rows.after;
    for (uint32_t i = 0; i < rows.count; i++)
        take_owed(dispatch, &rows, i);
    return more;
}

/* A burst that arrives in a bad order owes the same events again and again: they are asked once it is over. */
static bool burst_is_over(const struct dispatch *dispatch)
{
    return !dispatch->first && dispatch->read >= journal_last_sequence(dispatch->journal);
}

void owed_recover(struct dispatch *dispatch)
{
    bool settled = dispatch->settling && dispatch->read == dispatch->committed;
    bool now = burst_is_over(dispatch) || dispatch->later_due || settled;
    dispatch->later_due = false;
    dispatch->settling &= !settled;
    for (uint32_t i = 0; i < pipeline_instance_count(dispatch->pipeline); i++) {
        struct owed *owed = &dispatch->owed[i];
        if (owed->later && now) {
            owed->later = false;
            owed->recovering = owed->restart = !owed->away;
        }
        if (owed->restart && !owed->asking) { /* else what is being asked would be asked twice */
            owed->restart = false;
            owed->after = 0;
        }
        while (owed->recovering && !owed->restart && owed->asking < ASKING_MAX &&
               dispatch_has_room(dispatch)) {
            if (read_owed(dispatch, i))
                continue;
            owed->recovering = owed->restart;
            owed->poison_retried = true;
        }
    }
}

/* An event waits too long by its own age, not by its plugin's: one that comes up, dies and comes up again is as
 * useless as one that is missing. */
void owed_report(struct dispatch *dispatch)
{
    int64_t before = journal_now(dispatch->journal) - (int64_t)dispatch->config->outage_limit_s * 1000;
    dispatch->saying_more = false;
    for (uint32_t i = 0; i < pipeline_instance_count(dispatch->pipeline); i++) {
        struct owed_rows rows = {.dispatch = dispatch, .instance = i, .kind = WORK_OUTAGE};
        if (dispatch->owed[i].saying || dispatch->stopping ||
            journal_pending_late(dispatch->recall.view, name_of(dispatch, i), before, LATE_ROWS, owed_row,
                                 &rows) < 0)
            continue;
        for (uint32_t k = 0; k < rows.count; k++)
            take_owed(dispatch, &rows, k);
        dispatch->saying_more |= rows.count > 0;
    }
}

static int one_row(void *to, const struct journal_pending *pending)
{
    (void)pending;
    *(bool *)to = true;
    return 0;
}

bool owed_unsaid(const struct dispatch *dispatch)
{
    bool any = false;
    for (uint32_t i = 0; i < pipeline_instance_count(dispatch->pipeline) && !any; i++)
        if (dispatch->owed[i].recovering || dispatch->owed[i].later ||
            journal_pending_late(dispatch->recall.view, name_of(dispatch, i), INT64_MAX, 1, one_row, &any) <
                0)
            return true;
    return any;
}
