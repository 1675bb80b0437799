/* SPDX-License-Identifier: Apache-2.0
 *
 * plugin.c: finds a plugin, loads it in a plugin host of its own, and prints what it says of itself.
 */
#include "ctl/plugin.h"

#include <errno.h>
#include <libgen.h>
#include <pathwayd/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ctl/list.h"
#include "ctl/offline.h"
#include "json/json.h"

#define PLUGIN_MEMORY_MB   512
#define PLUGIN_DEADLINE_MS 5000
#define PLUGIN_MAX_CONFIG  (1 << 20)

void plugin_release(struct plugin_target *target)
{
    free(target->file);
    free(target->config);
    free(target->base);
    free(target->folder);
    free(target->said);
    *target = (struct plugin_target){0};
}

static bool is_path(const char *name)
{
    size_t length = strlen(name);
    return strchr(name, '/') || (length > 3 && strcmp(name + length - 3, ".so") == 0);
}

static void find_configured(struct plugin_target *target, const char *name, const char *real)
{
    for (uint32_t i = 0; target->loaded && i < target->loaded->plugin_count && !target->configured; i++) {
        const struct config_plugin *plugin = &target->loaded->plugins[i];
        char *file = real ? realpath(plugin->file, NULL) : NULL;
        if (strcmp(plugin->name, name) == 0 || (file && strcmp(file, real) == 0))
            target->configured = plugin;
        free(file);
    }
}

static char *path_of(struct ctl *ctl, const struct plugin_target *target, const char *name)
{
    const char *folder = target->loaded ? target->loaded->plugin_dir : ctl->places.plugin_dir;
    char *joined = NULL, *real = NULL;
    if (target->configured)
        return realpath(target->configured->file, NULL);
    if (is_path(name))
        return realpath(name, NULL);
    if (asprintf(&joined, "%s/%s.so", folder, name) < 0)
        return NULL;
    real = realpath(joined, NULL);
    free(joined);
    return real;
}

static char *read_config(const char *with)
{
    struct buffer text = {0};
    char chunk[4096];
    size_t got;
    if (with[0] != '@')
        return strdup(with);
    FILE *stream = fopen(with + 1, "re");
    if (!stream) {
        ctl_complain("%s cannot be read: %s", with + 1, strerror(errno));
        return NULL;
    }
    while ((got = fread(chunk, 1, sizeof(chunk), stream)) > 0 && text.length < PLUGIN_MAX_CONFIG)
        buffer_append(&text, chunk, got);
    fclose(stream);
    return text.length ? buffer_take(&text, NULL) : strdup("");
}

/* The text becomes part of a LOAD frame, so it must be JSON on its own. */
static bool config_good(const char *config)
{
    struct pw_document document = {0};
    struct json_error error = {0};
    int status = json_parse(&document, config, strlen(config), &json_limits_frame, &error);
    bool object = status == 0 && json_type(&document, PW_NODE_ROOT) == PW_JSON_OBJECT;
    json_release(&document);
    if (!object)
        ctl_complain("--with takes a JSON object%s%s", status == 0 ? "" : ": ",
                     status == 0 ? "" : error.message);
    return object;
}

int plugin_find(struct ctl *ctl, const char *name, const char *with, struct plugin_target *ret_target)
{
    struct plugin_target target = {0};
    /* The configuration is a help here, not a need: a plugin can be looked at on a machine without one. */
    int status = ctl_config_if_any(ctl);
    if (status != CTL_GOOD)
        return status;
    target.loaded = ctl->config;
    if (!is_path(name))
        find_configured(&target, name, NULL);
    target.file = path_of(ctl, &target, name);
    if (!target.file) {
        ctl_complain("there is no plugin \"%s\": no instance and no file of that name", name);
        plugin_release(&target);
        return CTL_USAGE;
    }
    if (is_path(name))
        find_configured(&target, name, target.file);
    const char *configured = target.configured ? target.configured->config : "{}";
    target.config = with ? read_config(with) : strdup(configured);
    target.base = strdup(ctl->config_file ? ctl->config_file : ctl->places.config_file);
    char *base = target.base ? dirname(target.base) : NULL;
    if (base && base != target.base)
        memmove(target.base, base, strlen(base) + 1);
    target.folder = getcwd(NULL, 0);
    target.said = strdup(with && with[0] == '@' ? with + 1 : "--with");
    if (!target.config || !target.base || !target.folder || !target.said || !config_good(target.config)) {
        plugin_release(&target);
        return CTL_USAGE;
    }
    *ret_target = target;
    struct config_plugin *plugin = &ret_target->plugin;
    if (target.configured)
        *plugin = *target.configured;
    else
        *plugin = (struct config_plugin){.memory_mb = PLUGIN_MEMORY_MB, .deadline_ms = PLUGIN_DEADLINE_MS};
    plugin->name = target.configured ? plugin->name : ret_target->file;
    plugin->file = ret_target->file;
    plugin->config = ret_target->config;
    plugin->config_file = plugin->config_file && !with ? plugin->config_file : ret_target->said;
    plugin->config_line = plugin->config_line && !with ? plugin->config_line : 1;
    if (!plugin->readable) {
        ret_target->readable[0] = ret_target->base;
        ret_target->readable[1] = ret_target->folder;
        plugin->readable = ret_target->readable;
    }
    return CTL_GOOD;
}

/* ---- probing ------------------------------------------------------------------------------------------- */

struct probe {
    char *ready, *defects;
};

static void probe_up(void *owner, struct host_process *host, const struct pw_document *ready)
{
    struct probe *probe = owner;
    struct pw_text raw = json_raw(ready, PW_NODE_ROOT);
    probe->ready = strndup(raw.data, raw.length);
    host_process_stop(host);
}

static void probe_down(void *owner, struct host_process *host, const char *why, uint32_t unanswered,
                       uint32_t suspects)
{
    struct probe *probe = owner;
    (void)host;
    (void)unanswered;
    (void)suspects;
    if (!probe->ready && !probe->defects)
        probe->defects = strdup(why);
}

static void probe_result(void *owner, struct host_process *host, const struct frame_result *result)
{
    (void)owner; /* nothing was sent */
    (void)host;
    (void)result;
}

static void probe_log(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    (void)owner;
    offline_log(severity, instance, line);
}

static void probe_stopped(void *owner, struct host_process *host)
{
    (void)owner;
    host_process_free(host);
}

int plugin_probe(struct ctl *ctl, const struct plugin_target *target, bool check, char **ret_ready,
                 char **ret_defects)
{
    static const struct host_events events = {.up = probe_up,
                                              .result = probe_result,
                                              .down = probe_down,
                                              .log = probe_log,
                                              .stopped = probe_stopped};
    const struct host_options options = {.host_program = target->loaded ? target->loaded->host_program
                                                                        : ctl->places.host_program,
                                         .base = target->base,
                                         .landlock_max = -1,
                                         .describe_only = true,
                                         .check = check};
    struct probe probe = {0};
    struct host_process *host = NULL;
    uv_loop_t loop;
    if (uv_loop_init(&loop) != 0)
        return CTL_BAD;
    if (host_process_new(&loop, &target->plugin, &options, &events, &probe, &host) == 0) {
        host_process_start(host);
        uv_run(&loop, UV_RUN_DEFAULT);
    }
    uv_loop_close(&loop);
    if (probe.ready) {
        free(probe.defects);
        *ret_ready = probe.ready;
        return CTL_GOOD;
    }
    *ret_defects = probe.defects ? probe.defects : strdup("The plugin host could not be started.");
    return CTL_BAD;
}

/* ---- describe ------------------------------------------------------------------------------------------ */

static void describe_line(const char *label, const cJSON *object, const char *key)
{
    char *value = table_value(table_find(object, key));
    if (value && *value) {
        printf("%-10s", label);
        table_print(value);
        putchar('\n');
    }
    free(value);
}

static void describe(const struct ctl *ctl, const char *ready, const char *file)
{
    static const char *const stages[] = {"unknown", "enrich", "assess", "notify"};
    static const struct table_column columns[] = {{"key", "name", 0},
                                                  {"type", "type", 0},
                                                  {"required", "required", 0},
                                                  {"default", "default", 32},
                                                  {"choices", "choices", 32},
                                                  {"meaning", "help", 0},
                                                  {NULL, NULL, 0}};
    cJSON *plugin = cJSON_Parse(ready);
    const cJSON *field = NULL;
    double stage = cJSON_GetNumberValue(table_find(plugin, "stage"));
    printf("%s%s%s\n", table_bold(ctl), table_word(plugin, "name"), table_plain(ctl));
    table_paragraph(table_word(plugin, "summary"), 0);
    describe_line("version", plugin, "version");
    describe_line("licence", plugin, "licence");
    printf("%-10s%s\n", "stage", stage >= 1 && stage <= 3 ? stages[(int)stage] : stages[0]);
    describe_line("pathways", plugin, "pathways");
    printf("%-10s", "file");
    table_print(file);
    printf("\n\n%sConfiguration%s\n", table_bold(ctl), table_plain(ctl));
    struct table *table = table_new(ctl, columns);
    cJSON_ArrayForEach(field, table_find(plugin, "config"))
    {
        table_add(table, field);
    }
    table_end(table, "It takes none.");
    cJSON_Delete(plugin);
}

int ctl_plugin_describe(struct ctl *ctl)
{
    struct plugin_target target = {0};
    char *ready = NULL, *defects = NULL;
    int status = plugin_find(ctl, ctl->positionals[0], NULL, &target);
    if (status != CTL_GOOD)
        return status;
    status = plugin_probe(ctl, &target, false, &ready, &defects);
    if (status != CTL_GOOD)
        ctl_complain("%s cannot be loaded:\n%s", target.file, defects ? defects : "out of memory");
    else if (ctl->json)
        puts(ready);
    else
        describe(ctl, ready, target.file);
    free(ready);
    free(defects);
    plugin_release(&target);
    return status;
}
