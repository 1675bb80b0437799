/* SPDX-License-Identifier: Apache-2.0
 *
 * shelf.c: see shelf.h.
 */
#include "ctl/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pathwayd/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ctl/call.h"

#define FOLDER_MODE    0755
#define FILE_MODE      0644
#define MANIFEST       "manifest.json"
#define MANIFEST_BYTES (1u << 20) /* 64 sources of a few hundred bytes */

static int complain(const char *path, const char *what)
{
    ctl_complain("%s cannot be %s: %s", path, what, strerror(errno));
    return CTL_USAGE;
}

/* ---- files --------------------------------------------------------------------------------------------- */

static char *join(const char *folder, const char *file)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder, file) >= 0)
        return path;
    ctl_complain("out of memory");
    return NULL;
}

char *shelf_path(const struct shelf *shelf, long generation, const char *file)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%06ld/%s", shelf->folder, generation, file) >= 0)
        return path;
    ctl_complain("out of memory");
    return NULL;
}

static cJSON *read_json(const char *path)
{
    char *bytes = malloc(MANIFEST_BYTES);
    FILE *stream = bytes ? fopen(path, "re") : NULL;
    size_t length = stream ? fread(bytes, 1, MANIFEST_BYTES, stream) : 0;
    cJSON *json = length < MANIFEST_BYTES ? cJSON_ParseWithLength(bytes, length) : NULL;
    if (stream)
        fclose(stream);
    free(bytes);
    return json;
}

/* Whole and on disk, or not at all. */
static int write_json(const char *path, const cJSON *json)
{
    char *draft = NULL, *text = cJSON_Print(json);
    int file = -1;
    size_t length = text ? strlen(text) : 0;
    if (!text || asprintf(&draft, "%s.draft", path) < 0) {
        free(text);
        ctl_complain("out of memory");
        return CTL_BAD;
    }
    file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    bool good = file >= 0 && write(file, text, length) == (ssize_t)length && fsync(file) == 0;
    if (file >= 0)
        close(file);
    good = good && rename(draft, path) == 0;
    int status = good ? CTL_GOOD : complain(path, "written");
    free(draft);
    free(text);
    return status;
}

static int sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0)
        close(folder);
    return good ? CTL_GOOD : complain(path, "written");
}

/* A generation or a draft: files, no folders in it. */
static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    for (const struct dirent *entry; folder && (entry = readdir(folder));)
        unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
    rmdir(path);
}

/* ---- opening ------------------------------------------------------------------------------------------- */

static int take_lock(struct shelf *shelf)
{
    char *path = join(shelf->folder, "lock");
    int status = path ? CTL_GOOD : CTL_BAD;
    if (path && (shelf->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE)) < 0)
        status = complain(path, "opened");
    if (status == CTL_GOOD && flock(shelf->lock, LOCK_EX | LOCK_NB) != 0) {
        ctl_complain("another pathwayctl is at the lists in %s", shelf->folder);
        status = CTL_BAD;
    }
    free(path);
    return status;
}

static int read_current(struct shelf *shelf)
{
    char target[64] = "", *link = join(shelf->folder, "current");
    ssize_t length = link ? readlink(link, target, sizeof(target) - 1) : -1;
    free(link);
    shelf->current = length > 0 ? strtol(target, NULL, 10) : 0;
    shelf->manifest = shelf->current > 0 ? shelf_manifest(shelf, shelf->current) : cJSON_CreateObject();
    return shelf->manifest ? CTL_GOOD : CTL_USAGE;
}

int shelf_open(struct ctl *ctl, bool writing, struct shelf *ret_shelf)
{
    struct shelf *shelf = ret_shelf;
    *shelf = (struct shelf){.lock = -1};
    int status = ctl_config(ctl);
    if (status != CTL_GOOD)
        return status;
    shelf->folder = join(ctl->config->state_dir, "lists");
    status = shelf->folder ? CTL_GOOD : CTL_BAD;
    if (status == CTL_GOOD && writing && mkdir(ctl->config->state_dir, 0750) != 0 && errno != EEXIST)
        status = complain(ctl->config->state_dir, "made");
    if (status == CTL_GOOD && writing && mkdir(shelf->folder, FOLDER_MODE) != 0 && errno != EEXIST)
        status = complain(shelf->folder, "made");
    if (status == CTL_GOOD && writing)
        status = take_lock(shelf);
    if (status == CTL_GOOD)
        status = read_current(shelf);
    char *attempts = status == CTL_GOOD ? join(shelf->folder, "attempts.json") : NULL;
    shelf->attempts = attempts ? read_json(attempts) : NULL;
    if (!cJSON_IsObject(shelf->attempts)) { /* none yet, or of no use: it only says what was tried */
        cJSON_Delete(shelf->attempts);
        shelf->attempts = cJSON_CreateObject();
    }
    free(attempts);
    return status;
}

void shelf_close(struct shelf *shelf)
{
    if (shelf->draft)
        remove_folder(shelf->draft);
    if (shelf->lock >= 0)
        close(shelf->lock);
    cJSON_Delete(shelf->manifest);
    cJSON_Delete(shelf->attempts);
    free(shelf->draft);
    free(shelf->folder);
    *shelf = (struct shelf){.lock = -1};
}

cJSON *shelf_source(const cJSON *manifest, const char *name)
{
    cJSON *source = NULL;
    cJSON_ArrayForEach(source, cJSON_GetObjectItemCaseSensitive(manifest, "sources"))
    {
        const cJSON *known = cJSON_GetObjectItemCaseSensitive(source, "name");
        if (cJSON_IsString(known) && strcmp(known->valuestring, name) == 0)
            return source;
    }
    return NULL;
}

cJSON *shelf_manifest(const struct shelf *shelf, long generation)
{
    char *path = shelf_path(shelf, generation, MANIFEST);
    cJSON *manifest = path ? read_json(path) : NULL;
    if (path && !cJSON_IsObject(manifest)) {
        ctl_complain("%s is missing or damaged; pathwayctl list rollback goes back to the generation before",
                     path);
        cJSON_Delete(manifest);
        manifest = NULL;
    }
    free(path);
    return manifest;
}

/* ---- generations --------------------------------------------------------------------------------------- */

static long number_of(const char *name)
{
    char *end = NULL;
    long number = strtol(name, &end, 10);
    return strlen(name) >= 6 && *end == '\0' && number > 0 ? number : 0;
}

/* The newest generation whose number is below `limit`. */
static long newest_below(const struct shelf *shelf, long limit)
{
    long newest = 0;
    DIR *folder = opendir(shelf->folder);
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        long number = number_of(entry->d_name);
        newest = number < limit && number > newest ? number : newest;
    }
    if (folder)
        closedir(folder);
    return newest;
}

long shelf_before(const struct shelf *shelf, long generation)
{
    return newest_below(shelf, generation);
}

char *shelf_draft(struct shelf *shelf, const char *file)
{
    if (!shelf->draft) {
        shelf->draft = join(shelf->folder, "draft");
        if (!shelf->draft)
            return NULL;
        remove_folder(shelf->draft); /* of one that was killed */
        if (mkdir(shelf->draft, FOLDER_MODE) != 0) {
            complain(shelf->draft, "made");
            return NULL;
        }
    }
    return join(shelf->draft, file);
}

/* One that somebody went back from, and the oldest. */
static void prune(const struct shelf *shelf)
{
    long generation = shelf->current;
    for (int kept = 1; kept < SHELF_KEPT && generation > 0; kept++)
        generation = newest_below(shelf, generation);
    while (generation > 0 && (generation = newest_below(shelf, generation)) > 0) {
        char *path = shelf_path(shelf, generation, "");
        if (path)
            remove_folder(path);
        free(path);
    }
}

int shelf_switch(struct shelf *shelf, long generation)
{
    char target[32], *link = join(shelf->folder, "current"), *draft = join(shelf->folder, "current.draft");
    int status = link && draft ? CTL_GOOD : CTL_BAD;
    snprintf(target, sizeof(target), "%06ld", generation);
    if (status == CTL_GOOD)
        unlink(draft);
    if (status == CTL_GOOD && (symlink(target, draft) != 0 || rename(draft, link) != 0))
        status = complain(link, "replaced");
    if (status == CTL_GOOD)
        status = sync_folder(shelf->folder);
    if (status == CTL_GOOD)
        shelf->current = generation;
    free(link);
    free(draft);
    return status;
}

int shelf_publish(struct shelf *shelf, cJSON *manifest)
{
    long generation = newest_below(shelf, 1000000000) + 1;
    char *file = shelf_draft(shelf, MANIFEST), *path = shelf_path(shelf, generation, "");
    int status = file && path ? write_json(file, manifest) : CTL_BAD;
    if (status == CTL_GOOD)
        status = sync_folder(shelf->draft);
    if (status == CTL_GOOD && rename(shelf->draft, path) != 0)
        status = complain(path, "made");
    if (status == CTL_GOOD) {
        free(shelf->draft);
        shelf->draft = NULL;
        status = shelf_switch(shelf, generation);
    }
    if (status == CTL_GOOD)
        prune(shelf);
    free(file);
    free(path);
    return status;
}

int shelf_save_attempts(struct shelf *shelf)
{
    char *path = join(shelf->folder, "attempts.json");
    int status = path ? write_json(path, shelf->attempts) : CTL_BAD;
    free(path);
    return status;
}

/* ---- the daemon ---------------------------------------------------------------------------------------- */

static bool is_read(const struct config *config)
{
    for (uint32_t i = 0; i < config->plugin_count; i++)
        if (config->plugins[i].stage == PW_STAGE_ENRICH &&
            strstr(config->plugins[i].config, "lists/current/" SHELF_SNAPSHOT))
            return true;
    return false;
}

/* The daemon reads lists when it starts and when it reloads. */
int shelf_tell_daemon(struct ctl *ctl, const struct shelf *shelf)
{
    cJSON *answer = NULL;
    if (!is_read(ctl->config)) {
        ctl_complain(
            "no enricher reads these lists yet: give one \"snapshots\": [\"%s/current/" SHELF_SNAPSHOT
            "\"] in its \"config\"",
            shelf->folder);
        return CTL_GOOD;
    }
    if (access(ctl->config->control + strlen("ipc://"), F_OK) != 0) {
        if (!ctl->json)
            puts("pathwayd is not running; it reads them when it starts.");
        return CTL_GOOD;
    }
    int status = call_once(ctl, "reload", &answer);
    cJSON_Delete(answer);
    if (status == CTL_GOOD && !ctl->json)
        puts("pathwayd reloads, and looks at earlier events again.");
    return status;
}
