/* SPDX-License-Identifier: Apache-2.0
 *
 * loader.c: opens a plugin once and does everything through that descriptor, so that what was checked is what
 * is loaded. dlopen is called directly: libuv's binds lazily and would load a plugin with missing symbols.
 */
#include "host/loader.h"

#include "host/checks.h"
#include "host/elf.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SELF_PATH_BYTES 64u /* /proc/self/fd/ and a number */

static void check_owner(const char *what, const char *path, const struct stat *status,
                        struct defects *defects)
{
    if (status->st_uid != 0 && status->st_uid != geteuid())
        defect_add(
            defects,
            "The %s %s belongs to user %u; it must belong to root or to the account that runs pathwayd "
            "(user %u).",
            what, path, (unsigned)status->st_uid, (unsigned)geteuid());
    if (status->st_mode & (S_IWGRP | S_IWOTH))
        defect_add(defects, "The %s %s can be written by %s (mode %04o): chmod go-w it.", what, path,
                   status->st_mode & S_IWOTH ? "everybody" : "its group",
                   (unsigned)(status->st_mode & 07777));
}

static void check_folder(const char *file, struct defects *defects)
{
    char *folder = strdup(file);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    struct stat status;
    if (slash) {
        slash[slash == folder ? 1 : 0] = '\0';
        if (stat(folder, &status) == 0)
            check_owner("folder", folder, &status, defects);
        else
            defect_add(defects, "The folder %s cannot be looked at: %s.", folder, strerror(errno));
    }
    free(folder);
}

/* The folder as named and the folder where the file really stands: whoever writes either chooses the plugin.
 */
static void check_place(const char *file, const char *self, struct defects *defects)
{
    char real[PATH_MAX];
    ssize_t length = readlink(self, real, sizeof real - 1);
    check_folder(file, defects);
    if (length <= 0)
        return;
    real[length] = '\0';
    char *named = realpath(file, NULL);
    if (named && strcmp(named, real) != 0)
        defect_add(defects, "The file %s was exchanged while it was being opened.", file);
    const char *slash = strrchr(real, '/');
    if (slash && strncmp(file, real, (size_t)(slash - real) + 1) != 0)
        check_folder(real, defects);
    free(named);
}

/* dlerror names /proc/self/fd/N, which says nothing to anybody. */
static void explain_dlopen(const char *file, const char *self, struct defects *defects)
{
    const char *why = dlerror();
    size_t length = strlen(self);
    if (why && strncmp(why, self, length) == 0 && strncmp(why + length, ": ", 2) == 0)
        why += length + 2;
    defect_add(defects, "The file %s does not load: %s.", file, why ? why : "no reason was given");
}

/* The plugin's own struct may be shorter than ours: never reads past the symbol. */
static int copy_descriptor(void *handle, struct pw_plugin *ret_plugin, struct defects *defects)
{
    const void *symbol = dlsym(handle, "pw_plugin");
    Dl_info info;
    const ElfW(Sym) *entry = NULL;
    if (!symbol || !dladdr1(symbol, &info, (void **)&entry, RTLD_DL_SYMENT) || !entry) {
        defect_add(defects,
                   "The symbol pw_plugin is not exported: define it as `PW_EXPORT const struct pw_plugin "
                   "pw_plugin` and keep it in the version script.");
        return PW_ERROR_INVALID;
    }
    struct pw_plugin plugin = {0};
    size_t size = entry->st_size < sizeof plugin ? (size_t)entry->st_size : sizeof plugin;
    memcpy(&plugin, symbol, size);
    if (size >= offsetof(struct pw_plugin, stage) && plugin.struct_size > entry->st_size)
        defect_add(defects, "struct_size says %u bytes, but the symbol pw_plugin has %zu.",
                   plugin.struct_size, (size_t)entry->st_size);
    else if (size > plugin.struct_size && plugin.struct_size >= offsetof(struct pw_plugin, stage))
        memset((char *)&plugin + plugin.struct_size, 0, sizeof plugin - plugin.struct_size);
    *ret_plugin = plugin;
    return 0;
}

static int load(const struct load_request *request, int fd, const char *self, struct loaded *ret_loaded,
                struct defects *defects)
{
    if (request->check)
        elf_check_file(fd, defects);
    void *handle = dlopen(self, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        explain_dlopen(request->file, self, defects);
        return PW_ERROR_INVALID;
    }
    struct loaded loaded = {0};
    if (copy_descriptor(handle, &loaded.plugin, defects) < 0)
        return PW_ERROR_INVALID;
    checks_descriptor(&loaded.plugin, request, defects);
    *ret_loaded = loaded;
    return defects->count ? PW_ERROR_INVALID : 0;
}

int loader_load(const struct load_request *request, struct loaded *ret_loaded, struct defects *defects)
{
    int fd = open(request->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0) {
        defect_add(defects, "The file %s cannot be opened: %s.", request->file, strerror(errno));
        if (fd >= 0)
            close(fd);
        return PW_ERROR_INVALID;
    }
    char self[SELF_PATH_BYTES];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (!S_ISREG(status.st_mode))
        defect_add(defects, "The file %s is not a regular file.", request->file);
    check_owner("file", request->file, &status, defects);
    check_place(request->file, self, defects);
    /* Constructors run in dlopen: a file that somebody else could have written is not even tried. */
    int result = defects->count ? PW_ERROR_INVALID : load(request, fd, self, ret_loaded, defects);
    close(fd);
    return result;
}
