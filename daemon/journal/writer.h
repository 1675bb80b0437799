/* SPDX-License-Identifier: Apache-2.0
 *
 * writer.h: the transaction under way on the journal's thread: counters, chain head and names as they will be
 * after the commit, and what the task in work has written. Private to daemon/journal/.
 *
 * All that a rollback must restore in memory is in `struct progress`, which is copied before and back after.
 */
#ifndef PATHWAYD_JOURNAL_WRITER_H
#define PATHWAYD_JOURNAL_WRITER_H

#include "journal/audit.h"
#include "journal/view.h"

/* Feeds, instances, pathways and channels are named by the configuration; more of them is a mistake. */
#define NAMES_MAX 4096u

enum tally {
    TALLY_EVENTS,
    TALLY_FINDINGS,
    TALLY_WITHDRAWN,
    TALLY_CASES,
    TALLY_OPEN_CASES,
    TALLY_PENDING,
    TALLY_POISON,
    TALLY_WAITING,
    TALLY_DIGEST,
    TALLY_DELIVERED,
    TALLY_FAILED,
    TALLY_HELD,
    TALLY_MUTED,
    TALLY_FOLDED,
    TALLY_COUNT
};

struct progress {
    uint64_t last_sequence;
    uint64_t slowest_cursor; /* events after it are not through every stage */
    struct audit_head audit;
    uint64_t tallies[TALLY_COUNT];
    uint32_t name_count;
};

/* What a task wrote, for its audit record. */
enum touch {
    TOUCH_CURSOR,
    TOUCH_CORRECTION,
    TOUCH_LINK,
    TOUCH_MARK,
    TOUCH_FACTS,
    TOUCH_FINDING,
    TOUCH_WITHDRAWN,
    TOUCH_ATTACHED,
    TOUCH_PENDING,
    TOUCH_CASE,
    TOUCH_DECISION,
    TOUCH_PACK,
    TOUCH_NOTICE,
    TOUCH_ENTRY,
    TOUCH_COUNT
};

struct journal_writer {
    struct journal_view view; /* first: a writer is a view */
    struct progress now;      /* as written by this transaction so far */
    struct progress committed;
    char **names; /* id - 1 → name */
    int64_t instant_ms;
    struct audit_digest touched;
    uint32_t touches[TOUCH_COUNT];
};

/* Reads head and names of an open store. */
int writer_load(struct journal_writer *writer);
void writer_release(struct journal_writer *writer); /* half-built is fine; closes the store */

/* One transaction. A failed commit has rolled back. */
int writer_begin(struct journal_writer *writer, int64_t instant_ms);
int writer_commit(struct journal_writer *writer);
void writer_rollback(struct journal_writer *writer);
bool writer_is_open(
    const struct journal_writer *writer); /* SQLite ends transactions by itself on some errors */

/* One task in it: run, its audit record, or nothing of it. */
int writer_run_task(struct journal_writer *writer, struct journal_task *task);

/* Reads the slowest stage's cursor; 0 when no stage has one. */
int writer_read_cursors(struct journal_writer *writer);

int head_read(struct store *store, struct progress *ret_progress);

/* The small number that stands for a name, given at first sight. */
int writer_name(struct journal_writer *writer, struct pw_text name, uint64_t *ret_id);

/* store_run, and the values go into the task's digest as well. */
int writer_run(struct journal_writer *writer, enum touch touch, enum statement statement, const char *kinds,
               ...);

#endif
