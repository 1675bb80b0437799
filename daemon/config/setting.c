/* SPDX-License-Identifier: Apache-2.0
 *
 * setting.c: builds and merges the trees that configuration files become, and writes parts of them out again.
 *
 * The recursion here is bounded by json_limits_config's depth, which the parser has enforced.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/setting.h"

void setting_source_release(struct setting_source *source)
{
    if (!source)
        return;
    json_release(&source->document);
    free(source->bytes);
    free(source->file);
    *source = (struct setting_source){0};
}

void setting_release(struct setting *setting)
{
    if (!setting)
        return;
    for (uint32_t i = 0; i < setting->count; i++)
        setting_release(&setting->children[i]);
    free(setting->children);
    *setting = (struct setting){0};
}

static int build(const struct setting_source *source, uint32_t node, struct setting *setting)
{
    const struct pw_document *document = &source->document;
    uint32_t count = json_count(document, node), i = 0;
    *setting = (struct setting){
        .source = source, .node = node, .type = json_type(document, node), .key = json_key(document, node)};
    if (count == 0)
        return 0;
    setting->children = calloc(count, sizeof *setting->children);
    if (!setting->children)
        return PW_ERROR_MEMORY;
    setting->count = count;
    for (uint32_t child = json_first(document, node); i < count && child != PW_NODE_NONE;
         child = json_next(document, child), i++) {
        int status = build(source, child, &setting->children[i]);
        if (status < 0)
            return status;
    }
    return 0;
}

int setting_build(const struct setting_source *source, struct setting *ret_setting)
{
    struct setting setting;
    int status = build(source, PW_NODE_ROOT, &setting);
    if (status < 0)
        setting_release(&setting);
    else
        *ret_setting = setting;
    return status;
}

static bool is_array_of_named(const struct setting *setting)
{
    if (setting->type != PW_JSON_ARRAY)
        return false;
    for (uint32_t i = 0; i < setting->count; i++) {
        const struct setting *name = setting_find(&setting->children[i], "name");
        if (!name || name->type != PW_JSON_STRING)
            return false;
    }
    return true;
}

/* Which of the first `count` children of `base` a child of the overlay is merged into. */
static struct setting *counterpart(struct setting *base, uint32_t count, const struct setting *child,
                                   bool by_name)
{
    struct pw_text wanted = by_name ? setting_text(setting_find(child, "name")) : child->key;
    for (uint32_t i = 0; i < count; i++) {
        struct setting *mine = &base->children[i];
        struct pw_text have = by_name ? setting_text(setting_find(mine, "name")) : mine->key;
        /* One that this overlay has changed already is not met again: a name given twice in one file stays
         * two, for the check of duplicates to find. */
        if (text_equal(wanted, have) && !(by_name && mine->latest == child->source))
            return mine;
    }
    return NULL;
}

static int merge_children(struct setting *base, struct setting *overlay, bool by_name)
{
    uint32_t before = base->count;
    if (overlay->count == 0)
        return 0;
    struct setting *grown = realloc(base->children, ((size_t)before + overlay->count) * sizeof *grown);
    if (!grown)
        return PW_ERROR_MEMORY;
    base->children = grown;
    for (uint32_t i = 0; i < overlay->count; i++) {
        struct setting *child = &overlay->children[i];
        struct setting *mine = counterpart(base, before, child, by_name);
        if (!mine) {
            base->children[base->count++] = *child;
            *child = (struct setting){0};
            continue;
        }
        int status = setting_merge(mine, child);
        if (status < 0)
            return status;
    }
    base->latest = overlay->source;
    base->latest_node = overlay->node;
    return 0;
}

int setting_merge(struct setting *base, struct setting *overlay)
{
    int status = 0;
    if (base->type == PW_JSON_OBJECT && overlay->type == PW_JSON_OBJECT) {
        status = merge_children(base, overlay, false);
    } else if (is_array_of_named(base) && is_array_of_named(overlay)) {
        status = merge_children(base, overlay, true);
    } else {
        setting_release(base);
        *base = *overlay;
        *overlay = (struct setting){0};
    }
    if (status == 0)
        setting_release(overlay);
    return status;
}

const struct setting *setting_find(const struct setting *object, const char *key)
{
    if (!object || object->type != PW_JSON_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < object->count; i++)
        if (text_is(object->children[i].key, key))
            return &object->children[i];
    return NULL;
}

struct pw_text setting_text(const struct setting *setting)
{
    if (!setting || setting->type != PW_JSON_STRING)
        return (struct pw_text){0};
    return json_text(&setting->source->document, setting->node);
}

bool setting_integer(const struct setting *setting, int64_t *ret_value)
{
    return setting && setting->type == PW_JSON_NUMBER &&
           json_integer(&setting->source->document, setting->node, ret_value) == 0;
}

void setting_place(const struct setting *setting, bool key, uint32_t *ret_line, uint32_t *ret_column)
{
    const struct setting_source *source = setting->source;
    const struct json_node *node = &source->document.nodes[setting->node];
    json_place(source->document.bytes, source->document.length, key ? node->member : node->start, ret_line,
               ret_column);
    *ret_line += source->first_line - 1;
}

/* Copies [from, to) with comments turned into blanks; line breaks stay where they are. */
static void copy_blanked(const char *bytes, size_t from, size_t to, struct buffer *out)
{
    enum { PLAIN, STRING, LINE, BLOCK } state = PLAIN;
    for (size_t i = from; i < to; i++) {
        char c = bytes[i], following = i + 1 < to ? bytes[i + 1] : '\0';
        bool ends = state == BLOCK && c == '*' && following == '/', opens = false;
        if (state == STRING && c == '\\' && i + 1 < to) {
            buffer_append(out, bytes + i++, 2);
            continue;
        }
        if (state == LINE && c == '\n')
            state = PLAIN;
        else if (state == PLAIN && c == '/') {
            opens = following == '*';
            state = opens ? BLOCK : LINE;
        } else if (c == '"' && (state == PLAIN || state == STRING))
            state = state == PLAIN ? STRING : PLAIN;
        if (state == PLAIN || state == STRING) {
            buffer_append(out, &c, 1);
            continue;
        }
        buffer_append(out, c == '\n' ? "\n" : " ", 1);
        if (opens || ends) { /* both bytes of the mark at once, so that its second byte is not read again */
            buffer_append(out, " ", 1);
            i++;
        }
        if (ends)
            state = PLAIN;
    }
}

static bool is_relative_ipc(struct pw_text url, const char *runtime_dir)
{
    return runtime_dir && url.length > 6 && memcmp(url.data, "ipc://", 6) == 0 && url.data[6] != '/';
}

char *setting_endpoint(struct pw_text url, const char *runtime_dir)
{
    char *result = NULL;
    if (!is_relative_ipc(url, runtime_dir))
        return strndup(url.data ? url.data : "", url.length);
    if (asprintf(&result, "ipc://%s/%.*s", runtime_dir, (int)(url.length - 6), url.data + 6) < 0)
        return NULL;
    return result;
}

char *setting_path(struct pw_text path, const char *base)
{
    char *result = NULL;
    while (path.length > 2 && memcmp(path.data, "./", 2) == 0) {
        path.data += 2;
        path.length -= 2;
    }
    if (path.length > 0 && path.data[0] == '/')
        return strndup(path.data, path.length);
    if (asprintf(&result, "%s/%.*s", base, (int)path.length, path.data ? path.data : "") < 0)
        return NULL;
    return result;
}

static void write_endpoint(struct pw_text url, const char *runtime_dir, struct buffer *out)
{
    struct buffer json = {0};
    char *absolute = setting_endpoint(url, runtime_dir);
    if (absolute)
        json_write_string(&json, absolute);
    out->failed = out->failed || !absolute || json.failed;
    buffer_text(out, buffer_view(&json));
    buffer_release(&json);
    free(absolute);
}

/* Writes the source's bytes from *from to the end of `setting`, endpoints made absolute. */
static void write_as_written(const struct setting *setting, const char *runtime_dir, size_t *from,
                             struct buffer *out)
{
    const struct json_node *node = &setting->source->document.nodes[setting->node];
    const char *bytes = setting->source->document.bytes;
    if (is_relative_ipc(setting_text(setting), runtime_dir)) {
        copy_blanked(bytes, *from, node->start, out);
        write_endpoint(setting_text(setting), runtime_dir, out);
        *from = node->end;
        return;
    }
    for (uint32_t i = 0; i < setting->count; i++)
        write_as_written(&setting->children[i], runtime_dir, from, out);
    copy_blanked(bytes, *from, node->end, out);
    *from = node->end;
}

static bool is_merged(const struct setting *setting)
{
    if (setting->latest)
        return true;
    for (uint32_t i = 0; i < setting->count; i++)
        if (setting->children[i].source != setting->source || is_merged(&setting->children[i]))
            return true;
    return false;
}

static void write_anew(const struct setting *setting, const char *runtime_dir, struct buffer *out)
{
    bool object = setting->type == PW_JSON_OBJECT;
    if (!object && setting->type != PW_JSON_ARRAY) {
        size_t from = setting->source->document.nodes[setting->node].start;
        write_as_written(setting, runtime_dir, &from, out);
        return;
    }
    buffer_string(out, object ? "{" : "[");
    for (uint32_t i = 0; i < setting->count; i++) {
        if (i > 0)
            buffer_string(out, ",");
        if (object) {
            struct buffer key = {0};
            json_write_text(&key, setting->children[i].key);
            out->failed = out->failed || key.failed;
            buffer_text(out, buffer_view(&key));
            buffer_release(&key);
            buffer_string(out, ":");
        }
        write_anew(&setting->children[i], runtime_dir, out);
    }
    buffer_string(out, object ? "}" : "]");
}

void setting_write(const struct setting *setting, const char *runtime_dir, bool in_place, struct buffer *out)
{
    uint32_t line, column;
    size_t from = setting->source->document.nodes[setting->node].start;
    if (is_merged(setting)) {
        write_anew(setting, runtime_dir, out);
        return;
    }
    setting_place(setting, false, &line, &column);
    for (uint32_t i = 1; in_place && i < column; i++)
        buffer_append(out, " ", 1);
    write_as_written(setting, runtime_dir, &from, out);
}

void setting_origin(const struct setting *setting, const char **ret_file, uint32_t *ret_line)
{
    uint32_t column;
    struct setting last = *setting;
    if (setting
            ->latest) { /* one text of several files has one place only: the last change is the likeliest */
        last.source = setting->latest;
        last.node = setting->latest_node;
    }
    setting_place(&last, false, ret_line, &column);
    *ret_file = last.source->file;
}
