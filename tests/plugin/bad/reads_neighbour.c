/* SPDX-License-Identifier: Apache-2.0
 *
 * Tries to read what lies beside its configuration, in its constructor, in create, in start and in handle.
 */
#define _GNU_SOURCE 1
#include "bad.h"

#include <fcntl.h>

static struct attempts attempts; /* a constructor has no instance */

static const struct pw_config_field config[] = {
    {"file", PW_CONFIG_PATH, 0, NULL, 0, 0, NULL, "A file."},
    {"files", PW_CONFIG_PATHS, 0, NULL, 0, 9, NULL, "Files."},
    {"text", PW_CONFIG_TEXT, 0, NULL, 0, 0, NULL, "No file, as far as the plugin says."},
    {NULL, 0, 0, NULL, 0, 0, NULL, NULL},
};

static void try_all(const char *moment)
{
    static const char *const neighbours[] = {
        "", "pathwayd.conf", "secrets", "secrets/password", "packs/a.json", "lists/b.json"};
    const char *base = getenv("PATHWAYD_TEST_BASE");
    for (size_t i = 0; base != NULL && i < sizeof neighbours / sizeof neighbours[0]; i++) {
        char path[512], what[64];
        snprintf(path, sizeof path, "%s/%s", base, neighbours[i]);
        snprintf(what, sizeof what, "%s %s", moment, neighbours[i]);
        attempts_add(&attempts, what, open(path, O_RDONLY | O_CLOEXEC));
    }
}

static __attribute__((constructor)) void constructor(void)
{
    try_all("constructor");
}

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    try_all("create");
    return bad_create(host, ret_instance);
}

static int32_t start(void *instance, const struct pw_document *document)
{
    (void)instance;
    (void)document;
    try_all("start");
    return PW_OK;
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    (void)message;
    try_all("handle");
    return attempts_emit(&attempts, bad->host, BAD_STAGE);
}

BAD_PLUGIN(.config = config, .create = create, .start = start, .handle = handle)
