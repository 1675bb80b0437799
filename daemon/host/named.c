/* SPDX-License-Identifier: Apache-2.0
 *
 * named.c: walks the two levels on which a table can have paths, PW_CONFIG_PATH and PW_CONFIG_PATHS.
 */
#include "host/named.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <pathwayd/text.h>

#include "config/setting.h"

/* Both without links, so that no spelling of a folder above the configuration gets past. */
static bool holds(const char *path, const char *folder)
{
    size_t length = strcmp(path, "/") == 0 ? 0 : strlen(path);
    return strncmp(folder, path, length) == 0 && (folder[length] == '/' || folder[length] == '\0');
}

static int allow_text(struct landlock *landlock, struct pw_text text, const char *base, const char *real_base)
{
    if (text.length == 0)
        return 0;
    char *path = setting_path(text, base);
    if (!path)
        return PW_ERROR_MEMORY;
    char *real = realpath(path, NULL);
    int status = real && !holds(real, real_base) ? landlock_allow_read(landlock, real) : 0;
    free(real);
    free(path);
    return status;
}

int named_allow(struct landlock *landlock, const struct load_request *request)
{
    const struct pw_document *document = &request->document;
    uint32_t config = json_member(document, PW_NODE_ROOT, "config");
    char *real_base = realpath(request->base, NULL);
    int status = 0;
    for (uint32_t value = json_first(document, config); value != PW_NODE_NONE && status == 0 && real_base;
         value = json_next(document, value)) {
        status = allow_text(landlock, json_text(document, value), request->base, real_base);
        if (json_type(document, value) != PW_JSON_ARRAY)
            continue;
        for (uint32_t element = json_first(document, value); element != PW_NODE_NONE && status == 0;
             element = json_next(document, element))
            status = allow_text(landlock, json_text(document, element), request->base, real_base);
    }
    free(real_base);
    return status;
}
