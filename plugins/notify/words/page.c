/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: the one place where hostile text becomes harmless text.
 */
#include "words/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Characters that are not what they look like: controls, line breaks, direction, no width, fillers, tags. */
static const struct {
    uint32_t first, last;
} invisible[] = {
    {0x0000, 0x001f},   {0x007f, 0x009f},    {0x00ad, 0x00ad}, {0x034f, 0x034f},   {0x061c, 0x061c},
    {0x115f, 0x1160},   {0x17b4, 0x17b5},    {0x180b, 0x180f}, {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f},   {0x2800, 0x2800},    {0x3164, 0x3164}, {0xe000, 0xf8ff},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},   {0xfff0, 0xfffb},    {0xfffe, 0xffff}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff},
};

void page_release(struct page *page)
{
    if (page == NULL)
        return;
    free(page->data);
    *page = (struct page){0};
}

void page_bytes(struct page *page, const char *bytes, size_t length)
{
    if (page->failed || length == 0)
        return;
    if (length > PAGE_MAX_BYTES || page->length + length > PAGE_MAX_BYTES) {
        page->failed = true;
        return;
    }
    size_t needed = page->length + length + 1u;
    if (needed > page->capacity) {
        size_t capacity = page->capacity < 512u ? 512u : page->capacity;
        while (capacity < needed)
            capacity *= 2u;
        char *data = realloc(page->data, capacity);
        if (data == NULL) {
            page->failed = true;
            return;
        }
        page->data = data;
        page->capacity = capacity;
    }
    memcpy(page->data + page->length, bytes, length);
    page->length += length;
    page->data[page->length] = '\0';
}

void page_string(struct page *page, const char *string)
{
    page_bytes(page, string, strlen(string));
}

void page_format(struct page *page, const char *format, ...)
{
    char words[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof words)
        page->failed = true;
    else
        page_bytes(page, words, (size_t)length);
}

static bool continues(struct pw_text text, size_t at)
{
    return at < text.length && ((unsigned char)text.data[at] & 0xc0u) == 0x80u;
}

uint32_t page_character(struct pw_text text, size_t at, size_t *ret_bytes)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
        size_t bytes;
    } forms[] = {{0x80, 0x00, 0, 1}, {0xe0, 0xc0, 0x80, 2}, {0xf0, 0xe0, 0x800, 3}, {0xf8, 0xf0, 0x10000, 4}};
    unsigned char lead = (unsigned char)text.data[at];
    *ret_bytes = 1;
    for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
        if ((lead & forms[form].mask) != forms[form].lead)
            continue;
        uint32_t value = lead & (unsigned char)~forms[form].mask;
        for (size_t i = 1; i < forms[form].bytes; i++) {
            if (!continues(text, at + i))
                return 0xfffdu;
            value = value << 6 | ((unsigned char)text.data[at + i] & 0x3fu);
        }
        if (value < forms[form].least || value > 0x10ffffu || (value >= 0xd800u && value <= 0xdfffu))
            return 0xfffdu;
        *ret_bytes = forms[form].bytes;
        return value;
    }
    return 0xfffdu;
}

static bool hides(uint32_t character)
{
    for (size_t i = 0; i < sizeof invisible / sizeof invisible[0]; i++)
        if (character >= invisible[i].first && character <= invisible[i].last)
            return true;
    return false;
}

void page_text(struct page *page, struct pw_text text)
{
    size_t bytes = 1;
    for (size_t at = 0; at < text.length; at += bytes) {
        uint32_t character = page_character(text, at, &bytes);
        if (at >= PAGE_TEXT_BYTES) {
            page_string(page, " [cut here]");
            return;
        }
        if (hides(character))
            page_format(page, "[U+%04X]", character);
        else if (character == 0xfffdu)
            page_string(page, "\xef\xbf\xbd");
        else
            page_bytes(page, text.data + at, bytes);
    }
}

/* Columns are counted as characters, which is near enough for breaking prose. */
static size_t columns(const char *bytes, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)bytes[i] & 0xc0u) != 0x80u;
    return count;
}

void page_paragraph(struct page *page, const char *first, const struct page *paragraph)
{
    const size_t indent = columns(first, strlen(first)) + PAGE_HANG;
    size_t column = indent - PAGE_HANG;
    bool line_empty = true;
    page_string(page, first);
    for (size_t at = 0; at < paragraph->length;) {
        const char *word = paragraph->data + at;
        const char *space = memchr(word, ' ', paragraph->length - at);
        size_t length = space != NULL ? (size_t)(space - word) : paragraph->length - at;
        at += length + 1u;
        if (length == 0)
            continue;
        size_t width = columns(word, length);
        if (!line_empty && column + 1u + width > PAGE_COLUMNS) {
            page_format(page, "\n%*s", (int)indent, "");
            column = indent;
            line_empty = true;
        }
        if (!line_empty) {
            page_string(page, " ");
            column++;
        }
        page_bytes(page, word, length);
        column += width;
        line_empty = false;
    }
    page_string(page, "\n");
    page->failed |= paragraph->failed;
}
