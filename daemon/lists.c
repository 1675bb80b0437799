/* SPDX-License-Identifier: Apache-2.0
 *
 * lists.c: see lists.h.
 */
#include "lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "json/json.h"
#include "json/time.h"

#define LISTS_BYTES (1u << 20) /* 64 sources of a few hundred bytes */
#define DAY_MS      INT64_C(86400000)

static const struct json_limits lists_limits = {
    .max_bytes = LISTS_BYTES, .max_values = 65536, .max_depth = 8};

struct file {
    char *bytes;
    struct pw_document document;
};

static void file_release(struct file *file)
{
    json_release(&file->document);
    free(file->bytes);
}

/* Zeroed when it is not there or of no use. */
static void file_read(struct file *file, const char *state_dir, const char *name)
{
    char *path = NULL;
    struct json_error error;
    *file = (struct file){0};
    if (asprintf(&path, "%s/lists/%s", state_dir, name) < 0)
        return;
    FILE *stream = fopen(path, "re");
    free(path);
    file->bytes = stream ? malloc(LISTS_BYTES) : NULL;
    size_t length = file->bytes ? fread(file->bytes, 1, LISTS_BYTES, stream) : 0;
    if (stream)
        fclose(stream);
    if (length > 0 && length < LISTS_BYTES &&
        json_parse(&file->document, file->bytes, length, &lists_limits, &error) == 0)
        return;
    file_release(file);
    *file = (struct file){0};
}

static uint32_t member(const struct file *file, uint32_t object, const char *name)
{
    return file->bytes && object != PW_NODE_NONE ? json_member(&file->document, object, name) : PW_NODE_NONE;
}

static uint32_t member_of(const struct file *file, struct pw_text name)
{
    for (uint32_t node = file->bytes ? json_first(&file->document, PW_NODE_ROOT) : PW_NODE_NONE;
         node != PW_NODE_NONE; node = json_next(&file->document, node))
        if (text_equal(json_key(&file->document, node), name))
            return node;
    return PW_NODE_NONE;
}

static struct pw_text member_text(const struct file *file, uint32_t object, const char *name)
{
    uint32_t node = member(file, object, name);
    return node == PW_NODE_NONE ? (struct pw_text){0} : json_text(&file->document, node);
}

static const struct config_list *configured(const struct config *config, struct pw_text name)
{
    for (uint32_t i = 0; i < config->list_count; i++)
        if (text_is(name, config->lists[i].name))
            return &config->lists[i];
    return NULL;
}

/* As `pathwayctl list status` has it. */
static struct list_age age_of(const struct config *config, const struct file *manifest, uint32_t source,
                              const struct file *attempts, int64_t now_ms)
{
    struct list_age age = {.name = member_text(manifest, source, "name")};
    const struct config_list *list = configured(config, age.name);
    uint32_t attempt = member_of(attempts, age.name);
    struct pw_text when = member_text(attempts, attempt, "at");
    if (when.length == 0 || member_text(attempts, attempt, "error").length > 0)
        when = member_text(manifest, source, "fetched");
    age.known = time_parse(when, &age.checked_ms) == 0 || time_parse_date(when, &age.checked_ms) == 0;
    age.stale = list && (!age.known || (now_ms - age.checked_ms) / DAY_MS > (int64_t)list->max_age_days);
    return age;
}

static bool has(const struct file *manifest, uint32_t sources, const char *name)
{
    for (uint32_t node = sources; node != PW_NODE_NONE; node = json_next(&manifest->document, node))
        if (text_is(member_text(manifest, node, "name"), name))
            return true;
    return false;
}

void lists_read(const struct config *config, int64_t now_ms,
                void (*row)(void *to, const struct list_age *age), void *to)
{
    struct file manifest, attempts;
    file_read(&manifest, config->state_dir, "current/manifest.json");
    file_read(&attempts, config->state_dir, "attempts.json");
    uint32_t sources = member(&manifest, PW_NODE_ROOT, "sources");
    uint32_t first = sources == PW_NODE_NONE ? sources : json_first(&manifest.document, sources);
    for (uint32_t node = first; node != PW_NODE_NONE; node = json_next(&manifest.document, node)) {
        struct list_age age = age_of(config, &manifest, node, &attempts, now_ms);
        if (age.name.length > 0)
            row(to, &age);
    }
    for (uint32_t i = 0; i < config->list_count; i++) {
        const char *name = config->lists[i].name;
        struct list_age age = {.name = {name, strlen(name)}, .stale = true};
        if (!has(&manifest, first, name))
            row(to, &age);
    }
    file_release(&manifest);
    file_release(&attempts);
}
