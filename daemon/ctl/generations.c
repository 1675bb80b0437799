/* SPDX-License-Identifier: Apache-2.0
 *
 * generations.c: see generations.h.
 */
#include "ctl/generations.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER_MODE 0700
#define FILE_MODE   0600

static int save_file(const struct generations *all, const char *from, const char *name)
{
    uint64_t bytes = 0;
    char hash[MANIFEST_HASH], *to = part_path(all->draft, name);
    int status = to ? part_copy(all->copying, from, to, FILE_MODE, &bytes, hash) : CTL_BAD;
    if (status == CTL_GOOD)
        status = manifest_add(all->manifest, name, bytes, hash);
    free(to);
    return status;
}

/* "packs/000003" with the files in it. */
static int save_generation(const struct generations *all, const char *name)
{
    char *from = part_path(all->state_dir, name), *to = part_path(all->draft, name);
    DIR *folder = from && to ? opendir(from) : NULL;
    int status = folder ? part_folder(to, FOLDER_MODE) : CTL_BAD;
    if (from && to && !folder)
        ctl_complain("%s cannot be read: %s", from, strerror(errno));
    for (const struct dirent *entry; status == CTL_GOOD && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        char *file = part_path(from, entry->d_name), *part = part_path(name, entry->d_name);
        status = file && part ? save_file(all, file, part) : CTL_BAD;
        free(file);
        free(part);
    }
    if (status == CTL_GOOD)
        status = part_sync_folder(to);
    if (folder)
        closedir(folder);
    free(from);
    free(to);
    return status;
}

/* Where <state_dir>/NAME/current leads; "": nowhere. */
int generations_current(const struct generations *all, const char *name, char current[GENERATIONS_LINK_BYTES])
{
    char *folder = part_path(all->state_dir, name);
    char *link = folder ? part_path(folder, "current") : NULL;
    ssize_t length = link ? readlink(link, current, GENERATIONS_LINK_BYTES - 1) : -1;
    bool gone = length < 0 && (errno == ENOENT || errno == ENOTDIR);
    int status = length >= 0 || gone ? CTL_GOOD : CTL_BAD;
    if (link && status != CTL_GOOD)
        ctl_complain("%s cannot be read: %s.%s", link, strerror(errno),
                     errno == EACCES ? " Root may read it, and the daemon's own account." : "");
    current[length > 0 ? length : 0] = '\0';
    if (status == CTL_GOOD && strspn(current, "0123456789") != strlen(current)) {
        ctl_complain("%s leads to \"%s\", which is no generation", link, current);
        status = CTL_BAD;
    }
    free(folder);
    free(link);
    return status;
}

static int save_link(const struct generations *all, const char *name, const char *to)
{
    char *part = part_path(name, "current"), *path = part ? part_path(all->draft, part) : NULL;
    int status = path ? manifest_add_link(all->manifest, part, to) : CTL_BAD;
    if (status == CTL_GOOD && symlink(to, path) != 0) {
        ctl_complain("%s cannot be made: %s", path, strerror(errno));
        status = CTL_BAD;
    }
    free(part);
    free(path);
    return status;
}

static int begin_folder(const struct generations *all, const char *name)
{
    char *to = part_path(all->draft, name);
    int status = to ? part_folder(to, FOLDER_MODE) : CTL_BAD;
    free(to);
    return status;
}

static int end_folder(const struct generations *all, const char *name)
{
    char *to = part_path(all->draft, name);
    int status = to ? part_sync_folder(to) : CTL_BAD;
    free(to);
    return status;
}

/* Every generation: a change names the one that it was made out of. Drafts are nobody's. */
int generations_save_packs(const struct generations *all, const char *current)
{
    char *from = part_path(all->state_dir, "packs");
    DIR *folder = from ? opendir(from) : NULL;
    int status = from ? CTL_GOOD : CTL_BAD;
    if (from && !folder && errno != ENOENT) {
        ctl_complain("%s cannot be read: %s", from, strerror(errno));
        status = CTL_BAD;
    }
    free(from);
    if (!folder)
        return status;
    status = begin_folder(all, "packs");
    for (const struct dirent *entry; status == CTL_GOOD && (entry = readdir(folder));) {
        if (strspn(entry->d_name, "0123456789") != strlen(entry->d_name))
            continue;
        char *name = part_path("packs", entry->d_name);
        status = name ? save_generation(all, name) : CTL_BAD;
        free(name);
    }
    closedir(folder);
    if (status == CTL_GOOD && *current)
        status = save_link(all, "packs", current);
    return status == CTL_GOOD ? end_folder(all, "packs") : status;
}

/* The generation in force; those before it are there to go back to, and an update makes new ones. */
int generations_save_lists(const struct generations *all)
{
    char current[GENERATIONS_LINK_BYTES], *attempts = NULL;
    int status = generations_current(all, "lists", current);
    if (status != CTL_GOOD || !*current)
        return status;
    char *name = part_path("lists", current);
    attempts = part_path(all->state_dir, "lists/attempts.json");
    status = name && attempts ? begin_folder(all, "lists") : CTL_BAD;
    if (status == CTL_GOOD)
        status = save_generation(all, name);
    if (status == CTL_GOOD && access(attempts, F_OK) == 0)
        status = save_file(all, attempts, "lists/attempts.json");
    if (status == CTL_GOOD)
        status = save_link(all, "lists", current);
    free(name);
    free(attempts);
    return status == CTL_GOOD ? end_folder(all, "lists") : status;
}
