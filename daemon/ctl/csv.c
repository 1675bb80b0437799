/* SPDX-License-Identifier: Apache-2.0
 *
 * csv.c: cuts rows. It looks for the row's end first and splits afterwards, so a row that is not whole yet
 * leaves no state behind.
 */
#include "ctl/csv.h"

#include <stdio.h>
#include <string.h>

void csv_release(struct csv *csv)
{
    buffer_release(&csv->arena);
}

/* Where the row ends: index of its line feed or the end of the text; SIZE_MAX when it is not whole. A quote
 * opens only at the beginning of a field. */
static size_t row_end(const struct csv *csv, struct pw_text text, bool last, uint64_t *ret_lines)
{
    bool quoted = false, fresh = true;
    *ret_lines = 1;
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        if (byte == '\n')
            (*ret_lines)++;
        if (quoted) {
            if (byte == '"' && i + 1 == text.length && !last)
                return SIZE_MAX;
            if (byte == '"' && i + 1 < text.length && text.data[i + 1] == '"')
                i++;
            else if (byte == '"')
                quoted = false;
            continue;
        }
        if (byte == '\n') {
            (*ret_lines)--;
            return i;
        }
        quoted = fresh && byte == '"';
        fresh = byte == csv->delimiter;
    }
    return last && !quoted ? text.length : SIZE_MAX;
}

/* One quoted field from its opening quote; returns the index behind its closing quote. */
static size_t copy_quoted(struct csv *csv, struct pw_text row, size_t at)
{
    for (at++; at < row.length; at++) {
        if (row.data[at] == '"' && (at + 1 == row.length || row.data[at + 1] != '"'))
            return at + 1;
        if (row.data[at] == '"')
            at++;
        buffer_append(&csv->arena, row.data + at, 1);
    }
    return at;
}

static size_t copy_plain(struct csv *csv, struct pw_text row, size_t at)
{
    size_t end = at;
    while (end < row.length && row.data[end] != csv->delimiter)
        end++;
    buffer_append(&csv->arena, row.data + at, end - at);
    return end;
}

static int fault(struct csv *csv, const char *what)
{
    snprintf(csv->error, sizeof(csv->error), "field %u %s", csv->count + 1, what);
    return PW_ERROR_INVALID;
}

/* Fields get offsets first: the arena may move while it grows. */
static int split(struct csv *csv, struct pw_text row)
{
    size_t offsets[CSV_MAX_FIELDS + 1], at = 0;
    buffer_clear(&csv->arena);
    csv->count = 0;
    for (;;) {
        if (csv->count == CSV_MAX_FIELDS)
            return fault(csv, "is one too many; is the delimiter right?");
        offsets[csv->count] = csv->arena.length;
        bool quoted = at < row.length && row.data[at] == '"';
        at = quoted ? copy_quoted(csv, row, at) : copy_plain(csv, row, at);
        if (quoted && at < row.length && row.data[at] != csv->delimiter)
            return fault(csv, "goes on behind its closing quote");
        csv->count++;
        if (at >= row.length)
            break;
        at++;
    }
    offsets[csv->count] = csv->arena.length;
    if (csv->arena.failed)
        return fault(csv, "does not fit into memory");
    for (uint32_t i = 0; i < csv->count; i++)
        csv->fields[i] = (struct pw_text){csv->arena.data ? csv->arena.data + offsets[i] : "",
                                          offsets[i + 1] - offsets[i]};
    return 1;
}

int csv_row(struct csv *csv, struct source *source)
{
    struct pw_text rest = source_peek(source);
    uint64_t lines = 0;
    if (rest.length == 0)
        return 0;
    size_t end = row_end(csv, rest, source_at_end(source), &lines);
    if (end == SIZE_MAX && (source_at_end(source) || rest.length > SOURCE_MAX_LINE)) {
        csv->row++;
        csv->line = csv->next_line + 1;
        snprintf(csv->error, sizeof(csv->error), "a quote is never closed, so the row has no end");
        source_take(source, rest.length);
        return PW_ERROR_LIMIT;
    }
    if (end == SIZE_MAX)
        return 0;
    size_t length = end > 0 && rest.data[end - 1] == '\r' ? end - 1 : end;
    csv->row++;
    csv->line = csv->next_line + 1;
    csv->next_line += lines;
    int status = split(csv, (struct pw_text){rest.data, length});
    source_take(source, end + (end < rest.length));
    return status;
}
