/* SPDX-License-Identifier: Apache-2.0
 *
 * html.c: see html.h.
 */
#include "page/html.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "json/json.h"
#include "json/scan.h"
#include "json/time.h"

/* ---- characters ---------------------------------------------------------------------------------------- */

/* What has no shape, or gives others another place: C1 and default-ignorable characters, and the controls of direction
 * (Unicode 15, DerivedCoreProperties; TR9, 2). Variation selectors are let through: they belong to what stands before. */
static const struct {
    uint32_t first, last;
} unseen[] = {
    {0x00, 0x08},     {0x0b, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},       {0x034f, 0x034f},
    {0x061c, 0x061c}, {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f},
    {0x2028, 0x202e}, {0x2060, 0x206f},   {0x3164, 0x3164},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

static bool is_unseen(uint32_t character)
{
    for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
        if (character >= unseen[i].first && character <= unseen[i].last)
            return true;
    return false;
}

/* The next character; a byte that is no UTF-8 is U+FFFD. */
static uint32_t next(struct pw_text text, size_t *at)
{
    const char *from = text.data + *at;
    unsigned char first = (unsigned char)*from;
    size_t length = first < 0x80 ? 1 : scan_utf8(from, text.data + text.length);
    uint32_t character = length > 1 ? first & (0x7fu >> length) : length ? first : 0xfffd;
    for (size_t i = 1; i < length; i++)
        character = character << 6 | ((unsigned char)from[i] & 0x3f);
    *at += length ? length : 1;
    return character;
}

/* What stands for it in markup; NULL: itself. */
static const char *entity(uint32_t character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case 0xfffd:
        return "\xef\xbf\xbd";
    default:
        return NULL;
    }
}

static void put(struct buffer *out, struct pw_text text, bool visible)
{
    size_t from = 0, at = 0;
    if (text.length == 0) /* and there may be no bytes to count from */
        return;
    while (at < text.length) {
        size_t begin = at;
        uint32_t character = next(text, &at);
        bool odd = visible && is_unseen(character);
        const char *instead = entity(character);
        if (!odd && !instead)
            continue;
        buffer_append(out, text.data + from, begin - from);
        if (odd)
            buffer_format(out, "<span class=\"odd\">U+%04" PRIX32 "</span>", character);
        else
            buffer_string(out, instead);
        from = at;
    }
    buffer_append(out, text.data + from, text.length - from);
}

void html_text(struct buffer *out, struct pw_text text)
{
    bool plain = true;
    for (size_t i = 0; plain && i < text.length; i++)
        plain = (unsigned char)text.data[i] < 0x80;
    if (!plain)
        buffer_string(out, "<bdi>");
    put(out, text, true);
    if (!plain)
        buffer_string(out, "</bdi>");
}

void html_marked(struct buffer *out, struct pw_text text, struct pw_text mark)
{
    const char *found =
        mark.length && text.length ? memmem(text.data, text.length, mark.data, mark.length) : NULL;
    if (!found) {
        html_text(out, text);
        return;
    }
    size_t before = (size_t)(found - text.data), after = before + mark.length;
    buffer_string(out, "<bdi>");
    put(out, (struct pw_text){text.data, before}, true);
    buffer_string(out, "<mark>");
    put(out, mark, true);
    buffer_string(out, "</mark>");
    put(out, (struct pw_text){text.data + after, text.length - after}, true);
    buffer_string(out, "</bdi>");
}

void html_words(struct buffer *out, struct pw_text word)
{
    if (word.length == 0)
        return;
    const char *dot = memchr(word.data, '.', word.length);
    size_t skip = dot ? (size_t)(dot - word.data) + 1 : 0;
    char words[256];
    struct pw_text cut = text_cut((struct pw_text){word.data + skip, word.length - skip}, sizeof(words));
    for (size_t i = 0; i < cut.length; i++)
        words[i] = cut.data[i] == '_' ? ' ' : cut.data[i];
    html_text(out, (struct pw_text){words, cut.length});
}

void html_address(struct buffer *out, struct pw_text text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] && strchr(plain, text.data[i]))
            buffer_append(out, &text.data[i], 1);
        else
            buffer_format(out, "%%%02X", (unsigned)(unsigned char)text.data[i]);
}

void html_time(struct buffer *out, struct pw_text instant)
{
    char text[TIME_TEXT_SIZE];
    int64_t ms = 0;
    if (time_parse(instant, &ms) != 0) { /* a day, or what a feed takes for a time */
        html_text(out, instant);
        return;
    }
    time_format(ms, text);
    bool day = strcmp(text + 10, "T00:00:00Z") == 0;
    html(out, "<time datetime=\"%s\">%t", text, (struct pw_text){text, 10});
    if (!day)
        html(out, " %t UTC", (struct pw_text){text + 11, 5});
    html(out, "</time>");
}

/* ---- formats ------------------------------------------------------------------------------------------- */

static void put_value(struct buffer *out, char kind, va_list *values)
{
    switch (kind) {
    case 's':
        html_text(out, text_of(va_arg(*values, const char *)));
        return;
    case 't':
        html_text(out, va_arg(*values, struct pw_text));
        return;
    case 'v':
        put(out, va_arg(*values, struct pw_text), false);
        return;
    case 'u':
        buffer_format(out, "%" PRIu64, va_arg(*values, uint64_t));
        return;
    case 'r':
        buffer_string(out, va_arg(*values, const char *));
        return;
    case '%':
        buffer_string(out, "%");
        return;
    default:
        out->failed = true; /* no such format: nothing is sent */
    }
}

void html(struct buffer *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    for (const char *sign = strchr(format, '%'); sign && !out->failed; sign = strchr(format, '%')) {
        buffer_append(out, format, (size_t)(sign - format));
        put_value(out, sign[1], &values);
        format = sign + (sign[1] ? 2 : 1);
    }
    buffer_string(out, format);
    va_end(values);
}
