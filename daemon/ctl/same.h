/* SPDX-License-Identifier: Apache-2.0
 *
 * same.h: whether two pieces of packs say the same: the order of keys and of words does not matter, that of levels and
 * conditions does.
 */
#ifndef PATHWAYD_CTL_SAME_H
#define PATHWAYD_CTL_SAME_H

#include <stdbool.h>
#include <cjson/cJSON.h>

/* Both may be NULL; a missing value is the same as no other. */
bool same(const cJSON *a, const cJSON *b);

/* The same but for amounts, windows and days. */
bool same_but_thresholds(const cJSON *a, const cJSON *b);

/* Whether two arrays of objects have the same under `key`, one after another. */
bool same_members(const cJSON *a, const cJSON *b, const char *key);
bool same_members_but_thresholds(const cJSON *a, const cJSON *b, const char *key);

#endif
