/* SPDX-License-Identifier: Apache-2.0
 *
 * writer.c: see writer.h. Every write of a stage goes through writer_run, so none can be left out of the
 * audit record.
 */
#include "journal/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const touch_words[TOUCH_COUNT] = {
    [TOUCH_CURSOR] = "cursors",      [TOUCH_CORRECTION] = "corrections",
    [TOUCH_FACTS] = "facts",         [TOUCH_FINDING] = "findings",
    [TOUCH_WITHDRAWN] = "withdrawn", [TOUCH_ATTACHED] = "attached",
    [TOUCH_PENDING] = "pending",     [TOUCH_CASE] = "cases",
    [TOUCH_NOTICE] = "notices",      [TOUCH_MARK] = "marks",
    [TOUCH_LINK] = "links",          [TOUCH_DECISION] = "decisions",
    [TOUCH_PACK] = "packs",          [TOUCH_ENTRY] = "entries",
};

/* Column of the head row at which the tallies begin. */
#define HEAD_TALLIES 3

int head_read(struct store *store, struct progress *ret_progress)
{
    sqlite3_stmt *row;
    int status = store_query(store, STATEMENT_HEAD_READ, &row, "");

    if (status)
        return status;
    status = store_step(store, row);
    if (status > 0 && store_text(row, 2).length == JOURNAL_DIGEST_BYTES) {
        ret_progress->last_sequence = store_unsigned(row, 0);
        ret_progress->audit.number = store_unsigned(row, 1);
        memcpy(ret_progress->audit.hash, store_text(row, 2).data, JOURNAL_DIGEST_BYTES);
        for (int i = 0; i < TALLY_COUNT; i++)
            ret_progress->tallies[i] = store_unsigned(row, HEAD_TALLIES + i);
        status = 0;
    } else if (status >= 0) {
        status = status ? PW_ERROR_CORRUPT : PW_ERROR_NOT_FOUND;
    }
    store_give(store, STATEMENT_HEAD_READ, row);
    return status;
}

static int head_write(struct journal_writer *writer)
{
    const struct progress *now = &writer->now;
    const uint64_t *t = now->tallies;

    return store_run(&writer->view.store, STATEMENT_HEAD_WRITE, "uuduuuuuuuuuuuuuu", now->last_sequence,
                     now->audit.number, (const void *)now->audit.hash, t[0], t[1], t[2], t[3], t[4], t[5],
                     t[6], t[7], t[8], t[9], t[10], t[11], t[12], t[13]);
}
_Static_assert(TALLY_COUNT == 14, "head_write names every tally");

/* ---- names --------------------------------------------------------------------------------------------- */

static int keep_name(struct journal_writer *writer, struct pw_text name)
{
    char *copy = malloc(name.length + 1);

    if (!copy)
        return PW_ERROR_MEMORY;
    if (name.length)
        memcpy(copy, name.data, name.length);
    copy[name.length] = '\0';
    free(writer->names[writer->now.name_count]); /* left there by a rollback */
    writer->names[writer->now.name_count++] = copy;
    return 0;
}

static int load_names(struct journal_writer *writer)
{
    struct store *store = &writer->view.store;
    sqlite3_stmt *row;
    int status = store_query(store, STATEMENT_NAMES, &row, "");

    if (status)
        return status;
    while ((status = store_step(store, row)) > 0) {
        if (writer->now.name_count == NAMES_MAX || store_unsigned(row, 0) != writer->now.name_count + 1)
            status = PW_ERROR_CORRUPT;
        else
            status = keep_name(writer, store_text(row, 1));
        if (status)
            break;
    }
    store_give(store, STATEMENT_NAMES, row);
    return status;
}

int writer_name(struct journal_writer *writer, struct pw_text name, uint64_t *ret_id)
{
    uint64_t id = writer->now.name_count + 1u;
    int status;

    for (uint32_t i = 0; i < writer->now.name_count; i++) {
        if (strlen(writer->names[i]) != name.length || memcmp(writer->names[i], name.data, name.length) != 0)
            continue;
        *ret_id = i + 1u;
        return 0;
    }
    if (id > NAMES_MAX)
        return PW_ERROR_LIMIT;
    if (name.length && memchr(name.data, '\0', name.length))
        return PW_ERROR_INVALID;
    status = store_run(&writer->view.store, STATEMENT_NAME_INSERT, "ut", id, name);
    if (!status)
        status = keep_name(writer, name);
    if (!status)
        *ret_id = id;
    return status;
}

/* ---- cursors ------------------------------------------------------------------------------------------- */

int writer_read_cursors(struct journal_writer *writer)
{
    struct store *store = &writer->view.store;
    sqlite3_stmt *row;
    int status = store_query(store, STATEMENT_CURSOR_SLOWEST, &row, "");

    if (status)
        return status;
    status = store_step(store, row);
    if (status > 0)
        writer->now.slowest_cursor = store_unsigned(row, 0);
    store_give(store, STATEMENT_CURSOR_SLOWEST, row);
    return status < 0 ? status : 0;
}

/* ---- transactions -------------------------------------------------------------------------------------- */

int writer_load(struct journal_writer *writer)
{
    int status;

    writer->names = calloc(NAMES_MAX, sizeof(*writer->names));
    if (!writer->names)
        return PW_ERROR_MEMORY;
    status = head_read(&writer->view.store, &writer->now);
    if (!status || status == PW_ERROR_NOT_FOUND)
        status = load_names(writer);
    if (!status)
        status = writer_read_cursors(writer);
    writer->committed = writer->now;
    return status;
}

void writer_release(struct journal_writer *writer)
{
    for (uint32_t i = 0; writer->names && i < NAMES_MAX; i++)
        free(writer->names[i]);
    free(writer->names);
    free(writer->view.path);
    store_close(&writer->view.store);
    memset(writer, 0, sizeof(*writer));
}

bool writer_is_open(const struct journal_writer *writer)
{
    return !sqlite3_get_autocommit(writer->view.store.db);
}

int writer_begin(struct journal_writer *writer, int64_t instant_ms)
{
    writer->instant_ms = instant_ms;
    return store_run(&writer->view.store, STATEMENT_BEGIN, "");
}

void writer_rollback(struct journal_writer *writer)
{
    if (writer_is_open(writer))
        store_run(&writer->view.store, STATEMENT_ROLLBACK, "");
    writer->now = writer->committed;
}

int writer_commit(struct journal_writer *writer)
{
    int status = 0;

    if (memcmp(&writer->now, &writer->committed, sizeof(writer->now)) != 0)
        status = head_write(writer);
    if (!status)
        status = store_run(&writer->view.store, STATEMENT_COMMIT, "");
    if (status)
        writer_rollback(writer);
    else
        writer->committed = writer->now;
    return status;
}

/* ---- tasks --------------------------------------------------------------------------------------------- */

static void touch_values(struct audit_digest *digest, const char *kinds, va_list values)
{
    const char *string;

    for (; *kinds; kinds++) {
        switch (*kinds) {
        case 'u':
        case 'z':
            audit_digest_number(digest, va_arg(values, uint64_t));
            break;
        case 'i':
            audit_digest_number(digest, (uint64_t)va_arg(values, int64_t));
            break;
        case 't':
            audit_digest_text(digest, va_arg(values, struct pw_text));
            break;
        case 's':
            string = va_arg(values, const char *);
            audit_digest_text(digest, (struct pw_text){string, strlen(string)});
            break;
        default:
            break;
        }
    }
}

int writer_run(struct journal_writer *writer, enum touch touch, enum statement statement, const char *kinds,
               ...)
{
    struct store *store = &writer->view.store;
    sqlite3_stmt *row;
    va_list values, again;
    int status;

    va_start(values, kinds);
    va_copy(again, values);
    status = store_query_list(store, statement, &row, kinds, values);
    if (!status) {
        status = store_step(store, row);
        store_give(store, statement, row);
        audit_digest_number(&writer->touched, touch);
        touch_values(&writer->touched, kinds, again);
        writer->touches[touch]++;
    }
    va_end(again);
    va_end(values);
    return status > 0 ? 0 : status;
}

static int audit_task(struct journal_writer *writer)
{
    char detail[512], digest[AUDIT_DIGEST_TEXT];
    uint8_t bytes[JOURNAL_DIGEST_BYTES];
    int length;
    bool touched = false;

    audit_digest_end(&writer->touched, bytes);
    audit_digest_print(bytes, digest);
    length = snprintf(detail, sizeof(detail), "{\"digest\":\"%s\"", digest);
    for (size_t i = 0; i < TOUCH_COUNT; i++) {
        if (!writer->touches[i])
            continue;
        touched = true;
        length += snprintf(detail + length, sizeof(detail) - (size_t)length, ",\"%s\":%u", touch_words[i],
                           writer->touches[i]);
    }
    length += snprintf(detail + length, sizeof(detail) - (size_t)length, "}");
    if (!touched)
        return 0;
    return audit_write(&writer->view.store, &writer->now.audit, writer->instant_ms, "stage",
                       (struct pw_text){detail, (size_t)length});
}

int writer_run_task(struct journal_writer *writer, struct journal_task *task)
{
    struct progress before = writer->now;
    int status = store_run(&writer->view.store, STATEMENT_TASK_BEGIN, ""), result;

    if (status)
        return status;
    audit_digest_begin(&writer->touched);
    memset(writer->touches, 0, sizeof(writer->touches));
    result = task->run(writer, task);
    status = result < 0 ? result : audit_task(writer);
    if (!writer_is_open(writer))
        return status < 0 ? status : PW_ERROR_IO;
    if (status < 0) {
        store_run(&writer->view.store, STATEMENT_TASK_UNDO, "");
        writer->now = before;
    }
    if (store_run(&writer->view.store, STATEMENT_TASK_END, "") && status >= 0)
        status = PW_ERROR_IO;
    return status < 0 ? status : result;
}

struct journal_view *journal_writer_view(struct journal_writer *writer)
{
    return &writer->view;
}

int64_t journal_writer_now(struct journal_writer *writer)
{
    return writer->instant_ms;
}
