/* SPDX-License-Identifier: Apache-2.0
 *
 * request.c: what a request says: its events read and cut, those that are good made ready for the journal,
 * and an answer for each, in order.
 *
 * The tape of nodes is many times the size of the message, so it goes before the journal is asked: what waits
 * for the disk is the message, the cut bodies and a row per event.
 */
#include <stdlib.h>
#include <string.h>
#include "ingest/feed.h"

/* ---- reading ------------------------------------------------------------------------------------------- */

static bool make_room(struct slot *slot, uint32_t count)
{
    if (count <= slot->item_capacity)
        return true;
    struct slot_item *items = realloc(slot->items, count * sizeof *items);
    if (items)
        slot->items = items;
    struct journal_event *events = realloc(slot->events, count * sizeof *events);
    if (events)
        slot->events = events;
    if (items && events)
        slot->item_capacity = count;
    return items && events;
}

/* Keeps bytes in the slot's text; they have no address before the last has been kept. */
static size_t keep(struct slot *slot, struct pw_text bytes)
{
    size_t at = slot->text.length;
    buffer_text(&slot->text, bytes);
    return at;
}

static void item_answered(struct slot *slot, struct slot_item *item, const struct event_answer *answer)
{
    struct buffer *answers = &slot->answer;
    buffer_clear(answers);
    event_acknowledge(answers, &slot->event, answer);
    item->answer_length = answers->length;
    item->answer = keep(slot, buffer_view(answers));
    slot->text.failed = slot->text.failed || answers->failed;
}

static void item_busy(struct slot *slot, struct slot_item *item)
{
    struct event_answer answer = {.status = EVENT_BUSY, .retry_after = INGEST_RETRY_AFTER};
    atomic_fetch_add(&slot->feed->counters.busy, 1);
    buffer_clear(&slot->event.dropped); /* nothing was stored, so nothing was cut; and busy must stay short */
    buffer_clear(&slot->event.refused);
    item_answered(slot, item, &answer);
}

static void item_stored(struct slot *slot, struct slot_item *item, int64_t now)
{
    const struct event *event = &slot->event;
    item->stored = true;
    item->unrouted = event->family == EVENT_UNROUTED;
    item->index = slot->append.count++;
    item->dropped_length = event->dropped.length;
    item->dropped = keep(slot, buffer_view(&event->dropped));
    item->refused_length = event->refused.length;
    item->refused = keep(slot, buffer_view(&event->refused));
    const char *bytes = slot->document.bytes;
    item->cut = event->body.data < bytes || event->body.data >= bytes + slot->document.length;
    item->body = item->cut ? keep(slot, event->body) : 0;
    const char *feed = slot->feed->config->name;
    slot->events[item->index] = (struct journal_event){.received_ms = now,
                                                       .feed = {feed, strlen(feed)},
                                                       .source = event->source,
                                                       .id = event->id,
                                                       .type = event->type,
                                                       .engagement_id = event->engagement_id,
                                                       .body = event->body,
                                                       .affiliation = event->affiliation};
}

static void read_event(struct slot *slot, uint32_t node, bool over_budget, int64_t now)
{
    struct feed *feed = slot->feed;
    struct slot_item *item = &slot->items[slot->item_count++];
    *item = (struct slot_item){0};
    int status =
        event_read(&slot->event, &slot->document, node, &feed->ingest->config->limits, &feed->permit);
    if (over_budget || (status < 0 && status != PW_ERROR_INVALID)) {
        item_busy(slot, item);
        return;
    }
    if (slot->event.refused_count > 0)
        refused_count(feed->counters.refused, buffer_view(&slot->event.refused));
    if (status == PW_ERROR_INVALID) {
        atomic_fetch_add(&feed->counters.rejected, 1);
        item_answered(slot, item, &(struct event_answer){.status = EVENT_REJECTED});
    } else {
        item_stored(slot, item, now);
    }
}

static void settle_addresses(struct slot *slot)
{
    for (uint32_t i = 0; i < slot->item_count; i++)
        if (slot->items[i].cut)
            slot->events[slot->items[i].index].body.data = slot->text.data + slot->items[i].body;
}

/* No room for the answers: nothing is stored, and the sender hears it in the one way that needs no memory. */
static void answer_no_memory(struct slot *slot)
{
    static const char busy[] = "{\"status\":\"busy\",\"retry_after\":5}";
    slot->append.count = 0;
    slot->item_count = 0;
    buffer_release(&slot->answer);
    buffer_string(&slot->answer, busy);
}

static void read_events(struct slot *slot, bool over_budget)
{
    struct ingest *ingest = slot->feed->ingest;
    const struct pw_document *document = &slot->document;
    uint32_t count = slot->batch ? json_count(document, PW_NODE_ROOT) : 1;
    int64_t now = ingest->clock_ms(ingest->owner);
    if (!make_room(slot, count)) {
        slot->text.failed = true;
        return;
    }
    uint32_t node = slot->batch ? json_first(document, PW_NODE_ROOT) : PW_NODE_ROOT;
    for (uint32_t i = 0; i < count; i++, node = json_next(document, node))
        read_event(slot, node, over_budget, now);
    settle_addresses(slot);
}

/* The events' texts are in the message and the arena; only reading needed the nodes. */
static void drop_nodes(struct pw_document *document)
{
    if (document->node_capacity * sizeof *document->nodes <= INGEST_KEEP_BYTES)
        return;
    free(document->nodes);
    document->nodes = NULL;
    document->node_count = document->node_capacity = 0;
}

static void read_message(struct slot *slot, bool over_budget)
{
    struct event_fault fault;
    const struct event_limits *limits = &slot->feed->ingest->config->limits;
    int status = event_message_parse(&slot->document, nng_msg_body(slot->request), nng_msg_len(slot->request),
                                     limits, &slot->batch, &fault);
    if (status == PW_ERROR_MEMORY) {
        slot->text.failed = true;
    } else if (status < 0) {
        atomic_fetch_add(&slot->feed->counters.rejected, 1);
        event_acknowledge_fault(&slot->answer, &fault);
    } else {
        read_events(slot, over_budget);
    }
    drop_nodes(&slot->document);
}

/* The whole answer when no event of the request went to the journal. */
static bool is_answered(struct slot *slot)
{
    if (slot->text.failed || slot->answer.failed) {
        answer_no_memory(slot);
        return true;
    }
    if (slot->append.count > 0)
        return false;
    if (slot->item_count > 0 || slot->batch)
        request_answer(slot);
    return true;
}

static void request_charge(struct slot *slot, size_t bytes)
{
    slot->charged += bytes;
    atomic_fetch_add(&slot->feed->counters.in_flight, bytes);
    atomic_fetch_add(&slot->feed->ingest->in_flight, bytes);
}

bool request_read(struct slot *slot)
{
    struct ingest *ingest = slot->feed->ingest;
    request_charge(slot, nng_msg_len(slot->request));
    bool over_budget = atomic_load(&ingest->in_flight) > ingest->budget;
    bool large = slot->charged > INGEST_LARGE_BYTES;
    slot->item_count = 0;
    slot->batch = false;
    slot->append = (struct journal_append){0};
    if (large)
        pthread_mutex_lock(&ingest->large);
    read_message(slot, over_budget);
    if (large)
        pthread_mutex_unlock(&ingest->large);
    slot->append.events = slot->events;
    /* Answers can be longer than what they answer; the next request finds that much less room. */
    request_charge(slot, slot->text.length + slot->item_count * (sizeof *slot->items + sizeof *slot->events));
    return !is_answered(slot);
}

/* ---- answering ----------------------------------------------------------------------------------------- */

static struct event_answer answer_of(struct feed_counters *counters, const struct slot_item *item,
                                     const struct journal_event *stored)
{
    struct event_answer answer = {.status = EVENT_BUSY, .retry_after = INGEST_RETRY_AFTER};
    if (stored->status < 0) {
        atomic_fetch_add(&counters->busy, 1);
        return answer;
    }
    atomic_fetch_add(stored->status == 1 ? &counters->duplicates : &counters->accepted, 1);
    if (item->unrouted && stored->status == 0)
        atomic_fetch_add(&counters->unrouted, 1);
    return (struct event_answer){.status = stored->status == 1 ? EVENT_DUPLICATE : EVENT_ACCEPTED,
                                 .sequence = stored->sequence,
                                 .content_differs = stored->content_differs};
}

/* A buffer that borrows: for reading only, never released. */
static struct buffer borrowed(const struct slot *slot, size_t at, size_t length)
{
    return (struct buffer){
        .data = length ? slot->text.data + at : NULL, .length = length, .capacity = length};
}

static void answer_stored(struct slot *slot, const struct slot_item *item)
{
    const struct journal_event *stored = &slot->events[item->index];
    struct event *event = &slot->event;
    struct event_answer answer = answer_of(&slot->feed->counters, item, stored);
    struct buffer dropped = event->dropped, refused = event->refused;
    event->source = stored->source;
    event->id = stored->id;
    event->type = stored->type;
    event->family = item->unrouted ? EVENT_UNROUTED : EVENT_CONTROL; /* only routed or not is told */
    event->fault_count = 0;
    event->dropped = borrowed(slot, item->dropped, item->dropped_length);
    event->refused = borrowed(slot, item->refused, item->refused_length);
    event_acknowledge(&slot->answer, event, &answer);
    event->dropped = dropped;
    event->refused = refused;
}

void request_answer(struct slot *slot)
{
    buffer_clear(&slot->answer);
    if (slot->batch)
        json_write_begin(&slot->answer, '[');
    for (uint32_t i = 0; i < slot->item_count; i++) {
        const struct slot_item *item = &slot->items[i];
        if (item->stored)
            answer_stored(slot, item);
        else
            json_write_raw(&slot->answer,
                           (struct pw_text){slot->text.data + item->answer, item->answer_length});
    }
    if (slot->batch)
        json_write_end(&slot->answer, ']');
}

/* A buffer that grew past its share is given back, and a failed one mended. */
static void shrink(struct buffer *buffer)
{
    if (buffer->failed || buffer->capacity > INGEST_KEEP_BYTES)
        buffer_release(buffer);
    else
        buffer_clear(buffer);
}

void request_forget(struct slot *slot)
{
    shrink(&slot->text);
    shrink(&slot->answer);
    if (slot->event.cut.capacity + slot->event.dropped.capacity + slot->event.refused.capacity >
        INGEST_KEEP_BYTES) {
        event_release(&slot->event);
        memset(&slot->event, 0, sizeof slot->event);
    }
    if (slot->document.arena_capacity > INGEST_KEEP_BYTES)
        json_release(&slot->document);
    if (slot->item_capacity * (sizeof *slot->items + sizeof *slot->events) > INGEST_KEEP_BYTES) {
        free(slot->items);
        free(slot->events);
        slot->items = NULL;
        slot->events = NULL;
        slot->item_capacity = 0;
    }
    slot->item_count = 0;
}
