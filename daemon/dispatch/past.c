/* SPDX-License-Identifier: Apache-2.0
 *
 * past.c: see past.h.
 */
#include "dispatch/past.h"

#include <stdlib.h>
#include <string.h>

#include "dispatch/dispatch_private.h"

#define LINK_ROWS 128u /* events fetched at once */

/* ---- what is under way ---- */

/* FNV-1a; collisions only make work wait that need not. */
static uint64_t hash_of(const struct link *link)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < link->length; i++)
        hash = (hash ^ (uint8_t)link->name[i]) * UINT64_C(1099511628211);
    return hash;
}

static struct held_link **bucket_of(const struct dispatch *dispatch, uint64_t hash)
{
    return (struct held_link **)&dispatch->held_links[hash % HELD_BUCKETS];
}

bool past_waits(const struct dispatch *dispatch, const struct work *work)
{
    for (uint32_t i = 0; i < work->links.count; i++) {
        uint64_t hash = hash_of(&work->links.items[i]);
        for (const struct held_link *held = *bucket_of(dispatch, hash); held; held = held->next)
            if (held->hash == hash)
                return true;
    }
    return false;
}

void past_hold(struct dispatch *dispatch, struct work *work)
{
    for (uint32_t i = 0; i < work->links.count; i++) {
        struct held_link *held = &work->held_links[i];
        held->hash = hash_of(&work->links.items[i]);
        struct held_link **bucket = bucket_of(dispatch, held->hash);
        held->next = *bucket;
        *bucket = held;
    }
    work->holds = true;
}

void past_release(struct dispatch *dispatch, struct work *work)
{
    for (uint32_t i = 0; work->holds && i < work->links.count; i++) {
        struct held_link **at = bucket_of(dispatch, work->held_links[i].hash);
        while (*at && *at != &work->held_links[i])
            at = &(*at)->next;
        if (*at)
            *at = (*at)->next;
    }
    work->holds = false;
}

/* ---- what was stored before links were noted ---- */

static int link_event(void *to, const struct journal_event *event)
{
    struct dispatch *dispatch = to;
    struct past *past = &dispatch->past;
    if (event->sequence > past->upto)
        return 1;
    struct work *work = work_new(WORK_LINK, event);
    int status = work ? dispatch_route(dispatch, work) : PW_ERROR_MEMORY;
    if (status < 0) { /* no memory now: it is read again at the next turn */
        work_free(work);
        return status;
    }
    past->after = event->sequence;
    past->linking++;
    dispatch_take(dispatch, work);
    dispatch_finished(dispatch, work);
    return 0;
}

void past_fill(struct dispatch *dispatch)
{
    struct past *past = &dispatch->past;
    const struct journal_event nothing = {0};
    while (past->after < past->upto && dispatch_has_room(dispatch)) {
        uint64_t before = past->after;
        if (journal_events_read(dispatch->view, before, LINK_ROWS, link_event, dispatch) < 0 ||
            past->after == before)
            return;
    }
    if (past->after < past->upto || past->linking || past->ending)
        return;
    struct work *end = work_new(WORK_LINK, &nothing); /* the mark that all are noted */
    if (!end)
        return;
    past->ending = true;
    past->linking++;
    dispatch_take(dispatch, end);
    dispatch_finished(dispatch, end);
}

void past_settled(struct dispatch *dispatch, const struct work *work)
{
    if (work->kind != WORK_LINK)
        return;
    dispatch->past.linking--;
    dispatch->past.done |= work->sequence == 0;
}

/* ---- reading ---- */

struct found {
    uint64_t sequences[LINK_GIFTS];
    uint32_t count;
};

static int found_row(void *to, uint64_t sequence, int64_t at_ms)
{
    (void)at_ms;
    struct found *found = to;
    found->sequences[found->count++] = sequence;
    return 0;
}

static int take_event(void *to, const struct journal_event *event)
{
    struct work **work = to;
    *work = work_new(WORK_LOOK, event);
    return *work ? 0 : PW_ERROR_MEMORY;
}

static struct pw_text member(const struct pw_document *document, const char *name)
{
    return json_text(document, json_member(document, PW_NODE_ROOT, name));
}

/* The earlier event as it stands by now; 1 when it tells something, 0 when it does not. */
static int tell(struct dispatch *dispatch, const struct work *work, const struct link *link,
                uint64_t sequence, struct earlier *ret_earlier)
{
    struct work *other = NULL;
    int status =
        sequence == work->sequence ? 0 : journal_event_read(dispatch->view, sequence, take_event, &other);
    if (status == 0 && other)
        status = dispatch_route(dispatch, other);
    if (status == 0 && other && !other->corrects && links_find(&other->links, link) &&
        earlier_than(other->as_of, member(&dispatch->document, "source"), member(&dispatch->document, "id"),
                     work->as_of, work->source, work->id)) {
        status = earlier_make(ret_earlier, link, &dispatch->document, other->as_of);
        status = status < 0 ? status : 1;
    }
    work_free(other);
    return status;
}

static int read_link(struct dispatch *dispatch, struct work *work, const struct link *link)
{
    struct found found = {0};
    struct earlier *items = NULL;
    uint32_t most = link->source ? LINK_GIFTS : LINK_EVENTS + 1, count = 0;
    int64_t from = link->source ? work->as_of - (int64_t)LINK_GIFT_MONTHS * 31 * 86400000 : INT64_MIN;
    int status = journal_linked_read(dispatch->view, (struct pw_text){link->name, link->length}, from,
                                     work->as_of, most, found_row, &found);
    if (status == 0 && found.count && !(items = calloc(found.count, sizeof(*items))))
        status = PW_ERROR_MEMORY;
    for (uint32_t i = 0; i < found.count && status >= 0; i++) {
        status = tell(dispatch, work, link, found.sequences[i], &items[count]);
        count += status > 0;
    }
    if (status >= 0)
        earlier_write(&work->past, link, items, count, found.count == most);
    for (uint32_t i = 0; i < count; i++)
        earlier_release(&items[i]);
    free(items);
    return status < 0 ? status : work->past.failed ? PW_ERROR_MEMORY : 0;
}

int past_read(struct dispatch *dispatch, struct work *work)
{
    int status = 0;
    buffer_clear(&work->past);
    for (uint32_t i = 0; i < work->links.count && status == 0; i++)
        status = read_link(dispatch, work, &work->links.items[i]);
    return status;
}

/* ---- writing ---- */

struct owing {
    struct journal_writer *writer;
    struct work *work;
    const struct work_context *context;
};

struct identity {
    const struct work *work;
    int64_t at_ms;
    bool later;
};

static int compare_identity(void *to, const struct journal_event *event)
{
    struct identity *identity = to;
    identity->later = earlier_than(identity->work->as_of, identity->work->source, identity->work->id,
                                   identity->at_ms, event->source, event->id);
    return 0;
}

/* Of events of one instant the order is by source and id. */
static int owe_later(void *to, uint64_t sequence, int64_t at_ms)
{
    struct owing *owing = to;
    struct identity identity = {owing->work, at_ms, at_ms > owing->work->as_of};
    int status = 0;
    if (!identity.later)
        status =
            journal_event_read(journal_writer_view(owing->writer), sequence, compare_identity, &identity);
    if (status < 0 || !identity.later)
        return status;
    owing->work->owes = true;
    return work_owe(owing->writer, sequence, "earlier", owing->context);
}

int past_write_links(struct journal_writer *writer, const struct work *work)
{
    struct pw_text names[LINKS_OF_EVENT];
    if (work->sequence == 0)
        return journal_mark_set(writer, PAST_MARK, 1);
    for (uint32_t i = 0; i < work->links.count; i++)
        names[i] = (struct pw_text){work->links.items[i].name, work->links.items[i].length};
    return journal_links_put(writer, work->sequence, work->as_of, names, work->links.count);
}

int past_write(struct journal_writer *writer, struct work *work, const struct work_context *context)
{
    struct owing owing = {writer, work, context};
    if (work->links.count == 0)
        return 0;
    int status = past_write_links(writer, work);
    return status < 0 ? status
                      : journal_linked_later(journal_writer_view(writer), work->sequence, work->as_of,
                                             owe_later, &owing);
}
