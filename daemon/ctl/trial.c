/* SPDX-License-Identifier: Apache-2.0
 *
 * trial.c: see trial.h. The instance is configured as it is, but for the pack, and ends as soon as it has started.
 */
#include "ctl/trial.h"

#include <pathwayd/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/offline.h"
#include "ctl/plugin.h"
#include "ctl/table.h"
#include "json/buffer.h"

struct trial {
    char *said; /* its first error */
    char *why;  /* what became of the host */
    bool good;
};

static void up(void *owner, struct host_process *host, const struct pw_document *ready)
{
    struct trial *trial = owner;
    (void)ready;
    trial->good = true;
    host_process_stop(host);
}

static void down(void *owner, struct host_process *host, const char *why, uint32_t unanswered,
                 uint32_t suspects)
{
    struct trial *trial = owner;
    (void)host;
    (void)unanswered;
    (void)suspects;
    if (!trial->why)
        trial->why = strdup(why);
}

static void result(void *owner, struct host_process *host, const struct frame_result *answer)
{
    (void)owner; /* nothing was sent */
    (void)host;
    (void)answer;
}

static void logged(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    struct trial *trial = owner;
    (void)instance;
    if (severity >= PW_LOG_ERROR && !trial->said)
        trial->said = strndup(line.data, line.length);
}

static void stopped(void *owner, struct host_process *host)
{
    (void)owner;
    host_process_free(host);
}

/* Starts the plugin once and waits for what comes of it. */
static int start(const struct plugin_target *target, const char *host_program, struct trial *trial)
{
    static const struct host_events events = {
        .up = up, .result = result, .down = down, .log = logged, .stopped = stopped};
    const struct host_options options = {
        .host_program = host_program, .base = target->base, .landlock_max = -1};
    struct host_process *host = NULL;
    uv_loop_t loop;
    if (uv_loop_init(&loop) != 0)
        return CTL_BAD;
    if (host_process_new(&loop, &target->plugin, &options, &events, trial, &host) == 0) {
        host_process_start(host);
        uv_run(&loop, UV_RUN_DEFAULT);
    }
    uv_loop_close(&loop);
    return trial->good ? CTL_GOOD : CTL_BAD;
}

/* The instance's configuration, with this pack and no other. */
static char *config_with(const struct config_plugin *configured, const char *path)
{
    cJSON *config = configured ? cJSON_Parse(configured->config) : cJSON_CreateObject();
    cJSON_DeleteItemFromObjectCaseSensitive(config, "packs");
    cJSON_DeleteItemFromObjectCaseSensitive(config, "instead");
    cJSON_AddStringToObject(config, "packs", path);
    char *text = cJSON_PrintUnformatted(config);
    cJSON_Delete(config);
    return text;
}

static const struct config_plugin *instance_of(const struct ctl *ctl, enum pathway pathway)
{
    for (uint32_t i = 0; ctl->config && i < ctl->config->plugin_count; i++)
        if (offline_judges(&ctl->config->plugins[i], pathways[pathway].name))
            return &ctl->config->plugins[i];
    return NULL;
}

/* Its own words about the file, as the file was named. */
static char *words_about(const char *said, const char *path, const char *file)
{
    struct buffer text = {0};
    size_t length = strlen(path);
    if (strncmp(said, path, length) == 0)
        buffer_format(&text, "%s%s", file, said + length);
    else
        buffer_format(&text, "%s: %s", file, said);
    return buffer_take(&text, NULL);
}

int trial_read(struct ctl *ctl, const char *file, const char *path, enum pathway pathway, char **ret_error)
{
    struct plugin_target target = {0};
    struct trial trial = {0};
    char *readable[] = {(char *)path, NULL};
    int status = ctl_config_if_any(ctl);
    if (status != CTL_GOOD)
        return status;
    const struct config_plugin *configured = instance_of(ctl, pathway);
    char *config = config_with(configured, path);
    status = plugin_find(ctl, configured ? configured->name : pathways[pathway].name, config ? config : "{}",
                         &target);
    free(config);
    if (status != CTL_GOOD)
        return status;
    target.plugin.readable = readable;
    status = start(&target, target.loaded ? target.loaded->host_program : ctl->places.host_program, &trial);
    if (status != CTL_GOOD)
        *ret_error = words_about(trial.said  ? trial.said
                                 : trial.why ? trial.why
                                             : "the plugin host could not be started",
                                 path, file);
    plugin_release(&target);
    free(trial.said);
    free(trial.why);
    return status;
}

static bool is_new(const cJSON *errors, const char *error)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, errors)
    {
        if (strcmp(cJSON_GetStringValue(item), error) == 0)
            return false;
    }
    return true;
}

int trial_read_all(struct ctl *ctl, const char *file, const struct packfile *pack, cJSON *errors)
{
    uint32_t set = packfile_pathways(pack->root);
    int all = CTL_GOOD;
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT && all != CTL_USAGE; pathway++) {
        char *error = NULL;
        if (!((set ? set : 1u) & (1u << pathway)))
            continue;
        int status = trial_read(ctl, file, pack->path, pathway, &error);
        if (status == CTL_BAD && error && is_new(errors, error))
            cJSON_AddItemToArray(errors, cJSON_CreateString(error));
        free(error);
        all = status > all ? status : all;
    }
    return all;
}
