/* SPDX-License-Identifier: Apache-2.0
 *
 * differ.c: see differ.h. An entry is its publisher's id and a text of all that it says, other names in order. Both
 * sides are sorted by that text: what stands on both is the same; what is left is sorted by id, and walked together.
 */
#include "ctl/differ.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/list.h"
#include "ctl/table.h"
#include "json/buffer.h"
#include "json/json.h"

#define NAMES_MAX 1000 /* of one entry: what a list file may hold */

struct item {
    char *id, *list, *name, *content;
    bool same; /* on both sides */
};

struct side {
    struct item *items;
    size_t count, capacity;
};

/* ---- reading ------------------------------------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *member_text(const struct pw_document *document, uint32_t object, const char *key)
{
    struct pw_text text = json_text(document, json_member(document, object, key));
    return strndup(text.data ? text.data : "", text.length);
}

static void put_names(struct buffer *out, const struct pw_document *document, uint32_t entry, const char *key)
{
    char *names[NAMES_MAX];
    size_t count = 0;
    uint32_t array = json_member(document, entry, key);
    for (uint32_t node = json_first(document, array); node != PW_NODE_NONE && count < NAMES_MAX;
         node = json_next(document, node)) {
        struct pw_text text = json_text(document, node);
        names[count] = strndup(text.data ? text.data : "", text.length);
        out->failed = out->failed || !names[count];
        count += names[count] != NULL;
    }
    if (count)
        qsort(names, count, sizeof(names[0]), compare_texts);
    for (size_t i = 0; i < count; i++) {
        buffer_format(out, "\x1f%s", names[i]);
        free(names[i]);
    }
    buffer_string(out, "\x1e");
}

static int add(struct side *side, const struct pw_document *document, uint32_t entry)
{
    static const char *const keys[] = {"name", "list", "country", "category", "effect", "valid_until"};
    struct buffer content = {0};
    if (side->count == side->capacity) {
        size_t capacity = 2 * side->capacity + 256;
        struct item *grown = realloc(side->items, capacity * sizeof(*grown));
        if (!grown)
            return CTL_BAD;
        side->items = grown;
        side->capacity = capacity;
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        buffer_format(&content, "%.*s\x1e",
                      TEXT_FMT(json_text(document, json_member(document, entry, keys[i]))));
    put_names(&content, document, entry, "aliases");
    put_names(&content, document, entry, "abbreviations");
    put_names(&content, document, json_member(document, entry, "ids"), "ror");
    buffer_append(&content, "", 1);
    bool good = !content.failed;
    struct item *item = &side->items[side->count++];
    *item = (struct item){member_text(document, entry, "id"), member_text(document, entry, "list"),
                          member_text(document, entry, "name"), buffer_take(&content, NULL), false};
    return good && item->id && item->list && item->name && item->content ? CTL_GOOD : CTL_BAD;
}

static int parse(struct side *side, const char *path, struct buffer *bytes)
{
    struct pw_document document = {0};
    struct json_error error = {0};
    int status = json_parse(&document, bytes->data, bytes->length, &json_limits_config, &error) == 0
                     ? CTL_GOOD
                     : CTL_USAGE;
    if (status != CTL_GOOD)
        ctl_complain("%s:%u:%u: %s", path, error.line, error.column, error.message);
    uint32_t entries = json_member(&document, PW_NODE_ROOT, "entries");
    for (uint32_t node = json_first(&document, entries); node != PW_NODE_NONE && status == CTL_GOOD;
         node = json_next(&document, node))
        status = add(side, &document, node);
    json_release(&document);
    return status;
}

/* The kept list of a source; nothing when that generation has none. */
static int load(const struct shelf *shelf, long generation, const cJSON *source, struct side *side)
{
    char file[128], chunk[65536];
    struct buffer bytes = {0};
    if (!source)
        return CTL_GOOD;
    snprintf(file, sizeof(file), "%s" SHELF_KEPT_SUFFIX, table_word(source, "name"));
    char *path = shelf_path(shelf, generation, file);
    FILE *stream = path ? fopen(path, "re") : NULL;
    for (size_t got; stream && (got = fread(chunk, 1, sizeof(chunk), stream)) > 0;)
        buffer_append(&bytes, chunk, got);
    int status = stream && !ferror(stream) && !bytes.failed ? parse(side, path, &bytes) : CTL_USAGE;
    if (path && !stream)
        ctl_complain("%s cannot be read", path);
    if (stream)
        fclose(stream);
    buffer_release(&bytes);
    free(path);
    return status;
}

static void release(struct side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        free(side->items[i].id);
        free(side->items[i].list);
        free(side->items[i].name);
        free(side->items[i].content);
    }
    free(side->items);
}

/* ---- comparing ----------------------------------------------------------------------------------------- */

struct showing {
    const struct ctl *ctl;
    struct table *table;
    const char *source;
};

static void show(const struct showing *showing, const char *change, const struct item *item)
{
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "source", showing->source);
    cJSON_AddStringToObject(row, "change", change);
    cJSON_AddStringToObject(row, "list", item->list);
    cJSON_AddStringToObject(row, "entry", item->id);
    cJSON_AddStringToObject(row, "entry_name", item->name);
    if (showing->ctl->json)
        list_print_json(row);
    else
        table_add(showing->table, row);
    cJSON_Delete(row);
}

static int by_content(const void *a, const void *b)
{
    return strcmp(((const struct item *)a)->content, ((const struct item *)b)->content);
}

/* What is on both sides stands last. */
static int by_id(const void *a, const void *b)
{
    const struct item *left = a, *right = b;
    if (left->same != right->same)
        return left->same - right->same;
    return strcmp(left->id, right->id);
}

static void sort(struct side *side, int (*order)(const void *a, const void *b))
{
    if (side->count)
        qsort(side->items, side->count, sizeof(*side->items), order);
}

static void mark_same(struct side *before, struct side *after)
{
    size_t i = 0, k = 0;
    sort(before, by_content);
    sort(after, by_content);
    while (i < before->count && k < after->count) {
        int order = by_content(&before->items[i], &after->items[k]);
        if (order == 0)
            before->items[i].same = after->items[k].same = true;
        i += order <= 0;
        k += order >= 0;
    }
}

static const struct item *next_of(const struct side *side, size_t at)
{
    return at < side->count && !side->items[at].same ? &side->items[at] : NULL;
}

static void compare(const struct showing *showing, struct side *before, struct side *after)
{
    size_t i = 0, k = 0;
    mark_same(before, after);
    sort(before, by_id);
    sort(after, by_id);
    for (;;) {
        const struct item *old = next_of(before, i), *new = next_of(after, k);
        if (!old && !new)
            return;
        int order = !old ? 1 : !new ? -1 : strcmp(old->id, new->id);
        show(showing, order == 0 ? "changed" : order < 0 ? "removed" : "added", order < 0 ? old : new);
        i += order <= 0;
        k += order >= 0;
    }
}

/* The registry is not a list: of it there is only how much. */
static void compare_counts(const struct showing *showing, const cJSON *old, const cJSON *new)
{
    char *before = table_value(table_find(old, "organisations")),
         *after = table_value(table_find(new, "organisations"));
    char line[160];
    snprintf(line, sizeof(line), "%s organisations, then %s", before ? before : "", after ? after : "");
    const struct item item = {.id = "", .list = "", .name = line};
    if (strcmp(table_word(old, "sha256"), table_word(new, "sha256")) != 0)
        show(showing, "changed", &item);
    free(before);
    free(after);
}

static int compare_source(struct showing *showing, const struct shelf *shelf, long older, long newer,
                          const cJSON *old, const cJSON *new)
{
    struct side before = {0}, after = {0};
    showing->source = table_word(new ? new : old, "name");
    if (strcmp(table_word(new ? new : old, "kept"), "simple") != 0) {
        compare_counts(showing, old, new);
        return CTL_GOOD;
    }
    int status = load(shelf, older, old, &before);
    if (status == CTL_GOOD)
        status = load(shelf, newer, new, &after);
    if (status == CTL_GOOD)
        compare(showing, &before, &after);
    release(&before);
    release(&after);
    return status;
}

static int compare_all(struct showing *showing, const struct shelf *shelf, long older, long newer,
                       const cJSON *before, const cJSON *after)
{
    const cJSON *source = NULL;
    int status = CTL_GOOD;
    cJSON_ArrayForEach(source, cJSON_GetObjectItemCaseSensitive(after, "sources"))
    {
        if (status == CTL_GOOD)
            status = compare_source(showing, shelf, older, newer,
                                    shelf_source(before, table_word(source, "name")), source);
    }
    cJSON_ArrayForEach(source, cJSON_GetObjectItemCaseSensitive(before, "sources"))
    {
        if (status == CTL_GOOD && !shelf_source(after, table_word(source, "name")))
            status = compare_source(showing, shelf, older, newer, source, NULL);
    }
    return status;
}

int differ_show(struct ctl *ctl, const struct shelf *shelf, long older, long newer)
{
    static const struct table_column columns[] = {{"source", "source", 24},   {"change", "change", 0},
                                                  {"list", "list", 0},        {"entry", "entry", 0},
                                                  {"name", "entry_name", 80}, {NULL, NULL, 0}};
    struct showing showing = {.ctl = ctl};
    cJSON *before = shelf_manifest(shelf, older), *after = shelf_manifest(shelf, newer);
    int status = before && after ? CTL_GOOD : CTL_USAGE;
    if (status == CTL_GOOD) {
        showing.table = ctl->json ? NULL : table_new(ctl, columns);
        status = compare_all(&showing, shelf, older, newer, before, after);
        if (showing.table)
            table_end(showing.table, "The two generations say the same.");
    }
    cJSON_Delete(before);
    cJSON_Delete(after);
    return status;
}
