/* SPDX-License-Identifier: Apache-2.0
 *
 * table.c: see table.h.
 */
#include "table.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct import *import;
    const struct table_column *columns;
    uint32_t column_count;
    table_row *row;
    uint32_t places[TABLE_MAX_COLUMNS]; /* of the file's columns: which asked column + 1; 0 none */
    uint32_t field;                     /* being read */
    uint32_t width;                     /* fields of the header */
    size_t unended;                     /* bytes since a field last ended */
    bool header;                        /* has been read */
    char *bytes;                        /* the row's wanted fields, one behind the other */
    size_t length, capacity;
    size_t starts[TABLE_MAX_COLUMNS], lengths[TABLE_MAX_COLUMNS];
    bool blank; /* nothing in the row so far */
    int error;
};

static void keep(struct reader *reader, uint32_t column, const char *bytes, size_t length)
{
    if (length > TABLE_MAX_FIELD) {
        reader->error = import_complain(reader->import, "the field \"%s\" has %zu bytes; %u are too many",
                                        reader->columns[column].name, length, TABLE_MAX_FIELD);
        return;
    }
    if (reader->length + length > reader->capacity) {
        size_t capacity = 2 * reader->capacity + length;
        char *grown = realloc(reader->bytes, capacity);
        if (!grown) {
            reader->error = PW_ERROR_MEMORY;
            return;
        }
        reader->bytes = grown;
        reader->capacity = capacity;
    }
    if (length)
        memcpy(reader->bytes + reader->length, bytes, length);
    reader->starts[column] = reader->length;
    reader->lengths[column] = length;
    reader->length += length;
}

static void read_name(struct reader *reader, const char *bytes, size_t length)
{
    for (uint32_t i = 0; i < reader->column_count && reader->field < TABLE_MAX_COLUMNS; i++)
        if (strlen(reader->columns[i].name) == length && memcmp(reader->columns[i].name, bytes, length) == 0)
            reader->places[reader->field] = i + 1;
}

static void take_field(void *bytes, size_t length, void *to)
{
    struct reader *reader = to;
    reader->unended = 0;
    if (reader->error)
        return;
    reader->blank = reader->blank && import_trim((struct pw_text){bytes, length}).length == 0;
    if (!reader->header)
        read_name(reader, bytes ? bytes : "", length);
    else if (reader->field < TABLE_MAX_COLUMNS && reader->places[reader->field])
        keep(reader, reader->places[reader->field] - 1, bytes, length);
    reader->field++;
}

static void check_header(struct reader *reader)
{
    for (uint32_t i = 0; i < reader->column_count && !reader->error; i++) {
        bool found = false;
        for (uint32_t k = 0; k < TABLE_MAX_COLUMNS; k++)
            found |= reader->places[k] == i + 1;
        if (!found && reader->columns[i].required)
            reader->error = import_complain(reader->import, "there is no column \"%s\"; is it another list?",
                                            reader->columns[i].name);
    }
}

static bool is_header_again(const struct reader *reader)
{
    for (uint32_t i = 0; i < reader->column_count; i++)
        if (reader->columns[i].required &&
            (reader->lengths[i] != strlen(reader->columns[i].name) ||
             memcmp(reader->bytes + reader->starts[i], reader->columns[i].name, reader->lengths[i]) != 0))
            return false;
    return true;
}

static void take_row(int end, void *to)
{
    struct reader *reader = to;
    struct pw_text fields[TABLE_MAX_COLUMNS];
    (void)end;
    if (reader->error)
        return;
    reader->import->row++;
    if (!reader->header) {
        check_header(reader);
        reader->header = true;
        reader->width = reader->field;
    } else if (!reader->blank && !is_header_again(reader)) {
        for (uint32_t i = 0; i < reader->column_count; i++) {
            fields[i] = PW_TEXT("");
            if (reader->lengths[i])
                fields[i] =
                    import_trim((struct pw_text){reader->bytes + reader->starts[i], reader->lengths[i]});
        }
        reader->import->cut = reader->field < reader->width;
        reader->error = reader->row(reader->import, fields);
    }
    reader->field = 0;
    reader->length = 0;
    reader->blank = true;
    memset(reader->lengths, 0, sizeof reader->lengths);
    memset(reader->starts, 0, sizeof reader->starts);
}

/* Read on, it would be gigabytes of memory. */
static int complain_endless(const struct reader *reader)
{
    uint32_t place = reader->field < TABLE_MAX_COLUMNS ? reader->places[reader->field] : 0;
    return import_complain(reader->import,
                           "the field \"%s\" has more than %u bytes; is a quote missing before?",
                           place ? reader->columns[place - 1].name : "of another column", TABLE_MAX_FIELD);
}

/* Spreadsheets begin a file with a byte order mark, before the first name's quote. */
static struct pw_text without_mark(struct pw_text bytes)
{
    bool marked = bytes.length >= 3 && memcmp(bytes.data, "\xEF\xBB\xBF", 3) == 0;
    return marked ? (struct pw_text){bytes.data + 3, bytes.length - 3} : bytes;
}

int table_read(struct import *import, char separator, const struct table_column *columns, uint32_t count,
               table_row *row)
{
    struct reader reader = {
        .import = import, .columns = columns, .column_count = count, .row = row, .blank = true};
    struct csv_parser parser;
    struct pw_text bytes;
    int status;
    if (csv_init(&parser, 0) != 0)
        return PW_ERROR_MEMORY;
    csv_set_delim(&parser, (unsigned char)separator);
    for (bool first = true;
         (status = intake_next(import->intake, &bytes, import->error)) > 0 && !reader.error; first = false) {
        bytes = first ? without_mark(bytes) : bytes;
        reader.unended += bytes.length;
        if (csv_parse(&parser, bytes.data, bytes.length, take_field, take_row, &reader) != bytes.length)
            reader.error = import_complain(import, "%s", csv_strerror(csv_error(&parser)));
        else if (!reader.error && reader.unended > TABLE_MAX_FIELD + bytes.length)
            reader.error = complain_endless(&reader);
    }
    if (status == 0 && !reader.error)
        csv_fini(&parser, take_field, take_row, &reader);
    csv_free(&parser);
    free(reader.bytes);
    if (status < 0)
        return status;
    if (!reader.error && !reader.header)
        return import_complain(import, "it has no header; is it a list?");
    return reader.error;
}
