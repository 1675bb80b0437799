/* SPDX-License-Identifier: Apache-2.0
 *
 * work.h: one event on its way through dispatch, and how what came of it is written (journal thread).
 */
#ifndef PATHWAYD_DISPATCH_WORK_H
#define PATHWAYD_DISPATCH_WORK_H

#include "dispatch/link.h"
#include "dispatch/pipeline.h"
#include "journal/journal.h"

enum work_kind {
    WORK_FRESH,  /* read at the cursor; committed in order */
    WORK_AGAIN,  /* owed by an instance that is back */
    WORK_OUTAGE, /* owed for longer than the outage limit: to be said */
    WORK_LINK,   /* nobody is asked: what it belongs to is noted, as it was not when it came */
    WORK_LOOK,   /* the enrichers alone are asked, whether they say something else than they did */
};

/* A place in the table of what fresh work belongs to (past.h). */
struct held_link {
    struct held_link *next;
    uint64_t hash;
};

struct work {
    struct work *next;
    enum work_kind kind;
    bool done;
    bool taken;     /* counted in the window */
    bool corrects;  /* it is a correction, of an event that is asked about again once this is on disk */
    bool corrected; /* AGAIN: because of a correction, so that it may go other ways than before */
    bool owes;      /* others are judged again because of it */
    uint64_t sequence;
    int64_t as_of;
    struct pw_text source, id; /* its identity, in memory of its own */
    struct links links;        /* what it belongs to */
    struct held_link held_links[LINKS_OF_EVENT];
    bool holds;
    uint32_t wants;     /* PW_EARLIER_*, as this event was judged */
    struct buffer past; /* what came before it, as facts without brackets */
    uint32_t pathways;  /* bit set */
    char *bytes;        /* body, then affiliation */
    size_t body_length, affiliation_length;
    size_t held;                          /* bytes in memory: its own, and what its assessment came to hold */
    struct assessment *assessment;        /* NULL: nothing to ask (unrouted, outage) */
    uint32_t instance;                    /* AGAIN, OUTAGE: whose */
    uint32_t owed;                        /* AGAIN: pathways on which a policy owes its judgement, bit set */
    int64_t since_ms;                     /* AGAIN: how long the event has waited */
    int64_t row_since[PATHWAY_COUNT + 1]; /* AGAIN: the rows it answers, by pathway; last: an enricher's */
    struct part *failed;                  /* the part whose answer the journal did not take; NULL: none */
    char why[256];                        /* OUTAGE: the plugin's last error */
    struct buffer changes; /* LOOK: JSON array of what is new, gone or different; empty: nothing is */
    uint64_t lists; /* LOOK: what all events have been looked at with, once this is on disk; 0: not yet */
};

/* Copies a journal row. NULL: out of memory. */
struct work *work_new(enum work_kind kind, const struct journal_event *event);
void work_free(struct work *work); /* NULL is fine */
struct pw_text work_body(const struct work *work);
/* Puts other bytes in the place of its own; PW_ERROR_MEMORY leaves it as it was. */
int work_reword(struct work *work, struct pw_text body, struct pw_text affiliation);

/* What writing needs to know; immutable while a commit is under way. */
struct work_context {
    int (*judged)(void *owner, struct journal_writer *writer, uint64_t sequence, struct pw_text body);
    void *owner;
    const char *instance_names[PIPELINE_MAX_INSTANCES];
    uint32_t instance_count, enricher_count;
};

/* Facts, findings, pending rows and the case join of one piece of work. 0 or a journal error, with the part it is
 * about, if it is about one, in work->failed. */
int work_write(struct journal_writer *writer, struct work *work, const struct work_context *context);

/* Makes an event owed to be judged again: the first enricher's return brings every policy along, and without an
 * enricher each policy is asked by itself. */
int work_owe(struct journal_writer *writer, uint64_t sequence, const char *reason,
             const struct work_context *context);

/* Sets the answers that cannot be written aside, so that the next try can be: work->failed, or all of them.
 * False: there is nothing (more) to set aside. */
bool work_set_aside(struct work *work);

#endif
