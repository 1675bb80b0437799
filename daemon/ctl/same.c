/* SPDX-License-Identifier: Apache-2.0
 *
 * same.c: see same.h.
 */
#include "ctl/same.h"

#include <string.h>

static bool equal(const cJSON *a, const cJSON *b, bool thresholds);

static bool is_threshold(const char *key)
{
    return strcmp(key, "at_least") == 0 || strcmp(key, "within") == 0 || strcmp(key, "days_after") == 0;
}

static bool equal_objects(const cJSON *a, const cJSON *b, bool thresholds)
{
    const cJSON *item = NULL;
    if (cJSON_GetArraySize(a) != cJSON_GetArraySize(b))
        return false;
    cJSON_ArrayForEach(item, a)
    {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(b, item->string);
        if (!other || (!(thresholds && is_threshold(item->string)) && !equal(item, other, thresholds)))
            return false;
    }
    return true;
}

static bool are_words(const cJSON *array)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item) && !cJSON_IsBool(item))
            return false;
    }
    return true;
}

static bool within(const cJSON *a, const cJSON *b)
{
    const cJSON *item = NULL, *other = NULL;
    cJSON_ArrayForEach(item, a)
    {
        bool found = false;
        cJSON_ArrayForEach(other, b)
        {
            found = found || equal(item, other, false);
        }
        if (!found)
            return false;
    }
    return true;
}

static bool equal_arrays(const cJSON *a, const cJSON *b, bool thresholds)
{
    if (cJSON_GetArraySize(a) != cJSON_GetArraySize(b))
        return false;
    if (are_words(a) && are_words(b))
        return within(a, b) && within(b, a);
    for (a = a->child, b = b->child; a && b; a = a->next, b = b->next)
        if (!equal(a, b, thresholds))
            return false;
    return true;
}

static bool equal(const cJSON *a, const cJSON *b, bool thresholds)
{
    if (!a || !b)
        return a == b;
    if (cJSON_IsObject(a) && cJSON_IsObject(b))
        return equal_objects(a, b, thresholds);
    if (cJSON_IsArray(a) && cJSON_IsArray(b))
        return equal_arrays(a, b, thresholds);
    return cJSON_Compare(a, b, true);
}

bool same(const cJSON *a, const cJSON *b)
{
    return equal(a, b, false);
}

bool same_but_thresholds(const cJSON *a, const cJSON *b)
{
    return equal(a, b, true);
}

static bool equal_members(const cJSON *a, const cJSON *b, const char *key, bool thresholds)
{
    const cJSON *one = a->child, *other = b->child;
    for (; one && other; one = one->next, other = other->next)
        if (!equal(cJSON_GetObjectItemCaseSensitive(one, key), cJSON_GetObjectItemCaseSensitive(other, key),
                   thresholds))
            return false;
    return one == other;
}

bool same_members(const cJSON *a, const cJSON *b, const char *key)
{
    return equal_members(a, b, key, false);
}

bool same_members_but_thresholds(const cJSON *a, const cJSON *b, const char *key)
{
    return equal_members(a, b, key, true);
}
