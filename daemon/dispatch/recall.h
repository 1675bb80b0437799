/* SPDX-License-Identifier: Apache-2.0
 *
 * recall.h: a stored event as it stands by now, with its corrections, and what came before it. For the daemon's dispatch
 * and for back-tests alike, so that both judge the same.
 */
#ifndef PATHWAYD_DISPATCH_RECALL_H
#define PATHWAYD_DISPATCH_RECALL_H

#include "dispatch/work.h"

/* One thread's. */
struct recall {
    const struct config *config;
    struct journal_view *view;
    bool corrections;            /* there are some in the journal */
    uint32_t wants;              /* PW_EARLIER_*: what of the past is told */
    struct pw_document document; /* of the event recalled last */
    struct buffer corrected;
};

/* Applies corrections, and reads where it goes, as of when, and what it belongs to; the parsed event stays in
 * recall->document. As of the event's own time, so that a late assessment judges alike. 0, or an error. */
int recall_event(struct recall *recall, struct work *work);

/* Puts what came before into work->past. 0, or an error. */
int recall_past(struct recall *recall, struct work *work);

/* Whether a link of this kind is wanted. */
bool recall_wants(const struct recall *recall, const struct link *link);

void recall_release(struct recall *recall); /* not the view */

#endif
