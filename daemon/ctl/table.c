/* SPDX-License-Identifier: Apache-2.0
 *
 * table.c: lines up columns by the width a terminal gives to each character, not by bytes: names of
 * institutions come in every script.
 */
#include "ctl/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "json/buffer.h"

#define TABLE_MAX_COLUMNS 12
#define PARAGRAPH_WIDTH   100 /* longer lines are hard to read */
#define PARAGRAPH_LEAST   40

struct cells {
    char *cell[TABLE_MAX_COLUMNS];
    struct cells *next;
};

struct table {
    const struct ctl *ctl;
    const struct table_column *columns;
    size_t count;
    size_t widths[TABLE_MAX_COLUMNS];
    struct cells *first, **last;
    bool failed;
};

/* One code point of UTF-8, its bytes in *ret_bytes; anything malformed counts as one odd byte. */
static uint32_t code_point(const char *at, size_t *ret_bytes)
{
    const unsigned char *byte = (const unsigned char *)at;
    size_t length = byte[0] < 0x80         ? 1
                    : (byte[0] >> 5) == 6  ? 2
                    : (byte[0] >> 4) == 14 ? 3
                    : (byte[0] >> 3) == 30 ? 4
                                           : 0;
    uint32_t code = length == 1 ? byte[0] : length ? byte[0] & (0x7Fu >> length) : 0xFFFD;
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xC0) != 0x80) {
            length = 0;
            code = 0xFFFD;
            break;
        }
        code = code << 6 | (byte[i] & 0x3Fu);
    }
    *ret_bytes = length ? length : 1;
    return code;
}

/* Columns a code point takes: wide East Asian ones take two. Ranges from Unicode's EastAsianWidth, W and F.
 */
static size_t width_of(uint32_t code)
{
    static const uint32_t wide[][2] = {
        {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
    if ((code >= 0x300 && code <= 0x36F) || (code >= 0x200B && code <= 0x200F))
        return 0;
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
        if (code >= wide[i][0] && code <= wide[i][1])
            return 2;
    return 1;
}

static bool harmful(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

/* Copies at most `limit` columns; cut text ends in "…". Returns the columns used. */
static size_t copy_clean(struct buffer *out, const char *text, size_t limit)
{
    size_t columns = 0, bytes = 0, total = 0;
    for (const char *at = text; *at; at += bytes)
        total += width_of(code_point(at, &bytes));
    size_t room = limit > 0 && total > limit ? limit - 1 : total;
    for (const char *at = text; *at; at += bytes) {
        uint32_t code = code_point(at, &bytes);
        size_t width = width_of(code);
        if (columns + width > room)
            break;
        columns += width;
        if (harmful(code) || code == 0xFFFD)
            buffer_string(out, harmful(code) ? " " : "?");
        else
            buffer_append(out, at, bytes);
    }
    if (room < total) {
        buffer_string(out, "…");
        columns++;
    }
    return columns;
}

void table_print(const char *text)
{
    struct buffer out = {0};
    copy_clean(&out, text, 0);
    if (out.length > 0 && !out.failed)
        fwrite(out.data, 1, out.length, stdout);
    buffer_release(&out);
}

const cJSON *table_find(const cJSON *object, const char *path)
{
    char key[64];
    while (object && *path) {
        size_t length = strcspn(path, ".");
        snprintf(key, sizeof(key), "%.*s", (int)length, path);
        object = cJSON_GetObjectItemCaseSensitive(object, key);
        path += length + (path[length] == '.');
    }
    return object;
}

const char *table_word(const cJSON *object, const char *path)
{
    const char *word = cJSON_GetStringValue(table_find(object, path));
    return word ? word : "";
}

static void value_into(struct buffer *out, const cJSON *value)
{
    const cJSON *item = NULL;
    if (cJSON_IsString(value)) {
        buffer_string(out, value->valuestring);
    } else if (cJSON_IsBool(value)) {
        buffer_string(out, cJSON_IsTrue(value) ? "yes" : "no");
    } else if (cJSON_IsNumber(value)) {
        buffer_format(out, "%.15g", value->valuedouble);
    } else if (cJSON_IsArray(value)) {
        cJSON_ArrayForEach(item, value)
        {
            if (item != value->child)
                buffer_string(out, ", ");
            value_into(out, item);
        }
    } else if (cJSON_IsObject(value)) {
        cJSON_ArrayForEach(item, value)
        {
            if (item != value->child)
                buffer_string(out, " ");
            buffer_string(out, item->string);
            buffer_string(out, "=");
            value_into(out, item);
        }
    }
}

char *table_value(const cJSON *value)
{
    struct buffer out = {0};
    value_into(&out, value);
    if (out.length > 0)
        return buffer_take(&out, NULL);
    buffer_release(&out);
    return strdup("");
}

struct table *table_new(const struct ctl *ctl, const struct table_column *columns)
{
    struct table *table = calloc(1, sizeof(*table));
    if (!table)
        return NULL;
    table->ctl = ctl;
    table->columns = columns;
    table->last = &table->first;
    while (table->count < TABLE_MAX_COLUMNS && columns[table->count].title) {
        table->widths[table->count] = strlen(columns[table->count].title);
        table->count++;
    }
    return table;
}

void table_add(struct table *table, const cJSON *row)
{
    struct cells *cells = table ? calloc(1, sizeof(*cells)) : NULL;
    if (!cells) {
        if (table)
            table->failed = true;
        return;
    }
    for (size_t i = 0; i < table->count; i++) {
        char *value = table_value(table_find(row, table->columns[i].key));
        struct buffer clean = {0};
        size_t columns = copy_clean(&clean, value ? value : "", table->columns[i].width);
        free(value);
        table->widths[i] = columns > table->widths[i] ? columns : table->widths[i];
        cells->cell[i] = clean.length ? buffer_take(&clean, NULL) : NULL;
        buffer_release(&clean);
    }
    *table->last = cells;
    table->last = &cells->next;
}

static size_t columns_of(const char *text)
{
    size_t columns = 0, bytes = 0;
    for (const char *at = text; *at; at += bytes)
        columns += width_of(code_point(at, &bytes));
    return columns;
}

static void print_row(const struct table *table, char *const *cells, bool title)
{
    for (size_t i = 0; i < table->count; i++) {
        const char *text = title ? table->columns[i].title : cells[i] ? cells[i] : "";
        bool level = !title && strcmp(table->columns[i].key, "level") == 0;
        fputs(title ? table_bold(table->ctl) : level ? table_level_colour(table->ctl, text) : "", stdout);
        fputs(text, stdout);
        fputs(title || level ? table_plain(table->ctl) : "", stdout);
        if (i + 1 < table->count)
            printf("%*s", (int)(table->widths[i] - columns_of(text) + 2), "");
    }
    putchar('\n');
}

void table_end(struct table *table, const char *none)
{
    if (!table) {
        ctl_complain("out of memory");
        return;
    }
    if (table->first)
        print_row(table, NULL, true);
    else if (none)
        puts(none);
    for (struct cells *cells = table->first, *next; cells; cells = next) {
        next = cells->next;
        print_row(table, cells->cell, false);
        for (size_t i = 0; i < table->count; i++)
            free(cells->cell[i]);
        free(cells);
    }
    if (table->failed)
        ctl_complain("out of memory: rows are missing");
    free(table);
}

static int paragraph_width(void)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_col > PARAGRAPH_WIDTH)
        return PARAGRAPH_WIDTH;
    return size.ws_col < PARAGRAPH_LEAST ? PARAGRAPH_LEAST : size.ws_col;
}

void table_paragraph(const char *text, int indent)
{
    struct buffer clean = {0};
    size_t width = (size_t)(paragraph_width() - indent), used = 0;
    copy_clean(&clean, text, 0);
    char *bytes = buffer_take(&clean, NULL), *rest = NULL;
    for (char *word = bytes ? strtok_r(bytes, " ", &rest) : NULL; word; word = strtok_r(NULL, " ", &rest)) {
        size_t columns = columns_of(word);
        if (used > 0 && used + 1 + columns > width) {
            putchar('\n');
            used = 0;
        }
        if (used == 0)
            printf("%*s", indent, "");
        printf("%s%s", used > 0 ? " " : "", word);
        used += columns + (used > 0);
    }
    putchar('\n');
    free(bytes);
}

const char *table_level_colour(const struct ctl *ctl, const char *level)
{
    static const char *const colours[][2] = {
        {"prohibited", "\033[1;37;41m"}, {"required", "\033[1;31m"}, {"recommended", "\033[1;33m"},
        {"suggested", "\033[33m"},       {"note", "\033[36m"},       {"none", "\033[32m"}};
    for (size_t i = 0; ctl->colour && i < sizeof(colours) / sizeof(colours[0]); i++)
        if (strcmp(level, colours[i][0]) == 0)
            return colours[i][1];
    return "";
}

const char *table_bold(const struct ctl *ctl)
{
    return ctl->colour ? "\033[1m" : "";
}

const char *table_plain(const struct ctl *ctl)
{
    return ctl->colour ? "\033[0m" : "";
}
