/* SPDX-License-Identifier: Apache-2.0
 *
 * ingest.c: all feeds together: started, stopped in bounded time, described.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "ingest/feed.h"
#include <nng/supplemental/util/platform.h>

static void set_up_feed(struct ingest *ingest, struct feed *feed, const struct config_feed *config)
{
    static const char *const none[] = {
        NULL}; /* NULL would allow every class; a feed has those it was given */
    uint64_t fitting = ingest->budget / ingest->largest;
    feed->ingest = ingest;
    feed->config = config;
    feed->permit = (struct event_permit){
        .type_prefix = ingest->config->type_prefix,
        .sources = (const char *const *)config->sources,
        .types = (const char *const *)config->types,
        .classifications = config->classifications ? (const char *const *)config->classifications : none,
        .strict = config->strict};
    feed->connection_cap = config->max_connections;
    if (fitting < feed->connection_cap)
        feed->connection_cap = fitting > 0 ? (uint32_t)fitting : 1;
}

static int open_feed(struct feed *feed, char **ret_error)
{
    feed->slots = calloc(INGEST_CONTEXTS, sizeof *feed->slots);
    if (!feed->slots)
        return PW_ERROR_MEMORY;
    int status = feed_open(feed, ret_error);
    for (uint32_t i = 0; status == 0 && i < INGEST_CONTEXTS; i++)
        status = slot_open(&feed->slots[i], feed);
    return status;
}

/* Closes every socket; on a thread of its own when there was traffic, since it may never return. */
static void *close_sockets(void *argument)
{
    struct ingest *ingest = argument;
    for (uint32_t i = 0; ingest->feeds && i < ingest->feed_count; i++)
        if (ingest->feeds[i].opened)
            nng_close(ingest->feeds[i].socket);
    pthread_mutex_lock(&ingest->lock);
    ingest->closed = true;
    pthread_cond_signal(&ingest->ended);
    pthread_mutex_unlock(&ingest->lock);
    return NULL;
}

/* After close_sockets. */
static void ingest_free(struct ingest *ingest)
{
    for (uint32_t i = 0; ingest->feeds && i < ingest->feed_count; i++)
        feed_close(&ingest->feeds[i]);
    free(ingest->feeds);
    pthread_cond_destroy(&ingest->ended);
    pthread_mutex_destroy(&ingest->lock);
    pthread_mutex_destroy(&ingest->large);
    free(ingest);
}

static struct ingest *ingest_new(const struct config *config, struct journal *journal,
                                 int64_t (*clock_ms)(void *), const struct ingest_events *events, void *owner)
{
    struct ingest *ingest = calloc(1, sizeof *ingest);
    pthread_condattr_t monotonic;
    if (!ingest)
        return NULL;
    const struct event_limits *limits = &config->limits;
    uint32_t largest =
        limits->max_batch_bytes > limits->max_event_bytes ? limits->max_batch_bytes : limits->max_event_bytes;
    ingest->config = config;
    ingest->journal = journal;
    ingest->clock_ms = clock_ms;
    ingest->events = *events;
    ingest->owner = owner;
    ingest->budget = config->ingest_budget_bytes;
    ingest->largest = (size_t)largest;
    ingest->feed_count = config->feed_count;
    pthread_mutex_init(&ingest->lock, NULL);
    pthread_mutex_init(&ingest->large, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&ingest->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    ingest->feeds = calloc(config->feed_count > 0 ? config->feed_count : 1, sizeof *ingest->feeds);
    for (uint32_t i = 0; ingest->feeds && i < config->feed_count; i++)
        set_up_feed(ingest, &ingest->feeds[i], &config->feeds[i]);
    return ingest;
}

int ingest_start(const struct config *config, struct journal *journal, int64_t (*clock_ms)(void *),
                 const struct ingest_events *events, void *owner, struct ingest **ret_ingest,
                 char **ret_error)
{
    char *error = NULL;
    struct ingest *ingest = ingest_new(config, journal, clock_ms, events, owner);
    int status = ingest && ingest->feeds ? 0 : PW_ERROR_MEMORY;
    for (uint32_t i = 0; status == 0 && i < config->feed_count; i++)
        status = open_feed(&ingest->feeds[i], &error);
    if (status < 0) {
        if (ingest) {
            close_sockets(ingest);
            ingest_free(ingest);
        }
        *ret_error = error ? error : strdup("out of memory while opening the feeds");
        return status;
    }
    /* Only now, so that a failure of the last feed finds no request in work at the first. */
    for (uint32_t i = 0; i < config->feed_count; i++)
        for (uint32_t k = 0; k < INGEST_CONTEXTS; k++)
            slot_start(&ingest->feeds[i].slots[k]);
    *ret_ingest = ingest;
    return 0;
}

/* ---- stopping ------------------------------------------------------------------------------------------ */

static void cancel_receiving(struct ingest *ingest)
{
    for (uint32_t i = 0; i < ingest->feed_count; i++)
        for (uint32_t k = 0; k < INGEST_CONTEXTS; k++) {
            struct slot *slot = &ingest->feeds[i].slots[k];
            int state = atomic_load(&slot->state);
            if (state == SLOT_RECEIVING)
                nng_aio_cancel(slot->aio);
            else if (state == SLOT_PAUSING)
                nng_aio_cancel(slot->pause);
        }
}

static bool no_slot_active(const struct ingest *ingest)
{
    return ingest->active == 0;
}

static bool all_closed(const struct ingest *ingest)
{
    return ingest->closed;
}

/* Waits until it is so, or until `ms` of the monotonic clock. */
static bool wait_until(struct ingest *ingest, bool (*is_so)(const struct ingest *ingest), int64_t ms)
{
    struct timespec until = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    int status = 0;
    pthread_mutex_lock(&ingest->lock);
    while (!is_so(ingest) && status == 0)
        status = pthread_cond_timedwait(&ingest->ended, &ingest->lock, &until);
    bool so = is_so(ingest);
    pthread_mutex_unlock(&ingest->lock);
    return so;
}

static bool wait_for_slots(struct ingest *ingest)
{
    const int64_t step = 20, end = monotonic_ms() + INGEST_STOP_MS;
    bool ended = false;
    for (int64_t now = monotonic_ms(); !ended && now < end; now = monotonic_ms()) {
        cancel_receiving(ingest);
        ended = wait_until(ingest, no_slot_active, now + step);
    }
    return ended;
}

static bool close_in_time(struct ingest *ingest)
{
    pthread_t closer;
    /* Nobody receives any more, so what a client still sends stops after one message a connection. */
    nng_msleep(INGEST_QUIET_MS);
    if (pthread_create(&closer, NULL, close_sockets, ingest) != 0)
        return false;
    bool closed = wait_until(ingest, all_closed, monotonic_ms() + INGEST_CLOSE_MS);
    if (closed)
        pthread_join(closer, NULL);
    else
        pthread_detach(closer);
    return closed;
}

bool ingest_stop(struct ingest *ingest)
{
    static const char stuck[] = "the journal has not answered for seconds: the feeds are left open",
                      hung[] = "libnng does not finish closing: the feeds are left to it";
    if (!ingest)
        return true;
    /* The listeners stay until the sockets close: closing one would end its connections before they are
     * answered. */
    atomic_store(&ingest->stopping, true);
    bool ended = wait_for_slots(ingest);
    if (ended && close_in_time(ingest)) {
        ingest_free(ingest);
        return true;
    }
    if (ingest->events.log) /* whoever still works in it has it: memory is lost rather than taken away */
        ingest->events.log(ingest->owner, PW_LOG_ERROR, ended ? PW_TEXT(hung) : PW_TEXT(stuck));
    return false;
}

bool ingest_is_stuck(struct ingest *ingest)
{
    int64_t limit = monotonic_ms() - INGEST_REAP_MS;
    for (uint32_t i = 0; i < ingest->feed_count; i++)
        if (connections_linger(&ingest->feeds[i].connections, limit))
            return true;
    return false;
}

/* ---- describing ---------------------------------------------------------------------------------------- */

static void describe_refused(const struct feed_counters *counters, struct buffer *out)
{
    json_write_key(out, "refused_fields");
    json_write_begin(out, '{');
    for (size_t i = 0; i < REFUSED_COUNT; i++)
        if (atomic_load(&counters->refused[i]) > 0)
            json_member_unsigned(out, refused_names[i], atomic_load(&counters->refused[i]));
    json_write_end(out, '}');
}

static void describe_feed(const struct feed *feed, const struct silence *silence, uint32_t index,
                          struct buffer *out)
{
    const struct feed_counters *counters = &feed->counters;
    const struct {
        const char *key;
        const atomic_ullong *value;
    } rows[] = {
        {"requests", &counters->requests},
        {"accepted", &counters->accepted},
        {"duplicates", &counters->duplicates},
        {"rejected", &counters->rejected},
        {"busy", &counters->busy},
        {"unrouted", &counters->unrouted},
        {"deaf", &counters->deaf},
        {"unheard", &counters->unheard},
        {"turned_away", &counters->turned_away},
    };
    json_write_begin(out, '{');
    json_member_string(out, "feed", feed->config->name);
    json_member_string(out, "listen", feed->config->listen);
    json_member_unsigned(out, "connections", atomic_load(&counters->connections));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        json_member_unsigned(out, rows[i].key, atomic_load(rows[i].value));
    if (silence)
        silence_describe(silence, index, out);
    describe_refused(counters, out);
    json_member_unsigned(out, "in_flight_bytes", atomic_load(&counters->in_flight));
    json_write_end(out, '}');
}

void ingest_figures(const struct ingest *ingest, uint32_t feed, struct feed_figures *ret_figures)
{
    const struct feed_counters *counters = &ingest->feeds[feed].counters;
    *ret_figures = (struct feed_figures){.requests = atomic_load(&counters->requests),
                                         .accepted = atomic_load(&counters->accepted),
                                         .duplicates = atomic_load(&counters->duplicates),
                                         .rejected = atomic_load(&counters->rejected),
                                         .busy = atomic_load(&counters->busy),
                                         .unrouted = atomic_load(&counters->unrouted),
                                         .deaf = atomic_load(&counters->deaf),
                                         .unheard = atomic_load(&counters->unheard),
                                         .turned_away = atomic_load(&counters->turned_away),
                                         .in_flight_bytes = atomic_load(&counters->in_flight),
                                         .connections = atomic_load(&counters->connections)};
    for (size_t i = 0; i < REFUSED_COUNT; i++)
        ret_figures->refused[i] = atomic_load(&counters->refused[i]);
}

void ingest_describe(struct ingest *ingest, const struct silence *silence, struct buffer *out)
{
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < ingest->feed_count; i++)
        describe_feed(&ingest->feeds[i], silence, i, out);
    json_write_end(out, ']');
}
