/* SPDX-License-Identifier: Apache-2.0
 *
 * journal.c: opening and closing the journal: lock, schema, checks, duplicate index, thread.
 *
 * The checks at start are cheap whatever the size: header and schema, head row, the newest audit record
 * against it, the newest events against their digests, and, on the way to the duplicate index, every page of
 * event_key. A full check is `pathwayctl audit verify`.
 */
#include <fcntl.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "journal/commit.h"
#include "journal/schema.h"

#define DEFAULT_MIN_FREE    (64u << 20)
#define DEFAULT_STAGE_SLICE 4u

/* Events read back at start: what a torn end of file would have hit. */
#define CHECK_EVENTS 16u

static int64_t wall_clock(void *context)
{
    struct timespec now;

    (void)context;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- files --------------------------------------------------------------------------------------------- */

/* The file's real name, so that a symbolic link does not give the same journal a second lock. */
static char *real_name(const char *path)
{
    char *real = realpath(path, NULL);

    return real ? real : strdup(path);
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* Made here rather than by SQLite, so that nobody else may ever read it. Never opened again while SQLite has
 * it: closing a second descriptor would drop SQLite's own locks. */
static int make_file(const char *path, char **ret_error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (file < 0 && errno != EEXIST)
        return store_fail(ret_error, errno == ENOSPC ? PW_ERROR_FULL : PW_ERROR_IO,
                          "The journal %s cannot be made: %s. Its folder must exist and be writable.", path,
                          strerror(errno));
    if (file >= 0)
        close(file);
    return 0;
}

static void sync_folder(const char *folder)
{
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (file < 0)
        return;
    fsync(file);
    close(file);
}

/* ---- schema -------------------------------------------------------------------------------------------- */

static int upgrade(struct journal_writer *writer, uint32_t version, char **ret_error)
{
    struct store *store = &writer->view.store;
    uint8_t key[DUPLICATE_KEY_BYTES];
    char detail[64];
    int status = schema_upgrade(store, schema_steps, schema_step_count, version, ret_error);
    int length = snprintf(detail, sizeof(detail), "{\"from\":%u,\"to\":%u}", version, schema_step_count);

    if (!status && version == 0) {
        randombytes_buf(key, sizeof(key));
        status = store_run(store, STATEMENT_KEY_WRITE, "k", (const void *)key);
    }
    if (!status && version > 0)
        status = head_read(store, &writer->now);
    if (!status)
        status = audit_write(store, &writer->now.audit, writer->instant_ms, "schema",
                             (struct pw_text){detail, (size_t)length});
    return status;
}

static int bring_up_to_date(struct journal *journal, char **ret_error)
{
    struct journal_writer *writer = &journal->writer;
    struct store *store = &writer->view.store;
    uint32_t version;
    int status = schema_version(store, writer->view.path, schema_step_count, &version, ret_error);

    if (status)
        return status;
    status = store_execute(store, "PRAGMA journal_mode = WAL");
    if (status || version == schema_step_count)
        return status;
    status = writer_begin(writer, journal->clock_ms(journal->clock_context));
    if (!status)
        status = upgrade(writer, version, ret_error);
    if (!status)
        status = writer_commit(writer);
    if (status)
        writer_rollback(writer);
    if (!status)
        sync_folder(journal->folder);
    return status;
}

/* ---- checks -------------------------------------------------------------------------------------------- */

static int check_audit_head(struct journal_writer *writer)
{
    struct store *store = &writer->view.store;
    const struct audit_head *head = &writer->committed.audit;
    uint8_t hash[JOURNAL_DIGEST_BYTES];
    sqlite3_stmt *row;
    int status = store_query(store, STATEMENT_AUDIT_READ, &row, "uuu", head->number - 1, (uint64_t)INT64_MAX,
                             (uint64_t)2);

    if (status)
        return status;
    status = store_step(store, row);
    if (status > 0 && store_text(row, 4).length == JOURNAL_DIGEST_BYTES) {
        audit_hash(store_unsigned(row, 0), sqlite3_column_int64(row, 1), store_text(row, 2),
                   store_text(row, 3), (const uint8_t *)store_text(row, 4).data, hash);
        status = store_unsigned(row, 0) == head->number && memcmp(hash, head->hash, sizeof(hash)) == 0
                     ? 0
                     : PW_ERROR_CORRUPT;
        if (!status && store_step(store, row) != 0)
            status = PW_ERROR_CORRUPT; /* a record beyond the head */
    } else if (status >= 0) {
        status = PW_ERROR_CORRUPT;
    }
    store_give(store, STATEMENT_AUDIT_READ, row);
    return status;
}

static int check_last_events(struct journal_writer *writer)
{
    struct store *store = &writer->view.store;
    uint64_t expected = writer->committed.last_sequence;
    uint8_t digest[JOURNAL_DIGEST_BYTES];
    sqlite3_stmt *row;
    int status = store_query(store, STATEMENT_EVENT_LAST, &row, "u", (uint64_t)CHECK_EVENTS);

    if (status)
        return status;
    while ((status = store_step(store, row)) > 0) {
        struct pw_text body = store_text(row, 1), stored = store_text(row, 2);
        crypto_generichash(digest, sizeof(digest), (const uint8_t *)body.data, body.length, NULL, 0);
        if (store_unsigned(row, 0) != expected || stored.length != sizeof(digest) ||
            memcmp(stored.data, digest, sizeof(digest)) != 0) {
            status = PW_ERROR_CORRUPT;
            break;
        }
        expected--;
    }
    store_give(store, STATEMENT_EVENT_LAST, row);
    if (!status && expected && writer->committed.last_sequence - expected < CHECK_EVENTS)
        status = PW_ERROR_CORRUPT; /* rows are missing */
    return status;
}

static int load_duplicates(struct journal *journal)
{
    struct store *store = &journal->writer.view.store;
    uint64_t last = 0;
    sqlite3_stmt *row;
    int status = duplicates_new(&journal->group.duplicates);

    if (!status)
        status = store_query(store, STATEMENT_EVENT_KEYS, &row, "");
    if (status)
        return status;
    while ((status = store_step(store, row)) > 0) {
        if (store_unsigned(row, 0) != ++last)
            status = PW_ERROR_CORRUPT;
        else
            status = duplicates_add(journal->group.duplicates, store_unsigned(row, 1), last);
        if (status)
            break;
    }
    store_give(store, STATEMENT_EVENT_KEYS, row);
    if (!status && last != journal->writer.committed.last_sequence)
        status = PW_ERROR_CORRUPT;
    return status;
}

static int load(struct journal *journal, char **ret_error)
{
    struct journal_writer *writer = &journal->writer;
    const char *what = "its head row or names are not readable";
    int status = writer_load(writer);

    if (!status) {
        what = "its key is missing";
        status = view_hash_key(&writer->view.store, writer->view.hash_key);
    }
    if (!status) {
        what = "the newest audit record is not the one that was written last";
        status = check_audit_head(writer);
    }
    if (!status) {
        what = "the newest events are not what was written";
        status = check_last_events(writer);
    }
    if (!status) {
        what = "the table event_key does not name every event";
        status = load_duplicates(journal);
    }
    if (status == PW_ERROR_CORRUPT || status == PW_ERROR_NOT_FOUND)
        return schema_corrupt(writer->view.path, what, ret_error);
    writer->view.duplicates = journal->group.duplicates;
    atomic_store(&journal->last_sequence, writer->committed.last_sequence);
    return status;
}

/* ---- open, close --------------------------------------------------------------------------------------- */

static int set_options(struct journal *journal, const struct journal_options *options)
{
    struct journal_view *view = &journal->writer.view;

    journal->min_free_bytes = options->min_free_bytes ? options->min_free_bytes : DEFAULT_MIN_FREE;
    journal->stage_slice_ms = options->stage_slice_ms ? options->stage_slice_ms : DEFAULT_STAGE_SLICE;
    journal->clock_ms = options->clock_ms ? options->clock_ms : wall_clock;
    journal->clock_context = options->clock_context;
    view->path = real_name(options->path);
    journal->folder = view->path ? folder_of(view->path) : NULL;
    return journal->folder ? 0 : PW_ERROR_MEMORY;
}

static int open_file(struct journal *journal, const char *vfs, char **ret_error)
{
    struct journal_view *view = &journal->writer.view;
    int status = journal_claim(view->path, &journal->lock_file, ret_error);

    if (!status)
        status = make_file(view->path, ret_error);
    if (!status)
        status = store_open(&view->store, view->path, STORE_WRITE, vfs);
    if (!status)
        status = bring_up_to_date(journal, ret_error);
    if (!status)
        status = load(journal, ret_error);
    if (!status)
        status = commit_start(journal);
    if (status == PW_ERROR_CORRUPT && ret_error && !*ret_error)
        schema_corrupt(view->path, "its first pages cannot be read", ret_error);
    return status;
}

int journal_open(const struct journal_options *options, struct journal **ret_journal, char **ret_error)
{
    struct journal *journal = calloc(1, sizeof(*journal));
    int status;

    if (ret_error)
        *ret_error = NULL;
    if (!journal || sodium_init() < 0) {
        free(journal);
        return store_fail(ret_error, PW_ERROR_MEMORY, "There is no memory to open the journal %s.",
                          options->path);
    }
    journal->lock_file = -1;
    commit_queues_begin(journal);
    status = set_options(journal, options);
    if (!status)
        status = open_file(journal, options->vfs, ret_error);
    if (status) {
        if (ret_error && !*ret_error)
            store_fail(ret_error, status, "The journal %s cannot be opened (%s).", options->path,
                       status == PW_ERROR_FULL ? "the disk is full" : "reading or writing failed");
        journal_close(journal);
        return status;
    }
    *ret_journal = journal;
    return 0;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    commit_stop(journal);
    writer_release(&journal->writer);
    duplicates_free(journal->group.duplicates);
    append_group_release(&journal->group);
    journal_unclaim(journal->lock_file);
    free(journal->folder);
    free(journal);
}
