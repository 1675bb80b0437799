/* SPDX-License-Identifier: Apache-2.0
 *
 * store.c: see store.h. All that knows how SQLite is opened, bound and read stands here, so that the rest of
 * the journal reads as what is stored rather than how.
 */
#include "journal/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Page caches, in KiB: the daemon as a whole must stay below 64 MiB. */
#define WRITER_CACHE "PRAGMA cache_size = -8000"
#define READER_CACHE "PRAGMA cache_size = -2000"

/* Besides WAL: sub-journals in memory (a full disk must not stop an undo), no memory mapping (its pages would
 * count as ours), and a -wal file cut back to 16 MiB whenever it starts anew. */
static const char *const writer_pragmas[] = {
    WRITER_CACHE,
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA mmap_size = 0",
    "PRAGMA wal_autocheckpoint = 0",
    "PRAGMA journal_size_limit = 16777216",
    "PRAGMA trusted_schema = OFF",
};
static const char *const reader_pragmas[] = {
    READER_CACHE,
    "PRAGMA temp_store = MEMORY",
    "PRAGMA mmap_size = 0",
    "PRAGMA trusted_schema = OFF",
};

struct status_row {
    int code; /* SQLite's primary result code */
    int status;
};
static const struct status_row status_rows[] = {
    {SQLITE_OK, 0},
    {SQLITE_ROW, 0},
    {SQLITE_DONE, 0},
    {SQLITE_NOMEM, PW_ERROR_MEMORY},
    {SQLITE_FULL, PW_ERROR_FULL},
    {SQLITE_CORRUPT, PW_ERROR_CORRUPT},
    {SQLITE_NOTADB, PW_ERROR_CORRUPT},
    {SQLITE_BUSY, PW_ERROR_BUSY},
    {SQLITE_LOCKED, PW_ERROR_BUSY},
    {SQLITE_CONSTRAINT, PW_ERROR_INVALID},
    {SQLITE_MISMATCH, PW_ERROR_INVALID},
    {SQLITE_TOOBIG, PW_ERROR_LIMIT},
    {SQLITE_PERM, PW_ERROR_DENIED},
    {SQLITE_READONLY, PW_ERROR_DENIED},
    {SQLITE_AUTH, PW_ERROR_DENIED},
};

int store_status(const struct store *store, int code)
{
    if ((code & 0xff) == SQLITE_IOERR && store->db && sqlite3_system_errno(store->db) == ENOSPC)
        return PW_ERROR_FULL; /* the -shm file could not grow, say */
    for (size_t i = 0; i < sizeof(status_rows) / sizeof(status_rows[0]); i++)
        if (status_rows[i].code == (code & 0xff))
            return status_rows[i].status;
    return PW_ERROR_IO;
}

int store_fail(char **ret_error, int status, const char *format, ...)
{
    va_list values;
    char *sentence = NULL;

    if (!ret_error)
        return status;
    va_start(values, format);
    if (vasprintf(&sentence, format, values) < 0)
        sentence = NULL;
    va_end(values);
    free(*ret_error);
    *ret_error = sentence;
    return status;
}

int store_execute(struct store *store, const char *sql)
{
    return store_status(store, sqlite3_exec(store->db, sql, NULL, NULL, NULL));
}

static int set_up(struct store *store, enum store_mode mode)
{
    const char *const *pragmas = mode == STORE_WRITE ? writer_pragmas : reader_pragmas;
    size_t count = mode == STORE_WRITE ? sizeof(writer_pragmas) / sizeof(*writer_pragmas)
                                       : sizeof(reader_pragmas) / sizeof(*reader_pragmas);
    int status = 0;

    sqlite3_busy_timeout(store->db, STORE_BUSY_MS);
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    for (size_t i = 0; i < count && !status; i++)
        status = store_execute(store, pragmas[i]);
    return status;
}

/* "file:…?immutable=1" with the bytes that mean something in a URI escaped. */
static char *immutable_uri(const char *path)
{
    char *uri = malloc(strlen(path) * 3 + sizeof("file:?immutable=1"));
    char *end = uri;

    if (!uri)
        return NULL;
    end += sprintf(end, "file:");
    for (; *path; path++)
        end += strchr("?#%", *path) ? sprintf(end, "%%%02X", (unsigned)*path) : sprintf(end, "%c", *path);
    sprintf(end, "?immutable=1");
    return uri;
}

int store_open(struct store *store, const char *path, enum store_mode mode, const char *vfs)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    char *uri = mode == STORE_IMMUTABLE ? immutable_uri(path) : NULL;
    int status;

    if (mode == STORE_IMMUTABLE && !uri)
        return PW_ERROR_MEMORY;
    flags |= mode == STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    flags |= uri ? SQLITE_OPEN_URI : 0;
    memset(store, 0, sizeof(*store));
    status = store_status(store, sqlite3_open_v2(uri ? uri : path, &store->db, flags, vfs));
    free(uri);
    if (!status)
        status = set_up(store, mode);
    if (status)
        store_close(store);
    return status;
}

void store_close(struct store *store)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    memset(store, 0, sizeof(*store));
}

/* A row callback may ask the same question again while its row is open: that one gets a statement of its own.
 */
static int take(struct store *store, enum statement statement, sqlite3_stmt **ret_row)
{
    sqlite3_stmt *kept = store->statements[statement];
    int code;

    if (kept && !sqlite3_stmt_busy(kept)) {
        *ret_row = kept;
        return 0;
    }
    code = sqlite3_prepare_v3(store->db, statement_texts[statement], -1, SQLITE_PREPARE_PERSISTENT, ret_row,
                              NULL);
    if (code)
        return store_status(store, code);
    if (!kept)
        store->statements[statement] = *ret_row;
    return 0;
}

void store_give(struct store *store, enum statement statement, sqlite3_stmt *row)
{
    if (!row)
        return;
    if (store->statements[statement] != row) {
        sqlite3_finalize(row);
        return;
    }
    sqlite3_reset(row);
    sqlite3_clear_bindings(row);
}

static int bind_text(sqlite3_stmt *row, int index, struct pw_text text)
{
    return sqlite3_bind_text64(row, index, text.length ? text.data : "", text.length, SQLITE_STATIC,
                               SQLITE_UTF8);
}

static int bind_blob(sqlite3_stmt *row, int index, const void *bytes, int length)
{
    return sqlite3_bind_blob(row, index, bytes, length, SQLITE_STATIC);
}

/* Values are bound without a copy: every caller steps before its arguments go out of scope. */
static int bind(sqlite3_stmt *row, const char *kinds, va_list values)
{
    int code = SQLITE_OK;
    uint64_t number;

    for (int i = 1; *kinds && !code; kinds++, i++) {
        switch (*kinds) {
        case 'u':
            code = sqlite3_bind_int64(row, i, (sqlite3_int64)va_arg(values, uint64_t));
            break;
        case 'z':
            number = va_arg(values, uint64_t);
            code = number ? sqlite3_bind_int64(row, i, (sqlite3_int64)number) : sqlite3_bind_null(row, i);
            break;
        case 'i':
            code = sqlite3_bind_int64(row, i, va_arg(values, int64_t));
            break;
        case 't':
            code = bind_text(row, i, va_arg(values, struct pw_text));
            break;
        case 's':
            code = sqlite3_bind_text(row, i, va_arg(values, const char *), -1, SQLITE_STATIC);
            break;
        case 'd':
            code = bind_blob(row, i, va_arg(values, const void *), JOURNAL_DIGEST_BYTES);
            break;
        case 'k':
            code = bind_blob(row, i, va_arg(values, const void *), 16);
            break;
        default:
            code = sqlite3_bind_null(row, i);
        }
    }
    return code;
}

int store_query_list(struct store *store, enum statement statement, sqlite3_stmt **ret_row, const char *kinds,
                     va_list values)
{
    sqlite3_stmt *row;
    int status = take(store, statement, &row);

    if (status)
        return status;
    status = store_status(store, bind(row, kinds, values));
    if (status) {
        store_give(store, statement, row);
        return status;
    }
    *ret_row = row;
    return 0;
}

int store_query(struct store *store, enum statement statement, sqlite3_stmt **ret_row, const char *kinds, ...)
{
    va_list values;
    int status;

    va_start(values, kinds);
    status = store_query_list(store, statement, ret_row, kinds, values);
    va_end(values);
    return status;
}

int store_step(const struct store *store, sqlite3_stmt *row)
{
    int code = sqlite3_step(row);

    return code == SQLITE_ROW ? 1 : store_status(store, code);
}

int store_run(struct store *store, enum statement statement, const char *kinds, ...)
{
    va_list values;
    sqlite3_stmt *row;
    int status;

    va_start(values, kinds);
    status = store_query_list(store, statement, &row, kinds, values);
    va_end(values);
    if (status)
        return status;
    status = store_step(store, row);
    store_give(store, statement, row);
    return status > 0 ? 0 : status;
}

uint64_t store_unsigned(sqlite3_stmt *row, int column)
{
    return (uint64_t)sqlite3_column_int64(row, column);
}

struct pw_text store_text(sqlite3_stmt *row, int column)
{
    const void *bytes = sqlite3_column_blob(row, column); /* a text as it stands, without conversion */

    return (struct pw_text){bytes ? bytes : "", (size_t)sqlite3_column_bytes(row, column)};
}

int store_number(struct store *store, const char *sql, uint64_t *ret_number)
{
    sqlite3_stmt *row = NULL;
    int status = store_status(store, sqlite3_prepare_v2(store->db, sql, -1, &row, NULL));

    if (!status) {
        status = store_step(store, row);
        if (status > 0 && sqlite3_column_type(row, 0) == SQLITE_INTEGER) {
            *ret_number = store_unsigned(row, 0);
            status = 0;
        } else if (status >= 0) {
            status = PW_ERROR_NOT_FOUND;
        }
    }
    sqlite3_finalize(row);
    return status;
}
