/* SPDX-License-Identifier: Apache-2.0
 *
 * due.c: see due.h. The loop looks, which indexes make cheap; the journal's thread acts, on a few at a time.
 */
#include "cases/due.h"

#include <pathwayd/plugin.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/clock.h"
#include "cases/decision.h"
#include "cases/digest.h"
#include "cases/pace.h"

#define DUE_TICK_MS 1000u
#define DUE_AT_ONCE 64u

struct due {
    const struct config *config;
    struct journal *journal;
    struct journal_view *view;
    const struct due_events *events;
    void *owner;
    uv_timer_t tick;
    uv_async_t wake;
    struct journal_task task;
    int status; /* of the task */
    bool opening, stopping, failing;
    atomic_bool opened;
    uint32_t handles_open;
};

static void closed(uv_handle_t *handle)
{
    struct due *due = handle->data;
    if (--due->handles_open > 0)
        return;
    const struct due_events *events = due->events;
    void *owner = due->owner;
    free(due);
    events->stopped(owner);
}

static void close_if_idle(struct due *due)
{
    if (due->opening || uv_is_closing((uv_handle_t *)&due->tick))
        return;
    uv_close((uv_handle_t *)&due->tick, closed);
    uv_close((uv_handle_t *)&due->wake, closed);
}

/* ---- journal thread ---- */

static int open_some(struct journal_writer *writer, struct journal_task *task)
{
    const struct due *due = task->owner;
    uint32_t count = 0;
    int status = decisions_due(writer, due->config, DUE_AT_ONCE, &count);
    if (status == 0)
        status = clock_ring(writer, due->config, DUE_AT_ONCE, &count);
    if (status == 0)
        status = digest_backlogs(writer, due->config);
    return status < 0 ? status : notices_let_go(writer, due->config, DUE_AT_ONCE, &count);
}

static void opened_some(struct journal_task *task, int status)
{
    struct due *due = task->owner;
    due->status = status;
    atomic_store(&due->opened, true);
    uv_async_send(&due->wake);
}

/* ---- loop thread ---- */

static int one_decision(void *to, const struct journal_decision *decision)
{
    (void)decision;
    *(bool *)to = true;
    return 1;
}

static int one_case(void *to, const struct journal_case *item)
{
    (void)item;
    *(bool *)to = true;
    return 1;
}

static int one_notice(void *to, const struct journal_notice *notice)
{
    (void)notice;
    *(bool *)to = true;
    return 1;
}

static bool is_any(const struct due *due)
{
    int64_t now_ms = journal_now(due->journal);
    bool any = false;
    (void)journal_notices_held(due->view, now_ms, 1, one_notice, &any);
    if (!any)
        (void)journal_cases_waking(due->view, now_ms, 1, one_case, &any);
    if (!any)
        (void)journal_decisions_due(due->view, now_ms, 1, one_decision, &any);
    return any || digest_is_backlog(due->view, due->config);
}

void due_look(struct due *due)
{
    if (due->opening || due->stopping || !is_any(due))
        return;
    due->opening = true;
    due->task = (struct journal_task){.run = open_some, .done = opened_some, .owner = due};
    journal_submit(due->journal, &due->task);
}

static void ticked(uv_timer_t *timer)
{
    due_look(timer->data);
}

/* Once, and once when it is over. */
static void say_failure(struct due *due)
{
    char line[120];
    bool fails = due->status < 0;
    if (fails == due->failing)
        return;
    due->failing = fails;
    if (fails)
        snprintf(line, sizeof(line), "what is due could not be written (error %d); trying again each second",
                 due->status);
    else
        snprintf(line, sizeof(line), "what is due is written again");
    due->events->log(due->owner, fails ? PW_LOG_ERROR : PW_LOG_INFO, "cases",
                     (struct pw_text){line, strlen(line)});
}

static void woken(uv_async_t *async)
{
    struct due *due = async->data;
    if (!atomic_exchange(&due->opened, false))
        return;
    due->opening = false;
    if (due->stopping) {
        close_if_idle(due);
        return;
    }
    say_failure(due);
    if (due->status < 0)
        return; /* it is tried again at the next tick */
    due->events->opened(due->owner);
    due_look(due); /* a burst is more than is looked at in one transaction */
}

int due_new(uv_loop_t *loop, const struct config *config, struct journal *journal, struct journal_view *view,
            const struct due_events *events, void *owner, struct due **ret_due)
{
    struct due *due = calloc(1, sizeof(*due));
    if (!due)
        return PW_ERROR_MEMORY;
    *due = (struct due){.config = config,
                        .journal = journal,
                        .view = view,
                        .events = events,
                        .owner = owner,
                        .handles_open = 2};
    if (uv_async_init(loop, &due->wake, woken) != 0) {
        free(due);
        return PW_ERROR_IO;
    }
    uv_timer_init(loop, &due->tick);
    due->tick.data = due->wake.data = due;
    uv_timer_start(&due->tick, ticked, 0, DUE_TICK_MS);
    *ret_due = due;
    return 0;
}

bool due_idle(const struct due *due)
{
    return !due->opening && !is_any(due);
}

void due_stop(struct due *due)
{
    due->stopping = true;
    uv_timer_stop(&due->tick);
    close_if_idle(due);
}
