/* SPDX-License-Identifier: Apache-2.0
 *
 * Work that is owed: an instance was away when the event came by. Back again, it is asked; away for longer
 * than the outage limit, that is said as a finding, event by event. Rows are read a few at a time, so a long
 * outage costs disk and not memory.
 */
#include "dispatch/dispatch_private.h"

#include <stdio.h>
#include <string.h>

#define PENDING_ROWS 64u /* owed work fetched at once */

struct owed_rows {
    struct dispatch *dispatch;
    uint32_t instance;
    enum work_kind kind;
    uint64_t sequences[PENDING_ROWS];
    uint32_t pathways[PENDING_ROWS];
    uint32_t count;
    uint64_t after;
};

/* Rows of one event stand together, a pathway each; they become one piece of work. */
static int owed_row(void *to, const struct journal_pending *pending)
{
    struct owed_rows *rows = to;
    const struct owed *owed = &rows->dispatch->owed[rows->instance];
    bool poison = text_is(pending->reason, "poison");
    rows->after = pending->sequence;
    if (rows->kind == WORK_OUTAGE ? pending->reported : (poison && owed->poison_retried))
        return 0;
    enum pathway pathway = pathway_by_name(pending->pathway);
    uint32_t bit = pathway < PATHWAY_COUNT ? 1u << pathway : 0;
    if (rows->count && rows->sequences[rows->count - 1] == pending->sequence) {
        rows->pathways[rows->count - 1] |= bit;
        return 0;
    }
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

static void take_owed(struct dispatch *dispatch, const struct owed_rows *rows, uint32_t index)
{
    struct owed_event owed = {.kind = rows->kind};
    journal_events_read(dispatch->view, rows->sequences[index] - 1, 1, owed_event, &owed);
    struct work *work = owed.work;
    if (!work)
        return;
    bool enricher = rows->instance < dispatch->context.enricher_count;
    dispatch_route(dispatch, work);
    work->instance = rows->instance;
    dispatch_take(dispatch, work);
    if (rows->kind == WORK_OUTAGE) {
        work->pathways = enricher ? work->pathways : rows->pathways[index];
        snprintf(work->why, sizeof(work->why), "it has been away for longer than the outage limit of %u s",
                 dispatch->config->outage_limit_s);
        dispatch_finished(dispatch, work);
        return;
    }
    if (dispatch_assess(dispatch, work, enricher ? 0 : 1u << rows->instance) < 0)
        dispatch_forget(dispatch, work);
}

/* Reads the next rows that `instance` owes; false when there are none left. */
static bool read_owed(struct dispatch *dispatch, uint32_t instance, enum work_kind kind, uint64_t *after)
{
    struct owed_rows rows = {.dispatch = dispatch, .instance = instance, .kind = kind, .after = *after};
    const char *name = dispatch->context.instance_names[instance];
    struct pw_text text = {name, strlen(name)};
    uint64_t before = *after;
    if (journal_pending_read(dispatch->view, text, before, PENDING_ROWS, owed_row, &rows) < 0)
        return false;
    *after = rows.after;
    for (uint32_t i = 0; i < rows.count; i++)
        take_owed(dispatch, &rows, i);
    return rows.after != before;
}

void owed_recover(struct dispatch *dispatch)
{
    for (uint32_t i = 0; i < pipeline_instance_count(dispatch->pipeline); i++) {
        struct owed *owed = &dispatch->owed[i];
        while (owed->recovering && dispatch_has_room(dispatch)) {
            if (read_owed(dispatch, i, WORK_AGAIN, &owed->after))
                continue;
            owed->recovering = false;
            owed->poison_retried = true;
        }
    }
}

void owed_report(struct dispatch *dispatch)
{
    uint64_t limit = (uint64_t)dispatch->config->outage_limit_s * 1000;
    for (uint32_t i = 0; i < pipeline_instance_count(dispatch->pipeline); i++) {
        struct owed *owed = &dispatch->owed[i];
        struct host_process *host = pipeline_instance(dispatch->pipeline, i);
        if (!owed->away || uv_now(dispatch->loop) - host_process_down_since(host) < limit)
            continue;
        while (dispatch->window < WINDOW_MAX && read_owed(dispatch, i, WORK_OUTAGE, &owed->reported))
            ;
    }
}
