/* SPDX-License-Identifier: Apache-2.0
 *
 * powerloss_disk.c: see powerloss_disk.h. Data go through to the system's files, so that reading and locking
 * are SQLite's own; beside them each file keeps an image of what is surely on the disk and a log of what came
 * after.
 */
#include "powerloss_disk.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512u

enum change_kind { CHANGE_WRITE, CHANGE_TRUNCATE, CHANGE_MAKE, CHANGE_DELETE };

struct change {
    struct change *next;
    enum change_kind kind;
    uint64_t offset, length; /* truncation: length */
    uint8_t bytes[];
};

struct bytes {
    uint8_t *data;
    uint64_t length, capacity;
    bool there;
};

struct image {
    struct image *next;
    char *path;
    struct bytes durable, survivor;
    struct change *first, **last; /* since the last sync */
};

struct disk {
    sqlite3_vfs vfs; /* first: the storage layer is the disk */
    sqlite3_vfs *system;
    pthread_mutex_t mutex;
    struct image *images;
    uint64_t countdown, chance; /* chance: state of the generator */
    uint32_t failing_syncs;
    bool cut, lying;
};

struct file {
    sqlite3_file base;
    struct disk *disk;
    struct image *image; /* NULL: a temporary file, of no interest */
    sqlite3_file *system;
};

/* ---- chance -------------------------------------------------------------------------------------------- */

static uint64_t draw(struct disk *disk)
{
    uint64_t x = disk->chance += 0x9e3779b97f4a7c15u; /* splitmix64 */

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* ---- images -------------------------------------------------------------------------------------------- */

static void must(bool done)
{
    if (!done)
        abort();
}

static void resize(struct bytes *bytes, uint64_t length)
{
    if (length > bytes->capacity) {
        bytes->capacity = length * 2;
        bytes->data = realloc(bytes->data, bytes->capacity);
        must(bytes->data != NULL);
    }
    if (length > bytes->length && bytes->data)
        memset(bytes->data + bytes->length, 0, length - bytes->length);
    bytes->length = length;
}

static void copy_into(struct bytes *bytes, uint64_t offset, const uint8_t *from, uint64_t length)
{
    if (offset + length > bytes->length)
        resize(bytes, offset + length);
    if (length)
        memcpy(bytes->data + offset, from, length);
}

static struct image *image_of(struct disk *disk, const char *path)
{
    struct image *image;

    for (image = disk->images; image; image = image->next)
        if (strcmp(image->path, path) == 0)
            return image;
    image = calloc(1, sizeof(*image));
    must(image != NULL);
    image->path = strdup(path);
    image->last = &image->first;
    image->next = disk->images;
    disk->images = image;
    return image;
}

static void note(struct image *image, enum change_kind kind, uint64_t offset, const void *bytes,
                 uint64_t length)
{
    uint64_t size = kind == CHANGE_WRITE ? length : 0;
    struct change *change = malloc(sizeof(*change) + size);

    must(change != NULL);
    *change = (struct change){.kind = kind, .offset = offset, .length = length};
    if (size)
        memcpy(change->bytes, bytes, size);
    *image->last = change;
    image->last = &change->next;
}

static void forget_changes(struct image *image)
{
    while (image->first) {
        struct change *next = image->first->next;
        free(image->first);
        image->first = next;
    }
    image->last = &image->first;
}

/* `parts` in 256 of the sectors are kept; 256: all. */
static void apply_write(struct disk *disk, struct bytes *bytes, const struct change *change, uint64_t parts)
{
    uint64_t at = change->offset, end = change->offset + change->length;

    while (at < end) {
        uint64_t stop = (at / SECTOR + 1) * SECTOR;
        if (stop > end)
            stop = end;
        if (parts == 256 || draw(disk) % 256 < parts)
            copy_into(bytes, at, change->bytes + (at - change->offset), stop - at);
        at = stop;
    }
}

/* False: from here on nothing reached the disk, for making and deleting names happen in order. */
static bool apply(struct disk *disk, struct bytes *bytes, const struct change *change, uint64_t parts)
{
    if (change->kind == CHANGE_WRITE) {
        apply_write(disk, bytes, change, parts);
        return true;
    }
    if (parts < 256 && draw(disk) % 256 >= parts)
        return change->kind == CHANGE_TRUNCATE;
    if (change->kind == CHANGE_TRUNCATE) {
        resize(bytes, change->length);
        return true;
    }
    bytes->there = change->kind == CHANGE_MAKE;
    resize(bytes, 0);
    return true;
}

static void harden(struct disk *disk, struct image *image)
{
    for (const struct change *change = image->first; change; change = change->next)
        apply(disk, &image->durable, change, 256);
    forget_changes(image);
}

/* The folder is synced: names made and deleted stay so, whatever the files hold. */
static void harden_names(struct disk *disk, struct image *image)
{
    struct change *last = NULL;

    for (struct change *change = image->first; change; change = change->next)
        last = change->kind == CHANGE_MAKE || change->kind == CHANGE_DELETE ? change : last;
    while (last && image->first) {
        struct change *change = image->first;
        apply(disk, &image->durable, change, 256);
        image->first = change->next;
        last = change == last ? NULL : last;
        free(change);
    }
    if (!image->first)
        image->last = &image->first;
}

static bool is_new(const struct image *image)
{
    for (const struct change *change = image->first; change; change = change->next)
        if (change->kind == CHANGE_MAKE)
            return true;
    return false;
}

/* SQLite syncs the folder with the first sync of a file that it made. */
static void harden_folder(struct disk *disk)
{
    for (struct image *image = disk->images; image; image = image->next)
        harden_names(disk, image);
}

static void survive(struct disk *disk, struct image *image, uint64_t parts)
{
    resize(&image->survivor, 0);
    copy_into(&image->survivor, 0, image->durable.data ? image->durable.data : (const uint8_t *)"",
              image->durable.length);
    image->survivor.there = image->durable.there;
    for (const struct change *change = image->first; change; change = change->next)
        if (!apply(disk, &image->survivor, change, parts))
            break;
    forget_changes(image);
}

/* ---- the cut ------------------------------------------------------------------------------------------- */

static void cut(struct disk *disk)
{
    static const uint64_t parts[] = {0, 32, 128, 224,
                                     256}; /* of 256: nothing … everything reached the disk */

    if (disk->cut)
        return;
    disk->cut = true;
    for (struct image *image = disk->images; image; image = image->next)
        survive(disk, image, parts[draw(disk) % 5]);
}

/* Locked. Whether the operation may go ahead. */
static bool powered(struct disk *disk)
{
    if (!disk->cut && disk->countdown && --disk->countdown == 0)
        cut(disk);
    return !disk->cut;
}

void disk_arm(struct disk *disk, uint64_t operations, uint64_t seed)
{
    pthread_mutex_lock(&disk->mutex);
    disk->countdown = operations;
    disk->chance = seed;
    pthread_mutex_unlock(&disk->mutex);
}

void disk_cut(struct disk *disk)
{
    pthread_mutex_lock(&disk->mutex);
    cut(disk);
    pthread_mutex_unlock(&disk->mutex);
}

bool disk_is_cut(struct disk *disk)
{
    bool is_cut;

    pthread_mutex_lock(&disk->mutex);
    is_cut = disk->cut;
    pthread_mutex_unlock(&disk->mutex);
    return is_cut;
}

static void put_back(struct image *image)
{
    struct bytes *survivor = &image->survivor;
    FILE *file;

    unlink(image->path);
    if (survivor->there) {
        file = fopen(image->path, "wbe");
        must(file != NULL);
        if (survivor->length && fwrite(survivor->data, survivor->length, 1, file) != 1)
            abort();
        fclose(file);
    }
    free(image->durable.data);
    image->durable = *survivor;
    *survivor = (struct bytes){0};
}

void disk_restore(struct disk *disk)
{
    char name[512];

    pthread_mutex_lock(&disk->mutex);
    cut(disk);
    for (struct image *image = disk->images; image; image = image->next) {
        put_back(image);
        snprintf(name, sizeof(name), "%s-shm", image->path); /* memory: nothing of it survives */
        unlink(name);
    }
    disk->cut = false;
    disk->countdown = 0;
    pthread_mutex_unlock(&disk->mutex);
}

void disk_forget(struct disk *disk)
{
    while (disk->images) {
        struct image *image = disk->images;
        disk->images = image->next;
        forget_changes(image);
        free(image->durable.data);
        free(image->survivor.data);
        free(image->path);
        free(image);
    }
}

void disk_set_lying(struct disk *disk, bool lying)
{
    disk->lying = lying;
}

void disk_fail_syncs(struct disk *disk, uint32_t count)
{
    pthread_mutex_lock(&disk->mutex);
    disk->failing_syncs = count;
    pthread_mutex_unlock(&disk->mutex);
}

/* ---- files --------------------------------------------------------------------------------------------- */

static struct file *file_of(sqlite3_file *base)
{
    return (struct file *)base;
}

static int file_close(sqlite3_file *base)
{
    struct file *file = file_of(base);
    int code = file->system->pMethods ? file->system->pMethods->xClose(file->system) : SQLITE_OK;

    return code;
}

static int file_read(sqlite3_file *base, void *bytes, int length, sqlite3_int64 offset)
{
    sqlite3_file *system = file_of(base)->system;

    return system->pMethods->xRead(system, bytes, length, offset);
}

static int file_write(sqlite3_file *base, const void *bytes, int length, sqlite3_int64 offset)
{
    struct file *file = file_of(base);
    int code = SQLITE_IOERR_WRITE;

    pthread_mutex_lock(&file->disk->mutex);
    if (powered(file->disk)) {
        if (file->image)
            note(file->image, CHANGE_WRITE, (uint64_t)offset, bytes, (uint64_t)length);
        code = file->system->pMethods->xWrite(file->system, bytes, length, offset);
    }
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct file *file = file_of(base);
    int code = SQLITE_IOERR_TRUNCATE;

    pthread_mutex_lock(&file->disk->mutex);
    if (powered(file->disk)) {
        if (file->image)
            note(file->image, CHANGE_TRUNCATE, 0, NULL, (uint64_t)size);
        code = file->system->pMethods->xTruncate(file->system, size);
    }
    pthread_mutex_unlock(&file->disk->mutex);
    return code;
}

/* Nothing is really at stake, so the system is not asked to sync. */
static int file_sync(sqlite3_file *base, int flags)
{
    struct file *file = file_of(base);
    struct disk *disk = file->disk;
    int code = SQLITE_IOERR_FSYNC;

    (void)flags;
    pthread_mutex_lock(&disk->mutex);
    if (disk->failing_syncs) {
        disk->failing_syncs--;
    } else if (powered(disk)) {
        if (file->image && !disk->lying && is_new(file->image))
            harden_folder(disk);
        if (file->image && !disk->lying)
            harden(disk, file->image);
        code = SQLITE_OK;
    }
    pthread_mutex_unlock(&disk->mutex);
    return code;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret_size)
{
    sqlite3_file *system = file_of(base)->system;

    return system->pMethods->xFileSize(system, ret_size);
}

static int file_lock(sqlite3_file *base, int level)
{
    sqlite3_file *system = file_of(base)->system;

    return system->pMethods->xLock(system, level);
}

static int file_unlock(sqlite3_file *base, int level)
{
    sqlite3_file *system = file_of(base)->system;

    return system->pMethods->xUnlock(system, level);
}

static int file_reserved(sqlite3_file *base, int *ret_reserved)
{
    sqlite3_file *system = file_of(base)->system;

    return system->pMethods->xCheckReservedLock(system, ret_reserved);
}

static int file_control(sqlite3_file *base, int operation, void *argument)
{
    sqlite3_file *system = file_of(base)->system;

    return system->pMethods->xFileControl(system, operation, argument);
}

static int file_sector(sqlite3_file *base)
{
    sqlite3_file *system = file_of(base)->system;

    return system->pMethods->xSectorSize(system);
}

static int file_characteristics(sqlite3_file *base)
{
    sqlite3_file *system = file_of(base)->system;

    return system->pMethods->xDeviceCharacteristics(system);
}

static int file_shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **ret_memory)
{
    sqlite3_file *system = file_of(base)->system;

    return system->pMethods->xShmMap(system, page, size, extend, ret_memory);
}

static int file_shm_lock(sqlite3_file *base, int offset, int count, int flags)
{
    sqlite3_file *system = file_of(base)->system;

    return system->pMethods->xShmLock(system, offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *base)
{
    sqlite3_file *system = file_of(base)->system;

    system->pMethods->xShmBarrier(system);
}

static int file_shm_unmap(sqlite3_file *base, int remove)
{
    sqlite3_file *system = file_of(base)->system;

    return system->pMethods->xShmUnmap(system, remove);
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* ---- the storage layer --------------------------------------------------------------------------------- */

/* A journal's own file was made, and its folder synced, before SQLite sees it; others are new names. */
static struct image *open_image(struct disk *disk, const char *path, int flags, bool existed)
{
    struct image *image = image_of(disk, path);

    if (flags & SQLITE_OPEN_MAIN_DB)
        image->durable.there = true;
    else if (!existed)
        note(image, CHANGE_MAKE, 0, NULL, 0);
    return image;
}

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *ret_flags)
{
    struct disk *disk = (struct disk *)vfs;
    struct file *file = file_of(base);
    int kinds = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL, code;
    bool existed = path && access(path, F_OK) == 0;

    memset(file, 0, sizeof(*file));
    file->disk = disk;
    file->system = (sqlite3_file *)(file + 1);
    pthread_mutex_lock(&disk->mutex);
    code =
        disk->cut ? SQLITE_CANTOPEN : disk->system->xOpen(disk->system, path, file->system, flags, ret_flags);
    if (!code && path && (flags & kinds))
        file->image = open_image(disk, path, flags, existed);
    pthread_mutex_unlock(&disk->mutex);
    if (!code)
        file->base.pMethods = &file_methods;
    return code;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    struct disk *disk = (struct disk *)vfs;
    int code = SQLITE_IOERR_DELETE;

    pthread_mutex_lock(&disk->mutex);
    if (powered(disk)) {
        struct image *image = image_of(disk, path);
        note(image, CHANGE_DELETE, 0, NULL, 0);
        if (sync_folder && !disk->lying)
            harden_folder(disk);
        code = disk->system->xDelete(disk->system, path, 0);
    }
    pthread_mutex_unlock(&disk->mutex);
    return code;
}

static int disk_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret_yes)
{
    struct disk *disk = (struct disk *)vfs;

    return disk->system->xAccess(disk->system, path, flags, ret_yes);
}

static int disk_full_name(sqlite3_vfs *vfs, const char *path, int size, char *ret_path)
{
    struct disk *disk = (struct disk *)vfs;

    return disk->system->xFullPathname(disk->system, path, size, ret_path);
}

struct disk *disk_new(void)
{
    struct disk *disk = calloc(1, sizeof(*disk));

    if (!disk)
        return NULL;
    disk->system = sqlite3_vfs_find(NULL);
    disk->vfs = *disk->system; /* sleeping, chance and the clock are the system's */
    disk->vfs.pNext = NULL;
    disk->vfs.zName = DISK_NAME;
    disk->vfs.szOsFile = (int)sizeof(struct file) + disk->system->szOsFile;
    disk->vfs.xOpen = disk_open;
    disk->vfs.xDelete = disk_delete;
    disk->vfs.xAccess = disk_access;
    disk->vfs.xFullPathname = disk_full_name;
    pthread_mutex_init(&disk->mutex, NULL);
    sqlite3_vfs_register(&disk->vfs, 0);
    return disk;
}

void disk_free(struct disk *disk)
{
    sqlite3_vfs_unregister(&disk->vfs);
    disk_forget(disk);
    pthread_mutex_destroy(&disk->mutex);
    free(disk);
}
