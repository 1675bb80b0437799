/* SPDX-License-Identifier: Apache-2.0
 *
 * reading.c: see reading.h. Kept apart from the keys of the format so that those are tables and nothing else.
 */
#include "reading.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int reading_complain(struct reading *reading, const char *format, ...)
{
    char sentence[LISTING_ERROR_BYTES / 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    int path = (int)strnlen(reading->listing->path, 256);
    if (reading->entry == 0)
        snprintf(reading->error, LISTING_ERROR_BYTES, "%.*s: %s", path, reading->listing->path, sentence);
    else
        snprintf(reading->error, LISTING_ERROR_BYTES, "%.*s: entry %u (\"%.*s\"): %s", path,
                 reading->listing->path, reading->entry,
                 (int)(reading->id.length > 64 ? 64 : reading->id.length),
                 reading->id.data ? reading->id.data : "", sentence);
    return PW_ERROR_INVALID;
}

int reading_clip(struct pw_text text)
{
    return (int)(text.length > 64 ? 64 : text.length);
}

bool reading_is(struct pw_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool has_control(struct pw_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
            return true;
    return false;
}

int reading_text(struct reading *reading, uint32_t node, const char *key, struct pw_text *ret_text)
{
    if (reading->api->type(reading->document, node) != PW_JSON_STRING)
        return reading_complain(reading, "%s must be a string", key);
    struct pw_text text = reading->api->text(reading->document, node);
    if (text.length == 0)
        return reading_complain(reading, "%s is empty; it must say something", key);
    if (text.length > LISTING_MAX_TEXT)
        return reading_complain(reading, "%s is %zu bytes long; at most %u are allowed", key, text.length,
                                LISTING_MAX_TEXT);
    if (has_control(text))
        return reading_complain(reading, "%s contains a control character; print it on one line", key);
    if (is_space(text.data[0]) || is_space(text.data[text.length - 1]))
        return reading_complain(reading, "%s begins or ends with a blank; remove it", key);
    *ret_text = text;
    return PW_OK;
}

int reading_choice(struct reading *reading, uint32_t node, const char *key, const char *const *names,
                   uint32_t count, uint32_t *ret_choice)
{
    struct pw_text text = {0};
    int error = reading_text(reading, node, key, &text);
    if (error)
        return error;
    char known[128] = "";
    for (uint32_t i = 0; i < count; i++) {
        if (reading_is(text, names[i])) {
            *ret_choice = i;
            return PW_OK;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    return reading_complain(reading, "%s is \"%.*s\"; it must be one of %s", key, reading_clip(text),
                            text.data, known);
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static int number_at(struct pw_text text, size_t from, size_t digits)
{
    int number = 0;
    for (size_t i = from; i < from + digits; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        number = 10 * number + (text.data[i] - '0');
    }
    return number;
}

int listing_date(struct pw_text text, int64_t *ret_ms)
{
    if (text.length != 10 || text.data[4] != '-' || text.data[7] != '-')
        return PW_ERROR_INVALID;
    int year = number_at(text, 0, 4);
    int month = number_at(text, 5, 2);
    int day = number_at(text, 8, 2);
    if (year < 1900 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month))
        return PW_ERROR_INVALID;
    /* Days since 1970 in the proleptic Gregorian calendar, counting years from March. */
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    int64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
    *ret_ms = days * 86400000;
    return PW_OK;
}

int reading_date(struct reading *reading, uint32_t node, const char *key, struct pw_text *ret_text,
                 int64_t *ret_ms)
{
    struct pw_text text = {0};
    int error = reading_text(reading, node, key, &text);
    if (error)
        return error;
    if (listing_date(text, ret_ms))
        return reading_complain(reading, "%s is \"%.*s\"; it must be a day of the calendar, YYYY-MM-DD", key,
                                reading_clip(text), text.data);
    *ret_text = text;
    return PW_OK;
}

/* A walk: names with a slash would need escaping in a pointer. */
uint32_t reading_member(const struct reading *reading, uint32_t object, const char *name)
{
    for (uint32_t node = reading->api->first(reading->document, object); node != PW_NODE_NONE;
         node = reading->api->next(reading->document, node))
        if (reading_is(reading->api->key(reading->document, node), name))
            return node;
    return PW_NODE_NONE;
}
