/* SPDX-License-Identifier: Apache-2.0
 *
 * write.c: JSON into a buffer. A comma is due when the last byte ends a value, so no state is kept and a
 * buffer may hold other text before, as long as that ends in white space, a comma or an opening bracket.
 */
#include "json/buffer.h"
#include "json/scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void separate(struct buffer *buffer)
{
    if (buffer->failed || buffer->length == 0)
        return;
    char last = buffer->data[buffer->length - 1];
    if (last == '}' || last == ']' || last == '"' || last == 'e' || last == 'l' ||
        (last >= '0' && last <= '9'))
        buffer_append(buffer, ",", 1);
}

void json_write_begin(struct buffer *buffer, char bracket)
{
    separate(buffer);
    buffer_append(buffer, &bracket, 1);
}

void json_write_end(struct buffer *buffer, char bracket)
{
    buffer_append(buffer, &bracket, 1);
}

static bool needs_care(char byte)
{
    return (unsigned char)byte < 0x20 || (unsigned char)byte >= 0x80 || byte == '"' || byte == '\\';
}

static void escape_ascii(struct buffer *buffer, char byte)
{
    static const char letters[] = "\"\"\\\\\nn\tt\rr"; /* pairs: the byte, the letter behind the backslash */
    for (size_t i = 0; i + 1 < sizeof letters; i += 2) {
        if (letters[i] == byte) {
            buffer_append(buffer, (char[]){'\\', letters[i + 1]}, 2);
            return;
        }
    }
    /* No reader of ours accepts U+0000, so what we write must not hold it. */
    if (byte == '\0')
        buffer_string(buffer, "\xEF\xBF\xBD");
    else
        buffer_format(buffer, "\\u%04x", (unsigned)(unsigned char)byte);
}

void json_write_text(struct buffer *buffer, struct pw_text text)
{
    separate(buffer);
    buffer_append(buffer, "\"", 1);
    const char *at = text.data, *end = text.length ? text.data + text.length : text.data;
    while (at < end) {
        const char *begin = at;
        while (at < end && !needs_care(*at))
            at++;
        buffer_append(buffer, begin, (size_t)(at - begin));
        if (at == end)
            break;
        size_t length = (unsigned char)*at < 0x80 ? 0 : scan_utf8(at, end);
        if (length > 0)
            buffer_append(buffer, at, length);
        else if ((unsigned char)*at < 0x80)
            escape_ascii(buffer, *at);
        else
            buffer_string(buffer, "\xEF\xBF\xBD");
        at += length ? length : 1;
    }
    buffer_append(buffer, "\"", 1);
}

void json_write_string(struct buffer *buffer, const char *string)
{
    json_write_text(buffer, (struct pw_text){string, strlen(string)});
}

void json_write_key(struct buffer *buffer, const char *key)
{
    json_write_string(buffer, key);
    buffer_append(buffer, ":", 1);
}

void json_write_integer(struct buffer *buffer, int64_t value)
{
    separate(buffer);
    buffer_format(buffer, "%" PRId64, value);
}

void json_write_unsigned(struct buffer *buffer, uint64_t value)
{
    separate(buffer);
    buffer_format(buffer, "%" PRIu64, value);
}

void json_write_boolean(struct buffer *buffer, bool value)
{
    separate(buffer);
    buffer_string(buffer, value ? "true" : "false");
}

void json_write_null(struct buffer *buffer)
{
    separate(buffer);
    buffer_string(buffer, "null");
}

void json_write_raw(struct buffer *buffer, struct pw_text json)
{
    /* White space at the end would hide from `separate` that a value stands before it. */
    while (json.length > 0 && memchr(" \t\r\n", json.data[json.length - 1], 4))
        json.length--;
    separate(buffer);
    buffer_text(buffer, json);
}

void json_member_text(struct buffer *buffer, const char *key, struct pw_text text)
{
    json_write_key(buffer, key);
    json_write_text(buffer, text);
}

void json_member_string(struct buffer *buffer, const char *key, const char *string)
{
    json_write_key(buffer, key);
    json_write_string(buffer, string);
}

void json_member_integer(struct buffer *buffer, const char *key, int64_t value)
{
    json_write_key(buffer, key);
    json_write_integer(buffer, value);
}

void json_member_unsigned(struct buffer *buffer, const char *key, uint64_t value)
{
    json_write_key(buffer, key);
    json_write_unsigned(buffer, value);
}

void json_member_boolean(struct buffer *buffer, const char *key, bool value)
{
    json_write_key(buffer, key);
    json_write_boolean(buffer, value);
}

void json_member_raw(struct buffer *buffer, const char *key, struct pw_text json)
{
    json_write_key(buffer, key);
    json_write_raw(buffer, json);
}
