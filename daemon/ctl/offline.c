/* SPDX-License-Identifier: Apache-2.0
 *
 * offline.c: why it exists: `assess` and `screen` run exactly what is configured, so that what a compliance
 * team tries is what the daemon will do.
 */
#include "ctl/offline.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <pathwayd/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "json/buffer.h"
#include "json/json.h"

#define OFFLINE_MAX_FILE (64u << 20)  /* of a pack or a list */
#define OFFLINE_SNAPSHOT "PWLIST\r\n" /* what a compiled snapshot begins with */
#define CHANGED_FILE     "the command line"

static char *read_file(const char *file, size_t *ret_length)
{
    struct buffer bytes = {0};
    char chunk[16384];
    size_t got;
    FILE *stream = fopen(file, "re");
    if (!stream) {
        ctl_complain("%s cannot be read: %s", file, strerror(errno));
        return NULL;
    }
    while ((got = fread(chunk, 1, sizeof(chunk), stream)) > 0 && bytes.length <= OFFLINE_MAX_FILE)
        buffer_append(&bytes, chunk, got);
    bool good = !ferror(stream) && bytes.length <= OFFLINE_MAX_FILE && bytes.length > 0 && !bytes.failed;
    fclose(stream);
    if (!good) {
        ctl_complain("%s cannot be read, is empty, or is longer than 64 MiB", file);
        buffer_release(&bytes);
        return NULL;
    }
    return buffer_take(&bytes, ret_length);
}

/* The pack's file as a document that lives in *ret_bytes; a sentence when it is none. */
static int read_pack(const char *file, char **ret_bytes, struct pw_document *document)
{
    struct json_error error = {0};
    size_t length = 0;
    char *bytes = read_file(file, &length);
    if (!bytes)
        return CTL_USAGE;
    int status = json_parse(document, bytes, length, &json_limits_config, &error);
    if (status != 0)
        ctl_complain("%s:%u:%u: %s (a rule pack)", file, error.line, error.column, error.message);
    else if (json_type(document, json_member(document, PW_NODE_ROOT, "pathways")) != PW_JSON_OBJECT)
        ctl_complain("%s has no \"pathways\"; is it a rule pack?", file);
    else {
        *ret_bytes = bytes;
        return CTL_GOOD;
    }
    free(bytes);
    return CTL_USAGE;
}

/* Changes one key of an instance's configuration and lets it read the file. */
static int change(struct config_plugin *plugin, const char *key, const char *path, bool append)
{
    cJSON *config = cJSON_Parse(plugin->config), *value = cJSON_CreateString(path);
    size_t count = 0;
    while (plugin->readable && plugin->readable[count])
        count++;
    char **readable = realloc(plugin->readable, (count + 2) * sizeof(*readable));
    if (readable) {
        plugin->readable = readable;
        readable[count] = strdup(path);
        readable[count + 1] = NULL;
    }
    cJSON *list = append ? cJSON_GetObjectItemCaseSensitive(config, key) : NULL;
    if (!list && append) {
        list = cJSON_CreateArray();
        cJSON_AddItemToObject(config, key, list);
    }
    if (list) {
        cJSON_AddItemToArray(list, value);
    } else {
        cJSON_DeleteItemFromObjectCaseSensitive(config, key);
        cJSON_AddItemToObject(config, key, value);
    }
    char *text = cJSON_PrintUnformatted(config), *file = strdup(CHANGED_FILE);
    cJSON_Delete(config);
    if (!text || !file || !readable || !readable[count]) {
        ctl_complain("out of memory");
        free(text);
        free(file);
        return CTL_USAGE;
    }
    free(plugin->config);
    plugin->config = text;
    free(plugin->config_file);
    plugin->config_file = file;
    plugin->config_line = 1;
    return CTL_GOOD;
}

/* An instance judges the pathways it is configured for, else the one its plugin is named after. */
bool offline_judges(const struct config_plugin *plugin, const char *pathway)
{
    if (plugin->stage != PW_STAGE_ASSESS)
        return false;
    for (char **name = plugin->pathways; name && *name; name++)
        if (strcmp(*name, pathway) == 0)
            return true;
    const char *base = strrchr(plugin->file, '/');
    base = base ? base + 1 : plugin->file;
    size_t length = strlen(pathway);
    return !plugin->pathways && strncmp(base, pathway, length) == 0 && strcmp(base + length, ".so") == 0;
}

/* Whether the instance judges one of the pathways that the pack has rules for. */
static bool concerns(const struct pw_document *pack, const struct config_plugin *plugin)
{
    uint32_t pathways = json_member(pack, PW_NODE_ROOT, "pathways");
    for (uint32_t node = json_first(pack, pathways); node != PW_NODE_NONE; node = json_next(pack, node)) {
        char pathway[32];
        struct pw_text name = json_key(pack, node);
        snprintf(pathway, sizeof(pathway), "%.*s", TEXT_FMT(name));
        if (offline_judges(plugin, pathway))
            return true;
    }
    return false;
}

/* Sets or appends to `key` of every policy that the pack concerns. */
static int apply_pack(struct ctl *ctl, const char *file, const char *key, bool append)
{
    struct pw_document pack = {0};
    char *bytes = NULL, *path = NULL;
    int changed = 0, status = read_pack(file, &bytes, &pack);
    if (status == CTL_GOOD && !(path = realpath(file, NULL)))
        status = CTL_USAGE;
    for (uint32_t i = 0; i < ctl->config->plugin_count && status == CTL_GOOD; i++) {
        if (!concerns(&pack, &ctl->config->plugins[i]))
            continue;
        status = change(&ctl->config->plugins[i], key, path, append);
        changed++;
    }
    if (status == CTL_GOOD && changed == 0) {
        ctl_complain("%s is about no pathway that a configured policy judges", file);
        status = CTL_USAGE;
    }
    json_release(&pack);
    free(bytes);
    free(path);
    return status;
}

/* A compiled snapshot, or a list of the `simple` format, which is a JSON object; by what it begins with. */
static int check_list(const char *file, bool *ret_compiled)
{
    char bytes[256];
    FILE *stream = fopen(file, "re");
    size_t length = stream ? fread(bytes, 1, sizeof(bytes), stream) : 0, at = 0;
    if (!stream || length == 0) {
        ctl_complain("%s cannot be read, or is empty", file);
        if (stream)
            fclose(stream);
        return CTL_USAGE;
    }
    fclose(stream);
    while (at < length && strchr(" \t\r\n", bytes[at]))
        at++;
    *ret_compiled = length >= 8 && memcmp(bytes, OFFLINE_SNAPSHOT, 8) == 0;
    if (*ret_compiled || (at < length && (bytes[at] == '{' || bytes[at] == '/')))
        return CTL_GOOD;
    ctl_complain(
        "%s is neither a compiled snapshot (pathwayctl list compile) nor a list file of the `simple` format "
        "(JSON)",
        file);
    return CTL_USAGE;
}

static bool reads_lists(const struct config_plugin *plugin)
{
    cJSON *config = cJSON_Parse(plugin->config);
    bool lists = cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(config, "lists")) ||
                 cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(config, "snapshots"));
    cJSON_Delete(config);
    return plugin->stage == PW_STAGE_ENRICH && lists;
}

static int apply_snapshot(struct ctl *ctl, const char *file)
{
    bool compiled = false;
    int changed = 0, status = check_list(file, &compiled);
    char *path = status == CTL_GOOD ? realpath(file, NULL) : NULL;
    for (uint32_t i = 0; i < ctl->config->plugin_count && status == CTL_GOOD && path; i++) {
        if (!reads_lists(&ctl->config->plugins[i]))
            continue;
        status = change(&ctl->config->plugins[i], compiled ? "snapshots" : "lists", path, true);
        changed++;
    }
    if (status == CTL_GOOD && changed == 0) {
        ctl_complain("no configured enricher has \"lists\" that %s could be added to", file);
        status = CTL_USAGE;
    }
    free(path);
    return status;
}

int offline_prepare(struct ctl *ctl)
{
    const char *pack = NULL, *snapshot = ctl_option(ctl, "--snapshot");
    int status = ctl_config(ctl);
    /* Each takes the place of those of its regime, whatever else is active. */
    for (int i = 0; status == CTL_GOOD && (pack = ctl_option_again(ctl, "--pack", i)); i++)
        status = apply_pack(ctl, pack, "instead", true);
    if (status == CTL_GOOD && snapshot)
        status = apply_snapshot(ctl, snapshot);
    return status;
}

int offline_use_pack(struct ctl *ctl, const char *file)
{
    return apply_pack(ctl, file, "packs", false);
}

bool offline_changed(const struct config_plugin *plugin)
{
    return plugin->config_file && strcmp(plugin->config_file, CHANGED_FILE) == 0;
}

struct host_options offline_host_options(const struct ctl *ctl)
{
    return (struct host_options){.host_program = ctl->config->host_program,
                                 .base = ctl->config->base,
                                 .landlock_max = -1,
                                 .restart = true};
}

void offline_log(uint32_t severity, const char *instance, struct pw_text line)
{
    if (severity >= PW_LOG_WARNING)
        ctl_complain("%s: %.*s", instance ? instance : "plugin", TEXT_FMT(line));
}

char *offline_last_error(const struct host_process *host)
{
    struct buffer description = {0};
    struct pw_document document = {0};
    struct json_error error = {0};
    char *why = NULL;
    host_process_describe(host, &description);
    if (!description.failed &&
        json_parse(&document, description.data, description.length, &json_limits_frame, &error) == 0) {
        struct pw_text text = json_text(&document, json_member(&document, PW_NODE_ROOT, "last_error"));
        if (text.length > 0)
            why = strndup(text.data, text.length);
    }
    json_release(&document);
    buffer_release(&description);
    return why ? why : strdup("it could not be started");
}
