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
    slot->request = nng_aio_get_msg(slot->aio);
    nng_aio_set_msg(slot->aio, NULL);
    slot->pipe = nng_msg_get_pipe(slot->request);
    atomic_store(&slot->state, SLOT_WORKING);
    atomic_fetch_add(&slot->feed->counters.requests, 1);
    if (!request_read(slot)) {
        slot_send(slot);
        return;
    }
    slot->append.done = slot_stored;
    slot->append.owner = slot;
    journal_append(ingest->journal, &slot->append);
}

static void slot_sent(struct slot *slot, int result)
{
    slot_release_budget(slot);
    if (result != 0) {
        nng_msg *message = nng_aio_get_msg(slot->aio);
        nng_aio_set_msg(slot->aio, NULL);
        nng_msg_free(message);
    }
    if (result == NNG_ETIMEDOUT) {
        /* A client that does not read would in the end hold every slot of the feed. */
        feed_hang_up(slot->feed, slot->pipe);
        atomic_fetch_add(&slot->feed->counters.cut_off, 1);
        feed_log(slot->feed, "a client did not take its answer and was disconnected");
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
    atomic_store(&slot->state, SLOT_PAUSING);
    nng_sleep_aio(INGEST_PAUSE_MS, slot->aio);
}

/* Libnng thread: what the slot waited for has happened. */
static void slot_event(void *argument)
{
    struct slot *slot = argument;
    int result = nng_aio_result(slot->aio);
    switch (atomic_load(&slot->state)) {
    case SLOT_RECEIVING:
        if (result == 0)
            slot_work(slot);
        else
            slot_not_received(slot, result);
        break;
    case SLOT_SENDING:
        slot_sent(slot, result);
        break;
    default:
        slot_receive(slot);
        break;
    }
}

int slot_open(struct slot *slot, struct feed *feed)
{
    slot->feed = feed;
    atomic_store(&slot->state, SLOT_ENDED);
    if (nng_aio_alloc(&slot->aio, slot_event, slot) != 0)
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
    json_release(&slot->document);
    event_release(&slot->event);
    buffer_release(&slot->text);
    buffer_release(&slot->answer);
    free(slot->items);
    free(slot->events);
}
