/* SPDX-License-Identifier: Apache-2.0
 *
 * One child process per plugin instance, on libuv. Everything ends in one place: whatever goes wrong first
 * (end of file, garbage, a deadline, an exit), the child is killed, and only when it has been reaped and its
 * pipe is closed is the owner told, once, with the best reason known. That keeps restarts and teardown free
 * of half-states.
 */
#include "dispatch/host_private.h"

#include <pathwayd/plugin.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Good work for this long and the next failure starts at the first back-off again. */
#define BACKOFF_FORGET_MS 60000u

static const char *const state_names[] = {"down", "starting", "up", "stopped"};

static void spawn(struct host_process *host);

/* ---- the end: kill, reap, close, tell, perhaps again -----------------------------------------------------
 */

static void timer_closed(uv_handle_t *handle)
{
    struct host_process *host = handle->data;
    host->timer_closed = true;
    host->state = HOST_STOPPED;
    host->events->stopped(host->owner, host);
}

static void restart_due(uv_timer_t *timer)
{
    struct host_process *host = timer->data;
    host->restarts++;
    spawn(host);
}

static bool was_useful(const struct host_process *host)
{
    return host->handled > host->handled_before;
}

/* A host that answered something before it died waits as long as the last time; one that did not, twice that. */
static void schedule_restart(struct host_process *host)
{
    if (host->up_since && uv_now(host->loop) - host->up_since > BACKOFF_FORGET_MS)
        host->backoff_ms = HOST_BACKOFF_MIN_MS;
    else if (host->up_since && was_useful(host) && host->backoff_ms > HOST_BACKOFF_MIN_MS)
        host->backoff_ms /= 2;
    uv_timer_start(&host->timer, restart_due, host->backoff_ms, 0);
    host->backoff_ms =
        host->backoff_ms * 2 > HOST_BACKOFF_MAX_MS ? HOST_BACKOFF_MAX_MS : host->backoff_ms * 2;
}

static void ended(struct host_process *host)
{
    if (!host->exited || !host->pipe_closed || !host->process_closed)
        return;
    uv_timer_stop(&host->timer);
    uint32_t unanswered = host->sent_count;
    uint32_t suspects = unanswered ? host_suspects(host) : 0;
    host->sent_count = 0;
    buffer_release(&host->input);
    if ((host->state == HOST_UP && was_useful(host)) || host->down_since == 0)
        host->down_since = uv_now(host->loop); /* to come up and die again is no end of an outage */
    host->state = HOST_DOWN;
    host->ending = false;
    bool told =
        !host->stopping || unanswered > 0 || host->options.check; /* a bad end of stop and destroy too */
    if (!host->stopping)
        memcpy(host->last_error, host->why, sizeof(host->last_error));
    if (told)
        host->events->down(host->owner, host, host->why, unanswered, suspects);
    if (host->stopping || !host->options.restart) {
        if (!uv_is_closing((uv_handle_t *)&host->timer))
            uv_close((uv_handle_t *)&host->timer, timer_closed);
        return;
    }
    schedule_restart(host);
    host->up_since = 0;
}

static void pipe_closed(uv_handle_t *handle)
{
    struct host_process *host = handle->data;
    host->pipe_closed = true;
    ended(host);
}

static void process_closed(uv_handle_t *handle)
{
    struct host_process *host = handle->data;
    host->process_closed = true;
    ended(host);
}

static void exited(uv_process_t *process, int64_t status, int signal_number)
{
    struct host_process *host = process->data;
    host->exited = true;
    if (!host->why[0]) {
        if (signal_number) {
            host->outside = signal_number == SIGKILL || signal_number == SIGTERM;
            snprintf(host->why, sizeof(host->why), "the plugin host was ended by signal %d (%s)",
                     signal_number, strsignal(signal_number));
        } else {
            snprintf(host->why, sizeof(host->why), "the plugin host exited with status %d", (int)status);
        }
    }
    uv_close((uv_handle_t *)process, process_closed);
    if (!uv_is_closing((uv_handle_t *)&host->pipe))
        uv_close((uv_handle_t *)&host->pipe, pipe_closed);
    host->ending = true;
}

static void lingers(uv_timer_t *timer)
{
    struct host_process *host = timer->data;
    if (host->exited)
        return;
    snprintf(host->why, sizeof(host->why), "the plugin host hung up, lived on, and was killed");
    uv_process_kill(&host->process, SIGKILL);
}

void host_end(struct host_process *host, const char *why)
{
    if (why && !host->why[0])
        snprintf(host->why, sizeof(host->why), "%s", why);
    if (host->ending)
        return;
    host->ending = true;
    if (!host->exited && why)
        uv_process_kill(&host->process, SIGKILL);
    else if (!host->exited) /* it has hung up: dead most likely, and how it died is worth a moment */
        uv_timer_start(&host->timer, lingers, HOST_LINGER_MS, 0);
    if (!uv_is_closing((uv_handle_t *)&host->pipe))
        uv_close((uv_handle_t *)&host->pipe, pipe_closed);
}

/* ---- deadlines --------------------------------------------------------------------------------------------
 */

static void too_late(uv_timer_t *timer)
{
    struct host_process *host = timer->data;
    char why[160];
    if (host->stopping)
        snprintf(why, sizeof(why), "the plugin host did not stop within %u ms and was killed", HOST_STOP_MS);
    else if (host->state == HOST_STARTING)
        snprintf(why, sizeof(why), "the plugin did not start within %u ms and was killed", HOST_START_MS);
    else
        snprintf(why, sizeof(why), "the plugin did not answer within %u ms and was killed",
                 host->plugin->deadline_ms);
    host_end(host, why);
}

void host_watch_answers(struct host_process *host)
{
    if (host->stopping)
        return;
    if (host->sent_count)
        uv_timer_start(&host->timer, too_late, host->plugin->deadline_ms, 0);
    else
        uv_timer_stop(&host->timer);
}

/* ---- life -------------------------------------------------------------------------------------------------
 */

static void spawn(struct host_process *host)
{
    char program[4096];
    snprintf(program, sizeof(program), "%s", host->options.host_program);
    char *arguments[] = {program, "--fd", "3", NULL};
    /* Nothing of the daemon's environment reaches a plugin. */
    char *environment[] = {"LANG=C.UTF-8", "PATH=/usr/bin:/bin", NULL};
    uv_stdio_container_t stdio[4] = {{.flags = UV_IGNORE},
                                     {.flags = UV_IGNORE},
                                     {.flags = UV_INHERIT_FD, .data.fd = 2},
                                     {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE,
                                      .data.stream = (uv_stream_t *)&host->pipe}};
    uv_process_options_t options = {.exit_cb = exited,
                                    .file = program,
                                    .args = arguments,
                                    .env = environment,
                                    .stdio = stdio,
                                    .stdio_count = 4};
    host->why[0] = '\0';
    host->exited = host->pipe_closed = host->process_closed = host->ending = host->outside = false;
    host->batch = 0;
    host->state = HOST_STARTING;
    uv_pipe_init(host->loop, &host->pipe, 0);
    host->pipe.data = host;
    host->process.data = host;
    int status = uv_spawn(host->loop, &host->process, &options);
    host->process.data = host;
    if (status < 0) {
        snprintf(host->why, sizeof(host->why), "cannot start %.1024s: %s", program, uv_strerror(status));
        host->exited = true;
        host->ending = true;
        uv_close((uv_handle_t *)&host->process, process_closed);
        uv_close((uv_handle_t *)&host->pipe, pipe_closed);
        return;
    }
    uv_timer_start(&host->timer, too_late, HOST_START_MS, 0);
    if (uv_read_start((uv_stream_t *)&host->pipe, host_allocate, host_readable) < 0 ||
        host_send_load(host) < 0)
        host_end(host, "cannot talk to the plugin host");
}

int host_process_new(uv_loop_t *loop, const struct config_plugin *plugin, const struct host_options *options,
                     const struct host_events *events, void *owner, struct host_process **ret_host)
{
    struct host_process *host = calloc(1, sizeof(*host));
    char *chunk = malloc(READ_CHUNK_BYTES);
    if (!host || !chunk || uv_timer_init(loop, &host->timer) < 0) {
        free(host);
        free(chunk);
        return PW_ERROR_MEMORY;
    }
    host->loop = loop;
    host->plugin = plugin;
    host->options = *options;
    host->events = events;
    host->owner = owner;
    host->chunk = chunk;
    host->timer.data = host;
    host->backoff_ms = HOST_BACKOFF_MIN_MS;
    *ret_host = host;
    return 0;
}

void host_process_start(struct host_process *host)
{
    host->down_since = uv_now(host->loop);
    spawn(host);
}

void host_process_stop(struct host_process *host)
{
    if (host->stopping)
        return;
    host->stopping = true;
    if (host->state == HOST_DOWN && !host->ending) { /* waiting for its back-off: nothing to end */
        uv_timer_stop(&host->timer);
        if (!uv_is_closing((uv_handle_t *)&host->timer))
            uv_close((uv_handle_t *)&host->timer, timer_closed);
        return;
    }
    if (host->ending || host->state == HOST_STOPPED)
        return;
    struct buffer frame = {0};
    frame_put(&frame, FRAME_STOP, (struct pw_text){NULL, 0});
    if (host->state == HOST_STARTING || host_write_frames(host, &frame) < 0)
        host_end(host, "stopped while starting");
    else
        uv_timer_start(&host->timer, too_late, HOST_STOP_MS, 0);
    buffer_release(&frame);
}

static void closed_unstarted(uv_handle_t *handle)
{
    struct host_process *host = handle->data;
    free(host->chunk);
    free(host);
}

void host_process_free(struct host_process *host)
{
    if (!host)
        return;
    free(host->sent);
    buffer_release(&host->input);
    buffer_release(&host->ready);
    if (!host->timer_closed) { /* never started: the loop still knows the timer */
        uv_close((uv_handle_t *)&host->timer, closed_unstarted);
        return;
    }
    free(host->chunk);
    free(host);
}

/* ---- looking ---- */

bool host_process_killed_from_outside(const struct host_process *host)
{
    return host->outside;
}

uint64_t host_process_down_since(const struct host_process *host)
{
    return host->down_since;
}

struct pw_text host_process_ready(const struct host_process *host)
{
    return buffer_view(&host->ready);
}

uint32_t host_process_outstanding(const struct host_process *host)
{
    return host->sent_count;
}

enum host_state host_process_state(const struct host_process *host)
{
    return host->ending && host->state != HOST_STOPPED ? HOST_DOWN : host->state;
}

const struct config_plugin *host_process_plugin(const struct host_process *host)
{
    return host->plugin;
}

struct host_figures host_process_figures(const struct host_process *host)
{
    return (struct host_figures){.up = host_process_state(host) == HOST_UP,
                                 .restarts = host->restarts,
                                 .handled = host->handled,
                                 .outstanding = host->sent_count};
}

void host_process_describe(const struct host_process *host, struct buffer *out)
{
    static const char *const stages[] = {"", "enrich", "assess", "notify"};
    struct pw_document ready = {0};
    struct json_error error;
    json_write_begin(out, '{');
    json_member_string(out, "instance", host->plugin->name);
    json_member_string(out, "stage",
                       host->plugin->stage <= PW_STAGE_NOTIFY ? stages[host->plugin->stage] : "");
    json_member_string(out, "state", state_names[host->state]);
    json_member_integer(out, "pid", host->state == HOST_UP ? uv_process_get_pid(&host->process) : 0);
    json_member_unsigned(out, "restarts", host->restarts);
    json_member_unsigned(out, "handled", host->handled);
    json_member_unsigned(out, "outstanding", host->sent_count);
    json_member_string(out, "last_error", host->last_error);
    json_member_string(out, "file", host->plugin->file);
    if (host->ready.length &&
        json_parse(&ready, host->ready.data, host->ready.length, &json_limits_frame, &error) == 0) {
        static const char *const copied[] = {"name", "version", "pathways", "sandbox"};
        for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
            uint32_t node = json_member(&ready, PW_NODE_ROOT, copied[i]);
            if (node != PW_NODE_NONE)
                json_member_raw(out, copied[i], json_raw(&ready, node));
        }
        json_release(&ready);
    }
    json_write_end(out, '}');
}
