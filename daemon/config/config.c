/* SPDX-License-Identifier: Apache-2.0
 *
 * config.c: reads the main file and its drop-ins, merges them, and hands out the checked result.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config/section.h"

#define MAX_FILE_BYTES                                                                                       \
    (4u << 20)             /* lists and rules have files of their own; nobody writes more than this          \
                            */
#define MAX_VALUES 262144u /* each becomes a node of the merged tree */
#define MAX_FILES  256u    /* the main file and its drop-ins */

static const struct json_limits file_limits = {MAX_FILE_BYTES, MAX_VALUES, 64, true};

/* Reads a regular file whole. A negative errno on failure; bytes are malloc'd. */
static int read_file(const char *path, char **ret_bytes, size_t *ret_length)
{
    struct stat state;
    size_t length = 0;
    ssize_t got = 0;
    char *bytes = NULL;
    /* Non-blocking, so that a pipe in the file's place cannot hold the daemon up. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return -errno;
    int status = fstat(descriptor, &state) < 0 ? -errno : S_ISDIR(state.st_mode) ? -EISDIR : 0;
    if (status == 0 && !S_ISREG(state.st_mode))
        status = -EINVAL;
    if (status == 0 && !(bytes = malloc(MAX_FILE_BYTES + 1)))
        status = -ENOMEM;
    while (status == 0 && length <= MAX_FILE_BYTES &&
           (got = read(descriptor, bytes + length, MAX_FILE_BYTES + 1 - length)) != 0) {
        if (got > 0)
            length += (size_t)got;
        else if (errno != EINTR)
            status = -errno;
    }
    close(descriptor);
    if (status == 0 && length > MAX_FILE_BYTES)
        status = -EFBIG;
    if (status < 0) {
        free(bytes);
        return status;
    }
    *ret_bytes = bytes;
    *ret_length = length;
    return 0;
}

/* Parses one file and merges it over what was read before. */
static void read_one(struct loading *loading, const char *path)
{
    struct setting_source *source = &loading->sources[loading->source_count];
    struct setting tree = {0};
    struct json_error error;
    size_t length = 0;
    source->first_line = 1;
    source->file = strdup(path);
    if (!source->file) {
        loading->faults.memory = true;
        return;
    }
    loading->source_count++;
    int status = read_file(path, &source->bytes, &length);
    if (status < 0) {
        faults_add_file(&loading->faults, path, 0, 0, "cannot be read: %s", strerror(-status));
        return;
    }
    status = json_parse(&source->document, source->bytes, length, &file_limits, &error);
    if (status == PW_ERROR_INVALID || status == PW_ERROR_LIMIT) {
        faults_add_file(&loading->faults, path, error.line, error.column, "%s", error.message);
        return;
    }
    if (status == 0)
        status = setting_build(source, &tree);
    if (status == 0 && tree.type != PW_JSON_OBJECT)
        faults_add(&loading->faults, &tree, "a configuration file holds one object, { … }");
    else if (status == 0 && !loading->root.source)
        loading->root = tree, tree = (struct setting){0};
    else if (status == 0)
        status = setting_merge(&loading->root, &tree);
    loading->faults.memory = loading->faults.memory || status < 0;
    setting_release(&tree);
}

static int is_drop_in(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".conf") == 0;
}

/* By bytes, not by the locale: the order must be the same everywhere. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_drop_ins(struct loading *loading)
{
    struct dirent **entries = NULL;
    char *folder = NULL;
    if (asprintf(&folder, "%s/conf.d", loading->config->base) < 0) {
        loading->faults.memory = true;
        return;
    }
    int count = scandir(folder, &entries, is_drop_in, by_name);
    if (count < 0 && errno != ENOENT && errno != ENOTDIR)
        faults_add_file(&loading->faults, folder, 0, 0, "cannot be read: %s", strerror(errno));
    if (count >= (int)MAX_FILES)
        faults_add_file(&loading->faults, folder, 0, 0, "has %d files; at most %u are read", count,
                        MAX_FILES - 1);
    for (int i = 0; i < count; i++) {
        char *path = NULL;
        if (count < (int)MAX_FILES && asprintf(&path, "%s/%s", folder, entries[i]->d_name) >= 0)
            read_one(loading, path);
        free(path);
        free(entries[i]);
    }
    free(entries);
    free(folder);
}

/* The file and its folder, absolute, as the operator wrote them: links are not followed. */
static int set_file(struct config *config, const char *file)
{
    char *here = getcwd(NULL, 0);
    struct pw_text text = {file, strlen(file)};
    config->file = file[0] == '/' ? strdup(file) : here ? setting_path(text, here) : NULL;
    free(here);
    char *copy = config->file ? strdup(config->file) : NULL;
    config->base = copy ? strdup(dirname(copy)) : NULL;
    free(copy);
    return config->base ? 0 : PW_ERROR_MEMORY;
}

int config_load(const char *file, const struct config_places *places, struct config **ret_config,
                char **ret_errors)
{
    struct loading loading = {.config = calloc(1, sizeof *loading.config), .places = places};
    loading.sources = calloc(MAX_FILES, sizeof *loading.sources);
    loading.faults.memory = !loading.config || !loading.sources || set_file(loading.config, file) < 0;
    if (!loading.faults.memory) {
        read_one(&loading, loading.config->file);
        read_drop_ins(&loading);
    }
    if (!loading.faults.memory && loading.root.source)
        section_read_all(&loading);
    if (!loading.faults.memory && loading.root.source)
        config_use_packs(&loading);
    if (!loading.faults.memory && loading.root.source)
        config_cross_check(&loading);
    setting_release(&loading.root);
    for (uint32_t i = 0; i < loading.source_count; i++)
        setting_source_release(&loading.sources[i]);
    free(loading.sources);
    int status = faults_take(&loading.faults, ret_errors);
    if (status == 0)
        *ret_config = loading.config;
    else
        config_free(loading.config);
    return status;
}

/* ---- releasing ----------------------------------------------------------------------------------------- */

static void free_texts(char **texts)
{
    for (char **text = texts; text && *text; text++)
        free(*text);
    free(texts);
}

static void free_feed(struct config_feed *feed)
{
    free(feed->name);
    free(feed->listen);
    free_texts(feed->sources);
    free_texts(feed->types);
    free_texts(feed->classifications);
    free(feed->peer_uids);
    free(feed->tls_cert);
    free(feed->tls_key);
    free(feed->tls_client_ca);
}

static void free_plugin(struct config_plugin *plugin)
{
    free(plugin->name);
    free(plugin->file);
    free_texts(plugin->pathways);
    free(plugin->config);
    free(plugin->config_file);
    free_texts(plugin->readable);
}

static void free_pace(struct config_pace *pace)
{
    free(pace->zone);
    free(pace->quiet);
    free(pace->digest_at);
    free_texts(pace->digest_days);
}

static void free_lists(struct config *config)
{
    for (uint32_t i = 0; i < config->list_count; i++) {
        free(config->lists[i].name);
        free(config->lists[i].format);
        free(config->lists[i].url);
        free(config->lists[i].ca_file);
        free(config->lists[i].signed_by);
        free(config->lists[i].keeper);
    }
    for (uint32_t i = 0; i < config->feed_count; i++)
        free_feed(&config->feeds[i]);
    for (uint32_t i = 0; i < config->plugin_count; i++)
        free_plugin(&config->plugins[i]);
    for (uint32_t i = 0; i < config->reviewer_count; i++) {
        free(config->reviewers[i].name);
        free_texts(config->reviewers[i].channels);
        free_texts(config->reviewers[i].addresses);
        free_pace(&config->reviewers[i].pace);
        free_texts(config->reviewers[i].absent);
        free(config->reviewers[i].deputy);
    }
    for (uint32_t i = 0; i < config->queue_count; i++) {
        free(config->queues[i].name);
        free_texts(config->queues[i].reviewers);
        free_texts(config->queues[i].channels);
        free(config->queues[i].lead);
    }
    for (uint32_t i = 0; i < config->person_count; i++) {
        free(config->people[i].account);
        free(config->people[i].sign_in);
        free(config->people[i].reviewer);
        free_texts(config->people[i].queues);
    }
    for (uint32_t i = 0; i < config->unit_count; i++) {
        free(config->units[i].code);
        free(config->units[i].contact);
        free(config->units[i].name);
    }
    for (uint32_t i = 0; i < config->route_count; i++) {
        free_texts(config->routes[i].pathways);
        free_texts(config->routes[i].units);
        free_texts(config->routes[i].regimes);
        free(config->routes[i].queue);
        free_texts(config->routes[i].reviewers);
        free_texts(config->routes[i].channels);
    }
    for (uint32_t i = 0; i < config->pathway_count; i++) {
        free(config->pathways[i].pattern);
        free_texts(config->pathways[i].pathways);
    }
}

void config_free(struct config *config)
{
    if (!config)
        return;
    free_lists(config);
    free(config->feeds);
    free(config->plugins);
    free(config->reviewers);
    free(config->people);
    free(config->units);
    free(config->questions_channel);
    free(config->queues);
    free(config->routes);
    free_pace(&config->pace);
    free(config->reminder_days);
    free(config->day_ends);
    free_texts(config->weekend);
    free(config->holidays_file);
    free(config->holidays);
    free(config->page);
    free(config->page_server.listen);
    free(config->page_server.sign_in);
    free(config->page_server.accounts);
    free(config->page_server.header);
    free_texts(config->operator_reviewers);
    free_texts(config->operator_channels);
    free(config->pathways);
    free(config->lists);
    free(config->file);
    free(config->base);
    free(config->state_dir);
    free(config->runtime_dir);
    free(config->journal);
    free(config->control);
    for (uint32_t i = 0; config->control_names && i < config->control_uid_count; i++)
        free(config->control_names[i]);
    free(config->control_names);
    free(config->control_uids);
    free(config->plugin_dir);
    free(config->host_program);
    free(config->type_prefix);
    free(config->packs_configured);
    free_texts(config->lab_units);
    free(config);
}
