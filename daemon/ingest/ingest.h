/* SPDX-License-Identifier: Apache-2.0
 *
 * ingest.h: the feeds. Each is an NNG REP endpoint with contexts; events are checked on libnng's threads, queued
 * to the journal, and acknowledged from the journal's thread once they are on disk. No libnng type leaves
 * daemon/ingest/.
 *
 * One byte budget bounds what all feeds together have in flight; connections per feed are capped at
 * budget ÷ largest message. A client that does not read its answers is not heard after INGEST_SEND_MS,
 * until it does.
 */
#ifndef PATHWAYD_INGEST_INGEST_H
#define PATHWAYD_INGEST_INGEST_H

#include "config/config.h"
#include "ingest/refused.h"
#include "ingest/silence.h"
#include "journal/journal.h"

#define INGEST_SEND_MS 2000u /* a client that has not taken its answer by then is deaf, see connections.h */
/* Requests in work per feed at most. One connection may have them all, until it is deaf: a client of libnng's
 * may well have more under way on its one connection, and one it is not answered is sent again only after a
 * minute. */
#define INGEST_CONTEXTS    64u
#define INGEST_RETRY_AFTER 5u /* seconds, in `busy` answers */

struct ingest;

struct ingest_events {
    void (*log)(void *owner, uint32_t severity, struct pw_text line); /* any thread */
};

/* Opens every feed's endpoint; on failure none, and *ret_error a sentence naming the feed. */
int ingest_start(const struct config *config, struct journal *journal, int64_t (*clock_ms)(void *),
                 const struct ingest_events *events, void *owner, struct ingest **ret_ingest,
                 char **ret_error);
/* Stops taking requests, answers what is in work, closes. Blocks for at most a few seconds. false when it gave
 * up on the journal or on libnng: what is left behind goes on using the configuration and `owner`, which must
 * then stay until the process ends. */
bool ingest_stop(struct ingest *ingest);

/* true when a connection that was hung up on long ago is still not gone: libnng 1.5.2 can stop reaping (nng
 * #1543), new clients are then turned away one after the other, and only a restart helps, which loses nothing
 * that was acknowledged. For the watchdog. Any thread. */
bool ingest_is_stuck(struct ingest *ingest);

/* How often what was sent was what, since the start; `refused` is parallel to refused_names. */
struct feed_figures {
    uint64_t requests, accepted, duplicates, rejected, busy, unrouted, deaf, unheard, turned_away;
    uint64_t refused[REFUSED_COUNT];
    uint64_t in_flight_bytes, connections; /* now */
};
/* Of the configuration's feed of that index. Any thread. */
void ingest_figures(const struct ingest *ingest, uint32_t feed, struct feed_figures *ret_figures);

/* JSON array, a feed each; `silence` adds what it knows of each, NULL: nothing. {"feed","listen","connections","requests","accepted","duplicates","rejected","busy",
 * "unrouted","deaf","unheard","turned_away",
 * "refused_fields":{"nationality":3,…},"in_flight_bytes"}. Any thread. */
void ingest_describe(struct ingest *ingest, const struct silence *silence, struct buffer *out);

#endif
