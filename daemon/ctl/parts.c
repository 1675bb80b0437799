/* SPDX-License-Identifier: Apache-2.0
 *
 * parts.c: see parts.h.
 */
#include "ctl/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)1 << 20)
#define LOOK_BYTES  (UINT64_C(32) << 20) /* copied between two looks at the disk */
#define SHOW_MS     200
#define WALK_DEPTH  16 /* descriptors, for folders three deep */
#define MEBIBYTE    (1u << 20)

static int complain(const char *path, const char *what)
{
    ctl_complain("%s cannot be %s: %s", path, what, strerror(errno));
    return CTL_BAD;
}

/* ---- how far it is ------------------------------------------------------------------------------------- */

static void stop_signals(sigset_t *ret_set)
{
    sigemptyset(ret_set);
    sigaddset(ret_set, SIGINT);
    sigaddset(ret_set, SIGTERM);
}

void copying_begin(struct copying *copying, const struct ctl *ctl, const char *folder, uint64_t floor)
{
    sigset_t stops;
    stop_signals(&stops);
    sigprocmask(SIG_BLOCK, &stops, NULL);
    *copying = (struct copying){.ctl = ctl, .folder = folder, .floor = floor, .what = ""};
}

static void show(struct copying *copying, uint64_t done, uint64_t total)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (!copying->ctl->terminal_err || ms - copying->shown_ms < SHOW_MS)
        return;
    copying->shown_ms = ms;
    fprintf(stderr, "\r%s: %" PRIu64 " of %" PRIu64 " MiB\033[K", copying->what, done / MEBIBYTE,
            total / MEBIBYTE);
}

int copying_goes_on(void *owner, uint64_t done, uint64_t total)
{
    struct copying *copying = owner;
    sigset_t pending;
    uint64_t room = UINT64_MAX;
    show(copying, done, total);
    if (sigpending(&pending) == 0 &&
        (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1))
        return PW_ERROR_STATE;
    if (done >= copying->looked_at && done - copying->looked_at < LOOK_BYTES)
        return 0;
    copying->looked_at = done;
    return part_room(copying->folder, &room) == CTL_GOOD && room < copying->floor ? PW_ERROR_FULL : 0;
}

void copying_end(struct copying *copying)
{
    if (copying->ctl->terminal_err && copying->shown_ms)
        fputs("\r\033[K", stderr);
}

/* ---- one file ------------------------------------------------------------------------------------------ */

static bool write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(file, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

static int say_ended(const struct copying *copying, const char *path, int status)
{
    if (status == PW_ERROR_FULL)
        ctl_complain("%s: there is no space left in %s", path, copying->folder);
    else
        ctl_complain("stopped");
    return CTL_BAD;
}

/* From `in` to `out`, -1: nowhere. */
static int carry(struct copying *copying, int in, int out, const char *from, const char *to, char *chunk,
                 struct manifest_part *ret_part)
{
    crypto_generichash_state hash;
    uint8_t digest[32];
    struct stat found;
    uint64_t done = 0;
    ssize_t count = 0;
    if (fstat(in, &found) != 0 || !S_ISREG(found.st_mode)) {
        ctl_complain("%s is not a file", from);
        return CTL_BAD;
    }
    crypto_generichash_init(&hash, NULL, 0, sizeof(digest));
    while ((count = read(in, chunk, CHUNK_BYTES)) > 0) {
        crypto_generichash_update(&hash, (const uint8_t *)chunk, (unsigned long long)count);
        done += (uint64_t)count;
        if (out >= 0 && !write_all(out, chunk, (size_t)count))
            return complain(to, "written");
        int status = copying_goes_on(copying, done, (uint64_t)found.st_size);
        if (status != 0)
            return say_ended(copying, from, status);
    }
    if (count < 0)
        return complain(from, "read");
    if (out >= 0 && fsync(out) != 0)
        return complain(to, "written");
    crypto_generichash_final(&hash, digest, sizeof(digest));
    sodium_bin2hex(ret_part->hash, MANIFEST_HASH, digest, sizeof(digest));
    ret_part->bytes = done;
    return CTL_GOOD;
}

static int process(struct copying *copying, const char *from, const char *to, unsigned mode,
                   uint64_t *ret_bytes, char ret_hash[MANIFEST_HASH])
{
    struct manifest_part part = {0};
    char *chunk = malloc(CHUNK_BYTES);
    int in = -1, out = -1, status = chunk && sodium_init() >= 0 ? CTL_GOOD : CTL_BAD;
    if (status != CTL_GOOD)
        ctl_complain("out of memory");
    copying->looked_at = 0;
    if (status == CTL_GOOD && (in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
        status = complain(from, "read");
    if (status == CTL_GOOD && to && (out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)) < 0)
        status = complain(to, "made");
    if (status == CTL_GOOD)
        status = carry(copying, in, out, from, to, chunk, &part);
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) != 0 && status == CTL_GOOD)
        status = complain(to, "written");
    free(chunk);
    if (status != CTL_GOOD)
        return status;
    *ret_bytes = part.bytes;
    memcpy(ret_hash, part.hash, MANIFEST_HASH);
    return CTL_GOOD;
}

int part_hash(struct copying *copying, const char *path, uint64_t *ret_bytes, char ret_hash[MANIFEST_HASH])
{
    return process(copying, path, NULL, 0, ret_bytes, ret_hash);
}

int part_copy(struct copying *copying, const char *from, const char *to, unsigned mode, uint64_t *ret_bytes,
              char ret_hash[MANIFEST_HASH])
{
    return process(copying, from, to, mode, ret_bytes, ret_hash);
}

/* ---- folders ------------------------------------------------------------------------------------------- */

int part_folder(const char *path, unsigned mode)
{
    return mkdir(path, mode) == 0 || errno == EEXIST ? CTL_GOOD : complain(path, "made");
}

int part_sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;
    int status = good ? CTL_GOOD : complain(path, "written");
    if (folder >= 0)
        close(folder);
    return status;
}

int part_room(const char *folder, uint64_t *ret_bytes)
{
    struct statvfs room;
    if (statvfs(folder, &room) != 0)
        return complain(folder, "looked at");
    *ret_bytes = (uint64_t)room.f_bavail * room.f_frsize;
    return CTL_GOOD;
}

int part_folders(const char *folder, const char *part, unsigned mode)
{
    int status = CTL_GOOD;
    for (const char *slash = strchr(part, '/'); slash && status == CTL_GOOD; slash = strchr(slash + 1, '/')) {
        char *path = NULL;
        if (asprintf(&path, "%s/%.*s", folder, (int)(slash - part), part) < 0) {
            ctl_complain("out of memory");
            return CTL_BAD;
        }
        status = part_folder(path, mode);
        free(path);
    }
    return status;
}

static int sync_one(const char *path, const struct stat *found, int type, struct FTW *place)
{
    (void)found;
    (void)place;
    return type == FTW_D || type == FTW_DP ? part_sync_folder(path) : 0;
}

int part_sync_all(const char *folder)
{
    return nftw(folder, sync_one, WALK_DEPTH, FTW_PHYS) == 0 ? CTL_GOOD : CTL_BAD;
}

int part_give(const char *folder, uid_t user, gid_t group)
{
    DIR *listed = opendir(folder);
    bool good = listed && fchown(dirfd(listed), user, group) == 0;
    for (const struct dirent *entry; good && (entry = readdir(listed));) {
        struct stat found;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        good = fstatat(dirfd(listed), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0;
        if (good && S_ISDIR(found.st_mode)) {
            char *path = part_path(folder, entry->d_name);
            good = path && part_give(path, user, group) == CTL_GOOD;
            free(path);
        } else if (good) {
            good = fchownat(dirfd(listed), entry->d_name, user, group, AT_SYMLINK_NOFOLLOW) == 0;
        }
    }
    if (!good)
        ctl_complain("%s cannot be given to the account that it is for: %s", folder, strerror(errno));
    if (listed)
        closedir(listed);
    return good ? CTL_GOOD : CTL_BAD;
}

static int remove_one(const char *path, const struct stat *found, int type, struct FTW *place)
{
    (void)found;
    (void)type;
    (void)place;
    (void)remove(path);
    return 0;
}

void part_remove(const char *folder)
{
    nftw(folder, remove_one, WALK_DEPTH, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

char *part_path(const char *folder, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder, name) >= 0)
        return path;
    ctl_complain("out of memory");
    return NULL;
}

char *part_parent(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *parent = !slash ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
    if (!parent)
        ctl_complain("out of memory");
    return parent;
}

int part_draft(const char *path, char **ret_draft)
{
    const char *slash = strrchr(path, '/');
    char *parent = part_parent(path), *draft = NULL;
    int status = CTL_GOOD;
    if (!parent)
        return CTL_BAD;
    if (asprintf(&draft, "%s/.%s.XXXXXX", parent, slash ? slash + 1 : path) < 0) {
        draft = NULL;
        ctl_complain("out of memory");
        status = CTL_BAD;
    } else if (!mkdtemp(draft)) {
        ctl_complain("nothing can be made in %s: %s", parent, strerror(errno));
        status = CTL_BAD;
    }
    free(parent);
    if (status == CTL_GOOD)
        *ret_draft = draft;
    else
        free(draft);
    return status;
}
