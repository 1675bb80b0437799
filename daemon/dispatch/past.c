/* SPDX-License-Identifier: Apache-2.0
 *
 * past.c: see past.h.
 */
#include "dispatch/past.h"

#include "dispatch/dispatch_private.h"

#define LINK_ROWS 128u /* events fetched at once */

/* ---- what is under way ---- */

/* Collisions only make work wait that need not. */
static uint64_t hash_of(const struct link *link)
{
    return text_hash(TEXT_HASH_SEED, (struct pw_text){link->name, link->length});
}

static struct held_link **bucket_of(const struct dispatch *dispatch, uint64_t hash)
{
    return (struct held_link **)&dispatch->held_links[hash % HELD_BUCKETS];
}

bool past_waits(const struct dispatch *dispatch, const struct work *work)
{
    for (uint32_t i = 0; i < work->links.count; i++) {
        if (!recall_wants(&dispatch->recall, &work->links.items[i]))
            continue;
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
    int status = work ? recall_event(&dispatch->recall, work) : PW_ERROR_MEMORY;
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
        if (journal_events_read(dispatch->recall.view, before, LINK_ROWS, link_event, dispatch) < 0 ||
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

/* ---- writing ---- */

struct owing {
    struct journal_writer *writer;
    struct work *work;
    const struct work_context *context;
};

static int owe_later(void *to, uint64_t sequence, int64_t at_ms)
{
    struct owing *owing = to;
    (void)at_ms;
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
    return journal_links_put(writer, work->sequence, work->as_of, link_tie(work->source, work->id), names,
                             work->links.count);
}

/* Of a corrected event, whatever it ever belonged to; a fresh one belongs to what it says. */
int past_write(struct journal_writer *writer, struct work *work, const struct work_context *context)
{
    struct owing owing = {writer, work, context};
    struct journal_view *view = journal_writer_view(writer);
    int status = work->links.count ? past_write_links(writer, work) : 0;
    if (status == 0 && work->corrected && work->wants)
        return journal_linked_later(view, work->sequence, work->as_of, owe_later, &owing);
    for (uint32_t i = 0; i < work->links.count && status == 0 && !work->corrected; i++) {
        const struct link *link = &work->links.items[i];
        if (work->wants & (link->source ? PW_EARLIER_FUNDING : PW_EARLIER_ENGAGEMENT))
            status = journal_linked_after(view, (struct pw_text){link->name, link->length}, work->as_of,
                                          link_tie(work->source, work->id),
                                          link->source ? LINK_GIFTS : LINK_EVENTS, owe_later, &owing);
    }
    return status;
}
