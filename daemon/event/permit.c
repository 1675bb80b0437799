/* SPDX-License-Identifier: Apache-2.0
 *
 * permit.c: what a feed may say. A permission is a promise about whole parts of a name, so each comparison
 * here ends where a part ends.
 */
#include "event/reading.h"

#include <string.h>

static bool is_listed(const char *const *list, struct pw_text text)
{
    for (; *list; list++)
        if (text_is(text, *list))
            return true;
    return false;
}

/* See struct event_permit. Behind a host a ':' may begin a password, so it ends no part there. */
static bool prefix_admits(const char *prefix, struct pw_text source)
{
    size_t length = strlen(prefix);
    if (length == 0 || source.length < length || memcmp(source.data, prefix, length) != 0)
        return false;
    if (source.length == length || strchr("/?#:", prefix[length - 1]))
        return true;
    char next = source.data[length];
    return next == '/' || next == '?' || next == '#' || (next == ':' && !strstr(prefix, "//"));
}

bool permit_source(const struct event_permit *permit, struct pw_text source)
{
    if (!permit->sources)
        return true;
    for (const char *const *prefix = permit->sources; *prefix; prefix++)
        if (prefix_admits(*prefix, source))
            return true;
    return false;
}

/* "*", "hr.appointment.*" or a whole name. */
static bool pattern_admits(const char *pattern, struct pw_text name)
{
    size_t length = strlen(pattern);
    if (length == 0 || pattern[length - 1] != '*')
        return text_is(name, pattern);
    length--;
    return (length == 0 || pattern[length - 1] == '.') && name.length > length &&
           memcmp(name.data, pattern, length) == 0;
}

bool permit_type(const struct event_permit *permit, struct pw_text name, enum event_family family)
{
    if (!permit->types)
        return true;
    if (family == EVENT_CONTROL)
        return is_listed(permit->types, name);
    for (const char *const *pattern = permit->types; *pattern; pattern++)
        if (pattern_admits(*pattern, name))
            return true;
    return false;
}

bool event_permits_correction(const struct event_permit *permit, struct pw_text source)
{
    return permit_source(permit, source) && permit_type(permit, PW_TEXT("correction"), EVENT_CONTROL);
}

bool permit_classification(const struct event_permit *permit, struct pw_text classification)
{
    return !permit->classifications || is_listed(permit->classifications, classification);
}
