/* SPDX-License-Identifier: Apache-2.0
 *
 * feed.h: what the files of this folder share: a feed is an endpoint with slots, a slot is one request's
 * life.
 *
 *          ┌─────────────────────────────────────────────────────────────┐
 *          ▼                     every event rejected, busy or [] ──┐    │
 *     RECEIVING ──request──▶ WORKING ──journal_append──▶ (journal) ─┴▶ SENDING ──sent, or not taken┐
 *          │  libnng thread       libnng thread      done: journal thread      libnng thread       │
 *          └──stop──▶ ENDED ◀──────────────────────────────────────────────────────────stop────────┘
 *
 * A slot belongs to one thread at a time; what hands it over (libnng, the journal's queue) orders memory.
 */
#ifndef PATHWAYD_INGEST_FEED_H
#define PATHWAYD_INGEST_FEED_H

#include <pthread.h>
#include <stdatomic.h>
#include <nng/nng.h>
#include "event/event.h"
#include "ingest/connections.h"
#include "ingest/ingest.h"
#include "ingest/refused.h"

/* What is above the largest batch and still received, so that a batch a little too long hears why. */
#define INGEST_SLACK_BYTES 65536u
/* Memory a slot keeps between requests; an ordinary event needs less, and 64 slots a feed must stay small. */
#define INGEST_KEEP_BYTES 32768u
/* Messages over this are read one at a time: the tape of one is many times its bytes. */
#define INGEST_LARGE_BYTES 131072u
#define INGEST_STOP_MS     5000u /* the longest send and a slow commit */
/* libnng 1.5.2 forgets a read that completes while its connection is being closed, and its one reaping thread
 * then waits for it for ever (nng #1543). So when a feed ends, its connections get this long to fall silent, … */
#define INGEST_QUIET_MS 100
/* … the closing itself gets this long before it is left behind, … */
#define INGEST_CLOSE_MS 3000u
/* … and a connection that is not gone this long after it was hung up on says that reaping has stopped. */
#define INGEST_REAP_MS  30000
#define INGEST_PAUSE_MS 100   /* after a failure to receive that might repeat at once */
#define INGEST_LOG_MS   60000 /* one line a minute and feed about clients that misbehave */

enum slot_state { SLOT_RECEIVING, SLOT_WORKING, SLOT_SENDING, SLOT_PAUSING, SLOT_ENDED };

/* An event of the request in work. Offsets into the slot's `text`, which moves while it grows. */
struct slot_item {
    bool stored; /* went to the journal as events[index]; otherwise its answer is in `text` already */
    bool unrouted;
    uint32_t index;
    size_t answer, answer_length; /* of one that was not stored */
    size_t dropped, dropped_length, refused, refused_length;
    size_t body; /* where a cut body is, when `cut` */
    bool cut;
};

struct slot {
    struct feed *feed;
    _Atomic int state; /* enum slot_state */
    nng_ctx ctx;
    nng_aio *aio;
    nng_aio *pause; /* libnng 1.5.2 calls every later time-out of an aio that once slept a success */
    bool opened;
    int pipe;         /* id of the connection the request in work came over */
    bool trial;       /* see connections.h */
    nng_msg *request; /* owns the bytes the document points into, then becomes the answer */
    size_t charged;   /* of the budget */
    bool batch;
    struct pw_document document;
    struct event event; /* the one being read or answered; a whole batch of these would be megabytes */
    struct slot_item *items;
    struct journal_event *events;
    uint32_t item_count, item_capacity;
    struct buffer text, answer;
    struct journal_append append;
};

struct feed_counters {
    atomic_ullong requests, accepted, duplicates, rejected, busy, unrouted, deaf, unheard, turned_away,
        in_flight;
    atomic_ullong refused[REFUSED_COUNT];
    atomic_uint connections;
};

struct feed {
    struct ingest *ingest;
    const struct config_feed *config;
    struct event_permit permit;
    uint32_t connection_cap;
    bool opened;
    nng_socket socket;
    nng_listener listener;
    struct slot *slots; /* INGEST_CONTEXTS */
    struct connections connections;
    struct feed_counters counters;
    _Atomic int64_t logged_ms;
};

struct ingest {
    const struct config *config;
    struct journal *journal;
    int64_t (*clock_ms)(void *);
    struct ingest_events events;
    void *owner;
    uint64_t budget;
    size_t largest; /* message */
    atomic_ullong in_flight;
    atomic_bool stopping;
    pthread_mutex_t lock; /* of `active` */
    pthread_cond_t ended;
    uint32_t active;       /* slots not ENDED */
    bool closed;           /* every socket; also under `lock` */
    pthread_mutex_t large; /* held while a large message is read */
    struct feed *feeds;
    uint32_t feed_count;
};

/* endpoint.c: opens the feed's socket and listens; *ret_error a sentence. Slots are not started. */
int feed_open(struct feed *feed, char **ret_error);
void feed_close(struct feed *feed);
int64_t monotonic_ms(void);
/* One line in the log, at most one a minute: a misbehaving client must not fill the disk. */
void feed_log(struct feed *feed, const char *what);

/* slot.c */
int slot_open(struct slot *slot, struct feed *feed);
void slot_start(struct slot *slot);
void slot_close(struct slot *slot); /* after the socket was closed, ENDED */

/* request.c: reads slot->request. true when slot->append is to be queued, false when slot->answer is
 * complete. */
bool request_read(struct slot *slot);
/* Writes slot->answer from what the journal said. */
void request_answer(struct slot *slot);
/* Forgets the request, keeps a little memory. */
void request_forget(struct slot *slot);

#endif
