/* SPDX-License-Identifier: Apache-2.0
 *
 * map_event.c: one row becomes one event. What a row has no word for is left out, never sent empty; a word
 * that the map does not know is an error of the row, because guessing would be a silent change of meaning.
 */
#include "ctl/map.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAP_MAX_SEGMENT 64 /* bytes of one step of a pointer; the vocabulary's names are shorter */
#define MAP_MAX_INDEX   63 /* the vocabulary's longest array has 64 elements */

static int fault(char error[MAP_ERROR_SIZE], const char *format, ...) __attribute__((format(printf, 2, 3)));

static int fault(char error[MAP_ERROR_SIZE], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, MAP_ERROR_SIZE, format, arguments);
    va_end(arguments);
    return PW_ERROR_INVALID;
}

static struct pw_text cell_of(const struct csv *row, const struct map_column *column)
{
    struct pw_text cell = row->fields[column->index];
    while (cell.length > 0 && strchr(" \t\r\n", cell.data[0]))
        cell = (struct pw_text){cell.data + 1, cell.length - 1};
    while (cell.length > 0 && strchr(" \t\r\n", cell.data[cell.length - 1]))
        cell.length--;
    return cell;
}

/* Digits of one letter of the pattern, in order, into *ret_number; false when the cell does not follow it. */
static bool date_part(struct pw_text pattern, struct pw_text cell, char letter, int *ret_number)
{
    int number = 0, digits = 0;
    for (size_t i = 0; i < pattern.length; i++) {
        bool digit = cell.data[i] >= '0' && cell.data[i] <= '9';
        if (pattern.data[i] != letter)
            continue;
        if (!digit)
            return false;
        number = number * 10 + (cell.data[i] - '0');
        digits++;
    }
    *ret_number = number;
    return digits > 0 && digits <= 4;
}

static int append_date(const struct map_column *column, struct pw_text cell, struct buffer *out,
                       char error[MAP_ERROR_SIZE])
{
    int year = 0, month = 0, day = 0;
    bool good = cell.length == column->date.length && date_part(column->date, cell, 'Y', &year) &&
                date_part(column->date, cell, 'M', &month) && date_part(column->date, cell, 'D', &day);
    for (size_t i = 0; good && i < cell.length; i++)
        good = strchr("YMD", column->date.data[i]) || column->date.data[i] == cell.data[i];
    if (!good)
        return fault(error, "column %.*s: \"%.*s\" is not a date like %.*s", TEXT_FMT(column->name),
                     TEXT_FMT(cell), TEXT_FMT(column->date));
    buffer_format(out, "%04d-%02d-%02d", year, month, day);
    return 0;
}

/* What the column's value is called in events. */
static int append_cell(const struct map *map, const struct map_column *column, const struct csv *row,
                       struct buffer *out, char error[MAP_ERROR_SIZE])
{
    struct pw_text cell = cell_of(row, column), other = {NULL, 0};
    if (cell.length > 0 && memchr(cell.data, '\0', cell.length))
        return fault(error, "column %.*s holds a NUL byte", TEXT_FMT(column->name));
    if (column->date.length > 0 && cell.length > 0)
        return append_date(column, cell, out, error);
    if (column->values == PW_NODE_NONE) {
        buffer_text(out, cell);
        return 0;
    }
    bool rest = false;
    for (uint32_t node = json_first(&map->document, column->values); node != PW_NODE_NONE;
         node = json_next(&map->document, node)) {
        if (text_equal(json_key(&map->document, node), cell)) {
            buffer_text(out, json_text(&map->document, node));
            return 0;
        }
        if (text_is(json_key(&map->document, node), "*")) {
            other = json_text(&map->document, node);
            rest = true;
        }
    }
    if (!rest && cell.length > 0)
        return fault(error, "column %.*s: \"%.*s\" is not among the map's values", TEXT_FMT(column->name),
                     TEXT_FMT(cell));
    if (cell.length > 0)
        buffer_text(out, other);
    return 0;
}

/* Fills a text's columns in; *ret_given whether any column of it had a value. */
static int expand(const struct map *map, struct pw_text text, const struct csv *row, struct buffer *out,
                  bool *ret_given, char error[MAP_ERROR_SIZE])
{
    struct pw_text literal, name;
    *ret_given = false;
    buffer_clear(out);
    while (map_piece(&text, &literal, &name)) {
        buffer_text(out, literal);
        if (!name.data)
            continue;
        size_t before = out->length;
        if (append_cell(map, map_column(map, name), row, out, error) != 0)
            return PW_ERROR_INVALID;
        *ret_given |= out->length > before;
    }
    return out->failed ? fault(error, "out of memory") : 0;
}

/* ---- the tree ------------------------------------------------------------------------------------------ */

static bool next_segment(const char **at, const char *end, char segment[MAP_MAX_SEGMENT + 1])
{
    if (*at >= end)
        return false;
    const char *from = *at + 1, *to = memchr(from, '/', (size_t)(end - from));
    to = to ? to : end;
    if (to - from > MAP_MAX_SEGMENT || to == from)
        return false;
    memcpy(segment, from, (size_t)(to - from));
    segment[to - from] = '\0';
    *at = to;
    return true;
}

static bool is_index(const char *segment)
{
    return *segment && strspn(segment, "0123456789") == strlen(segment);
}

/* Array elements below the index are made as empty objects; those that stay empty are taken out at the end.
 */
static cJSON *step(cJSON *at, const char *segment, bool array)
{
    if (cJSON_IsArray(at)) {
        long index = is_index(segment) ? strtol(segment, NULL, 10) : MAP_MAX_INDEX + 1;
        while (index <= MAP_MAX_INDEX && cJSON_GetArraySize(at) <= (int)index)
            if (!cJSON_AddItemToArray(at, cJSON_CreateObject()))
                return NULL;
        return index <= MAP_MAX_INDEX ? cJSON_GetArrayItem(at, (int)index) : NULL;
    }
    cJSON *child = cJSON_GetObjectItemCaseSensitive(at, segment);
    if (!child)
        child = array ? cJSON_AddArrayToObject(at, segment) : cJSON_AddObjectToObject(at, segment);
    return child;
}

/* Puts `value` (taken in any case) at the pointer. */
static bool place(cJSON *root, struct pw_text pointer, cJSON *value)
{
    char segment[MAP_MAX_SEGMENT + 1], following[MAP_MAX_SEGMENT + 1];
    const char *at = pointer.data, *end = pointer.data + pointer.length;
    cJSON *node = root;
    bool more = next_segment(&at, end, segment);
    while (more && node) {
        more = next_segment(&at, end, following);
        if (!more)
            break;
        node = step(node, segment, is_index(following));
        memcpy(segment, following, sizeof(segment));
    }
    bool placed =
        node && at == end && value && cJSON_IsObject(node) && cJSON_AddItemToObject(node, segment, value);
    if (!placed && value)
        cJSON_Delete(value);
    return placed;
}

static void drop_empty(cJSON *array)
{
    for (cJSON *item = array->child, *next; item; item = next) {
        next = item->next;
        if (cJSON_IsObject(item) && !item->child)
            cJSON_Delete(cJSON_DetachItemViaPointer(array, item));
    }
}

static void drop_empty_elements(cJSON *object)
{
    cJSON *item = NULL;
    cJSON_ArrayForEach(item, object)
    {
        if (cJSON_IsArray(item))
            drop_empty(item);
        else if (cJSON_IsObject(item) && item->child)
            drop_empty_elements(item);
    }
}

static cJSON *split_value(const struct map_field *field, struct pw_text text)
{
    cJSON *array = cJSON_CreateArray();
    while (array && text.length > 0) {
        const char *found = memmem(text.data, text.length, field->split.data, field->split.length);
        size_t length = found ? (size_t)(found - text.data) : text.length,
               used = found ? length + field->split.length : length;
        struct pw_text word = {text.data, length};
        while (word.length > 0 && word.data[0] == ' ')
            word = (struct pw_text){word.data + 1, word.length - 1};
        while (word.length > 0 && word.data[word.length - 1] == ' ')
            word.length--;
        char *copy = strndup(word.data, word.length);
        if (word.length > 0)
            cJSON_AddItemToArray(array, cJSON_CreateString(copy ? copy : ""));
        free(copy);
        text = (struct pw_text){text.data + used, text.length - used};
    }
    return array;
}

/* The field's value as JSON; NULL with a sentence. */
static cJSON *value_of(const struct map_field *field, const struct buffer *text, char error[MAP_ERROR_SIZE])
{
    static const char *const yes[] = {"true", "yes", "1"}, *const no[] = {"false", "no", "0"};
    struct pw_document document = {0};
    struct json_error json = {0};
    const char *bytes = text->length ? text->data : "";
    if (field->split.length > 0)
        return split_value(field, buffer_view(text));
    if (field->type == MAP_STRING)
        return cJSON_CreateString(bytes);
    for (size_t i = 0; field->type == MAP_BOOLEAN && i < 3; i++) {
        if (strcmp(bytes, yes[i]) == 0)
            return cJSON_CreateTrue();
        if (strcmp(bytes, no[i]) == 0)
            return cJSON_CreateFalse();
    }
    bool good = field->type != MAP_BOOLEAN &&
                json_parse(&document, bytes, text->length, &json_limits_frame, &json) == 0 &&
                (field->type == MAP_JSON || json_type(&document, PW_NODE_ROOT) == PW_JSON_NUMBER);
    json_release(&document);
    if (!good) {
        fault(error, "%.*s: \"%.100s\" is not %s", TEXT_FMT(field->pointer), bytes,
              field->type == MAP_BOOLEAN ? "true, false, yes, no, 1 or 0"
              : field->type == MAP_JSON  ? "JSON"
                                         : "a number");
        return NULL;
    }
    return cJSON_CreateRaw(bytes);
}

/* True when some column of the same array element had a value: an element of literals alone says nothing. */
static bool element_given(const struct map *map, const bool *given, const struct map_field *field)
{
    if (field->element == 0)
        return true;
    for (uint32_t i = 0; i < map->field_count; i++)
        if (given[i] && map->fields[i].element == field->element &&
            memcmp(map->fields[i].pointer.data, field->pointer.data, field->element) == 0)
            return true;
    return false;
}

static int build(const struct map *map, const struct csv *row, cJSON *root, struct buffer *text,
                 char error[MAP_ERROR_SIZE])
{
    bool given[MAP_MAX_FIELDS] = {false};
    /* Columns first, so that literals know whether their element is there. */
    for (int literals = 0; literals < 2; literals++) {
        for (uint32_t i = 0; i < map->field_count; i++) {
            const struct map_field *field = &map->fields[i];
            if (field->literal != (literals == 1))
                continue;
            if (expand(map, field->text, row, text, &given[i], error) != 0)
                return PW_ERROR_INVALID;
            if (field->literal ? !element_given(map, given, field) : !given[i])
                continue;
            cJSON *value = value_of(field, text, error);
            if (!value)
                return PW_ERROR_INVALID;
            if (!place(root, field->pointer, value))
                return fault(error, "\"%.*s\" does not fit beside the map's other pointers",
                             TEXT_FMT(field->pointer));
        }
    }
    return 0;
}

static int add_attributes(const struct map *map, const struct csv *row, cJSON *root, struct buffer *text,
                          char error[MAP_ERROR_SIZE])
{
    const struct {
        const char *name;
        struct pw_text text;
        bool required;
    } attributes[] = {{"id", map->id, true},
                      {"source", map->source, true},
                      {"type", map->type, true},
                      {"time", map->time, false},
                      {"subject", map->subject, false}};
    bool given = false;
    cJSON_AddStringToObject(root, "specversion", "1.0");
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        if (attributes[i].text.length == 0)
            continue;
        if (expand(map, attributes[i].text, row, text, &given, error) != 0)
            return PW_ERROR_INVALID;
        if (strcmp(attributes[i].name, "id") == 0 && !given)
            return fault(error, "the row has nothing to make an id of");
        if (text->length == 0 && attributes[i].required)
            return fault(error, "\"%s\" would be empty", attributes[i].name);
        if (text->length > 0)
            cJSON_AddStringToObject(root, attributes[i].name, text->data);
    }
    cJSON_AddObjectToObject(root, "data");
    return 0;
}

static bool skipped(const struct map *map, const struct csv *row)
{
    for (uint32_t i = 0; i < map->skip_count; i++)
        if (cell_of(row, map_column(map, map->skip[i])).length == 0)
            return true;
    return false;
}

int map_event(const struct map *map, const struct csv *row, struct buffer *out, char error[MAP_ERROR_SIZE])
{
    struct buffer text = {0};
    if (row->count != map->width)
        return fault(error, "has %u fields, the header %u", row->count, map->width);
    if (skipped(map, row))
        return 1;
    cJSON *root = cJSON_CreateObject();
    int status = root ? add_attributes(map, row, root, &text, error) : fault(error, "out of memory");
    if (status == 0)
        status = build(map, row, root, &text, error);
    if (status == 0)
        drop_empty_elements(root);
    char *bytes = status == 0 ? cJSON_PrintUnformatted(root) : NULL;
    if (status == 0 && !bytes)
        status = fault(error, "out of memory");
    if (bytes)
        buffer_string(out, bytes);
    free(bytes);
    cJSON_Delete(root);
    buffer_release(&text);
    return status;
}
