/* SPDX-License-Identifier: Apache-2.0
 *
 * daemon.c: puts the stages together, in the order events flow, and takes them apart in the same order, so
 * that whatever was accepted on the way down is still carried on.
 *
 *     start:  journal → outbox → dispatch → due → control → ingest
 *     stop:   ingest → dispatch → outbox → due → control → journal
 */
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <pathwayd/plugin.h>
#include "cases/cases.h"

#define STOP_SECONDS  30u      /* a stop that takes longer is ended by SIGALRM: the journal survives that */
#define AUDIT_HEAD_MS 3600000u /* how often the audit chain's head goes to the log (invariant 7) */
#define WATCHDOG_MS   5000u    /* without systemd's own interval */

/* ---- joints between the stages ---- */

static void stage_log(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    const struct daemon *daemon = owner;
    log_line(&daemon->log, severity, instance, line);
}

static void ingest_log(void *owner, uint32_t severity, struct pw_text line)
{
    const struct daemon *daemon = owner;
    log_line(&daemon->log, severity, "ingest", line);
}

static void events_stored(void *context, uint64_t last_sequence)
{
    struct daemon *daemon = context;
    (void)last_sequence;
    uv_async_send(&daemon->stored);
}

static void wake_dispatch(uv_async_t *async)
{
    struct daemon *daemon = async->data;
    if (daemon->dispatch)
        dispatch_wake(daemon->dispatch);
}

static int event_judged(void *owner, struct journal_writer *writer, uint64_t sequence, struct pw_text body)
{
    const struct daemon *daemon = owner;
    return cases_apply(writer, daemon->config, sequence, body);
}

/* Cases may have changed, and notices wait. While the stages stop, there is no outbox any more. */
static void cases_committed(void *owner)
{
    struct daemon *daemon = owner;
    if (daemon->outbox)
        outbox_wake(daemon->outbox);
}

static void control_written(void *owner)
{
    struct daemon *daemon = owner;
    cases_committed(daemon);
    if (daemon->phase == PHASE_RUNNING)
        activation_look(daemon->activation);
}

static bool drained(void *owner)
{
    const struct daemon *daemon = owner;
    return dispatch_drained(daemon->dispatch) && due_idle(daemon->due) && outbox_idle(daemon->outbox);
}

static int set_paused(void *owner, bool paused)
{
    struct daemon *daemon = owner;
    dispatch_pause(daemon->dispatch, paused);
    return 0;
}

/* ---- stopping ---- */

static void finish(void *owner)
{
    struct daemon *daemon = owner;
    daemon->activation = NULL;
    uv_close((uv_handle_t *)&daemon->terminate, NULL);
    uv_close((uv_handle_t *)&daemon->interrupt, NULL);
    uv_close((uv_handle_t *)&daemon->hangup, NULL);
    uv_close((uv_handle_t *)&daemon->watchdog, NULL);
    uv_close((uv_handle_t *)&daemon->audit_head, NULL);
    uv_close((uv_handle_t *)&daemon->stored, NULL);
}

/* No stage is left. */
static void stages_stopped(struct daemon *daemon)
{
    if (daemon->phase == PHASE_STOPPING) { /* its alarm stays: closing the journal may hang as well */
        if (daemon->activation)
            activation_stop(daemon->activation);
        else
            finish(daemon);
        return;
    }
    alarm(0);
    reload_stages_stopped(daemon);
}

static void control_stopped(void *owner)
{
    struct daemon *daemon = owner;
    daemon->control = NULL;
    journal_view_close(daemon->control_view);
    daemon->control_view = NULL;
    stages_stopped(daemon);
}

static void due_stopped(void *owner)
{
    struct daemon *daemon = owner;
    daemon->due = NULL;
    if (daemon->control)
        control_stop(daemon->control, control_stopped, daemon);
    else
        control_stopped(daemon);
}

static void outbox_stopped(void *owner)
{
    struct daemon *daemon = owner;
    outbox_free(daemon->outbox);
    daemon->outbox = NULL;
    if (daemon->due)
        due_stop(daemon->due);
    else
        due_stopped(daemon);
}

static void dispatch_stopped(void *owner)
{
    struct daemon *daemon = owner;
    dispatch_free(daemon->dispatch);
    daemon->dispatch = NULL;
    if (daemon->outbox)
        outbox_stop(daemon->outbox);
    else
        outbox_stopped(daemon);
}

void daemon_stop_stages(struct daemon *daemon)
{
    alarm(STOP_SECONDS);
    if (!ingest_stop(daemon->ingest))
        daemon->left_behind = true;
    daemon->ingest = NULL;
    if (daemon->dispatch) {
        daemon->paused = dispatch_is_paused(daemon->dispatch);
        dispatch_stop(daemon->dispatch);
    } else {
        dispatch_stopped(daemon);
    }
}

static void asked_to_stop(uv_signal_t *handle, int number)
{
    struct daemon *daemon = handle->data;
    bool running = daemon->phase == PHASE_RUNNING;
    if (daemon->phase == PHASE_STOPPING)
        return;
    log_format(&daemon->log, PW_LOG_INFO, "stopping (%s)", strsignal(number));
    sd_notify(0, "STOPPING=1");
    daemon->phase = PHASE_STOPPING;
    if (running) /* a change-over is taking the stages down already; what follows depends on the phase alone */
        daemon_stop_stages(daemon);
}

/* ---- starting ---- */

static const struct dispatch_events dispatch_events = {
    .judged = event_judged, .log = stage_log, .committed = cases_committed, .stopped = dispatch_stopped};
static const struct due_events due_events = {
    .opened = cases_committed, .log = stage_log, .stopped = due_stopped};
static const struct outbox_events outbox_events = {.log = stage_log, .stopped = outbox_stopped};
static const struct control_sources control_sources = {.status = describe_status,
                                                       .plugins = describe_plugins,
                                                       .drained = drained,
                                                       .pause = set_paused,
                                                       .reload = reload_start,
                                                       .written = control_written};
static const struct activation_events activation_events = {
    .reload = reload_start, .log = stage_log, .stopped = finish};
static const struct ingest_events ingest_events = {.log = ingest_log};

static int complain(const struct daemon *daemon, const char *what, int status, char *error)
{
    log_format(&daemon->log, PW_LOG_ERROR, "%s: %s", what, error ? error : "out of memory");
    free(error);
    return status;
}

int daemon_start_stages(struct daemon *daemon)
{
    struct config *config = daemon->config;
    char *error = NULL;
    daemon->host_options = (struct host_options){
        .host_program = config->host_program, .base = config->base, .landlock_max = -1, .restart = true};
    int status = journal_view_open(config->journal, &daemon->control_view, &error);
    if (status < 0)
        return complain(daemon, "journal", status, error);
    status = outbox_new(&daemon->loop, config, daemon->journal, &daemon->host_options, wall_clock,
                        &outbox_events, daemon, &daemon->outbox);
    if (status < 0)
        return complain(daemon, "outbox", status, NULL);
    outbox_start(daemon->outbox);
    status = dispatch_new(&daemon->loop, config, daemon->journal, &daemon->host_options, &dispatch_events,
                          daemon, &daemon->dispatch, &error);
    if (status < 0)
        return complain(daemon, "dispatch", status, error);
    dispatch_start(daemon->dispatch);
    dispatch_pause(daemon->dispatch, daemon->paused);
    status = due_new(&daemon->loop, config, daemon->journal, daemon->control_view, &due_events, daemon,
                     &daemon->due);
    if (status < 0)
        return complain(daemon, "cases", status, NULL);
    status = control_start(&daemon->loop, config, daemon->journal, daemon->control_view, &control_sources,
                           daemon, &daemon->control, &error);
    if (status < 0)
        return complain(daemon, "control", status, error);
    status =
        ingest_start(config, daemon->journal, wall_clock, &ingest_events, daemon, &daemon->ingest, &error);
    return status < 0 ? complain(daemon, "ingest", status, error) : 0;
}

/* libnng 1.5.2 can lose a close (nng #1543) and hang a feed for good; only a restart helps, and systemd gives
 * one. */
static void feed_watchdog(uv_timer_t *timer)
{
    struct daemon *daemon = timer->data;
    if (daemon->ingest && ingest_is_stuck(daemon->ingest)) {
        log_format(&daemon->log, PW_LOG_ERROR,
                   "a feed hangs inside libnng: waiting for the watchdog to restart the daemon");
        return;
    }
    sd_notify(0, "WATCHDOG=1");
}

/* The chain's head in a log that pathwayd cannot rewrite: what makes a truncated audit table show. */
static void tell_audit_head(uv_timer_t *timer)
{
    struct daemon *daemon = timer->data;
    uint64_t records = 0;
    char head[65];
    if (daemon->control_view && journal_audit_head(daemon->control_view, &records, head) == 0)
        log_format(&daemon->log, PW_LOG_INFO, "audit head: record %llu %s", (unsigned long long)records,
                   head);
}

static int open_journal(struct daemon *daemon)
{
    char *error = NULL;
    struct journal_options options = {.path = daemon->config->journal,
                                      .min_free_bytes = daemon->config->min_free_bytes,
                                      .stage_slice_ms = 4,
                                      .clock_ms = wall_clock};
    if (mkdir(daemon->config->state_dir, 0750) < 0 && errno != EEXIST) {
        log_format(&daemon->log, PW_LOG_ERROR, "cannot create the state folder %s: %s",
                   daemon->config->state_dir, strerror(errno));
        return PW_ERROR_IO;
    }
    int status = journal_open(&options, &daemon->journal, &error);
    if (status < 0)
        return complain(daemon, "journal", status, error);
    journal_on_stored(daemon->journal, events_stored, daemon);
    status = activation_new(&daemon->loop, (const struct config *const *)&daemon->config, daemon->journal,
                            &activation_events, daemon, &daemon->activation, &error);
    return status < 0 ? complain(daemon, "packs", status, error) : 0;
}

static void start_signals(struct daemon *daemon)
{
    uint64_t interval_us = 0;
    uint64_t watchdog_ms = WATCHDOG_MS;
    if (sd_watchdog_enabled(0, &interval_us) > 0)
        watchdog_ms = interval_us / 2000;
    uv_signal_init(&daemon->loop, &daemon->terminate);
    uv_signal_init(&daemon->loop, &daemon->interrupt);
    uv_signal_init(&daemon->loop, &daemon->hangup);
    uv_timer_init(&daemon->loop, &daemon->watchdog);
    uv_timer_init(&daemon->loop, &daemon->audit_head);
    daemon->terminate.data = daemon->interrupt.data = daemon->hangup.data = daemon;
    daemon->watchdog.data = daemon->audit_head.data = daemon;
    uv_signal_start(&daemon->terminate, asked_to_stop, SIGTERM);
    uv_signal_start(&daemon->interrupt, asked_to_stop, SIGINT);
    uv_signal_start(&daemon->hangup, reload_asked, SIGHUP);
    uv_timer_start(&daemon->watchdog, feed_watchdog, watchdog_ms, watchdog_ms);
    uv_timer_start(&daemon->audit_head, tell_audit_head, AUDIT_HEAD_MS, AUDIT_HEAD_MS);
}

int daemon_run(struct daemon *daemon)
{
    uv_async_init(&daemon->loop, &daemon->stored, wake_dispatch);
    daemon->stored.data = daemon;
    if (open_journal(daemon) < 0) {
        journal_close(daemon->journal);
        uv_close((uv_handle_t *)&daemon->stored, NULL);
        uv_run(&daemon->loop, UV_RUN_DEFAULT);
        return EXIT_FAILURE;
    }
    start_signals(daemon);
    int status = daemon_start_stages(daemon);
    if (status < 0) {
        daemon->exit_status = EXIT_FAILURE;
        daemon->phase = PHASE_STOPPING;
        daemon_stop_stages(daemon);
    } else {
        log_format(&daemon->log, PW_LOG_INFO, "pathwayd %s is ready, %u feeds, %u plugins", PATHWAYD_VERSION,
                   daemon->config->feed_count, daemon->config->plugin_count);
        tell_audit_head(&daemon->audit_head);
        sd_notify(0, "READY=1");
        activation_look(daemon->activation);
    }
    uv_run(&daemon->loop, UV_RUN_DEFAULT);
    journal_close(daemon->journal);
    return daemon->exit_status;
}
