/* SPDX-License-Identifier: Apache-2.0
 *
 * slot.c: one request's way through a feed: received, worked on, answered, and again. See feed.h for the
 * states.
 */
#include <stdlib.h>
#include <string.h>
#include "ingest/feed.h"

static void slot_end(struct slot *slot)
{
    struct ingest *ingest = slot->feed->ingest;
    atomic_store(&slot->state, SLOT_ENDED);
    pthread_mutex_lock(&ingest->lock);
    ingest->active--;
    pthread_cond_signal(&ingest->ended);
    pthread_mutex_unlock(&ingest->lock);
}

static void slot_pause(struct slot *slot, nng_duration ms)
{
    atomic_store(&slot->state, SLOT_PAUSING);
    nng_sleep_aio(ms, slot->pause);
}

static void slot_receive(struct slot *slot)
{
    atomic_store(&slot->state, SLOT_RECEIVING);
    /* A stop between this look and the next line is why ingest_stop cancels more than once. */
    if (atomic_load(&slot->feed->ingest->stopping)) {
        slot_end(slot);
        return;
    }
    nng_aio_set_timeout(slot->aio, NNG_DURATION_INFINITE);
    nng_ctx_recv(slot->ctx, slot->aio);
}

static void slot_release_budget(struct slot *slot)
{
    atomic_fetch_sub(&slot->feed->ingest->in_flight, slot->charged);
    atomic_fetch_sub(&slot->feed->counters.in_flight, slot->charged);
    slot->charged = 0;
}

/* The request's message becomes the answer, so that answering needs no memory that might not be there. */
static void slot_send(struct slot *slot)
{
    nng_msg *message = slot->request;
    slot->request = NULL;
    nng_msg_clear(message);
    if (slot->answer.failed || nng_msg_append(message, slot->answer.data, slot->answer.length) != 0)
        nng_msg_clear(message); /* an empty answer: the sender cannot read it and sends again */
    request_forget(slot);
    nng_aio *aio = slot->aio;
    nng_ctx ctx = slot->ctx;
    nng_aio_set_msg(aio, message);
    nng_aio_set_timeout(aio, INGEST_SEND_MS);
    atomic_store(&slot->state, SLOT_SENDING); /* from here on the slot is the callback's, on another thread */
    nng_ctx_send(ctx, aio);
}

/* Journal thread: the events are on disk, or will not be. */
static void slot_stored(struct journal_append *append)
{
    struct slot *slot = append->owner;
    request_answer(slot);
    slot_send(slot);
}

static void slot_work(struct slot *slot)
{
    struct ingest *ingest = slot->feed->ingest;
    struct feed *feed = slot->feed;
    slot->request = nng_aio_get_msg(slot->aio);
    nng_aio_set_msg(slot->aio, NULL);
    slot->pipe = nng_pipe_id(nng_msg_get_pipe(slot->request));
    atomic_store(&slot->state, SLOT_WORKING);
    atomic_fetch_add(&feed->counters.requests, 1);
    if (!connections_admit(&feed->connections, slot->pipe, &slot->trial)) {
        atomic_fetch_add(&feed->counters.unheard, 1);
        nng_msg_free(slot->request);
        slot->request = NULL;
        slot_receive(slot);
        return;
    }
    if (!request_read(slot)) {
        slot_send(slot);
        return;
    }
    slot->append.done = slot_stored;
    slot->append.owner = slot;
    journal_append(ingest->journal, &slot->append);
}

/* Libnng thread. */
static void slot_paused(void *argument)
{
    slot_receive(argument);
}

/* A client that does not read would in the end hold every slot of the feed. */
static void slot_sent(struct slot *slot, int result)
{
    struct feed *feed = slot->feed;
    slot_release_budget(slot);
    if (result != 0) {
        nng_msg *message = nng_aio_get_msg(slot->aio);
        nng_aio_set_msg(slot->aio, NULL);
        nng_msg_free(message);
    }
    if (slot->trial)
        connections_tried(&feed->connections, slot->pipe, result == 0);
    else if (result == NNG_ETIMEDOUT && connections_deafen(&feed->connections, slot->pipe)) {
        atomic_fetch_add(&feed->counters.deaf, 1);
        feed_log(feed, "a client takes no answers: its requests are dropped until it does");
    }
    slot_receive(slot);
}

/* Anything but the end of the feed might fail again at once: no loop without a pause. */
static void slot_not_received(struct slot *slot, int result)
{
    if (result == NNG_ECLOSED || result == NNG_ECANCELED || atomic_load(&slot->feed->ingest->stopping)) {
        slot_end(slot);
        return;
    }
    slot_pause(slot, INGEST_PAUSE_MS);
}

/* Libnng thread: what the slot waited for has happened. */
static void slot_event(void *argument)
{
    struct slot *slot = argument;
    int result = nng_aio_result(slot->aio);
    if (atomic_load(&slot->state) == SLOT_SENDING)
        slot_sent(slot, result);
    else if (result == 0)
        slot_work(slot);
    else
        slot_not_received(slot, result);
}

int slot_open(struct slot *slot, struct feed *feed)
{
    slot->feed = feed;
    atomic_store(&slot->state, SLOT_ENDED);
    if (nng_aio_alloc(&slot->aio, slot_event, slot) != 0 ||
        nng_aio_alloc(&slot->pause, slot_paused, slot) != 0)
        return PW_ERROR_MEMORY;
    if (nng_ctx_open(&slot->ctx, feed->socket) != 0)
        return PW_ERROR_MEMORY;
    slot->opened = true;
    return 0;
}

void slot_start(struct slot *slot)
{
    struct ingest *ingest = slot->feed->ingest;
    pthread_mutex_lock(&ingest->lock);
    ingest->active++;
    pthread_mutex_unlock(&ingest->lock);
    slot_receive(slot);
}

void slot_close(struct slot *slot)
{
    if (slot->opened)
        nng_ctx_close(slot->ctx);
    if (slot->aio)
        nng_aio_free(slot->aio); /* waits for a callback that is still returning */
    if (slot->pause)
        nng_aio_free(slot->pause);
    json_release(&slot->document);
    event_release(&slot->event);
    buffer_release(&slot->text);
    buffer_release(&slot->answer);
    free(slot->items);
    free(slot->events);
}
