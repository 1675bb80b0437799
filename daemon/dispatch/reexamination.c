/* SPDX-License-Identifier: Apache-2.0
 *
 * reexamination.c: see reexamination.h.
 */
#include "dispatch/dispatch_private.h"

#include "dispatch/material.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LOOKING_MAX 256u /* looked at once: fresh work goes on beside it */
#define LOOK_ROWS   64u  /* events fetched at once */

static void say(struct dispatch *dispatch, const char *line)
{
    dispatch->events->log(dispatch->owner, PW_LOG_INFO, "dispatch", (struct pw_text){line, strlen(line)});
}

bool reexamination_under_way(const struct dispatch *dispatch)
{
    uint64_t lists = pipeline_lists(dispatch->pipeline);
    return !pipeline_settled(dispatch->pipeline) || (lists && lists != dispatch->reexamination.done);
}

/* What was judged before this start may have been judged with other lists; when an enricher comes back with others later
 * on, so may all that was read. */
static void begin(struct dispatch *dispatch, uint64_t lists)
{
    struct reexamination *scan = &dispatch->reexamination;
    uint64_t upto = scan->lists && scan->lists != lists ? dispatch->read : scan->upto;
    char line[160];
    *scan = (struct reexamination){.done = scan->done, .lists = lists, .upto = upto};
    if (scan->upto == 0)
        return;
    snprintf(line, sizeof(line), "the lists have changed: %" PRIu64 " earlier events are looked at again",
             scan->upto);
    say(dispatch, line);
}

static int look_at(void *to, const struct journal_event *event)
{
    struct dispatch *dispatch = to;
    struct reexamination *scan = &dispatch->reexamination;
    if (event->sequence > scan->upto)
        return 1;
    struct work *work = work_new(WORK_LOOK, event);
    int status = work ? recall_event(&dispatch->recall, work) : PW_ERROR_MEMORY;
    if (status < 0) { /* no memory now: it is read again at the next turn */
        work_free(work);
        return status;
    }
    scan->after = event->sequence;
    if (!work->pathways) {
        work_free(work);
        return 0;
    }
    dispatch_take(dispatch, work);
    if (dispatch_assess(dispatch, work, 1) < 0) { /* the first enricher's bit: no policy is asked */
        scan->again = true;
        dispatch_forget(dispatch, work);
    }
    return 0;
}

/* All have been looked at: that is written down, and not looked at again. */
static void end(struct dispatch *dispatch)
{
    struct reexamination *scan = &dispatch->reexamination;
    const struct journal_event nothing = {0};
    struct work *work = work_new(WORK_LOOK, &nothing);
    if (!work)
        return;
    work->lists = scan->lists;
    scan->ending = true;
    dispatch_take(dispatch, work);
    dispatch_finished(dispatch, work);
}

void reexamination_fill(struct dispatch *dispatch)
{
    struct reexamination *scan = &dispatch->reexamination;
    uint64_t lists = pipeline_lists(dispatch->pipeline);
    if (!lists || lists == scan->done || scan->ending)
        return;
    if ((lists != scan->lists || scan->again) && !scan->looking)
        begin(dispatch, lists);
    if (lists != scan->lists || scan->again)
        return; /* what is being looked at comes back first */
    /* What is not committed yet has nothing to be compared with. */
    uint64_t upto = scan->upto < dispatch->committed ? scan->upto : dispatch->committed;
    while (scan->after < upto && scan->looking < LOOKING_MAX && !scan->again && dispatch_has_room(dispatch)) {
        uint64_t before = scan->after;
        uint32_t rows = upto - before < LOOK_ROWS ? (uint32_t)(upto - before) : LOOK_ROWS;
        if (journal_events_read(dispatch->recall.view, before, rows, look_at, dispatch) < 0 ||
            scan->after == before)
            break;
    }
    if (scan->after >= scan->upto && !scan->looking && !scan->again)
        end(dispatch);
}

/* ---- one event ---- */

struct comparing {
    struct dispatch *dispatch;
    struct material *material;
};

static int stored_facts(void *to, struct pw_text instance, struct pw_text facts)
{
    struct comparing *comparing = to;
    const struct work_context *context = &comparing->dispatch->context;
    for (uint32_t i = 0; i < context->enricher_count; i++)
        if (text_is(instance, context->instance_names[i]))
            return material_add_before(comparing->material, facts);
    return 0; /* of an enricher that is no longer configured */
}

static int compare(struct dispatch *dispatch, struct work *work)
{
    struct comparing comparing = {.dispatch = dispatch};
    const struct assessment *assessment = work->assessment;
    int status = material_new(&comparing.material);
    if (status == 0)
        status = journal_facts_read(dispatch->recall.view, work->sequence, stored_facts, &comparing);
    for (uint32_t i = 0; i < dispatch->context.enricher_count && status == 0; i++)
        if (assessment->parts[i].result_length > 2)
            status =
                material_add_after(comparing.material, (struct pw_text){assessment->parts[i].result,
                                                                        assessment->parts[i].result_length});
    if (status == 0)
        material_compare(comparing.material, &work->changes);
    material_free(comparing.material);
    return status < 0 ? status : work->changes.failed ? PW_ERROR_MEMORY : 0;
}

/* An enricher that is away will say it another time; one that dies of the event has said so when the event came. */
static bool answered(struct dispatch *dispatch, const struct assessment *assessment)
{
    bool all = true;
    for (uint32_t i = 0; i < dispatch->context.enricher_count; i++) {
        all = all && assessment->parts[i].state == PART_DONE;
        if (assessment->parts[i].state == PART_MISSING)
            dispatch->reexamination.again = true;
    }
    return all;
}

void reexamination_looked(struct dispatch *dispatch, struct work *work)
{
    bool compared = answered(dispatch, work->assessment);
    if (compared && compare(dispatch, work) < 0) {
        dispatch->reexamination.again = true;
        compared = false;
    }
    if (compared && work->changes.length) {
        dispatch->reexamination.changed++;
        dispatch_finished(dispatch, work);
    } else {
        dispatch_forget(dispatch, work);
    }
}

void reexamination_settled(struct dispatch *dispatch, const struct work *work)
{
    struct reexamination *scan = &dispatch->reexamination;
    char line[160];
    if (!work->lists)
        return;
    scan->done = work->lists;
    scan->ending = false;
    if (scan->upto == 0)
        return;
    snprintf(line, sizeof(line), "%" PRIu64 " of %" PRIu64 " earlier events are concerned and judged again",
             scan->changed, scan->upto);
    say(dispatch, line);
}

/* ---- writing ---- */

int reexamination_write(struct journal_writer *writer, const struct work *work,
                        const struct work_context *context)
{
    struct buffer detail = {0};
    if (work->lists)
        return journal_mark_set(writer, REEXAMINATION_MARK, work->lists);
    json_write_begin(&detail, '{');
    json_member_unsigned(&detail, "sequence", work->sequence);
    json_member_raw(&detail, "changes", buffer_view(&work->changes));
    json_write_end(&detail, '}');
    int status =
        detail.failed ? PW_ERROR_MEMORY : journal_audit(writer, "event.reexamined", buffer_view(&detail));
    buffer_release(&detail);
    return status < 0 ? status : work_owe(writer, work->sequence, "list", context);
}
