/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's side of the pipeline: a window of work over the journal. Fresh work is committed strictly in
 * order, one commit under way at a time, because the cursor must never pass an event whose findings are not
 * on disk.
 */
#include "dispatch/dispatch_private.h"

#include <pathwayd/plugin.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CURSOR_NAME "dispatch"
#define READ_ROWS   128u  /* events fetched at once */
#define COMMIT_MAX  512u  /* pieces of work in one transaction: a few milliseconds of the journal's thread */
#define LATER_TICKS 10u   /* so long may fresh events keep back what late ones owe */
#define TICK_MS     1000u /* outages are looked at, failed commits tried again */

/* ---- committing ---- */

static int commit_run(struct journal_writer *writer, struct journal_task *task)
{
    struct dispatch *dispatch = task->owner;
    for (struct work *work = dispatch->committing; work; work = work->next) {
        int status = work_write(writer, work, &dispatch->context);
        dispatch->culprit = status < 0 ? work : NULL;
        if (status < 0)
            return status;
    }
    return dispatch->commit_cursor ? journal_cursor_set(writer, CURSOR_NAME, dispatch->commit_cursor) : 0;
}

static void commit_done(struct journal_task *task, int status)
{
    struct dispatch *dispatch = task->owner;
    dispatch->task_status = status;
    atomic_store(&dispatch->commit_state, COMMIT_SAYING);
    uv_async_send(&dispatch->wake);
    atomic_store(&dispatch->commit_state, COMMIT_SAID);
}

/* Whether the commit has come back, and the journal's thread is done with us. */
static bool commit_said(struct dispatch *dispatch)
{
    int state;
    while ((state = atomic_load(&dispatch->commit_state)) == COMMIT_SAYING)
        sched_yield();
    return state == COMMIT_SAID;
}

static void submit(struct dispatch *dispatch)
{
    dispatch->busy = true;
    dispatch->failed = false;
    dispatch->culprit = NULL;
    atomic_store(&dispatch->commit_state, COMMIT_RUNNING);
    dispatch->task = (struct journal_task){.run = commit_run, .done = commit_done, .owner = dispatch};
    journal_submit(dispatch->journal, &dispatch->task);
}

/* Takes finished work off the window's front, and whatever other work is finished, and commits it. */
static void commit(struct dispatch *dispatch)
{
    struct work **tail = &dispatch->committing;
    uint32_t count = 0;
    if (dispatch->busy)
        return;
    dispatch->commit_cursor = 0;
    while (dispatch->first && dispatch->first->done && count < COMMIT_MAX) {
        struct work *work = dispatch->first;
        dispatch->first = work->next;
        dispatch->commit_cursor = work->sequence;
        *tail = work;
        tail = &work->next;
        count++;
    }
    if (!dispatch->first)
        dispatch->last = &dispatch->first;
    while (dispatch->extra_first && count < COMMIT_MAX) {
        *tail = dispatch->extra_first;
        dispatch->extra_first = dispatch->extra_first->next;
        tail = &(*tail)->next;
        count++;
    }
    if (!dispatch->extra_first)
        dispatch->extra_last = &dispatch->extra_first;
    *tail = NULL;
    if (count)
        submit(dispatch);
}

void dispatch_forget(struct dispatch *dispatch, struct work *work)
{
    struct owed *owed = &dispatch->owed[work->instance];
    dispatch->window--;
    dispatch->window_bytes -= work->held;
    past_release(dispatch, work);
    owed->asking -= work->kind == WORK_AGAIN;
    owed->saying -= work->kind == WORK_OUTAGE;
    dispatch->reexamination.looking -= work->kind == WORK_LOOK;
    work_free(work);
}

/* What was missing is owed from this commit on. An instance that came back while the commit was under way has
 * looked for owed rows before there were any, so it looks again. */
static void look_again(struct dispatch *dispatch, const struct work *work)
{
    uint32_t asked = dispatch->context.enricher_count ? 1 : dispatch->context.instance_count;
    for (uint32_t i = 0; work->kind == WORK_LOOK && i < asked; i++)
        dispatch->owed[i].recovering = dispatch->owed[i].restart = !dispatch->owed[i].away;
    for (uint32_t i = 0; (work->owes || work->corrects) && i < asked; i++)
        dispatch->owed[i].later = true;
    for (uint32_t i = 0; work->assessment && i < work->assessment->part_count; i++) {
        const struct part *part = &work->assessment->parts[i];
        struct owed *owed = &dispatch->owed[part->instance];
        if (part->state != PART_MISSING || owed->away)
            continue;
        owed->recovering = owed->restart = true;
    }
}

/* One answer that can never be written must not stop the others: it is set aside, and that is said. */
static bool set_culprit_aside(struct dispatch *dispatch, int status)
{
    struct work *work = dispatch->culprit;
    char line[200];
    if (journal_may_pass(status) || !work)
        return false;
    const char *instance =
        work->failed ? dispatch->context.instance_names[work->failed->instance] : "dispatch";
    snprintf(line, sizeof(line),
             "event %llu: what was said of it cannot be stored (error %d) and is set aside",
             (unsigned long long)work->sequence, status);
    if (!work_set_aside(work))
        return false;
    dispatch->events->log(dispatch->owner, PW_LOG_ERROR, instance, (struct pw_text){line, strlen(line)});
    return true;
}

static void settle_commit(struct dispatch *dispatch)
{
    if (!dispatch->busy || dispatch->failed || !commit_said(dispatch))
        return;
    int status = dispatch->task_status;
    if (status < 0 && set_culprit_aside(dispatch, status)) {
        submit(dispatch);
        return;
    }
    if (status < 0) {
        char line[160];
        snprintf(line, sizeof(line), "the journal could not store findings (error %d); trying again", status);
        dispatch->events->log(dispatch->owner, PW_LOG_ERROR, "dispatch",
                              (struct pw_text){line, strlen(line)});
        dispatch->failed = true; /* the tick submits it again: order must not change */
        return;
    }
    if (dispatch->commit_cursor)
        dispatch->committed = dispatch->commit_cursor;
    while (dispatch->committing) {
        struct work *work = dispatch->committing;
        dispatch->committing = work->next;
        look_again(dispatch, work);
        reexamination_settled(dispatch, work);
        past_settled(dispatch, work);
        dispatch_forget(dispatch, work);
    }
    dispatch->busy = false;
    if (dispatch->saying_more)
        owed_report(dispatch);
    if (dispatch->events->committed)
        dispatch->events->committed(dispatch->owner);
}

void dispatch_finished(struct dispatch *dispatch, struct work *work)
{
    size_t held = work->assessment ? work->assessment->bytes : 0;
    work->done = true;
    work->held += held;
    dispatch->window_bytes += work->taken ? held : 0;
    if (work->kind == WORK_FRESH)
        return;
    work->next = NULL;
    *dispatch->extra_last = work;
    dispatch->extra_last = &work->next;
}

/* ---- reading ---- */

void dispatch_take(struct dispatch *dispatch, struct work *work)
{
    struct owed *owed = &dispatch->owed[work->instance];
    work->taken = true;
    dispatch->window++;
    dispatch->window_bytes += work->held;
    owed->asking += work->kind == WORK_AGAIN;
    owed->saying += work->kind == WORK_OUTAGE;
    dispatch->reexamination.looking += work->kind == WORK_LOOK;
    if (work->kind == WORK_FRESH || work->corrected)
        past_hold(dispatch, work);
    if (work->kind != WORK_FRESH)
        return;
    work->next = NULL;
    *dispatch->last = work;
    dispatch->last = &work->next;
}

int dispatch_assess(struct dispatch *dispatch, struct work *work, uint32_t only)
{
    int status = work->kind == WORK_LOOK ? 0 : recall_past(&dispatch->recall, work);
    struct assessment *assessment = status == 0 ? calloc(1, sizeof(*assessment)) : NULL;
    if (!assessment)
        return status < 0 ? status : PW_ERROR_MEMORY;
    assessment->sequence = work->sequence;
    assessment->as_of = work->as_of;
    assessment->event = work_body(work);
    assessment->affiliation = (struct pw_text){work->bytes + work->body_length, work->affiliation_length};
    assessment->pathways = work->pathways;
    assessment->past = buffer_view(&work->past);
    assessment->only = only;
    assessment->owner = work;
    work->assessment = assessment;
    return pipeline_push(dispatch->pipeline, assessment);
}

static int read_fresh(void *to, const struct journal_event *event)
{
    struct dispatch *dispatch = to;
    struct work *work = work_new(WORK_FRESH, event);
    int status = work ? recall_event(&dispatch->recall, work) : PW_ERROR_MEMORY;
    if (status == 0 && past_waits(dispatch, work)) /* until that is on disk */
        status = 1;
    if (status == 0 && work->pathways)
        status = dispatch_assess(dispatch, work, 0);
    if (status != 0) { /* no memory now, or not yet: it is read again at the next turn */
        work_free(work);
        return status;
    }
    work->done = work->done || !work->pathways;
    dispatch->read = event->sequence;
    dispatch_take(dispatch, work);
    return 0;
}

bool dispatch_has_room(const struct dispatch *dispatch)
{
    return !dispatch->stopping && dispatch->window < WINDOW_MAX &&
           dispatch->window_bytes < WINDOW_MAX_BYTES && pipeline_has_room(dispatch->pipeline);
}

/* ---- the loop's turns ---- */

static void fill(struct dispatch *dispatch)
{
    if (dispatch->filling ||
        dispatch->stopping) /* `done` may come out of a push: no second filling inside one */
        return;
    dispatch->filling = true;
    dispatch->recall.wants = pipeline_earlier(dispatch->pipeline);
    if (!dispatch->paused) {
        if (!dispatch->past.done)
            past_fill(dispatch);
        else
            owed_recover(dispatch);
        while (dispatch->past.done && !dispatch->settling && dispatch_has_room(dispatch) &&
               dispatch->read < journal_last_sequence(dispatch->journal)) {
            uint64_t before = dispatch->read;
            if (journal_events_read(dispatch->recall.view, before, READ_ROWS, read_fresh, dispatch) < 0 ||
                dispatch->read == before)
                break;
        }
        reexamination_fill(dispatch);
    }
    dispatch->filling = false;
    commit(dispatch);
}

static void stop_check(struct dispatch *dispatch);

static void woken(uv_async_t *async)
{
    struct dispatch *dispatch = async->data;
    settle_commit(dispatch);
    if (dispatch->stopping)
        stop_check(dispatch);
    else
        fill(dispatch);
}

static void ticked(uv_timer_t *timer)
{
    struct dispatch *dispatch = timer->data;
    if (dispatch->failed)
        submit(dispatch);
    dispatch->later_due = ++dispatch->ticks % LATER_TICKS == 0;
    owed_report(dispatch);
    fill(dispatch);
}

static void assessed(void *owner, struct assessment *assessment)
{
    struct dispatch *dispatch = owner;
    struct work *work = assessment->owner;
    if (work->kind == WORK_LOOK)
        reexamination_looked(dispatch, work);
    else
        dispatch_finished(dispatch, work);
    uv_async_send(&dispatch->wake); /* commit once for all that this turn of the loop finishes */
}

static void instance_changed(void *owner, uint32_t instance, bool up)
{
    struct dispatch *dispatch = owner;
    struct owed *owed = &dispatch->owed[instance];
    owed->away = !up;
    owed->recovering = owed->restart = up;
    uv_async_send(&dispatch->wake);
}

static void pipeline_room(void *owner)
{
    struct dispatch *dispatch = owner;
    uv_async_send(&dispatch->wake);
}

static void pipeline_log(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    struct dispatch *dispatch = owner;
    dispatch->events->log(dispatch->owner, severity, instance, line);
}

static void pipeline_stopped(void *owner)
{
    struct dispatch *dispatch = owner;
    dispatch->pipeline_stopped = true;
    stop_check(dispatch);
}

static const struct pipeline_events pipeline_events = {.done = assessed,
                                                       .changed = instance_changed,
                                                       .room = pipeline_room,
                                                       .log = pipeline_log,
                                                       .stopped = pipeline_stopped};

/* ---- life ---- */

int dispatch_new(uv_loop_t *loop, const struct config *config, struct journal *journal,
                 const struct host_options *options, const struct dispatch_events *events, void *owner,
                 struct dispatch **ret_dispatch, char **ret_error)
{
    struct dispatch *dispatch = calloc(1, sizeof(*dispatch));
    if (!dispatch)
        return PW_ERROR_MEMORY;
    dispatch->loop = loop;
    dispatch->config = dispatch->recall.config = config;
    dispatch->journal = journal;
    dispatch->events = events;
    dispatch->owner = owner;
    dispatch->last = &dispatch->first;
    dispatch->extra_last = &dispatch->extra_first;
    dispatch->context.judged = events->judged;
    dispatch->context.owner = owner;
    uint64_t linked = 0;
    int status = journal_view_open(config->journal, &dispatch->recall.view, ret_error);
    if (status == 0)
        status = journal_cursor_get(dispatch->recall.view, CURSOR_NAME, &dispatch->committed);
    if (status == 0)
        status = journal_corrections_any(dispatch->recall.view, &dispatch->recall.corrections);
    if (status == 0)
        status = journal_mark_get(dispatch->recall.view, REEXAMINATION_MARK, &dispatch->reexamination.done);
    if (status == 0)
        status = journal_mark_get(dispatch->recall.view, PAST_MARK, &linked);
    if (status == 0)
        status = pipeline_new(loop, config, options, &pipeline_events, dispatch, &dispatch->pipeline);
    if (status < 0) {
        dispatch_free(dispatch);
        return status;
    }
    dispatch->read = dispatch->reexamination.upto = dispatch->past.upto = dispatch->committed;
    dispatch->past.done = linked;
    for (uint32_t i = 0; i < pipeline_instance_count(dispatch->pipeline); i++) {
        const struct config_plugin *plugin = host_process_plugin(pipeline_instance(dispatch->pipeline, i));
        dispatch->context.instance_names[i] = plugin->name;
        dispatch->context.instance_count++;
        dispatch->context.enricher_count += plugin->stage == PW_STAGE_ENRICH;
    }
    *ret_dispatch = dispatch;
    return 0;
}

void dispatch_start(struct dispatch *dispatch)
{
    uv_async_init(dispatch->loop, &dispatch->wake, woken);
    uv_timer_init(dispatch->loop, &dispatch->tick);
    dispatch->wake.data = dispatch->tick.data = dispatch;
    dispatch->handles_open = 2;
    uv_timer_start(&dispatch->tick, ticked, TICK_MS, TICK_MS);
    pipeline_start(dispatch->pipeline);
    uv_async_send(&dispatch->wake);
}

void dispatch_wake(struct dispatch *dispatch)
{
    uv_async_send(&dispatch->wake);
}

void dispatch_pause(struct dispatch *dispatch, bool paused)
{
    dispatch->paused = paused;
    uv_async_send(&dispatch->wake);
}

static void handle_closed(uv_handle_t *handle)
{
    struct dispatch *dispatch = handle->data;
    if (--dispatch->handles_open == 0)
        dispatch->events->stopped(dispatch->owner);
}

/* The commit under way must be over before anything it reads goes; a failed one is left to the next start. */
static void stop_check(struct dispatch *dispatch)
{
    if (!dispatch->pipeline_stopped || (dispatch->busy && !dispatch->failed) ||
        uv_is_closing((uv_handle_t *)&dispatch->wake))
        return;
    uv_close((uv_handle_t *)&dispatch->wake, handle_closed);
    uv_close((uv_handle_t *)&dispatch->tick, handle_closed);
}

void dispatch_stop(struct dispatch *dispatch)
{
    if (dispatch->stopping)
        return;
    dispatch->stopping = true;
    pipeline_stop(dispatch->pipeline);
}

static void work_list_free(struct work *work)
{
    for (struct work *next; work; work = next) {
        next = work->next;
        work_free(work);
    }
}

void dispatch_free(struct dispatch *dispatch)
{
    if (!dispatch)
        return;
    pipeline_free(dispatch->pipeline);
    work_list_free(dispatch->first);
    work_list_free(dispatch->extra_first);
    work_list_free(dispatch->committing);
    journal_view_close(dispatch->recall.view);
    recall_release(&dispatch->recall);
    free(dispatch);
}

bool dispatch_drained(const struct dispatch *dispatch)
{
    return !dispatch->window && dispatch->committed == journal_last_sequence(dispatch->journal) &&
           !owed_unsaid(dispatch) && !reexamination_under_way(dispatch);
}

void dispatch_describe(const struct dispatch *dispatch, struct buffer *out)
{
    json_write_key(out, "dispatch");
    json_write_begin(out, '{');
    json_member_unsigned(out, "cursor", dispatch->committed);
    json_member_unsigned(out, "last", journal_last_sequence(dispatch->journal));
    json_member_unsigned(out, "in_flight", dispatch->window);
    json_member_boolean(out, "paused", dispatch->paused);
    if (reexamination_under_way(dispatch)) {
        json_member_unsigned(out, "looked_at_again", dispatch->reexamination.after);
        json_member_unsigned(out, "of", dispatch->reexamination.upto);
    }
    json_write_end(out, '}');
}

void dispatch_describe_plugins(const struct dispatch *dispatch, struct buffer *out)
{
    for (uint32_t i = 0; i < pipeline_instance_count(dispatch->pipeline); i++)
        host_process_describe(pipeline_instance(dispatch->pipeline, i), out);
}

bool dispatch_is_paused(const struct dispatch *dispatch)
{
    return dispatch->paused;
}
