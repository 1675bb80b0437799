/* SPDX-License-Identifier: Apache-2.0
 *
 * form.c: see form.h.
 */
#include "page/form.h"

#include <stdlib.h>
#include <string.h>
#include <pathwayd/plugin.h>
#include "json/json.h"
#include "json/scan.h"

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Decodes to `to`; -1: an escape is bad, or stands for NUL. Line breaks, CRLF of a browser, become LF. */
static long decode(struct pw_text encoded, char *to)
{
    long length = 0;
    bool returned = false; /* the last one was CR */
    for (size_t i = 0; i < encoded.length; i++) {
        char c = encoded.data[i] == '+' ? ' ' : encoded.data[i];
        if (c == '%') {
            int high = i + 2 < encoded.length ? digit(encoded.data[i + 1]) : -1;
            int low = high >= 0 ? digit(encoded.data[i + 2]) : -1;
            if (low < 0)
                return -1;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0')
            return -1;
        if (c != '\n' || !returned)
            to[length++] = c == '\r' ? '\n' : c;
        returned = c == '\r';
    }
    return length;
}

static bool is_text(struct pw_text text)
{
    for (size_t i = 0; i < text.length;) {
        size_t length =
            (unsigned char)text.data[i] < 0x80 ? 1 : scan_utf8(text.data + i, text.data + text.length);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

static int add(struct form *form, struct pw_text pair, char **to)
{
    const char *equals = memchr(pair.data, '=', pair.length);
    struct pw_text name = {pair.data, equals ? (size_t)(equals - pair.data) : pair.length};
    struct pw_text value = {equals ? equals + 1 : NULL, equals ? pair.length - name.length - 1 : 0};
    if (form->count == FORM_FIELDS)
        return PW_ERROR_LIMIT;
    long name_length = decode(name, *to);
    long value_length = name_length < 0 ? -1 : decode(value, *to + name_length);
    if (value_length < 0)
        return PW_ERROR_INVALID;
    form->fields[form->count].name = (struct pw_text){*to, (size_t)name_length};
    form->fields[form->count].value = (struct pw_text){*to + name_length, (size_t)value_length};
    if (!is_text(form->fields[form->count].name) || !is_text(form->fields[form->count].value))
        return PW_ERROR_INVALID;
    *to += name_length + value_length;
    form->count++;
    return 0;
}

int form_read(struct form *form, struct pw_text encoded)
{
    *form = (struct form){0};
    if (encoded.length > FORM_BYTES)
        return PW_ERROR_LIMIT;
    form->bytes = malloc(encoded.length + 1);
    char *to = form->bytes;
    int status = form->bytes ? 0 : PW_ERROR_MEMORY;
    for (size_t from = 0; status == 0 && from < encoded.length;) {
        const char *end = memchr(encoded.data + from, '&', encoded.length - from);
        size_t length = end ? (size_t)(end - encoded.data) - from : encoded.length - from;
        if (length > 0)
            status = add(form, (struct pw_text){encoded.data + from, length}, &to);
        from += length + 1;
    }
    if (status != 0)
        form_release(form);
    return status;
}

void form_release(struct form *form)
{
    free(form->bytes);
    *form = (struct form){0};
}

bool form_next(const struct form *form, const char *name, uint32_t *at, struct pw_text *ret_value)
{
    for (uint32_t i = *at; i < form->count; i++)
        if (text_is(form->fields[i].name, name)) {
            *ret_value = form->fields[i].value;
            *at = i + 1;
            return true;
        }
    return false;
}

struct pw_text form_value(const struct form *form, const char *name)
{
    struct pw_text value = {0};
    uint32_t at = 0;
    (void)form_next(form, name, &at, &value);
    return value;
}
