/* SPDX-License-Identifier: Apache-2.0
 *
 * activated.c: packs that people brought into force stand in the state folder, a folder a generation (packs/generation.h);
 * policies then read the current one's active.json in place of what their setting "packs" names; plugins that are not given
 * one read no packs, as far as anybody can know. A generation is named, not the link to it: what a configuration has read
 * it keeps.
 */
#include <errno.h>
#include <pathwayd/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "config/section.h"
#include "json/buffer.h"

/* The node of the setting, PW_NODE_NONE when it is left out. */
static uint32_t setting_in(const struct pw_document *document)
{
    uint32_t node = json_member(document, PW_NODE_ROOT, "packs");
    return json_type(document, node) == PW_JSON_STRING ? node : PW_NODE_NONE;
}

static char *path_in(const struct config *config, const struct pw_document *document)
{
    struct pw_text name = json_text(document, setting_in(document));
    char *path = NULL;
    if (name.data[0] == '/')
        return strndup(name.data, name.length);
    return asprintf(&path, "%s/%.*s", config->base, TEXT_FMT(name)) < 0 ? NULL : path;
}

static bool read_settings(const struct config_plugin *plugin, struct pw_document *document)
{
    struct json_error error;
    return plugin->stage == PW_STAGE_ASSESS && plugin->config &&
           json_parse(document, plugin->config, strlen(plugin->config), &json_limits_config, &error) == 0 &&
           json_text(document, setting_in(document)).length > 0;
}

/* Puts `file` where the setting stands, so that everything keeps its line. */
static char *with_packs(const char *settings, const struct pw_document *document, const char *file)
{
    struct buffer out = {0};
    struct pw_text old = json_raw(document, setting_in(document));
    const char *end = old.data + old.length;
    buffer_text(&out, (struct pw_text){settings, (size_t)(old.data - settings)});
    json_write_string(&out, file);
    buffer_string(&out, end);
    return buffer_take(&out, NULL);
}

static bool add_readable(struct config_plugin *plugin, const char *folder)
{
    size_t count = 0;
    while (plugin->readable && plugin->readable[count])
        count++;
    char **grown = realloc(plugin->readable, (count + 2) * sizeof(*grown));
    if (!grown)
        return false;
    plugin->readable = grown;
    grown[count] = strdup(folder);
    grown[count + 1] = NULL;
    return grown[count] != NULL;
}

static bool use(struct config_plugin *plugin, const struct pw_document *document, const char *file,
                const char *folder)
{
    char *settings = with_packs(plugin->config, document, file);
    if (!settings || !add_readable(plugin, folder)) {
        free(settings);
        return false;
    }
    free(plugin->config);
    plugin->config = settings;
    return true;
}

uint64_t config_packs_current(const char *state_dir, bool *ret_hidden)
{
    char *link = NULL, *file = NULL, name[32] = "";
    bool hidden = false;
    if (asprintf(&link, "%s/packs/current", state_dir) < 0)
        return 0;
    ssize_t length = readlink(link, name, sizeof name - 1);
    name[length > 0 ? length : 0] = '\0';
    hidden = length < 0 && errno == EACCES;
    if (length > 0 && asprintf(&file, "%s/active.json", link) >= 0) {
        hidden = access(file, R_OK) < 0 && errno == EACCES;
        free(file);
    }
    free(link);
    if (ret_hidden)
        *ret_hidden = hidden;
    return strtoull(name, NULL, 10);
}

/* Policies that are configured to read other packs than the first are left with them. */
void config_use_packs(struct loading *loading)
{
    struct config *config = loading->config;
    char *folder = NULL, *file = NULL;
    bool good = true;
    config->packs_generation = config_packs_current(config->state_dir, &config->packs_hidden);
    if (config->packs_generation && (asprintf(&folder, "%s/packs/%06llu", config->state_dir,
                                              (unsigned long long)config->packs_generation) < 0 ||
                                     asprintf(&file, "%s/active.json", folder) < 0))
        good = false;
    for (uint32_t i = 0; i < config->plugin_count && good; i++) {
        struct pw_document document = {0};
        bool policy = read_settings(&config->plugins[i], &document);
        char *path = policy ? path_in(config, &document) : NULL;
        good = !policy || path;
        if (good && policy && !config->packs_configured)
            good = (config->packs_configured = strdup(path)) != NULL;
        if (good && policy && file && strcmp(path, config->packs_configured) == 0)
            good = use(&config->plugins[i], &document, file, folder);
        free(path);
        json_release(&document);
    }
    loading->faults.memory = loading->faults.memory || !good;
    free(folder);
    free(file);
}
