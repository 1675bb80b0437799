/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: everything that can happen between a due notice and its settlement, for one notify
 * instance: the host comes up late, dies, hangs, answers garbage, is told to stop in the middle.
 */
#include "outbox/channel.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

#define CHANNEL_SCAN_ROWS 1024u    /* how many due notices are looked through for a fresh one */
#define CHANNEL_AGAIN_MS  1000u    /* after the journal or the host could not */
#define CHANNEL_LOOK_MS   3600000u /* look at the wall clock at least this often: it may be set */
#define CHANNEL_FOLD_MS   2000u    /* longer than cases/due.c takes to see that a channel is back */
#define CHANNEL_GRACE_MS  5000u    /* how long a stop waits for the answer under way */
#define CHANNEL_LOG_BYTES 900u

/* The notice under way. */
struct carried {
    struct attempt attempt;
    int64_t created_ms;
    struct buffer body;
    struct buffer notice_id;
};

struct channel {
    const struct channel_surroundings *around;
    const struct config_plugin *plugin;
    struct host_process *host;
    uv_timer_t timer;
    enum channel_state state;
    struct carried carried;
    struct settlement settlement;
    bool started, stopping, host_stopped, timer_closed;
    bool unsettled;    /* the journal could not take the settlement; the timer tries again */
    bool oldest_first; /* every other pick; see pick */
    uint64_t failures;
};

static void log_line(const struct channel *channel, uint32_t severity, const char *line)
{
    if (channel->around->events->log != NULL)
        channel->around->events->log(channel->around->owner, severity, channel->plugin->name,
                                     (struct pw_text){line, strlen(line)});
}

static int64_t now_ms(const struct channel *channel)
{
    return channel->around->clock_ms(channel->around->owner);
}

/* ---- settling ------------------------------------------------------------------------------------------ */

static void log_settlement(const struct channel *channel)
{
    const struct settlement *settlement = &channel->settlement;
    char line[CHANNEL_LOG_BYTES];
    if (settlement->outcome == SETTLEMENT_FAILED) {
        snprintf(line, sizeof line, "notice %s is set aside as failed: %s", settlement->notice_id,
                 settlement->error);
        log_line(channel, PW_LOG_ERROR, line);
        return;
    }
    /* The first, second, fourth … failure of a notice: an outage of days must not fill the log. */
    uint32_t attempts = settlement->attempts;
    if (settlement->outcome == SETTLEMENT_WAITING && (attempts & (attempts - 1u)) == 0) {
        snprintf(line, sizeof line,
                 "notice %s was not delivered (attempt %" PRIu32 ") and will be tried again: %s",
                 settlement->notice_id, attempts, settlement->error);
        log_line(channel, PW_LOG_WARNING, line);
    }
}

static void settle(struct channel *channel)
{
    struct settlement *settlement = &channel->settlement;
    settlement->channel = channel;
    settlement->instance = channel->plugin->name;
    settlement->notice_id = channel->carried.notice_id.data;
    channel->state = CHANNEL_SETTLING;
    channel->failures += settlement->outcome != SETTLEMENT_DELIVERED;
    log_settlement(channel);
    channel->around->submit(channel->around->outbox, settlement);
}

/* ---- picking ------------------------------------------------------------------------------------------- */

struct pick {
    struct carried *carried;
    bool oldest_first, found;
};

static int consider(void *to, const struct journal_notice *notice)
{
    struct pick *pick = to;
    struct carried *carried = pick->carried;
    if (pick->found && notice->attempts >= carried->attempt.attempts)
        return 0;
    pick->found = true;
    const size_t died = sizeof SETTLEMENT_DIED - 1u;
    carried->attempt.notice_number = notice->notice_number;
    carried->attempt.attempts = notice->attempts;
    carried->attempt.killed_before =
        notice->error.length >= died && memcmp(notice->error.data, SETTLEMENT_DIED, died) == 0;
    carried->created_ms = notice->created_ms;
    buffer_clear(&carried->body);
    buffer_text(&carried->body, notice->body);
    buffer_clear(&carried->notice_id);
    buffer_text(&carried->notice_id, notice->notice_id);
    buffer_append(&carried->notice_id, "", 1);
    if (carried->body.failed || carried->notice_id.failed)
        return PW_ERROR_MEMORY;
    return pick->oldest_first || notice->attempts == 0 ? 1 : 0;
}

/* 1 found, 0 nothing due, or negative.
 * Rationale: notices that were refused often are picked only every other time while fresh ones wait, so that
 * a recipient whose server takes its whole time limit holds up a fresh notice by one attempt at most. */
static int pick_notice(struct channel *channel)
{
    struct pick pick = {.carried = &channel->carried, .oldest_first = channel->oldest_first};
    const struct pw_text name = {channel->plugin->name, strlen(channel->plugin->name)};
    int status =
        journal_notices_due(channel->around->view, name, now_ms(channel), CHANNEL_SCAN_ROWS, consider, &pick);
    if (status < 0) {
        buffer_release(&channel->carried.body);
        buffer_release(&channel->carried.notice_id);
        return status;
    }
    channel->oldest_first = !channel->oldest_first;
    return pick.found ? 1 : 0;
}

/* ---- sending ------------------------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

static void arm(struct channel *channel, uint64_t after_ms)
{
    uv_timer_start(&channel->timer, on_timer, after_ms, 0);
}

static void arm_for_next(struct channel *channel)
{
    const struct pw_text name = {channel->plugin->name, strlen(channel->plugin->name)};
    int64_t next_ms = INT64_MAX;
    if (journal_notices_next(channel->around->view, name, &next_ms) != 0) {
        arm(channel, CHANNEL_AGAIN_MS);
        return;
    }
    if (next_ms == INT64_MAX) {
        uv_timer_stop(&channel->timer);
        return;
    }
    int64_t wait_ms = next_ms - now_ms(channel);
    if (wait_ms < 1)
        wait_ms = 1;
    arm(channel, wait_ms > (int64_t)CHANNEL_LOOK_MS ? CHANNEL_LOOK_MS : (uint64_t)wait_ms);
}

static void send_carried(struct channel *channel)
{
    const struct carried *carried = &channel->carried;
    const struct frame_item item = {.sequence = carried->attempt.notice_number,
                                    .as_of = carried->created_ms,
                                    .notice = buffer_view(&carried->body)};
    channel->state = CHANNEL_SENT;
    uv_timer_stop(&channel->timer);
    int status = host_process_send(channel->host, &item, 1);
    if (status == 0 || channel->state != CHANNEL_SENT)
        return;
    if (status == PW_ERROR_LIMIT || status == PW_ERROR_INVALID) {
        settlement_of_refusal(&channel->settlement, &carried->attempt,
                              "the notice is too large to hand to the plugin");
        settle(channel);
        return;
    }
    channel->state = CHANNEL_IDLE;
    arm(channel, CHANNEL_AGAIN_MS);
}

void channel_pump(struct channel *channel)
{
    if (!channel->started || channel->stopping || channel->state != CHANNEL_IDLE)
        return;
    if (host_process_state(channel->host) != HOST_UP)
        return; /* `up` comes back here */
    int found = pick_notice(channel);
    if (found > 0)
        send_carried(channel);
    else if (found == 0)
        arm_for_next(channel);
    else
        arm(channel, CHANNEL_AGAIN_MS);
}

/* ---- the end ------------------------------------------------------------------------------------------- */

static void maybe_closed(struct channel *channel)
{
    if (channel->host_stopped && channel->timer_closed && channel->state != CHANNEL_SETTLING)
        channel->around->closed(channel->around->outbox, channel);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct channel *channel = handle->data;
    channel->timer_closed = true;
    maybe_closed(channel);
}

static void stop_host(struct channel *channel)
{
    if (!channel->started) {
        channel->host_stopped = channel->timer_closed = true;
        maybe_closed(channel);
        return;
    }
    if (uv_is_closing((uv_handle_t *)&channel->timer))
        return;
    uv_close((uv_handle_t *)&channel->timer, on_timer_closed);
    host_process_stop(channel->host);
}

/* ---- what the host says -------------------------------------------------------------------------------- */

static void on_up(void *owner, struct host_process *host, const struct pw_document *ready)
{
    (void)host;
    (void)ready;
    channel_pump(owner);
}

static void on_result(void *owner, struct host_process *host, const struct frame_result *result)
{
    (void)host;
    struct channel *channel = owner;
    if (channel->state != CHANNEL_SENT || result->sequence != channel->carried.attempt.notice_number)
        return;
    settlement_of_result(&channel->settlement, &channel->carried.attempt, result, now_ms(channel));
    settle(channel);
}

static void on_down(void *owner, struct host_process *host, const char *why, uint32_t unanswered,
                    uint32_t suspects)
{
    struct channel *channel = owner;
    if (channel->state != CHANNEL_SENT || unanswered == 0)
        return;
    if (suspects == 0 || channel->stopping || host_process_killed_from_outside(host)) {
        /* Not this notice's doing: it stays as it was and goes out again under the same id. */
        channel->state = CHANNEL_IDLE;
        if (channel->stopping)
            stop_host(channel);
        return;
    }
    settlement_of_death(&channel->settlement, &channel->carried.attempt, why, now_ms(channel));
    settle(channel);
}

static void on_log(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    const struct channel *channel = owner;
    if (channel->around->events->log != NULL)
        channel->around->events->log(channel->around->owner, severity, instance, line);
}

/* ---- life ---------------------------------------------------------------------------------------------- */

static void on_stopped(void *owner, struct host_process *host)
{
    (void)host;
    struct channel *channel = owner;
    channel->host_stopped = true;
    if (channel->state == CHANNEL_SENT)
        channel->state = CHANNEL_IDLE;
    maybe_closed(channel);
}

static void on_timer(uv_timer_t *timer)
{
    struct channel *channel = timer->data;
    switch (channel->state) {
    case CHANNEL_IDLE:
        if (channel->stopping)
            stop_host(channel);
        else
            channel_pump(channel);
        break;
    case CHANNEL_SENT:
        if (channel->stopping)
            stop_host(channel);
        break;
    case CHANNEL_SETTLING:
        if (channel->unsettled)
            channel->around->submit(channel->around->outbox, &channel->settlement);
        channel->unsettled = false;
        break;
    }
}

void channel_settled(struct channel *channel, int status)
{
    /* Only the disk can be waited for; a notice that is gone or a closed journal cannot. A delivered notice
     * that could not be noted is not sent again as long as this daemon lives. */
    bool hopeless = status == 0 || status == PW_ERROR_NOT_FOUND || status == PW_ERROR_STATE;
    if (!hopeless && !channel->stopping) {
        channel->unsettled = true;
        log_line(channel, PW_LOG_ERROR, "the journal could not note what became of a notice; trying again");
        arm(channel, CHANNEL_AGAIN_MS);
        return;
    }
    channel->state = CHANNEL_IDLE;
    channel->unsettled = false;
    if (!channel->stopping) {
        if (status == 0 && channel->settlement.recovered)
            arm(channel, CHANNEL_FOLD_MS); /* what waits is about to become one digest a person */
        else
            channel_pump(channel);
        return;
    }
    stop_host(channel);
    maybe_closed(channel);
}

void channel_start(struct channel *channel)
{
    if (channel->started || channel->stopping)
        return;
    channel->started = true;
    uv_timer_init(channel->around->loop, &channel->timer);
    channel->timer.data = channel;
    host_process_start(channel->host);
}

void channel_stop(struct channel *channel)
{
    if (channel->stopping)
        return;
    channel->stopping = true;
    uv_timer_stop(&channel->timer);
    if (channel->state == CHANNEL_IDLE)
        stop_host(channel);
    else if (channel->state == CHANNEL_SENT)
        arm(channel, CHANNEL_GRACE_MS);
    else if (channel->unsettled)
        channel_settled(channel, PW_ERROR_STATE); /* nobody else would call: no task is under way */
}

static const struct host_events host_events = {
    .up = on_up, .result = on_result, .down = on_down, .log = on_log, .stopped = on_stopped};

int channel_new(const struct channel_surroundings *surroundings, const struct config_plugin *plugin,
                struct channel **ret_channel)
{
    struct channel *channel = calloc(1, sizeof *channel);
    if (channel == NULL)
        return PW_ERROR_MEMORY;
    channel->around = surroundings;
    channel->plugin = plugin;
    int status = host_process_new(surroundings->loop, plugin, surroundings->options, &host_events, channel,
                                  &channel->host);
    if (status != 0) {
        free(channel);
        return status;
    }
    *ret_channel = channel;
    return 0;
}

void channel_free(struct channel *channel)
{
    if (channel == NULL)
        return;
    host_process_free(channel->host);
    buffer_release(&channel->carried.body);
    buffer_release(&channel->carried.notice_id);
    free(channel);
}

bool channel_idle(const struct channel *channel)
{
    if (channel->state != CHANNEL_IDLE)
        return false;
    const struct pw_text name = {channel->plugin->name, strlen(channel->plugin->name)};
    int64_t next_ms = INT64_MAX;
    if (journal_notices_next(channel->around->view, name, &next_ms) != 0)
        return false;
    return next_ms > now_ms(channel);
}

uint64_t channel_failures(const struct channel *channel)
{
    return channel->failures;
}

struct host_process *channel_host(const struct channel *channel)
{
    return channel->host;
}
