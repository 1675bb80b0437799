/* SPDX-License-Identifier: Apache-2.0
 *
 * packfile.c: reads with the scanner that reads configuration, so that comments are allowed and a mistake has a line
 * and a column, and hands on a tree.
 */
#include "ctl/packfile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/table.h"
#include "json/buffer.h"
#include "json/json.h"

#define PACKFILE_MAX_BYTES (64u << 20) /* of scenarios; what a pack may hold the plugins know */

static char *sentence(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *sentence(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return length < 0 ? NULL : text;
}

char *packfile_bytes(const char *file, size_t *ret_length, char **ret_error)
{
    struct buffer bytes = {0};
    char chunk[16384];
    size_t got;
    FILE *stream = strcmp(file, "-") == 0 ? stdin : fopen(file, "re");
    if (!stream) {
        *ret_error = sentence("%s: cannot be read: %s", file, strerror(errno));
        return NULL;
    }
    while ((got = fread(chunk, 1, sizeof(chunk), stream)) > 0 && bytes.length <= PACKFILE_MAX_BYTES)
        buffer_append(&bytes, chunk, got);
    int code = ferror(stream) ? errno : 0;
    if (stream != stdin)
        fclose(stream);
    if (code || bytes.length > PACKFILE_MAX_BYTES || bytes.failed) {
        *ret_error = sentence("%s: cannot be read: %s", file, code ? strerror(code) : "it is too long");
        buffer_release(&bytes);
        return NULL;
    }
    return bytes.length ? buffer_take(&bytes, ret_length) : strdup("");
}

/* ---- the tree ------------------------------------------------------------------------------------------ */

static char *copy(struct pw_text text)
{
    return strndup(text.data ? text.data : "", text.length);
}

static cJSON *leaf(const struct pw_document *document, uint32_t node)
{
    char *text = NULL;
    cJSON *value = NULL;
    switch (json_type(document, node)) {
    case PW_JSON_STRING:
        text = copy(json_text(document, node));
        value = text ? cJSON_CreateString(text) : NULL;
        break;
    case PW_JSON_TRUE:
    case PW_JSON_FALSE:
        value = cJSON_CreateBool(json_type(document, node) == PW_JSON_TRUE);
        break;
    case PW_JSON_NULL:
        value = cJSON_CreateNull();
        break;
    default: /* a number keeps its digits */
        text = copy(json_raw(document, node));
        value = text ? cJSON_CreateRaw(text) : NULL;
    }
    free(text);
    return value;
}

/* As deep as the parser lets a document be. */
static cJSON *tree(const struct pw_document *document, uint32_t node)
{
    uint32_t type = json_type(document, node);
    if (type != PW_JSON_OBJECT && type != PW_JSON_ARRAY)
        return leaf(document, node);
    cJSON *value = type == PW_JSON_OBJECT ? cJSON_CreateObject() : cJSON_CreateArray();
    for (uint32_t child = json_first(document, node); child != PW_NODE_NONE && value;
         child = json_next(document, child)) {
        cJSON *item = tree(document, child);
        char *key = copy(json_key(document, child));
        bool good = item && key &&
                    (type == PW_JSON_ARRAY ? cJSON_AddItemToArray(value, item)
                                           : cJSON_AddItemToObject(value, key, item));
        free(key);
        if (!good) {
            cJSON_Delete(item);
            cJSON_Delete(value);
            return NULL;
        }
    }
    return value;
}

cJSON *packfile_parse(const char *file, uint32_t line, const char *bytes, size_t length, char **ret_error)
{
    struct pw_document document = {0};
    struct json_error error = {0};
    cJSON *root = NULL;
    if (json_parse(&document, bytes, length, &json_limits_config, &error) != 0)
        *ret_error = sentence("%s:%u:%u: %s", file, error.line + line - 1, error.column, error.message);
    else if (!(root = tree(&document, PW_NODE_ROOT)))
        *ret_error = sentence("%s: out of memory", file);
    json_release(&document);
    return root;
}

cJSON *packfile_json(const char *file, char **ret_error)
{
    size_t length = 0;
    char *bytes = packfile_bytes(file, &length, ret_error);
    cJSON *root = bytes ? packfile_parse(file, 1, bytes, length, ret_error) : NULL;
    free(bytes);
    return root;
}

int packfile_read(const char *file, struct packfile *ret_pack)
{
    *ret_pack = (struct packfile){.path = realpath(file, NULL)};
    ret_pack->root = packfile_json(file, &ret_pack->error);
    if (ret_pack->root && ret_pack->path)
        return CTL_GOOD;
    if (!ret_pack->error)
        ret_pack->error = sentence("%s: cannot be read: %s", file, strerror(errno));
    return CTL_BAD;
}

void packfile_release(struct packfile *pack)
{
    free(pack->path);
    free(pack->error);
    cJSON_Delete(pack->root);
    *pack = (struct packfile){0};
}

/* ---- what it says -------------------------------------------------------------------------------------- */

const cJSON *packfile_pathway(const cJSON *pack, enum pathway pathway)
{
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(pack, "pathways");
    return cJSON_GetObjectItemCaseSensitive(all, pathways[pathway].name);
}

uint32_t packfile_pathways(const cJSON *pack)
{
    uint32_t set = 0;
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++)
        if (packfile_pathway(pack, pathway))
            set |= 1u << pathway;
    return set;
}

bool packfile_is_pack(const cJSON *root)
{
    return cJSON_GetObjectItemCaseSensitive(root, "pack") ||
           cJSON_GetObjectItemCaseSensitive(root, "pathways") ||
           cJSON_GetObjectItemCaseSensitive(root, "regime");
}

/* Dates are written so that their order is the letters'. */
static bool begins_before_end(const cJSON *a, const cJSON *b)
{
    const char *to = table_word(b, "effective_to");
    return !*to || strcmp(table_word(a, "effective_from"), to) < 0;
}

bool packfile_overlap(const cJSON *a, const cJSON *b)
{
    return strcmp(table_word(a, "regime"), table_word(b, "regime")) == 0 && begins_before_end(a, b) &&
           begins_before_end(b, a);
}
