/* SPDX-License-Identifier: Apache-2.0
 *
 * past.h: what the journal knows to have come before an event, and what an event that comes late changes.
 *
 *   fresh ──▶ something it belongs with is under way? wait ──▶ read what came before ──▶ policies
 *                                              commit: note its links; owe those that come after it, reason "earlier"
 *
 *   corrected ──▶ fresh ones under way? let them settle ──▶ what it now belongs with under way? wait ──▶ as above;
 *                                              commit: owe those that come after it in all that it ever belonged to
 *
 * So an event is judged by all that came before it by its own time, whatever order they arrive in.
 */
#ifndef PATHWAYD_DISPATCH_PAST_H
#define PATHWAYD_DISPATCH_PAST_H

#include "dispatch/work.h"

struct dispatch;

#define PAST_MARK "links"

/* Events that were stored before links were noted are gone through once, before anything else is judged. */
struct past {
    bool done, ending;
    uint64_t after, upto;
    uint32_t linking; /* WORK_LINK in memory */
};
void past_fill(struct dispatch *dispatch);
void past_settled(struct dispatch *dispatch, const struct work *work); /* its commit is on disk */

/* Loop thread. Whether work belongs with other work, fresh or corrected, that is not on disk yet. */
bool past_waits(const struct dispatch *dispatch, const struct work *work);
void past_hold(struct dispatch *dispatch, struct work *work);
void past_release(struct dispatch *dispatch, struct work *work);

/* Journal thread. Notes what the event belongs to, and owes what comes after it. */
int past_write(struct journal_writer *writer, struct work *work, const struct work_context *context);

int past_write_links(struct journal_writer *writer, const struct work *work);

#endif
