/* SPDX-License-Identifier: Apache-2.0
 *
 * due.h: what happens by itself when its time has come: a case whose review is due is opened again, reminders and
 * escalations (clock.h), notices let go (pace.h). Loop thread.
 */
#ifndef PATHWAYD_CASES_DUE_H
#define PATHWAYD_CASES_DUE_H

#include <uv.h>
#include "config/config.h"
#include "journal/journal.h"

struct due;

struct due_events {
    void (*opened)(void *owner); /* cases were, or notices let go */
    void (*log)(void *owner, uint32_t severity, const char *what, struct pw_text line);
    void (*stopped)(void *owner);
};

/* Configuration, journal and view stay until `stopped`. */
int due_new(uv_loop_t *loop, const struct config *config, struct journal *journal, struct journal_view *view,
            const struct due_events *events, void *owner, struct due **ret_due);
/* Something may have become due. */
void due_look(struct due *due);
/* Whether nothing is due now, or under way. */
bool due_idle(const struct due *due);
/* Ends in `stopped`, after which it is freed; what the journal has of it comes back first. */
void due_stop(struct due *due);

#endif
