/* SPDX-License-Identifier: Apache-2.0
 *
 * alarms.h: looks each half minute for what operators have to be told (cases/alarm.h): lists that are too old, channels that
 * get nothing through. A feed that falls silent is told when that is noted (ingest/silence.h). Loop thread.
 */
#ifndef PATHWAYD_ALARMS_H
#define PATHWAYD_ALARMS_H

#include <uv.h>
#include "config/config.h"
#include "ingest/silence.h"
#include "journal/journal.h"

struct alarms;

struct alarms_events {
    void (*raised)(void *owner); /* there may be notices */
    void (*stopped)(void *owner);
};

/* Configuration, journal and view stay until `stopped`. */
int alarms_new(uv_loop_t *loop, const struct config *config, struct journal *journal,
               struct journal_view *view, const struct alarms_events *events, void *owner,
               struct alarms **ret_alarms);
/* Ends in `stopped`, after which it is freed; what the journal has of it comes back first. */
void alarms_stop(struct alarms *alarms);

/* Journal thread: the feed's change as an alarm. */
int alarms_of_feed(struct journal_writer *writer, const struct config *config,
                   const struct silence_change *change);

#endif
