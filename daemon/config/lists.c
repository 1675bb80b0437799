/* SPDX-License-Identifier: Apache-2.0
 *
 * lists.c: reads the sections that are lists of things (feeds, plugins, reviewers, routes), and the whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pathwayd/plugin.h>
#include "config/rows.h"

/* Whoever may connect is asked for the uid; the bits only keep the rest from trying. Accounts that are named are seldom
 * in the daemon's group, so the bits must let them through. */
#define MODE_OWN    0660u
#define MODE_BY_UID 0666u

static void read_feed(struct loading *loading, const struct setting *object, const char *what, void *target)
{
    struct config_feed *feed = target;
    char tls_what[160];
    snprintf(tls_what, sizeof tls_what, "\"tls\" of %s", what);
    section_read(loading, object, section_feed_rows, what, feed);
    section_users(loading, section_given(object, "peer_uids"), &feed->peer_uids, &feed->peer_uid_count);
    if (!section_given(object, "mode"))
        feed->mode = feed->peer_uid_count > 0 ? MODE_BY_UID : MODE_OWN;
    if (section_object(object, "tls"))
        section_read(loading, section_object(object, "tls"), section_tls_rows, tls_what, feed);
}

static void read_plugin_config(struct loading *loading, const struct setting *object,
                               struct config_plugin *plugin)
{
    const struct setting *value = section_object(object, "config");
    struct buffer text = {0};
    const char *file;
    const struct setting *name = section_given(object, "name");
    setting_origin(value ? value : name ? name : object, &file, &plugin->config_line);
    if (value)
        setting_write(value, loading->config->runtime_dir, true, &text);
    else
        buffer_string(&text, "{}");
    plugin->config_file = strdup(file);
    plugin->config = buffer_take(&text, NULL);
    loading->faults.memory = loading->faults.memory || !plugin->config_file || !plugin->config;
}

static void read_plugin(struct loading *loading, const struct setting *object, const char *what, void *target)
{
    struct config_plugin *plugin = target;
    section_read(loading, object, section_plugin_rows, what, plugin);
    if (plugin->deadline_ms == 0)
        plugin->deadline_ms = plugin->stage == PW_STAGE_NOTIFY ? 60000 : 5000;
    struct pw_text file = setting_text(section_given(object, "plugin"));
    bool is_name = file.length > 0 && !memchr(file.data, '/', file.length);
    if (!is_name)
        plugin->file = section_copy_path(loading, file);
    else if (asprintf(&plugin->file, "%s/%.*s.so", loading->config->plugin_dir, TEXT_FMT(file)) < 0) {
        plugin->file = NULL;
        loading->faults.memory = true;
    }
    read_plugin_config(loading, object, plugin);
}

static void read_reviewer(struct loading *loading, const struct setting *object, const char *what,
                          void *target)
{
    struct config_reviewer *reviewer = target;
    reviewer->pace.daily_cap = CONFIG_CAP_UNSAID;
    section_read(loading, object, section_reviewer_rows, what, reviewer);
    section_read(loading, section_object(object, "pace"), section_pace_rows, what, &reviewer->pace);
    const struct setting *addresses = section_object(object, "addresses");
    uint32_t count = addresses ? addresses->count : 0;
    reviewer->channels = calloc((size_t)count + 1, sizeof *reviewer->channels);
    reviewer->addresses = calloc((size_t)count + 1, sizeof *reviewer->addresses);
    if (!reviewer->channels || !reviewer->addresses) {
        loading->faults.memory = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct pw_text address = setting_text(&addresses->children[i]);
        if (address.length == 0)
            faults_add(&loading->faults, &addresses->children[i],
                       "an address of %s must be a string that is not empty", what);
        reviewer->channels[i] = section_copy(loading, addresses->children[i].key);
        reviewer->addresses[i] = section_copy(loading, address);
    }
}

static void read_route(struct loading *loading, const struct setting *object, const char *what, void *target)
{
    struct config_route *route = target;
    section_read(loading, object, section_route_rows, what, route);
    if (!route->reviewers)
        route->reviewers = calloc(1, sizeof *route->reviewers);
    loading->faults.memory = loading->faults.memory || !route->reviewers;
}

static void read_queue(struct loading *loading, const struct setting *object, const char *what, void *target)
{
    section_read(loading, object, section_queue_rows, what, target);
}

static void read_pathway(struct loading *loading, const struct setting *object, const char *what,
                         void *target)
{
    section_read(loading, object, section_pathway_rows, what, target);
}

static void read_published(struct loading *loading, const struct setting *object, const char *what,
                           void *target)
{
    section_read(loading, object, section_list_rows, what, target);
}

/* Reads a list of objects into an array of structs; *ret_items and *ret_count are set also on failure, with
 * what could be read. */
static void read_list(struct loading *loading, const char *key, const char *noun, size_t size,
                      void (*read)(struct loading *loading, const struct setting *object, const char *what,
                                   void *target),
                      void *ret_items, uint32_t *ret_count)
{
    const struct setting *array = section_given(&loading->root, key);
    if (!array || array->type != PW_JSON_ARRAY || array->count == 0 || array->count > CONFIG_MAX_NAMES)
        return;
    char *items = calloc(array->count, size);
    if (!items) {
        loading->faults.memory = true;
        return;
    }
    memcpy(ret_items, &items, sizeof items);
    *ret_count = array->count;
    for (uint32_t i = 0; i < array->count; i++) {
        const struct setting *element = &array->children[i];
        struct pw_text name = setting_text(setting_find(element, "name"));
        char what[128];
        if (name.length > 0)
            snprintf(what, sizeof what, "%s \"%.*s\"", noun, (int)(name.length > 64 ? 64 : name.length),
                     name.data);
        else
            snprintf(what, sizeof what, "%s %u", noun, i + 1);
        if (element->type == PW_JSON_OBJECT)
            read(loading, element, what, items + (size_t)i * size);
    }
}

/* What a text is when nothing was said. */
static void default_text(struct loading *loading, char **text, const char *before, const char *folder,
                         const char *rest)
{
    if (!*text && asprintf(text, "%s%s%s", before, folder, rest) < 0) {
        *text = NULL;
        loading->faults.memory = true;
    }
}

/* A state folder that was chosen holds the sockets too, whatever the environment says: the daemon has that from
 * systemd and pathwayctl has not, and both must find the same. */
static const char *default_runtime_dir(const struct loading *loading)
{
    const struct config_places *places = loading->places;
    bool usual = strcmp(loading->config->state_dir, places->state_dir) == 0;
    return usual && places->runtime_dir ? places->runtime_dir : loading->config->state_dir;
}

/* Whoever acts is named as the configuration does: a directory service that is away must not make one person two. */
static void name_accounts(struct loading *loading, const struct setting *array)
{
    struct config *config = loading->config;
    bool whole = array && array->type == PW_JSON_ARRAY && array->count == config->control_uid_count;
    if (!whole || !config->control_uid_count)
        return;
    config->control_names = calloc(config->control_uid_count, sizeof *config->control_names);
    for (uint32_t i = 0; config->control_names && i < config->control_uid_count; i++)
        config->control_names[i] = section_account(loading, &array->children[i]);
    loading->faults.memory = loading->faults.memory || !config->control_names;
}

void section_read_all(struct loading *loading)
{
    struct config *config = loading->config;
    const struct setting *root = &loading->root;
    section_read(loading, root, section_root_rows, "the configuration", config);
    default_text(loading, &config->state_dir, "", loading->places->state_dir, "");
    if (!loading->faults.memory)
        default_text(loading, &config->runtime_dir, "", default_runtime_dir(loading), "");
    default_text(loading, &config->plugin_dir, "", loading->places->plugin_dir, "");
    default_text(loading, &config->host_program, "", loading->places->host_program, "");
    if (loading->faults.memory)
        return;
    section_read(loading, section_object(root, "journal"), section_journal_rows, "\"journal\"", config);
    section_read(loading, section_object(root, "control"), section_control_rows, "\"control\"", config);
    section_read(loading, section_object(root, "ingest"), section_ingest_rows, "\"ingest\"", config);
    section_read(loading, section_object(root, "cases"), section_cases_rows, "\"cases\"", config);
    section_read(loading, section_object(root, "packs"), section_packs_rows, "\"packs\"", config);
    config_read_pace(loading);
    section_read(loading, section_object(root, "operators"), section_operators_rows, "\"operators\"", config);
    page_read(loading);
    default_text(loading, &config->journal, "", config->state_dir, "/journal.db");
    default_text(loading, &config->control, "ipc://", config->runtime_dir, "/control.sock");
    const struct setting *control = section_object(root, "control");
    section_users(loading, control ? section_given(control, "uids") : NULL, &config->control_uids,
                  &config->control_uid_count);
    name_accounts(loading, control ? section_given(control, "uids") : NULL);
    read_list(loading, "feeds", "feed", sizeof *config->feeds, read_feed, &config->feeds,
              &config->feed_count);
    read_list(loading, "plugins", "plugin", sizeof *config->plugins, read_plugin, &config->plugins,
              &config->plugin_count);
    read_list(loading, "reviewers", "reviewer", sizeof *config->reviewers, read_reviewer, &config->reviewers,
              &config->reviewer_count);
    read_list(loading, "people", "person", sizeof *config->people, people_read, &config->people,
              &config->person_count);
    read_list(loading, "units", "unit", sizeof *config->units, people_read_unit, &config->units,
              &config->unit_count);
    read_list(loading, "queues", "queue", sizeof *config->queues, read_queue, &config->queues,
              &config->queue_count);
    people_complete(loading);
    read_list(loading, "routes", "route", sizeof *config->routes, read_route, &config->routes,
              &config->route_count);
    read_list(loading, "lists", "list", sizeof *config->lists, read_published, &config->lists,
              &config->list_count);
    read_list(loading, "pathways", "pathway rule", sizeof *config->pathways, read_pathway, &config->pathways,
              &config->pathway_count);
}
