/* SPDX-License-Identifier: Apache-2.0
 *
 * store.h: one SQLite connection: opening, prepared statements, binding, and errors turned into PW_ERROR_*.
 * Private to daemon/journal/.
 *
 * A store is used by one thread at a time. Texts that come out of a row live until the next store_step or
 * store_give of its statement.
 */
#ifndef PATHWAYD_JOURNAL_STORE_H
#define PATHWAYD_JOURNAL_STORE_H

#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <pathwayd/text.h>
#include "journal/journal.h"
#include "journal/statement.h"

/* A reader meets the lock only while a file is being recovered or closed; a writer only when somebody opened
 * the journal by hand. */
#define STORE_BUSY_MS 5000

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT]; /* prepared at first use */
};

enum store_mode {
    STORE_WRITE,    /* creates */
    STORE_READ,     /* beside a daemon or alone; may have to make the -shm file */
    STORE_IMMUTABLE /* a file nobody writes, in a folder that cannot be written */
};

/* A zeroed store is closed. On failure it stays so. */
int store_open(struct store *store, const char *path, enum store_mode mode, const char *vfs);
void store_close(struct store *store); /* closed already is fine */

/* PW_ERROR_* for an SQLite result code. */
int store_status(const struct store *store, int code);

/* Runs statements that give no rows, from our own constants. */
int store_execute(struct store *store, const char *sql);

/* Values are described by letters: u uint64_t, i int64_t, t struct pw_text, s const char *, d a digest of
 * JOURNAL_DIGEST_BYTES, k a 16-byte key, n null (no argument), z a uint64_t whose 0 stands for null. */
int store_query(struct store *store, enum statement statement, sqlite3_stmt **ret_row, const char *kinds,
                ...);
int store_query_list(struct store *store, enum statement statement, sqlite3_stmt **ret_row, const char *kinds,
                     va_list values);
int store_step(const struct store *store, sqlite3_stmt *row); /* 1: a row, 0: no more, or an error */
void store_give(struct store *store, enum statement statement, sqlite3_stmt *row); /* ends the reading */

/* Query, step to the end, give. */
int store_run(struct store *store, enum statement statement, const char *kinds, ...);

uint64_t store_unsigned(sqlite3_stmt *row, int column);
struct pw_text store_text(sqlite3_stmt *row, int column);

/* One number of the first row; PW_ERROR_NOT_FOUND when there is no row or it is null. */
int store_number(struct store *store, const char *sql, uint64_t *ret_number);

/* Sets *ret_error, when there is such a pointer, to a malloc'd sentence, and returns `status`. */
int store_fail(char **ret_error, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
