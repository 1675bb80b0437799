/* SPDX-License-Identifier: Apache-2.0
 *
 * reliance.h: what is decided or proposed of a case, what that relies on, and how an event's findings stand to it.
 * Journal thread, inside a task's transaction.
 */
#ifndef PATHWAYD_CASES_RELIANCE_H
#define PATHWAYD_CASES_RELIANCE_H

#include "cases/clearance.h"
#include "cases/dossier.h"

#define ALERTS_SPARED_MARK "alerts_spared" /* alerts that decisions made needless, in all */
#define GATHERED_EVENTS    1024u /* events of a case that are read for whom they name; more count as changed */

/* The decision that stands or is proposed; there is one at most. */
struct in_force {
    uint64_t decision_id; /* 0: there is none */
    bool proposed, declined;
    bool appealed; /* the newest decision was appealed, and none was made since */
    int64_t review_by_ms;
    uint64_t known;
    char *actor, *relied;
};
int in_force_find(const struct dossier *dossier, struct in_force *found);
void in_force_release(struct in_force *found);

/* All that a case's standing findings rest on. `declined`: also which events are known. */
struct gathering {
    struct clearance *clearance; /* the caller's to free */
    uint64_t
        sequences[GATHERED_EVENTS]; /* of the events that say something, each once: findings come by event */
    uint32_t count;
    uint64_t newest; /* of them */
};
int gathering_fill(const struct dossier *dossier, bool declined, struct gathering *gathering);

/* How the event's findings stand to what is in force. */
struct decision_weighing {
    uint64_t decision_id; /* 0: nothing is in force */
    bool proposed, appealed;
    uint64_t known;        /* the newest event that it knows */
    bool concerns;         /* the event says something that would open a case */
    uint32_t change_count; /* lines that are new */
    struct buffer changes; /* the first of them, a JSON array; the caller's to release */
};
int decision_weigh(const struct dossier *dossier, uint64_t sequence, const struct pw_document *event,
                   struct decision_weighing *ret_weighing);

/* It ends, with the state that says why, and what changed as a JSON array, or nothing; audited. */
int decision_end(struct journal_writer *writer, uint64_t case_id, uint64_t decision_id, const char *state,
                 struct pw_text changes);
/* One alert that it made needless, of that event. */
int decision_spare(struct journal_writer *writer, uint64_t decision_id, uint64_t sequence);
/* An audit record of a decision; disposition and actor may be empty. */
int decision_audit(struct journal_writer *writer, const char *kind, uint64_t case_id, uint64_t decision_id,
                   struct pw_text disposition, struct pw_text actor);

#endif
