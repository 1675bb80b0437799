/* SPDX-License-Identifier: Apache-2.0
 *
 * setting.h: the configuration as a tree that remembers which file each value came from.
 *
 * Each file is parsed on its own and the trees are merged, so that an error in a drop-in names the drop-in.
 * A tree borrows from its sources, which must outlive it.
 */
#ifndef PATHWAYD_CONFIG_SETTING_H
#define PATHWAYD_CONFIG_SETTING_H

#include "config/faults.h"
#include "json/json.h"

/* One parsed file, or one object out of a file. */
struct setting_source {
    char *file;
    uint32_t first_line; /* of the bytes in that file, from 1 */
    char *bytes;         /* owned */
    struct pw_document document;
};

struct setting {
    const struct setting_source *source;
    uint32_t node;
    uint32_t type;      /* PW_JSON_*, PW_JSON_ABSENT for a zeroed one */
    struct pw_text key; /* decoded; empty in arrays */
    struct setting *children;
    uint32_t count;
    const struct setting_source *latest; /* the last file that was merged into it, or NULL */
    uint32_t latest_node;
};

void setting_source_release(struct setting_source *source); /* NULL is fine */
void setting_release(struct setting *setting);              /* what it holds; NULL and zeroed are fine */

/* The tree of a source's document. PW_ERROR_MEMORY. */
int setting_build(const struct setting_source *source, struct setting *ret_setting);

/* Merges `overlay` over `base` and empties it: objects by key, arrays of named objects by name, everything
 * else replaced. On PW_ERROR_MEMORY both are still to be released. */
int setting_merge(struct setting *base, struct setting *overlay);

const struct setting *setting_find(const struct setting *object, const char *key); /* NULL when absent */
struct pw_text setting_text(const struct setting *setting); /* empty when not a string */
bool setting_integer(const struct setting *setting, int64_t *ret_value);
void setting_place(const struct setting *setting, bool key, uint32_t *ret_line, uint32_t *ret_column);

/* The value as JSON text without comments. An unmerged one keeps its line breaks and, with `in_place`, its
 * column (leading blanks), so that places found in it later are right. A string "ipc://name" with a relative
 * path, wherever it stands, comes out starting at `runtime_dir` (NULL: as it is). */
void setting_write(const struct setting *setting, const char *runtime_dir, bool in_place, struct buffer *out);

/* Where an error in the written text is to be looked for: the value, or what a drop-in last changed of it. */
void setting_origin(const struct setting *setting, const char **ret_file, uint32_t *ret_line);

/* "ipc://name" → "ipc://<runtime_dir>/name"; anything else as it is. malloc'd; NULL: out of memory. */
char *setting_endpoint(struct pw_text url, const char *runtime_dir);

/* `path` from `base` unless it is absolute. malloc'd; NULL: out of memory. */
char *setting_path(struct pw_text path, const char *base);

#endif
