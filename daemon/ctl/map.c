/* SPDX-License-Identifier: Apache-2.0
 *
 * map.c: reads a map and checks it against the header, so that a mistake is said before the first row.
 */
#include "ctl/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAP_MAX_BYTES (1u << 20)

static int fault(char error[MAP_ERROR_SIZE], const char *format, ...) __attribute__((format(printf, 2, 3)));

static int fault(char error[MAP_ERROR_SIZE], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, MAP_ERROR_SIZE, format, arguments);
    va_end(arguments);
    return PW_ERROR_INVALID;
}

static int read_file(const char *file, struct buffer *out, char error[MAP_ERROR_SIZE])
{
    char chunk[8192];
    ssize_t got = 0;
    int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fault(error, "%s cannot be read: %s", file, strerror(errno));
    while ((got = read(descriptor, chunk, sizeof(chunk))) > 0 && out->length <= MAP_MAX_BYTES)
        buffer_append(out, chunk, (size_t)got);
    close(descriptor);
    if (got < 0 || out->failed)
        return fault(error, "%s cannot be read: %s", file, strerror(got < 0 ? errno : ENOMEM));
    return out->length > MAP_MAX_BYTES ? fault(error, "%s is longer than 1 MiB", file) : 0;
}

bool map_piece(struct pw_text *rest, struct pw_text *ret_literal, struct pw_text *ret_column)
{
    *ret_literal = *ret_column = (struct pw_text){NULL, 0};
    if (rest->length == 0)
        return false;
    const char *open = memchr(rest->data, '{', rest->length);
    size_t length = open ? (size_t)(open - rest->data) : rest->length;
    size_t used = length;
    *ret_literal = (struct pw_text){rest->data, length};
    if (open && length + 1 < rest->length && open[1] == '{') {
        ret_literal->length++;
        used += 2;
    } else if (open) {
        const char *close = memchr(open, '}', rest->length - length);
        size_t end = close ? (size_t)(close - rest->data) : rest->length;
        *ret_column = (struct pw_text){open + 1, end - length - 1};
        used = close ? end + 1 : end;
    }
    *rest = (struct pw_text){rest->data + used, rest->length - used};
    return true;
}

const struct map_column *map_column(const struct map *map, struct pw_text name)
{
    for (uint32_t i = 0; i < map->column_count; i++)
        if (text_equal(map->columns[i].name, name))
            return &map->columns[i];
    return NULL;
}

static struct map_column *use_column(struct map *map, struct pw_text name)
{
    for (uint32_t i = 0; i < map->column_count; i++)
        if (text_equal(map->columns[i].name, name))
            return &map->columns[i];
    if (map->column_count == MAP_MAX_COLUMNS)
        return NULL;
    struct map_column *column = &map->columns[map->column_count++];
    *column = (struct map_column){.name = name, .values = PW_NODE_NONE};
    return column;
}

/* Notes every column a text uses; *ret_columns how many. */
static int use_text(struct map *map, struct pw_text text, uint32_t *ret_columns, char error[MAP_ERROR_SIZE])
{
    struct pw_text literal, column;
    *ret_columns = 0;
    while (map_piece(&text, &literal, &column)) {
        if (!column.data)
            continue;
        if (column.length == 0)
            return fault(error, "\"{}\" names no column");
        if (!use_column(map, column))
            return fault(error, "a map can use %u columns", MAP_MAX_COLUMNS);
        (*ret_columns)++;
    }
    return 0;
}

/* How much of the pointer names its innermost array element: "/data/partner/0" of "/data/partner/0/name". */
static size_t element_of(struct pw_text pointer)
{
    size_t element = 0;
    for (size_t i = 1; i < pointer.length; i++) {
        size_t from = i;
        while (i < pointer.length && pointer.data[i] >= '0' && pointer.data[i] <= '9')
            i++;
        bool number =
            i > from && pointer.data[from - 1] == '/' && i < pointer.length && pointer.data[i] == '/';
        if (number)
            element = i;
    }
    return element;
}

static int read_fields(struct map *map, char error[MAP_ERROR_SIZE])
{
    const struct pw_document *document = &map->document;
    uint32_t fields = json_member(document, PW_NODE_ROOT, "fields"), columns = 0;
    if (json_type(document, fields) != PW_JSON_OBJECT)
        return fault(error,
                     "\"fields\" is missing: an object from JSON pointers to texts with {Column} in them");
    for (uint32_t node = json_first(document, fields); node != PW_NODE_NONE;
         node = json_next(document, node)) {
        struct pw_text pointer = json_key(document, node);
        if (map->field_count == MAP_MAX_FIELDS)
            return fault(error, "a map can have %u fields", MAP_MAX_FIELDS);
        if (pointer.length < 7 || memcmp(pointer.data, "/data/", 6) != 0 ||
            json_type(document, node) != PW_JSON_STRING)
            return fault(error, "in \"fields\", \"%.*s\" must be a pointer below /data/ with a text",
                         TEXT_FMT(pointer));
        struct map_field *field = &map->fields[map->field_count++];
        *field = (struct map_field){
            .pointer = pointer, .text = json_text(document, node), .element = element_of(pointer)};
        if (use_text(map, field->text, &columns, error) != 0)
            return PW_ERROR_INVALID;
        field->literal = columns == 0;
    }
    return 0;
}

static struct map_field *field_at(struct map *map, struct pw_text pointer)
{
    for (uint32_t i = 0; i < map->field_count; i++)
        if (text_equal(map->fields[i].pointer, pointer))
            return &map->fields[i];
    return NULL;
}

static int read_types(struct map *map, char error[MAP_ERROR_SIZE])
{
    static const char *const names[] = {"string", "boolean", "number", "json"};
    const struct pw_document *document = &map->document;
    uint32_t types = json_member(document, PW_NODE_ROOT, "types");
    for (uint32_t node = json_first(document, types); node != PW_NODE_NONE;
         node = json_next(document, node)) {
        struct map_field *field = field_at(map, json_key(document, node));
        size_t type = 0;
        while (type < 4 && !json_text_is(document, node, names[type]))
            type++;
        if (!field || type == 4)
            return fault(
                error,
                "\"types\" says of a pointer in \"fields\" that it is string, boolean, number or json; "
                "not so \"%.*s\"",
                TEXT_FMT(json_key(document, node)));
        field->type = (enum map_type)type;
    }
    uint32_t splits = json_member(document, PW_NODE_ROOT, "split");
    for (uint32_t node = json_first(document, splits); node != PW_NODE_NONE;
         node = json_next(document, node)) {
        struct map_field *field = field_at(map, json_key(document, node));
        if (!field || json_text(document, node).length == 0)
            return fault(error, "\"split\" gives a pointer in \"fields\" its separator; not so \"%.*s\"",
                         TEXT_FMT(json_key(document, node)));
        field->split = json_text(document, node);
    }
    return 0;
}

static int read_columns(struct map *map, char error[MAP_ERROR_SIZE])
{
    const struct pw_document *document = &map->document;
    uint32_t values = json_member(document, PW_NODE_ROOT, "values");
    for (uint32_t node = json_first(document, values); node != PW_NODE_NONE;
         node = json_next(document, node)) {
        struct map_column *column = use_column(map, json_key(document, node));
        if (!column || json_type(document, node) != PW_JSON_OBJECT)
            return fault(error,
                         "in \"values\", \"%.*s\" must be an object from the file's words to the event's",
                         TEXT_FMT(json_key(document, node)));
        column->values = node;
    }
    uint32_t dates = json_member(document, PW_NODE_ROOT, "dates");
    for (uint32_t node = json_first(document, dates); node != PW_NODE_NONE;
         node = json_next(document, node)) {
        struct map_column *column = use_column(map, json_key(document, node));
        if (!column || json_text(document, node).length == 0)
            return fault(error, "in \"dates\", \"%.*s\" must be a pattern like DD.MM.YYYY",
                         TEXT_FMT(json_key(document, node)));
        column->date = json_text(document, node);
    }
    uint32_t skip = json_member(document, PW_NODE_ROOT, "skip_if_empty");
    for (uint32_t node = json_first(document, skip); node != PW_NODE_NONE; node = json_next(document, node)) {
        struct map_column *column = use_column(map, json_text(document, node));
        if (!column || column->name.length == 0 || map->skip_count == MAP_MAX_COLUMNS)
            return fault(error, "\"skip_if_empty\" is an array of columns");
        map->skip[map->skip_count++] = column->name;
    }
    return 0;
}

static int read_shape(struct map *map, char error[MAP_ERROR_SIZE])
{
    const struct pw_document *document = &map->document;
    struct pw_text delimiter = json_text(document, json_member(document, PW_NODE_ROOT, "delimiter"));
    struct pw_text encoding = json_text(document, json_member(document, PW_NODE_ROOT, "encoding"));
    if (delimiter.length > 1 || (delimiter.length == 1 && strchr("\"\r\n", delimiter.data[0])))
        return fault(error, "\"delimiter\" is one character, such as \",\" or \";\" or a tab");
    if (encoding.length >= sizeof(map->encoding))
        return fault(error, "\"encoding\" is a name like ISO-8859-1");
    map->delimiter = delimiter.length == 1 ? delimiter.data[0] : ',';
    bool utf8 = text_is(encoding, "UTF-8") || text_is(encoding, "utf-8");
    snprintf(map->encoding, sizeof(map->encoding), "%.*s", utf8 ? 0 : (int)encoding.length,
             encoding.data ? encoding.data : "");
    return 0;
}

static int read_members(struct map *map, char error[MAP_ERROR_SIZE])
{
    static const char *const known[] = {"source",        "type",      "id",      "time",  "subject",
                                        "fields",        "values",    "dates",   "types", "split",
                                        "skip_if_empty", "delimiter", "encoding"};
    const struct pw_document *document = &map->document;
    for (uint32_t node = json_first(document, PW_NODE_ROOT); node != PW_NODE_NONE;
         node = json_next(document, node)) {
        size_t i = 0;
        while (i < sizeof(known) / sizeof(known[0]) && !text_is(json_key(document, node), known[i]))
            i++;
        if (i == sizeof(known) / sizeof(known[0]))
            return fault(error, "a map has no member \"%.*s\"", TEXT_FMT(json_key(document, node)));
    }
    struct {
        const char *key;
        struct pw_text *to;
        bool required;
    } texts[] = {{"source", &map->source, true},
                 {"type", &map->type, true},
                 {"id", &map->id, true},
                 {"time", &map->time, false},
                 {"subject", &map->subject, false}};
    uint32_t columns = 0;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *texts[i].to = json_text(document, json_member(document, PW_NODE_ROOT, texts[i].key));
        if (texts[i].required && texts[i].to->length == 0)
            return fault(error, "\"%s\" is missing: a text with {Column} in it", texts[i].key);
        if (use_text(map, *texts[i].to, &columns, error) != 0)
            return PW_ERROR_INVALID;
        if (strcmp(texts[i].key, "id") == 0 && columns == 0)
            return fault(error, "\"id\" needs at least one {Column}: every row would have the same identity");
    }
    return 0;
}

int map_read(const char *file, struct map **ret_map, char error[MAP_ERROR_SIZE])
{
    struct buffer bytes = {0};
    struct json_error json = {0};
    char sentence[MAP_ERROR_SIZE] = "";
    struct map *map = calloc(1, sizeof(*map));
    if (!map)
        return fault(error, "out of memory");
    int status = read_file(file, &bytes, error);
    if (status == 0 &&
        json_parse_copy(&map->document, bytes.data, bytes.length, &json_limits_config, &json) != 0)
        status = fault(error, "%.200s:%u:%u: %.200s", file, json.line, json.column, json.message);
    else if (status == 0 && (read_members(map, sentence) != 0 || read_fields(map, sentence) != 0 ||
                             read_types(map, sentence) != 0 || read_columns(map, sentence) != 0 ||
                             read_shape(map, sentence) != 0))
        status = fault(error, "%.100s: %.380s", file, sentence);
    buffer_release(&bytes);
    if (status != 0) {
        map_free(map);
        return status;
    }
    *ret_map = map;
    return 0;
}

void map_free(struct map *map)
{
    if (!map)
        return;
    json_release(&map->document);
    free(map);
}

static struct pw_text trimmed(struct pw_text text)
{
    while (text.length > 0 && strchr(" \t", text.data[0]))
        text = (struct pw_text){text.data + 1, text.length - 1};
    while (text.length > 0 && strchr(" \t", text.data[text.length - 1]))
        text.length--;
    return text;
}

int map_bind(struct map *map, const struct csv *header, char error[MAP_ERROR_SIZE])
{
    map->width = header->count;
    for (uint32_t i = 0; i < map->column_count; i++) {
        struct map_column *column = &map->columns[i];
        uint32_t at = 0;
        while (at < header->count && !text_equal(trimmed(header->fields[at]), column->name))
            at++;
        if (at == header->count) {
            struct buffer names = {0};
            for (uint32_t j = 0; j < header->count && names.length < 300; j++)
                buffer_format(&names, "%s%.*s", j ? ", " : "", TEXT_FMT(header->fields[j]));
            fault(error, "the file has no column \"%.*s\"; it has: %.300s", TEXT_FMT(column->name),
                  names.data ? names.data : "");
            buffer_release(&names);
            return PW_ERROR_INVALID;
        }
        column->index = at;
    }
    return 0;
}
