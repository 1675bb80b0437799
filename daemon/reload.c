/* SPDX-License-Identifier: Apache-2.0
 *
 * reload.c: another configuration takes over without a restart. Whatever can be known beforehand is checked while
 * the old one works; what only shows when it runs (an address in use) leads back to the old one.
 */
#include "daemon.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <pathwayd/plugin.h>

static void reload_refused(struct daemon *daemon, const char *errors)
{
    log_errors(&daemon->log, errors);
    if (daemon->phase == PHASE_RUNNING) {
        log_format(&daemon->log, PW_LOG_ERROR, "the new configuration is not usable; the old one goes on");
        sd_notify(0, "READY=1");
    }
    config_free(daemon->next_config);
    daemon->next_config = NULL;
    if (daemon->phase != PHASE_STOPPING) /* else it is carried on at the next start */
        activation_reloaded(daemon->activation, errors ? errors : "out of memory");
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
    log_format(&daemon->log, PW_LOG_INFO, "the new configuration is good; changing over");
    daemon->phase = PHASE_CHANGING;
    daemon_stop_stages(daemon);
}

/* Reads and checks the new configuration; the change-over itself comes when its plugins have been tried. */
int reload_start(void *owner, char **ret_error)
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

void reload_asked(uv_signal_t *handle, int number)
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
    reload_start(daemon, &error);
    free(error);
}

/* ---- the change-over ---- */

static void retire(const struct daemon *daemon, struct config *config)
{
    if (!daemon->left_behind)
        config_free(config);
}

static void running_again(struct daemon *daemon, const char *errors)
{
    daemon->phase = PHASE_RUNNING;
    sd_notify(0, "READY=1");
    activation_reloaded(daemon->activation, errors);
    activation_look(daemon->activation); /* what was agreed on while the stages changed over */
}

/* Everything of the old configuration has stopped. That the new one passed its check says nothing of its
 * addresses: those are the old one's until now. */
static void change_over(struct daemon *daemon)
{
    daemon->last_config = daemon->config;
    daemon->config = daemon->next_config;
    daemon->next_config = NULL;
    if (daemon_start_stages(daemon) < 0) {
        log_format(&daemon->log, PW_LOG_ERROR,
                   "cannot run with the new configuration: going back to the old one");
        daemon->phase = PHASE_RETURNING;
        daemon_stop_stages(daemon);
        return;
    }
    retire(daemon, daemon->last_config);
    daemon->last_config = NULL;
    log_format(&daemon->log, PW_LOG_INFO, "reloaded %s", daemon->config->file);
    running_again(daemon, NULL);
}

static void go_back(struct daemon *daemon)
{
    retire(daemon, daemon->config);
    daemon->config = daemon->last_config;
    daemon->last_config = NULL;
    if (daemon_start_stages(daemon) < 0) {
        log_format(&daemon->log, PW_LOG_ERROR,
                   "cannot run with the old configuration either: the daemon stops");
        daemon->exit_status = EXIT_FAILURE;
        daemon->phase = PHASE_STOPPING;
        daemon_stop_stages(daemon);
        return;
    }
    log_format(&daemon->log, PW_LOG_ERROR, "the new configuration is not usable; the old one goes on");
    running_again(daemon, "the daemon cannot run with the new configuration; its log says why");
}

void reload_stages_stopped(struct daemon *daemon)
{
    if (daemon->phase == PHASE_CHANGING)
        change_over(daemon);
    else
        go_back(daemon);
}
