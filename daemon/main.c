/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd: puts the stages together, in the order events flow, and takes them apart in the same order, so
 * that whatever was accepted on the way down is still carried on.
 *
 *     start:  journal → outbox → dispatch → control → ingest
 *     stop:   ingest → dispatch → outbox → control → journal
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "cases/cases.h"
#include "control/control.h"
#include "dispatch/dispatch.h"
#include "dispatch/trial.h"
#include "ingest/ingest.h"
#include "json/time.h"
#include "outbox/outbox.h"

#define EXIT_USAGE    2
#define STOP_SECONDS  30u      /* a stop that takes longer is ended by SIGALRM: the journal survives that */
#define AUDIT_HEAD_MS 3600000u /* how often the audit chain's head goes to the log (invariant 7) */
#define WATCHDOG_MS   5000u    /* without systemd's own interval */

enum phase { PHASE_RUNNING, PHASE_CHANGING, PHASE_RETURNING, PHASE_STOPPING };

struct daemon {
    uv_loop_t loop;
    struct config_places places;
    const char *config_file;
    struct config *config;
    struct config *next_config; /* a reload's, while it is being tried */
    struct config *last_config; /* what worked, until a reload's has been seen to run */
    struct trial *trial;
    struct host_options host_options;
    struct journal *journal;
    struct journal_view *control_view;
    struct outbox *outbox;
    struct dispatch *dispatch;
    struct control *control;
    struct ingest *ingest;
    uv_signal_t terminate, interrupt, hangup;
    uv_timer_t watchdog, audit_head;
    uv_async_t stored; /* journal thread → loop; lives as long as the loop, so it is always safe to send */
    enum phase phase;
    int64_t started_ms;
    int exit_status;
    bool paused;      /* what the operator asked of the last dispatch holds for the next */
    bool left_behind; /* threads are still in what was stopped: no configuration may be freed any more */
    bool to_systemd;
};

static int start_stages(struct daemon *daemon);

/* ---- log and clock ---- */

static int64_t wall_clock(void *context)
{
    struct timespec now;
    (void)context;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* One line on standard error; with systemd its priority in front, else the time. Control characters never
 * reach a terminal or a log. */
static void log_line(const struct daemon *daemon, uint32_t severity, const char *instance,
                     struct pw_text line)
{
    static const char *const priorities[] = {"<7>", "<6>", "<4>", "<3>"};
    static const char *const words[] = {"debug", "info", "warning", "error"};
    char clean[1024], time[TIME_TEXT_SIZE];
    size_t length = line.length < sizeof(clean) - 1 ? line.length : sizeof(clean) - 1;
    severity = severity <= PW_LOG_ERROR ? severity : PW_LOG_ERROR;
    for (size_t i = 0; i < length; i++)
        clean[i] = (unsigned char)line.data[i] < 0x20 || line.data[i] == 0x7f ? ' ' : line.data[i];
    clean[length] = '\0';
    time_format(wall_clock(NULL), time);
    if (daemon->to_systemd)
        fprintf(stderr, "%s%s%s%s\n", priorities[severity], instance ? instance : "", instance ? ": " : "",
                clean);
    else
        fprintf(stderr, "%s %s %s%s%s\n", time, words[severity], instance ? instance : "",
                instance ? ": " : "", clean);
}

static void log_format(const struct daemon *daemon, uint32_t severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void log_format(const struct daemon *daemon, uint32_t severity, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    log_line(daemon, severity, NULL, (struct pw_text){line, strlen(line)});
}

/* Several errors, one a line. */
static void log_errors(const struct daemon *daemon, const char *errors)
{
    while (errors && *errors) {
        size_t length = strcspn(errors, "\n");
        log_line(daemon, PW_LOG_ERROR, NULL, (struct pw_text){errors, length});
        errors += length + (errors[length] == '\n');
    }
}

static void stage_log(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    log_line(owner, severity, instance, line);
}

static void ingest_log(void *owner, uint32_t severity, struct pw_text line)
{
    log_line(owner, severity, "ingest", line);
}

/* ---- joints between the stages ---- */

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

static void findings_committed(void *owner)
{
    struct daemon *daemon = owner;
    outbox_wake(daemon->outbox);
}

/* ---- what control shows and asks ---- */

static void describe_journal(const struct daemon *daemon, struct buffer *out)
{
    struct journal_counts counts = {0};
    journal_count(daemon->control_view, &counts);
    const struct {
        const char *name;
        uint64_t value;
    } members[] = {{"events", counts.events},
                   {"findings", counts.findings},
                   {"withdrawn", counts.withdrawn},
                   {"cases", counts.cases},
                   {"open_cases", counts.open_cases},
                   {"pending", counts.pending},
                   {"poison", counts.poison},
                   {"notices_waiting", counts.notices_waiting},
                   {"notices_digest", counts.notices_digest},
                   {"notices_delivered", counts.notices_delivered},
                   {"notices_failed", counts.notices_failed},
                   {"audit_records", counts.audit_records},
                   {"file_bytes", counts.file_bytes},
                   {"free_bytes", counts.free_bytes},
                   {"schema", counts.schema}};
    json_write_key(out, "journal");
    json_write_begin(out, '{');
    json_member_string(out, "path", daemon->config->journal);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        json_member_unsigned(out, members[i].name, members[i].value);
    json_write_end(out, '}');
}

static void describe_plugins(void *owner, struct buffer *out)
{
    const struct daemon *daemon = owner;
    struct buffer notify = {0};
    json_write_begin(out, '[');
    dispatch_describe_plugins(daemon->dispatch, out);
    outbox_describe(daemon->outbox, &notify);
    if (notify.length > 2) { /* elements of its array */
        notify.data[notify.length - 1] = '\0';
        json_write_raw(out, (struct pw_text){notify.data + 1, notify.length - 2});
    }
    buffer_release(&notify);
    json_write_end(out, ']');
}

static void describe(void *owner, struct buffer *out)
{
    struct daemon *daemon = owner;
    json_member_string(out, "version", PATHWAYD_VERSION);
    json_member_integer(out, "pid", getpid());
    json_member_integer(out, "uptime_s", (wall_clock(NULL) - daemon->started_ms) / 1000);
    json_member_string(out, "config", daemon->config->file);
    describe_journal(daemon, out);
    dispatch_describe(daemon->dispatch, out);
    json_write_key(out, "feeds");
    struct buffer feeds = {0};
    if (daemon->ingest)
        ingest_describe(daemon->ingest, &feeds);
    json_write_raw(out, feeds.length ? buffer_view(&feeds) : PW_TEXT("[]"));
    buffer_release(&feeds);
    json_write_key(out, "plugins");
    struct buffer plugins = {0};
    describe_plugins(daemon, &plugins);
    json_write_raw(out, buffer_view(&plugins));
    buffer_release(&plugins);
}

static bool drained(void *owner)
{
    const struct daemon *daemon = owner;
    return dispatch_drained(daemon->dispatch) && outbox_idle(daemon->outbox);
}

static int set_paused(void *owner, bool paused)
{
    struct daemon *daemon = owner;
    dispatch_pause(daemon->dispatch, paused);
    return 0;
}

/* ---- reload ---- */

static void stop_stages(struct daemon *daemon);

static void reload_refused(struct daemon *daemon, const char *errors)
{
    log_errors(daemon, errors);
    if (daemon->phase == PHASE_RUNNING) {
        log_format(daemon, PW_LOG_ERROR, "the new configuration is not usable; the old one goes on");
        sd_notify(0, "READY=1");
    }
    config_free(daemon->next_config);
    daemon->next_config = NULL;
}

static void reload_tried(void *owner, const char *errors)
{
    struct daemon *daemon = owner;
    if (errors || daemon->phase != PHASE_RUNNING)
        reload_refused(daemon, errors ? errors : "the daemon is stopping");
    trial_free(daemon->trial);
    daemon->trial = NULL;
    if (!daemon->next_config)
        return;
    log_format(daemon, PW_LOG_INFO, "the new configuration is good; changing over");
    daemon->phase = PHASE_CHANGING;
    stop_stages(daemon);
}

/* Reads and checks the new configuration; the change-over itself comes when its plugins have been tried. */
static int reload(void *owner, char **ret_error)
{
    struct daemon *daemon = owner;
    struct config *config = NULL;
    char *errors = NULL;
    if (daemon->trial || daemon->phase != PHASE_RUNNING) {
        *ret_error = strdup("a reload is already under way");
        return PW_ERROR_BUSY;
    }
    int status = config_load(daemon->config_file, &daemon->places, &config, &errors);
    if (status == 0 && strcmp(config->journal, daemon->config->journal) != 0) {
        errors = strdup("another journal needs a restart, a reload cannot change it");
        status = PW_ERROR_UNSUPPORTED;
    }
    daemon->next_config = config;
    struct host_options options = daemon->host_options;
    options.base = config ? config->base : NULL;
    options.host_program = config ? config->host_program : NULL;
    if (status == 0)
        status = trial_start(&daemon->loop, config, &options, reload_tried, daemon, &daemon->trial);
    if (status < 0) {
        reload_refused(daemon, errors);
        *ret_error = errors ? errors : strdup("out of memory");
    }
    return status;
}

static void hung_up(uv_signal_t *handle, int number)
{
    struct daemon *daemon = handle->data;
    char *error = NULL;
    char message[96];
    struct timespec now;
    (void)number;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(message, sizeof(message), "RELOADING=1\nMONOTONIC_USEC=%lld",
             (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    sd_notify(0, message);
    reload(daemon, &error);
    free(error);
}

/* ---- stopping ---- */

static void finish(struct daemon *daemon)
{
    uv_close((uv_handle_t *)&daemon->terminate, NULL);
    uv_close((uv_handle_t *)&daemon->interrupt, NULL);
    uv_close((uv_handle_t *)&daemon->hangup, NULL);
    uv_close((uv_handle_t *)&daemon->watchdog, NULL);
    uv_close((uv_handle_t *)&daemon->audit_head, NULL);
    uv_close((uv_handle_t *)&daemon->stored, NULL);
}

static void retire(const struct daemon *daemon, struct config *config)
{
    if (!daemon->left_behind)
        config_free(config);
}

static void running_again(struct daemon *daemon)
{
    daemon->phase = PHASE_RUNNING;
    sd_notify(0, "READY=1");
}

/* Everything of the old configuration has stopped. That the new one passed its check says nothing of its
 * addresses: those are the old one's until now. */
static void change_over(struct daemon *daemon)
{
    daemon->last_config = daemon->config;
    daemon->config = daemon->next_config;
    daemon->next_config = NULL;
    if (start_stages(daemon) < 0) {
        log_format(daemon, PW_LOG_ERROR, "cannot run with the new configuration: going back to the old one");
        daemon->phase = PHASE_RETURNING;
        stop_stages(daemon);
        return;
    }
    retire(daemon, daemon->last_config);
    daemon->last_config = NULL;
    log_format(daemon, PW_LOG_INFO, "reloaded %s", daemon->config->file);
    running_again(daemon);
}

static void go_back(struct daemon *daemon)
{
    retire(daemon, daemon->config);
    daemon->config = daemon->last_config;
    daemon->last_config = NULL;
    if (start_stages(daemon) < 0) {
        log_format(daemon, PW_LOG_ERROR, "cannot run with the old configuration either: the daemon stops");
        daemon->exit_status = EXIT_FAILURE;
        daemon->phase = PHASE_STOPPING;
        stop_stages(daemon);
        return;
    }
    log_format(daemon, PW_LOG_ERROR, "the new configuration is not usable; the old one goes on");
    running_again(daemon);
}

/* No stage is left. */
static void stages_stopped(struct daemon *daemon)
{
    if (daemon->phase == PHASE_STOPPING) { /* its alarm stays: closing the journal may hang as well */
        finish(daemon);
        return;
    }
    alarm(0);
    if (daemon->phase == PHASE_CHANGING)
        change_over(daemon);
    else
        go_back(daemon);
}

static void control_stopped(void *owner)
{
    struct daemon *daemon = owner;
    daemon->control = NULL;
    journal_view_close(daemon->control_view);
    daemon->control_view = NULL;
    stages_stopped(daemon);
}

static void outbox_stopped(void *owner)
{
    struct daemon *daemon = owner;
    outbox_free(daemon->outbox);
    daemon->outbox = NULL;
    if (daemon->control)
        control_stop(daemon->control, control_stopped, daemon);
    else
        control_stopped(daemon);
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

static void stop_stages(struct daemon *daemon)
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
    log_format(daemon, PW_LOG_INFO, "stopping (%s)", strsignal(number));
    sd_notify(0, "STOPPING=1");
    daemon->phase = PHASE_STOPPING;
    if (running) /* a change-over is taking the stages down already; what follows depends on the phase alone */
        stop_stages(daemon);
}

/* ---- starting ---- */

static const struct dispatch_events dispatch_events = {
    .judged = event_judged, .log = stage_log, .committed = findings_committed, .stopped = dispatch_stopped};
static const struct outbox_events outbox_events = {.log = stage_log, .stopped = outbox_stopped};
static const struct control_sources control_sources = {.status = describe,
                                                       .plugins = describe_plugins,
                                                       .drained = drained,
                                                       .pause = set_paused,
                                                       .reload = reload};
static const struct ingest_events ingest_events = {.log = ingest_log};

static int complain(const struct daemon *daemon, const char *what, int status, char *error)
{
    log_format(daemon, PW_LOG_ERROR, "%s: %s", what, error ? error : "out of memory");
    free(error);
    return status;
}

static int start_stages(struct daemon *daemon)
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
    status = control_start(&daemon->loop, config, daemon->control_view, &control_sources, daemon,
                           &daemon->control, &error);
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
        log_format(daemon, PW_LOG_ERROR,
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
        log_format(daemon, PW_LOG_INFO, "audit head: record %llu %s", (unsigned long long)records, head);
}

static int open_journal(struct daemon *daemon)
{
    char *error = NULL;
    struct journal_options options = {.path = daemon->config->journal,
                                      .min_free_bytes = daemon->config->min_free_bytes,
                                      .stage_slice_ms = 4,
                                      .clock_ms = wall_clock};
    if (mkdir(daemon->config->state_dir, 0750) < 0 && errno != EEXIST) {
        log_format(daemon, PW_LOG_ERROR, "cannot create the state folder %s: %s", daemon->config->state_dir,
                   strerror(errno));
        return PW_ERROR_IO;
    }
    int status = journal_open(&options, &daemon->journal, &error);
    if (status < 0)
        return complain(daemon, "journal", status, error);
    journal_on_stored(daemon->journal, events_stored, daemon);
    return 0;
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
    uv_signal_start(&daemon->hangup, hung_up, SIGHUP);
    uv_timer_start(&daemon->watchdog, feed_watchdog, watchdog_ms, watchdog_ms);
    uv_timer_start(&daemon->audit_head, tell_audit_head, AUDIT_HEAD_MS, AUDIT_HEAD_MS);
}

static int run(struct daemon *daemon)
{
    uv_async_init(&daemon->loop, &daemon->stored, wake_dispatch);
    daemon->stored.data = daemon;
    if (open_journal(daemon) < 0)
        return EXIT_FAILURE;
    start_signals(daemon);
    int status = start_stages(daemon);
    if (status < 0) {
        daemon->exit_status = EXIT_FAILURE;
        daemon->phase = PHASE_STOPPING;
        stop_stages(daemon);
    } else {
        log_format(daemon, PW_LOG_INFO, "pathwayd %s is ready, %u feeds, %u plugins", PATHWAYD_VERSION,
                   daemon->config->feed_count, daemon->config->plugin_count);
        tell_audit_head(&daemon->audit_head);
        sd_notify(0, "READY=1");
    }
    uv_run(&daemon->loop, UV_RUN_DEFAULT);
    journal_close(daemon->journal);
    return daemon->exit_status;
}

/* ---- --check ---- */

static void checked(void *owner, const char *errors)
{
    bool *good = owner;
    *good = errors == NULL;
    if (errors)
        fputs(errors, stderr);
}

static int check(struct daemon *daemon)
{
    bool good = false;
    struct trial *trial = NULL;
    struct host_options options = {
        .host_program = daemon->config->host_program, .base = daemon->config->base, .landlock_max = -1};
    if (trial_start(&daemon->loop, daemon->config, &options, checked, &good, &trial) < 0)
        return EXIT_FAILURE;
    uv_run(&daemon->loop, UV_RUN_DEFAULT);
    trial_free(trial);
    uv_run(&daemon->loop, UV_RUN_NOWAIT);
    if (good)
        printf("%s: good (%u feeds, %u plugins, %u reviewers, %u routes)\n", daemon->config->file,
               daemon->config->feed_count, daemon->config->plugin_count, daemon->config->reviewer_count,
               daemon->config->route_count);
    return good ? EXIT_SUCCESS : EXIT_USAGE;
}

/* ---- command line ---- */

static const char help[] =
    "Usage: pathwayd [--config FILE] [--check]\n"
    "\n"
    "Watches a university's collaboration events, runs each through the risk policy of its pathway, and "
    "tells the\n"
    "reviewers who must look. It recommends; people decide.\n"
    "\n"
    "  -c, --config FILE  the configuration (default: %s)\n"
    "      --check        check the configuration and its plugins, and exit: 0 good, 2 not\n"
    "      --version      print the version\n"
    "  -h, --help         print this\n"
    "\n"
    "Signals: TERM and INT stop it after what is in work is done; HUP reloads the configuration.\n"
    "See pathwayd(8), pathwayd.conf(5), pathwayctl(1).\n";

static int parse(int count, char **arguments, struct daemon *daemon, bool *ret_check)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"check", no_argument, NULL, 'k'},
                                            {"version", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(count, arguments, "c:h", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            daemon->config_file = optarg;
            break;
        case 'k':
            *ret_check = true;
            break;
        case 'v':
            printf("pathwayd %s\n", PATHWAYD_VERSION);
            return 1;
        case 'h':
            printf(help, daemon->places.config_file);
            return 1;
        default:
            fputs("Try 'pathwayd --help'.\n", stderr);
            return PW_ERROR_INVALID;
        }
    }
    if (optind < count) {
        fprintf(stderr, "pathwayd: what is \"%s\"? Try 'pathwayd --help'.\n", arguments[optind]);
        return PW_ERROR_INVALID;
    }
    return 0;
}

int main(int count, char **arguments)
{
    struct daemon daemon = {.to_systemd = getenv("JOURNAL_STREAM") != NULL};
    bool only_check = false;
    char *errors = NULL;
    signal(SIGPIPE, SIG_IGN);
    if (config_places_find(&daemon.places, &errors) < 0) {
        fprintf(stderr, "pathwayd: %s\n", errors ? errors : "out of memory");
        free(errors);
        return EXIT_FAILURE;
    }
    daemon.config_file = daemon.places.config_file;
    daemon.started_ms = wall_clock(NULL);
    int status = parse(count, arguments, &daemon, &only_check);
    int result = status < 0 ? EXIT_USAGE : EXIT_SUCCESS;
    if (status == 0 && config_load(daemon.config_file, &daemon.places, &daemon.config, &errors) < 0) {
        fputs(errors ? errors : "pathwayd: out of memory\n", stderr);
        free(errors);
        result = EXIT_USAGE;
    } else if (status == 0) {
        uv_loop_init(&daemon.loop);
        result = only_check ? check(&daemon) : run(&daemon);
        uv_loop_close(&daemon.loop);
    }
    if (daemon.left_behind)
        _exit(result); /* what threads are still in stays where it is until the very end */
    config_free(daemon.config);
    config_free(daemon.next_config);
    config_free(daemon.last_config);
    config_places_release(&daemon.places);
    return result;
}
