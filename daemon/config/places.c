/* SPDX-License-Identifier: Apache-2.0
 *
 * places.c: where configuration, plugins and state are when nothing is said, from the program's own place: a
 * build folder, or a prefix that may have been moved since it was built.
 */
#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config/places.h"

/* Folders below the prefix, as the build was told (multiarch systems have their own lib folder). */
#ifndef PATHWAYD_LIBDIR
#define PATHWAYD_LIBDIR "lib"
#endif
#ifndef PATHWAYD_LIBEXECDIR
#define PATHWAYD_LIBEXECDIR "libexec"
#endif
#ifndef PATHWAYD_SYSCONFDIR
#define PATHWAYD_SYSCONFDIR "etc"
#endif

#define SYSTEM_STATE "/var/lib/pathwayd" /* of a program in /usr, and StateDirectory= of the service */
#define SYSTEM_RUN   "/run/pathwayd"     /* RuntimeDirectory= of the service */

#define MAX_PATH_BYTES 4096 /* PATH_MAX on Linux */

static char *joined(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *joined(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    return text;
}

/* The source folder named by <build>/bin/pathwayd.tree; false when there is none, that is, when installed. */
static bool read_tree(const char *folder, char *tree, size_t size)
{
    char *path = joined("%s/pathwayd.tree", folder);
    FILE *file = path ? fopen(path, "re") : NULL;
    bool found = file && fgets(tree, (int)size, file) != NULL;
    if (found)
        tree[strcspn(tree, "\n")] = '\0';
    if (file)
        fclose(file);
    free(path);
    return found && tree[0] == '/';
}

static void places_of_tree(const char *build, const char *tree, struct config_places *places)
{
    places->config_file = joined("%s/conf/pathwayd.conf", tree);
    places->list_dir = joined("%s/conf/lists", tree);
    places->plugin_dir = joined("%s/plugins", build);
    places->host_program = joined("%s/bin/pathwayd-host", build);
    places->state_dir = joined("%s/state", build);
}

/* A part of the prefix, or as it is when the build was told an absolute folder. */
static char *below(const char *prefix, const char *folder, const char *rest)
{
    return folder[0] == '/' ? joined("%s/%s", folder, rest) : joined("%s/%s/%s", prefix, folder, rest);
}

static void places_of_prefix(const char *prefix, struct config_places *places)
{
    /* Configuration and state of /usr are not below it, unless an installation by hand has put a file there.
     */
    bool system = strcmp(prefix, "/usr") == 0;
    bool by_hand = system && access("/etc/pathwayd/pathwayd.conf", F_OK) != 0 &&
                   access("/usr/" PATHWAYD_SYSCONFDIR "/pathwayd/pathwayd.conf", F_OK) == 0;
    const char *root = system && !by_hand ? "" : prefix;
    places->config_file = below(root, PATHWAYD_SYSCONFDIR, "pathwayd/pathwayd.conf");
    places->list_dir = below(root, PATHWAYD_SYSCONFDIR, "pathwayd/lists");
    places->plugin_dir = below(prefix, PATHWAYD_LIBDIR, "pathwayd/plugins");
    places->host_program = below(prefix, PATHWAYD_LIBEXECDIR, "pathwayd/pathwayd-host");
    places->state_dir = joined("%s/var/lib/pathwayd", system ? "" : prefix);
}

/* systemd separates several by colons. */
static char *first_of(const char *folders)
{
    return strndup(folders, strcspn(folders, ":"));
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The service's folders, as it has them from systemd or as the administrator's pathwayctl finds them. */
static void places_of_service(const struct places_given *given, struct config_places *places)
{
    if (given->state && given->state[0] == '/') {
        free(places->state_dir);
        places->state_dir = first_of(given->state);
    }
    bool usual = places->state_dir && strcmp(places->state_dir, SYSTEM_STATE) == 0;
    if (given->runtime && given->runtime[0] == '/')
        places->runtime_dir = first_of(given->runtime);
    else if (usual && given->run && is_folder(given->run))
        places->runtime_dir = strdup(given->run);
}

int places_of_program(const char *program, const struct places_given *given, struct config_places *ret_places,
                      char **ret_error)
{
    struct config_places places = {0};
    char *bin_copy = strdup(program), *prefix_copy = NULL, tree[MAX_PATH_BYTES];
    const char *bin = bin_copy ? dirname(bin_copy) : NULL;
    prefix_copy = bin ? strdup(bin) : NULL;
    const char *prefix = prefix_copy ? dirname(prefix_copy) : NULL;
    if (prefix && read_tree(bin, tree, sizeof tree))
        places_of_tree(prefix, tree, &places);
    else if (prefix)
        places_of_prefix(strcmp(prefix, "/") == 0 ? "" : prefix, &places);
    if (prefix)
        places_of_service(given, &places);
    free(bin_copy);
    free(prefix_copy);
    if (!places.config_file || !places.list_dir || !places.plugin_dir || !places.host_program ||
        !places.state_dir) {
        config_places_release(&places);
        *ret_error = strdup("out of memory");
        return PW_ERROR_MEMORY;
    }
    *ret_places = places;
    return 0;
}

int config_places_find(struct config_places *ret_places, char **ret_error)
{
    char program[MAX_PATH_BYTES];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0) {
        *ret_error = joined("cannot tell where this program is (/proc/self/exe): %s", strerror(errno));
        return PW_ERROR_IO;
    }
    program[length] = '\0';
    const struct places_given given = {getenv("STATE_DIRECTORY"), getenv("RUNTIME_DIRECTORY"), SYSTEM_RUN};
    return places_of_program(program, &given, ret_places, ret_error);
}

void config_places_release(struct config_places *places)
{
    if (!places)
        return;
    free(places->config_file);
    free(places->plugin_dir);
    free(places->host_program);
    free(places->state_dir);
    free(places->list_dir);
    free(places->runtime_dir);
    *places = (struct config_places){0};
}
