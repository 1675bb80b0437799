/* SPDX-License-Identifier: Apache-2.0
 *
 * One short-lived host a plugin, all at once; the last one to stop ends the trial.
 */
#include "dispatch/trial.h"

#include <pathwayd/plugin.h>

#include <stdlib.h>
#include <string.h>

struct candidate {
    struct trial *trial;
    struct host_process *host;
    bool was_up;
};

struct trial {
    void (*done)(void *owner, const char *errors);
    void *owner;
    struct candidate *candidates;
    uint32_t count, running;
    struct buffer errors;
    uv_timer_t soon; /* so that `done` never comes out of trial_start, even with no plugins at all */
};

static void tell(uv_handle_t *handle)
{
    struct trial *trial = handle->data;
    trial->done(trial->owner, trial->errors.length ? trial->errors.data : NULL);
}

static void close_soon(uv_timer_t *timer)
{
    struct trial *trial = timer->data;
    if (!trial->running && !uv_is_closing((uv_handle_t *)timer))
        uv_close((uv_handle_t *)timer, tell);
}

static void up(void *owner, struct host_process *host, const struct pw_document *ready)
{
    struct candidate *candidate = owner;
    (void)ready;
    candidate->was_up = true;
    host_process_stop(host);
}

static void result(void *owner, struct host_process *host, const struct frame_result *answer)
{
    (void)owner;
    (void)answer;
    host_process_fail(host, "the plugin host answered without being asked");
}

static void down(void *owner, struct host_process *host, const char *why, uint32_t unanswered,
                 uint32_t suspects)
{
    struct candidate *candidate = owner;
    (void)unanswered;
    (void)suspects;
    if (!candidate->was_up)
        buffer_format(&candidate->trial->errors, "plugin \"%s\": %s\n", host_process_plugin(host)->name, why);
}

static void logged(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    (void)owner;
    (void)severity;
    (void)instance;
    (void)line;
}

static void stopped(void *owner, struct host_process *host)
{
    struct candidate *candidate = owner;
    (void)host;
    candidate->trial->running--;
    close_soon(&candidate->trial->soon);
}

static const struct host_events host_events = {
    .up = up, .result = result, .down = down, .log = logged, .stopped = stopped};

int trial_start(uv_loop_t *loop, const struct config *config, const struct host_options *options,
                void (*done)(void *owner, const char *errors), void *owner, struct trial **ret_trial)
{
    struct trial *trial = calloc(1, sizeof(*trial));
    if (!trial)
        return PW_ERROR_MEMORY;
    trial->done = done;
    trial->owner = owner;
    trial->candidates = calloc(config->plugin_count ? config->plugin_count : 1, sizeof(*trial->candidates));
    for (; trial->candidates && trial->count < config->plugin_count; trial->count++) {
        struct candidate *candidate = &trial->candidates[trial->count];
        const struct config_plugin *plugin = &config->plugins[trial->count];
        struct host_options once = *options;
        once.restart = false;
        once.no_start = plugin->stage == PW_STAGE_NOTIFY;
        candidate->trial = trial;
        if (host_process_new(loop, plugin, &once, &host_events, candidate, &candidate->host) < 0)
            break;
    }
    if (!trial->candidates || trial->count < config->plugin_count) {
        trial_free(trial);
        return PW_ERROR_MEMORY;
    }
    uv_timer_init(loop, &trial->soon);
    trial->soon.data = trial;
    trial->running = trial->count;
    for (uint32_t i = 0; i < trial->count; i++)
        host_process_start(trial->candidates[i].host);
    uv_timer_start(&trial->soon, close_soon, 0, 0);
    *ret_trial = trial;
    return 0;
}

void trial_free(struct trial *trial)
{
    if (!trial)
        return;
    for (uint32_t i = 0; i < trial->count; i++)
        host_process_free(trial->candidates[i].host);
    free(trial->candidates);
    buffer_release(&trial->errors);
    free(trial);
}
