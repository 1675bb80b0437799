/* SPDX-License-Identifier: Apache-2.0
 *
 * view.c: opening a reader, counters, and finding an event by its identity.
 */
#include "journal/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "journal/schema.h"
#include "journal/writer.h"

int view_hash_key(struct store *store, uint8_t ret_key[DUPLICATE_KEY_BYTES])
{
    sqlite3_stmt *row;
    int status = store_query(store, STATEMENT_KEY_READ, &row, "");

    if (status)
        return status;
    status = store_step(store, row);
    if (status > 0 && store_text(row, 0).length == DUPLICATE_KEY_BYTES) {
        memcpy(ret_key, store_text(row, 0).data, DUPLICATE_KEY_BYTES);
        status = 0;
    } else if (status >= 0) {
        status = status ? PW_ERROR_CORRUPT : PW_ERROR_NOT_FOUND;
    }
    store_give(store, STATEMENT_KEY_READ, row);
    return status;
}

static bool column_is(sqlite3_stmt *row, int column, struct pw_text text)
{
    struct pw_text stored = store_text(row, column);

    return stored.length == text.length &&
           (text.length == 0 || memcmp(stored.data, text.data, text.length) == 0);
}

int view_event_is(struct store *store, uint64_t sequence, struct pw_text source, struct pw_text id,
                  struct view_copy *copy)
{
    sqlite3_stmt *row;
    int status = store_query(store, STATEMENT_EVENT_IDENTITY, &row, "u", sequence);

    if (status)
        return status;
    status = store_step(store, row);
    if (status == 0)
        status = PW_ERROR_CORRUPT; /* the index names a row that is not there */
    else if (status > 0 && store_text(row, 2).length != JOURNAL_DIGEST_BYTES)
        status = PW_ERROR_CORRUPT;
    else if (status > 0)
        status = column_is(row, 0, source) && column_is(row, 1, id);
    if (status > 0 && copy)
        copy->differs = memcmp(store_text(row, 2).data, copy->digest, JOURNAL_DIGEST_BYTES) != 0 ||
                        (store_text(row, 3).length > 0 && !column_is(row, 3, copy->affiliation));
    store_give(store, STATEMENT_EVENT_IDENTITY, row);
    return status;
}

/* ---- opening ------------------------------------------------------------------------------------------- */

/* A folder that cannot be written has no place for the files SQLite needs beside a journal. Without a -wal
 * file the journal is complete in itself and can be read as it stands. */
static int open_store(struct store *store, const char *path)
{
    struct stat wal;
    char *name = NULL;
    uint64_t version;
    bool alone;
    int status = store_open(store, path, STORE_READ, NULL);

    if (!status)
        status = store_number(store, "PRAGMA schema_version", &version);
    if (!status)
        return 0;
    store_close(store);
    if (status == PW_ERROR_CORRUPT)
        return status;
    if (asprintf(&name, "%s-wal", path) < 0)
        return PW_ERROR_MEMORY;
    alone = stat(name, &wal) < 0 || wal.st_size == 0;
    free(name);
    return alone ? store_open(store, path, STORE_IMMUTABLE, NULL) : status;
}

static int check(struct journal_view *view, const char *path, char **ret_error)
{
    uint32_t version;
    int status = schema_version(&view->store, path, schema_step_count, &version, ret_error);

    if (status)
        return status;
    if (version < schema_step_count)
        return store_fail(
            ret_error, PW_ERROR_UNSUPPORTED,
            "The journal %s has schema version %u; start pathwayd on it once to bring it to %u.", path,
            version, schema_step_count);
    status = view_hash_key(&view->store, view->hash_key);
    return status ? schema_corrupt(path, "its key is missing", ret_error) : 0;
}

int journal_view_open(const char *path, struct journal_view **ret_view, char **ret_error)
{
    struct journal_view *view = NULL;
    int status;

    if (ret_error)
        *ret_error = NULL;
    if (access(path, R_OK) < 0)
        return store_fail(ret_error, errno == EACCES ? PW_ERROR_DENIED : PW_ERROR_NOT_FOUND,
                          "The journal %s cannot be opened: %s.%s", path, strerror(errno),
                          errno == EACCES ? " Root may read it, and the daemon's own account." : "");
    view = calloc(1, sizeof(*view));
    if (!view || sodium_init() < 0) {
        free(view);
        return store_fail(ret_error, PW_ERROR_MEMORY, "There is no memory to open the journal %s.", path);
    }
    view->path = strdup(path);
    status = view->path ? open_store(&view->store, path) : PW_ERROR_MEMORY;
    if (status == PW_ERROR_CORRUPT)
        schema_corrupt(path, "its first pages cannot be read", ret_error);
    else if (status)
        store_fail(
            ret_error, status,
            "The journal %s cannot be read. If its folder cannot be written, copy the file and the one that "
            "ends in -wal elsewhere.",
            path);
    else
        status = check(view, path, ret_error);
    if (status) {
        journal_view_close(view);
        return status;
    }
    *ret_view = view;
    return 0;
}

void journal_view_close(struct journal_view *view)
{
    if (!view)
        return;
    store_close(&view->store);
    free(view->path);
    free(view);
}

/* ---- asking -------------------------------------------------------------------------------------------- */

/* The index in memory is the writer's. Other readers walk the narrow table of hashes from its newest end:
 * some 70 ms for a million events, for questions that people ask. */
static int find_on_disk(struct journal_view *view, uint64_t hash, struct pw_text source, struct pw_text id,
                        uint64_t first, uint64_t last, uint64_t *ret_sequence)
{
    sqlite3_stmt *row;
    int status = store_query(&view->store, STATEMENT_EVENT_KEY_FIND, &row, "uuu", hash, first, last);

    if (status)
        return status;
    while ((status = store_step(&view->store, row)) > 0) {
        uint64_t sequence = store_unsigned(row, 0);
        status = view_event_is(&view->store, sequence, source, id, NULL);
        if (status > 0)
            *ret_sequence = sequence;
        if (status)
            break;
    }
    store_give(&view->store, STATEMENT_EVENT_KEY_FIND, row);
    return status < 0 ? status : status ? 0 : PW_ERROR_NOT_FOUND;
}

int journal_event_find(struct journal_view *view, struct pw_text source, struct pw_text id,
                       uint64_t *ret_sequence)
{
    uint64_t hash = duplicate_hash(view->hash_key, source, id), sequence;
    size_t place = 0;

    if (!view->duplicates)
        return find_on_disk(view, hash, source, id, 0, INT64_MAX, ret_sequence);
    while (duplicates_next(view->duplicates, hash, &place, &sequence)) {
        int status = view_event_is(&view->store, sequence, source, id, NULL);
        if (status < 0)
            return status;
        if (status > 0) {
            *ret_sequence = sequence;
            return 0;
        }
    }
    return PW_ERROR_NOT_FOUND;
}

/* The sequence number after the newest event's. */
static int end_of_keys(struct journal_view *view, uint64_t *ret_end)
{
    sqlite3_stmt *row;
    int status = store_query(&view->store, STATEMENT_EVENT_KEY_LAST, &row, "");

    if (status)
        return status;
    status = store_step(&view->store, row);
    if (status > 0)
        *ret_end = store_unsigned(row, 0) + 1;
    store_give(&view->store, STATEMENT_EVENT_KEY_LAST, row);
    return status < 0 ? status : 0;
}

int journal_event_search(struct journal_view *view, struct pw_text source, struct pw_text id, uint64_t span,
                         uint64_t *before, uint64_t *ret_sequence)
{
    uint64_t end = 1, first;
    int status = end_of_keys(view, &end);

    if (status)
        return status;
    if (*before && *before < end)
        end = *before;
    first = end > span ? end - span : 1;
    status = find_on_disk(view, duplicate_hash(view->hash_key, source, id), source, id, first, end - 1,
                          ret_sequence);
    if (status == PW_ERROR_NOT_FOUND)
        *before = first > 1 ? first : 0;
    return status;
}

static uint64_t size_of(const char *path, const char *suffix)
{
    struct stat found;
    char *name = NULL;
    uint64_t size;

    if (asprintf(&name, "%s%s", path, suffix) < 0)
        return 0;
    size = stat(name, &found) == 0 ? (uint64_t)found.st_size : 0;
    free(name);
    return size;
}

int journal_count(struct journal_view *view, struct journal_counts *ret_counts)
{
    struct progress head = {0};
    struct statvfs room;
    uint64_t version = 0;
    const uint64_t *t = head.tallies;
    int status = head_read(&view->store, &head);

    if (!status)
        status = store_number(&view->store, "PRAGMA user_version", &version);
    if (status)
        return status;
    *ret_counts = (struct journal_counts){
        .events = t[TALLY_EVENTS],
        .findings = t[TALLY_FINDINGS],
        .withdrawn = t[TALLY_WITHDRAWN],
        .cases = t[TALLY_CASES],
        .open_cases = t[TALLY_OPEN_CASES],
        .pending = t[TALLY_PENDING],
        .poison = t[TALLY_POISON],
        .notices_waiting = t[TALLY_WAITING],
        .notices_digest = t[TALLY_DIGEST],
        .notices_delivered = t[TALLY_DELIVERED],
        .notices_failed = t[TALLY_FAILED],
        .notices_held = t[TALLY_HELD],
        .notices_muted = t[TALLY_MUTED],
        .notices_folded = t[TALLY_FOLDED],
        .audit_records = head.audit.number,
        .file_bytes = size_of(view->path, "") + size_of(view->path, "-wal"),
        .free_bytes = statvfs(view->path, &room) == 0 ? (uint64_t)room.f_bavail * room.f_frsize : 0,
        .schema = version,
    };
    return 0;
}

int journal_audit_head(struct journal_view *view, uint64_t *ret_records, char ret_head[65])
{
    struct progress head = {0};
    int status = head_read(&view->store, &head);

    if (status)
        return status;
    *ret_records = head.audit.number;
    sodium_bin2hex(ret_head, 65, head.audit.hash, sizeof(head.audit.hash));
    return 0;
}
