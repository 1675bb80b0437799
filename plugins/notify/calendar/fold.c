/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: folding and escaping are where other people's words could become lines of a calendar.
 */
#include "calendar/fold.h"

#include <string.h>

#include "calendar/entry.h"

static void fold(struct page *page, const struct page *line)
{
    struct pw_text text = {line->data, line->length};
    size_t column = 0, bytes = 0;
    for (size_t at = 0; at < text.length; at += bytes) {
        (void)page_character(text, at, &bytes);
        if (column + bytes > ENTRY_LINE_OCTETS) {
            page_string(page, "\r\n ");
            column = 1;
        }
        page_bytes(page, text.data + at, bytes);
        column += bytes;
    }
    page_string(page, "\r\n");
    page->failed |= line->failed;
}

void fold_line(struct page *page, const char *name, const char *value)
{
    struct page line = {0};
    page_string(&line, name);
    page_string(&line, ":");
    page_string(&line, value);
    fold(page, &line);
    page_release(&line);
}

void fold_text(struct page *page, const char *name, const struct page *value)
{
    struct page line = {0};
    page_string(&line, name);
    page_string(&line, ":");
    for (size_t i = 0; i < value->length; i++) {
        char c = value->data[i];
        if (c == '\n') {
            page_string(&line, "\\n");
            continue;
        }
        if (c == '\\' || c == ';' || c == ',')
            page_string(&line, "\\");
        page_bytes(&line, &c, 1);
    }
    line.failed |= value->failed;
    fold(page, &line);
    page_release(&line);
}
