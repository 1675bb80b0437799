/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: a plugin sees no JSON writer of the daemon's, and a quote too few would hand the
 * payload to whoever chose the partner's name.
 */
#include "payload.h"

#include <string.h>

/* A value follows another one unless something was just opened or named. No string ends a value with one of
 * these bytes: it ends with its quote. */
static void separate(struct page *json)
{
    if (json->length > 0 && strchr("{[:", json->data[json->length - 1u]) == NULL)
        page_string(json, ",");
}

void payload_open(struct page *json, char bracket)
{
    separate(json);
    page_bytes(json, &bracket, 1);
}

void payload_close(struct page *json, char bracket)
{
    page_bytes(json, &bracket, 1);
}

void payload_key(struct page *json, const char *key)
{
    payload_text(json, (struct pw_text){key, strlen(key)});
    page_string(json, ":");
}

void payload_text(struct page *json, struct pw_text text)
{
    size_t bytes = 1;
    separate(json);
    page_string(json, "\"");
    for (size_t at = 0; at < text.length; at += bytes) {
        uint32_t character = page_character(text, at, &bytes);
        if (character == '"' || character == '\\')
            page_format(json, "\\%c", (char)character);
        else if (character < 0x20u || character == 0x7fu)
            page_format(json, "\\u%04x", character);
        else if (character == 0xfffdu)
            page_string(json, "\xef\xbf\xbd");
        else
            page_bytes(json, text.data + at, bytes);
    }
    page_string(json, "\"");
}

void payload_member(struct page *json, const char *key, const char *string)
{
    payload_key(json, key);
    payload_text(json, (struct pw_text){string, strlen(string)});
}

void payload_true(struct page *json, const char *key)
{
    payload_key(json, key);
    page_string(json, "true");
}

void payload_false(struct page *json, const char *key)
{
    payload_key(json, key);
    page_string(json, "false");
}
