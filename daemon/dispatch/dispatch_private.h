/* SPDX-License-Identifier: Apache-2.0
 *
 * dispatch_private.h: the window's state, shared by dispatch.c (fresh work, commits, life) and owed.c (what
 * an instance that was away still owes).
 */
#ifndef PATHWAYD_DISPATCH_DISPATCH_PRIVATE_H
#define PATHWAYD_DISPATCH_DISPATCH_PRIVATE_H

#include "dispatch/dispatch.h"

#include <stdatomic.h>

#include "dispatch/past.h"
#include "dispatch/recall.h"
#include "dispatch/reexamination.h"
#include "dispatch/work.h"

/* Work read and not committed: bounds memory together with the pipeline's own bound. */
#define WINDOW_MAX       4096u
#define WINDOW_MAX_BYTES (24u << 20)

#define HELD_BUCKETS 4096u

/* Owed work that is asked again at one time, an instance: it must leave room for fresh work and the others'. */
#define ASKING_MAX 256u

struct owed {
    bool recovering; /* is back; its pending rows are being asked again */
    bool restart;    /* … from the first row, once what is being asked has come back */
    bool later;      /* more is owed: an event came late or was corrected; asked when no fresh event waits */
    bool poison_retried;     /* rows set aside before this start get one more chance */
    uint64_t after;          /* how far the rows have been read */
    uint32_t asking, saying; /* WORK_AGAIN and WORK_OUTAGE of this instance in memory */
    bool away;
};

/* Between the journal's thread, which commits, and the loop. SAYING: the loop must wait, for an instant, until the
 * journal's thread has let go of the loop's handle. */
enum commit_state { COMMIT_NONE, COMMIT_RUNNING, COMMIT_SAYING, COMMIT_SAID };

struct dispatch {
    uv_loop_t *loop;
    const struct config *config;
    struct journal *journal;
    struct recall recall;
    const struct dispatch_events *events;
    void *owner;
    struct pipeline *pipeline;
    struct work_context context;

    uv_async_t wake;
    uv_timer_t tick;
    uint32_t handles_open;
    bool pipeline_stopped, stopping, paused, filling;
    uint32_t ticks;
    bool later_due;   /* what late events owe is asked in spite of fresh ones */
    bool settling;    /* no fresh event is read until those under way are on disk: past.h */
    bool saying_more; /* outages, once those being said are on disk */

    struct work *first, **last;             /* the window: fresh work in order */
    struct work *extra_first, **extra_last; /* finished work of the other kinds */
    uint32_t window;                        /* work in memory, all kinds */
    size_t window_bytes;
    uint64_t read, committed;
    struct owed owed[PIPELINE_MAX_INSTANCES];
    struct reexamination reexamination;
    struct past past;
    struct held_link *held_links[HELD_BUCKETS];

    struct journal_task task; /* the one commit under way */
    struct work *committing;
    uint64_t commit_cursor; /* 0: only extra work */
    bool busy;              /* submitted, or failed and to be tried again */
    bool failed;
    struct work *culprit; /* the piece of work at which the commit under way failed */
    int task_status;
    atomic_int commit_state; /* enum commit_state */
};

/* dispatch.c */
bool dispatch_has_room(const struct dispatch *dispatch);
void dispatch_take(struct dispatch *dispatch, struct work *work);     /* into the window */
void dispatch_finished(struct dispatch *dispatch, struct work *work); /* ready to be committed */
void dispatch_forget(struct dispatch *dispatch, struct work *work);   /* out of the window, freed */
int dispatch_assess(struct dispatch *dispatch, struct work *work, uint32_t only);

/* owed.c */
void owed_recover(
    struct dispatch *dispatch); /* asks again what instances that are back owe, while there is room */
void owed_report(struct dispatch *dispatch); /* says what has been owed for longer than the outage limit */
/* Whether anything is owed that is being asked again, or that nobody has been told of. */
bool owed_unsaid(const struct dispatch *dispatch);

#endif
