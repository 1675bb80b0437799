/* SPDX-License-Identifier: Apache-2.0
 *
 * check.c: what no table can say of a configuration: names that must exist, addresses that must differ, sizes
 * that must fit together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <pathwayd/plugin.h>
#include "config/rows.h"

/* The words of dispatch/pathway.h, which stands to the right of this stage; a test holds them together. */
static const char *const pathway_words[] = {"research", "conference", "enrolment", "publication",
                                            "lab",      "legal",      NULL};

static const struct setting *element(const struct loading *loading, const char *list, uint32_t index)
{
    return &setting_find(&loading->root, list)->children[index];
}

/* The value of a key, or the object when the key is not there: the nearest place for an error. */
static const struct setting *place(const struct setting *object, const char *key)
{
    const struct setting *value = setting_find(object, key);
    return value ? value : object;
}

static const char *shown(const char *text)
{
    return text ? text : "";
}

/* Names go into file names, topics and comma-separated lists. */
static bool is_name(const char *name)
{
    size_t length = strlen(name);
    return length >= 1 && length <= 64 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == length;
}

/* `items` are structs whose first member is the name. */
static const char *name_at(const void *items, size_t size, uint32_t index)
{
    const char *name;
    memcpy(&name, (const char *)items + (size_t)index * size, sizeof name);
    return name;
}

static void check_names(struct loading *loading, const char *list, const void *items, size_t size,
                        uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const char *name = name_at(items, size, i);
        if (!name)
            continue;
        const struct setting *at = place(element(loading, list, i), "name");
        if (!is_name(name))
            faults_add(&loading->faults, at,
                       "the name \"%s\" must be 1 to 64 letters, digits, '-', '_' or '.'", name);
        for (uint32_t j = 0; j < i; j++)
            if (name_at(items, size, j) && strcmp(name, name_at(items, size, j)) == 0) {
                faults_add(&loading->faults, at, "\"%s\" has two entries named \"%s\"", list, name);
                break;
            }
    }
}

static void check_pathways(struct loading *loading, const struct setting *object, char *const *names)
{
    const struct setting *array = setting_find(object, "pathways");
    for (uint32_t i = 0; names && names[i]; i++) {
        struct nearest nearest;
        bool known = false;
        nearest_begin(&nearest, (struct pw_text){names[i], strlen(names[i])});
        for (const char *const *word = pathway_words; *word; word++) {
            known = known || strcmp(*word, names[i]) == 0;
            nearest_offer(&nearest, *word);
        }
        if (!known)
            faults_add(&loading->faults, &array->children[i], "there is no pathway \"%s\"%s", names[i],
                       nearest_clause(&nearest));
    }
}

/* ---- published lists ----------------------------------------------------------------------------------- */

/* What is fetched decides who is looked at: it comes from whom it says, unchanged, or from this machine. */
static void check_lists(struct loading *loading)
{
    for (uint32_t i = 0; i < loading->config->list_count; i++) {
        const struct config_list *list = &loading->config->lists[i];
        const struct setting *object = element(loading, "lists", i);
        if (list->url && strncmp(list->url, "https://", 8) != 0 && strncmp(list->url, "file:///", 8) != 0)
            faults_add(&loading->faults, place(object, "url"), "\"%s\" must begin with https:// or file:///",
                       list->url);
        if (list->name && strspn(list->name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(list->name))
            faults_add(&loading->faults, place(object, "name"),
                       "the list's name \"%s\" must be made of a-z, 0-9 and -", list->name);
    }
}

/* ---- feeds --------------------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void check_ipc(struct loading *loading, const struct setting *at, const char *url)
{
    const size_t most = sizeof((struct sockaddr_un *)NULL)->sun_path - 1;
    const char *path = url + strlen("ipc://");
    if (*path != '/')
        faults_add(&loading->faults, at, "\"%s\" names no path", url);
    else if (strlen(path) > most)
        faults_add(&loading->faults, at, "the socket path %s has %zu bytes; the system allows %zu", path,
                   strlen(path), most);
}

/* host:port after the scheme; the host may be a bracketed IPv6 address, empty or "*" for every address. */
static void check_tcp(struct loading *loading, const struct setting *at, const char *url)
{
    const char *host = strstr(url, "://") + 3, *colon = strrchr(host, ':');
    char *end = NULL;
    long port = colon ? strtol(colon + 1, &end, 10) : 0;
    bool digits = colon && colon[1] >= '0' && colon[1] <= '9' && *end == '\0';
    /* 128 is what the transport can hold of an address. */
    if (!digits || port < 1 || port > 65535 || strchr(host, '/') || strlen(url) >= 128)
        faults_add(&loading->faults, at, "\"%s\" must be an address and a port, e.g. tcp://127.0.0.1:7420",
                   url);
}

static bool is_loopback(const char *url)
{
    const char *host = url + strlen("tcp://");
    return begins(host, "127.") || begins(host, "localhost:") || begins(host, "[::1]:");
}

static void check_feed_transport(struct loading *loading, const struct config_feed *feed,
                                 const struct setting *object)
{
    const struct setting *at = place(object, "listen"), *open = setting_find(object, "unauthenticated");
    struct faults *faults = &loading->faults;
    bool ipc = begins(feed->listen, "ipc://"), tls = begins(feed->listen, "tls+tcp://"),
         tcp = begins(feed->listen, "tcp://");
    if (ipc)
        check_ipc(loading, at, feed->listen);
    else if (tcp || tls)
        check_tcp(loading, at, feed->listen);
    else
        faults_add(faults, at, "\"%s\" must begin with ipc://, tcp:// or tls+tcp://", feed->listen);
    if (tcp && !is_loopback(feed->listen) && !(open && open->type == PW_JSON_TRUE))
        faults_add(
            faults, at,
            "anyone who reaches %s could send events: use tls+tcp://, or say \"unauthenticated\": true",
            feed->listen);
    if (tls && !setting_find(object, "tls"))
        faults_add(faults, at, "a tls+tcp feed needs \"tls\": {\"cert\", \"key\", \"client_ca\"}");
    if (!tls && setting_find(object, "tls"))
        faults_add_key(faults, setting_find(object, "tls"), "\"tls\" is for tls+tcp:// only");
    if (!ipc && setting_find(object, "peer_uids"))
        faults_add_key(faults, setting_find(object, "peer_uids"), "\"peer_uids\" is for ipc:// only");
    if (!ipc && setting_find(object, "mode"))
        faults_add_key(faults, setting_find(object, "mode"), "\"mode\" is for ipc:// only");
}

/* What can never match is a mistake that would show only as rejected events. */
static void check_feed_permit(struct loading *loading, const struct config_feed *feed,
                              const struct setting *object)
{
    for (uint32_t i = 0; feed->sources && feed->sources[i]; i++)
        if (feed->sources[i][0] == '\0')
            faults_add(&loading->faults, &setting_find(object, "sources")->children[i],
                       "an empty source allows nothing: say what the sources begin with");
    for (uint32_t i = 0; feed->types && feed->types[i]; i++) {
        const char *type = feed->types[i], *star = strchr(type, '*');
        if (type[0] == '\0' || (star && (star[1] != '\0' || (star != type && star[-1] != '.'))))
            faults_add(&loading->faults, &setting_find(object, "types")->children[i],
                       "\"%s\" matches no type: use a whole name, \"family.*\" or \"*\"", type);
    }
}

static void check_feeds(struct loading *loading)
{
    const struct config *config = loading->config;
    for (uint32_t i = 0; i < config->feed_count; i++) {
        const struct config_feed *feed = &config->feeds[i];
        const struct setting *object = element(loading, "feeds", i);
        check_feed_permit(loading, feed, object);
        if (!feed->listen)
            continue;
        check_feed_transport(loading, feed, object);
        for (uint32_t j = 0; j < i; j++)
            if (config->feeds[j].listen && strcmp(config->feeds[j].listen, feed->listen) == 0)
                faults_add(&loading->faults, place(object, "listen"),
                           "feeds \"%s\" and \"%s\" both listen at %s; each needs an address of its own",
                           shown(config->feeds[j].name), shown(feed->name), feed->listen);
        if (config->control && strcmp(config->control, feed->listen) == 0)
            faults_add(&loading->faults, place(object, "listen"), "%s is the control endpoint's address",
                       feed->listen);
    }
}

/* ---- plugins, people, routes --------------------------------------------------------------------------- */

static void check_plugins(struct loading *loading)
{
    const struct config *config = loading->config;
    for (uint32_t i = 0; i < config->plugin_count; i++) {
        const struct config_plugin *plugin = &config->plugins[i];
        const struct setting *object = element(loading, "plugins", i);
        if (plugin->pathways && plugin->stage != 0 && plugin->stage != PW_STAGE_ASSESS)
            faults_add_key(&loading->faults, place(object, "pathways"),
                           "\"pathways\" is for stage \"assess\" only");
        check_pathways(loading, object, plugin->pathways);
    }
}

static void check_channel(struct loading *loading, const struct setting *at, bool key, const char *name)
{
    const struct config *config = loading->config;
    struct nearest nearest;
    nearest_begin(&nearest, (struct pw_text){name, strlen(name)});
    for (uint32_t i = 0; i < config->plugin_count; i++) {
        const struct config_plugin *plugin = &config->plugins[i];
        if (!plugin->name || plugin->stage != PW_STAGE_NOTIFY)
            continue;
        if (strcmp(plugin->name, name) == 0)
            return;
        nearest_offer(&nearest, plugin->name);
    }
    (key ? faults_add_key : faults_add)(&loading->faults, at,
                                        "no plugin of stage \"notify\" is named \"%s\"%s", name,
                                        nearest_clause(&nearest));
}

static void check_reviewer(struct loading *loading, const struct setting *at, const char *name)
{
    const struct config *config = loading->config;
    struct nearest nearest;
    nearest_begin(&nearest, (struct pw_text){name, strlen(name)});
    for (uint32_t i = 0; i < config->reviewer_count; i++) {
        if (!config->reviewers[i].name)
            continue;
        if (strcmp(config->reviewers[i].name, name) == 0)
            return;
        nearest_offer(&nearest, config->reviewers[i].name);
    }
    faults_add(&loading->faults, at, "no reviewer is named \"%s\"%s", name, nearest_clause(&nearest));
}

static void check_reviewers(struct loading *loading)
{
    const struct config *config = loading->config;
    for (uint32_t i = 0; i < config->reviewer_count; i++) {
        const struct setting *addresses = setting_find(element(loading, "reviewers", i), "addresses");
        for (uint32_t k = 0; config->reviewers[i].channels && config->reviewers[i].channels[k]; k++)
            check_channel(loading, &addresses->children[k], true, config->reviewers[i].channels[k]);
        if (config->reviewers[i].deputy)
            check_reviewer(loading, setting_find(element(loading, "reviewers", i), "deputy"),
                           config->reviewers[i].deputy);
    }
}

static void check_queues(struct loading *loading)
{
    const struct config *config = loading->config;
    for (uint32_t i = 0; i < config->queue_count; i++) {
        const struct config_queue *queue = &config->queues[i];
        const struct setting *object = element(loading, "queues", i);
        for (uint32_t k = 0; queue->reviewers && queue->reviewers[k]; k++)
            check_reviewer(loading, &setting_find(object, "reviewers")->children[k], queue->reviewers[k]);
        for (uint32_t k = 0; queue->channels && queue->channels[k]; k++)
            check_channel(loading, &setting_find(object, "channels")->children[k], false, queue->channels[k]);
        if (queue->lead)
            check_reviewer(loading, setting_find(object, "lead"), queue->lead);
    }
}

static void check_operators(struct loading *loading)
{
    const struct config *config = loading->config;
    const struct setting *object = setting_find(&loading->root, "operators");
    for (uint32_t k = 0; config->operator_reviewers && config->operator_reviewers[k]; k++)
        check_reviewer(loading, &setting_find(object, "reviewers")->children[k],
                       config->operator_reviewers[k]);
    for (uint32_t k = 0; config->operator_channels && config->operator_channels[k]; k++)
        check_channel(loading, &setting_find(object, "channels")->children[k], false,
                      config->operator_channels[k]);
    for (uint32_t i = 0; i < config->list_count; i++)
        if (config->lists[i].keeper)
            check_reviewer(loading, setting_find(element(loading, "lists", i), "keeper"),
                           config->lists[i].keeper);
}

static void check_route_queue(struct loading *loading, const struct setting *at, const char *name)
{
    const struct config *config = loading->config;
    struct nearest nearest;
    nearest_begin(&nearest, (struct pw_text){name, strlen(name)});
    for (uint32_t i = 0; i < config->queue_count; i++) {
        if (!config->queues[i].name)
            continue;
        if (strcmp(config->queues[i].name, name) == 0)
            return;
        nearest_offer(&nearest, config->queues[i].name);
    }
    faults_add(&loading->faults, at, "no queue is named \"%s\"%s", name, nearest_clause(&nearest));
}

static void check_routes(struct loading *loading)
{
    const struct config *config = loading->config;
    for (uint32_t i = 0; i < config->route_count; i++) {
        const struct config_route *route = &config->routes[i];
        const struct setting *object = element(loading, "routes", i);
        check_pathways(loading, object, route->pathways);
        if (route->queue)
            check_route_queue(loading, setting_find(object, "queue"), route->queue);
        else if (!route->channels)
            faults_add(&loading->faults, object, "a route has \"channels\" or a \"queue\"");
        for (uint32_t k = 0; route->reviewers && route->reviewers[k]; k++)
            check_reviewer(loading, &setting_find(object, "reviewers")->children[k], route->reviewers[k]);
        for (uint32_t k = 0; route->channels && route->channels[k]; k++)
            check_channel(loading, &setting_find(object, "channels")->children[k], false, route->channels[k]);
    }
    for (uint32_t i = 0; i < config->pathway_count; i++)
        check_pathways(loading, element(loading, "pathways", i), config->pathways[i].pathways);
}

static void check_sizes(struct loading *loading)
{
    const struct config *config = loading->config;
    const struct setting *root = &loading->root, *ingest = setting_find(root, "ingest");
    uint32_t event = config->limits.max_event_bytes, batch = config->limits.max_batch_bytes,
             largest = event > batch ? event : batch;
    size_t length = strlen(config->type_prefix ? config->type_prefix : "");
    if (config->ingest_budget_bytes < largest)
        faults_add(&loading->faults, ingest ? place(ingest, "budget_bytes") : root,
                   "\"budget_bytes\" is %llu, less than one message of %u bytes",
                   (unsigned long long)config->ingest_budget_bytes, largest);
    if (length < 2 || length > 128 || config->type_prefix[length - 1] != '.')
        faults_add(&loading->faults, place(root, "type_prefix"),
                   "\"type_prefix\" must end with a dot, like \"org.pathwayd.\", and have at most 128 bytes");
    if (!begins(config->control, "ipc://"))
        faults_add(&loading->faults, place(setting_find(root, "control"), "listen"),
                   "the control endpoint must be an ipc:// address");
    else if (setting_find(root, "control"))
        check_ipc(loading, place(setting_find(root, "control"), "listen"), config->control);
    else
        check_ipc(loading, place(root, section_given(root, "runtime_dir") ? "runtime_dir" : "state_dir"),
                  config->control);
}

void config_cross_check(struct loading *loading)
{
    const struct config *config = loading->config;
    check_sizes(loading);
    check_names(loading, "lists", config->lists, sizeof *config->lists, config->list_count);
    check_lists(loading);
    check_names(loading, "feeds", config->feeds, sizeof *config->feeds, config->feed_count);
    check_names(loading, "plugins", config->plugins, sizeof *config->plugins, config->plugin_count);
    check_names(loading, "reviewers", config->reviewers, sizeof *config->reviewers, config->reviewer_count);
    check_feeds(loading);
    check_plugins(loading);
    check_names(loading, "queues", config->queues, sizeof *config->queues, config->queue_count);
    check_reviewers(loading);
    people_check(loading);
    check_queues(loading);
    check_operators(loading);
    page_check(loading);
    config_check_pace(loading);
    check_routes(loading);
}
