/* SPDX-License-Identifier: Apache-2.0
 *
 * schema.h: the tables, as a list of migration steps. The version stands in the file's user_version; a file
 * is ours by its application_id.
 */
#ifndef PATHWAYD_JOURNAL_SCHEMA_H
#define PATHWAYD_JOURNAL_SCHEMA_H

#include "journal/store.h"

struct schema_step {
    uint32_t version; /* that the file has after the step; 1, 2, 3 … */
    const char *sql;
};

extern const struct schema_step schema_steps[];
extern const uint32_t schema_step_count;

/* The version of an open file, 0 for an empty one. PW_ERROR_CORRUPT for what is not a journal, or damaged;
 * PW_ERROR_UNSUPPORTED for one with a version above `newest`. `path` is for the sentence. */
int schema_version(struct store *store, const char *path, uint32_t newest, uint32_t *ret_version,
                   char **ret_error);

/* Runs the steps above `version`, inside the caller's transaction. */
int schema_upgrade(struct store *store, const struct schema_step *steps, uint32_t count, uint32_t version,
                   char **ret_error);

/* The sentence for a damaged file. */
int schema_corrupt(const char *path, const char *what, char **ret_error);

#endif
