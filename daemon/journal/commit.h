/* SPDX-License-Identifier: Apache-2.0
 *
 * commit.h: the journal's thread, which commits in groups.
 *
 *     queued appends (≤ COMMIT_EVENTS) ─┐
 *                                       ├─▶ insert ─▶ tasks, ≤ stage_slice_ms ─▶ commit ─▶ done … ─▶
 * checkpoint queued tasks ─────────────────────┘      │ disk failed                       │ disk failed └──▶
 * appends refused ◀──────────────┘ tasks tried once more, alone
 *
 * It never waits for a group to fill: what queued while the last commit was on its way is the next group.
 * Private to daemon/journal/.
 */
#ifndef PATHWAYD_JOURNAL_COMMIT_H
#define PATHWAYD_JOURNAL_COMMIT_H

#include <pthread.h>
#include <stdatomic.h>

#include "journal/append.h"

/* Events in one transaction: enough that the flush costs nothing per event, few enough to be on disk within
 * some tens of milliseconds. */
#define COMMIT_EVENTS 4096u

/* Tasks in one transaction; each must be remembered until its callback. */
#define COMMIT_TASKS 256u

/* Frames in the -wal file from which it is copied back: 16 MiB. Beside 1000, in interleaved runs on a noisy
 * disk, stage tasks ran some 1.5 times as fast (they rewrite fewer pages); appends showed no difference
 * beyond noise. */
#define COMMIT_CHECKPOINT_FRAMES 4000

/* From here on readers are waited for (at most COMMIT_CHECKPOINT_WAIT_MS at a time): the -wal file is
 * bounded. */
#define COMMIT_CHECKPOINT_LIMIT   16000
#define COMMIT_CHECKPOINT_WAIT_MS 50

/* Free space is asked for this often at most. */
#define COMMIT_SPACE_MS 250

/* Set aside for each event that is not through every stage, and for each judgement still owed: facts, findings
 * and audit record of an event that matches a list take some 2 KiB, in the -wal file and in the journal. */
#define COMMIT_OWED_BYTES 4096u

/* Below the mark the -wal file is copied back and cut off from this many frames, 1 MiB: its space is needed. */
#define COMMIT_SHORT_FRAMES 256

/* Of an event's own row, key and share of pages, besides its body. */
#define COMMIT_EVENT_BYTES 1024u

struct append_queue {
    struct journal_append *first, **last;
};

struct task_queue {
    struct journal_task *first, **last;
};

struct journal {
    struct journal_writer writer;
    struct append_group group;
    char *folder;
    uint64_t min_free_bytes;
    uint32_t stage_slice_ms;
    int64_t (*clock_ms)(void *);
    void *clock_context;
    int lock_file;

    void (*stored)(void *context, uint64_t last_sequence);
    void *stored_context;
    _Atomic uint64_t last_sequence;

    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t work;
    bool has_mutex, has_work, has_thread;
    /* under the mutex: */
    struct append_queue appends, late_appends; /* late: queued after closing began */
    struct task_queue tasks, late_tasks;
    bool closing, ended;

    /* the thread's own: */
    struct journal_task *ran[COMMIT_TASKS];
    int results[COMMIT_TASKS];
    uint32_t ran_count;
    int64_t space_seen_ms;
    uint64_t space_left; /* then, less what was stored since */
    bool below_mark;
    int wal_frames;   /* in the -wal file at the last commit */
    int checkpointed; /* of them, when the last checkpoint ran */
};

void commit_queues_begin(struct journal *journal);
int commit_start(struct journal *journal); /* 0 or PW_ERROR_MEMORY */
void commit_stop(struct journal *journal); /* finishes what is queued */

#endif
