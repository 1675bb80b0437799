/* SPDX-License-Identifier: Apache-2.0
 *
 * recall.c: see recall.h.
 */
#include "dispatch/recall.h"

#include <stdlib.h>
#include <string.h>

#include "dispatch/correction.h"
#include "event/correct.h"
#include "event/event.h"
#include "json/time.h"

int recall_event(struct recall *recall, struct work *work)
{
    struct json_error error;
    struct pw_document *document = &recall->document;
    int status = recall->corrections ? correction_apply(recall->view, work, &recall->corrected) : 0;
    if (status == 0)
        status = json_parse(document, work->bytes, work->body_length, &json_limits_frame, &error);
    if (status < 0)
        return status;
    work->pathways = pathway_route(recall->config, document);
    work->corrects = event_is_correction(json_text(document, json_member(document, PW_NODE_ROOT, "type")),
                                         recall->config->type_prefix);
    recall->corrections |= work->corrects;
    if (!work->corrects)
        status = links_read(&work->links, document);
    time_parse(json_text(document, json_member(document, PW_NODE_ROOT, "time")), &work->as_of);
    return status;
}

/* ---- what came before ---- */

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

/* The earlier event as it stands by now; 1 when it tells something, 0 when it does not. */
static int tell(struct recall *recall, const struct work *work, const struct link *link, uint64_t sequence,
                struct earlier *ret_earlier)
{
    struct work *other = NULL;
    int status =
        sequence == work->sequence ? 0 : journal_event_read(recall->view, sequence, take_event, &other);
    if (status == 0 && other)
        status = recall_event(recall, other);
    if (status == 0 && other && !other->corrects && links_find(&other->links, link) &&
        earlier_than(other->as_of, link_tie(other->source, other->id), work->as_of,
                     link_tie(work->source, work->id))) {
        status = earlier_make(ret_earlier, link, &recall->document, other->as_of);
        status = status < 0 ? status : 1;
    }
    work_free(other);
    return status;
}

static int read_link(struct recall *recall, struct work *work, const struct link *link)
{
    struct found found;
    struct earlier *items = NULL;
    uint32_t most = link->source ? LINK_GIFTS : LINK_EVENTS, count = 0;
    int64_t from = link->source ? work->as_of - (int64_t)LINK_GIFT_MONTHS * 31 * 86400000 : INT64_MIN;
    found.count = 0; /* its room is too much to clear for every event */
    int status =
        journal_linked_before(recall->view, (struct pw_text){link->name, link->length}, from, work->as_of,
                              link_tie(work->source, work->id), most, found_row, &found);
    if (status == 0 && found.count && !(items = calloc(found.count, sizeof(*items))))
        status = PW_ERROR_MEMORY;
    for (uint32_t i = 0; i < found.count && status >= 0; i++) {
        status = tell(recall, work, link, found.sequences[i], &items[count]);
        count += status > 0;
    }
    if (status >= 0)
        earlier_write(&work->past, link, items, count, found.count == most);
    for (uint32_t i = 0; i < count; i++)
        earlier_release(&items[i]);
    free(items);
    return status < 0 ? status : work->past.failed ? PW_ERROR_MEMORY : 0;
}

bool recall_wants(const struct recall *recall, const struct link *link)
{
    return (recall->wants & (link->source ? PW_EARLIER_FUNDING : PW_EARLIER_ENGAGEMENT)) != 0;
}

int recall_past(struct recall *recall, struct work *work)
{
    int status = 0;
    buffer_clear(&work->past);
    work->wants = recall->wants;
    for (uint32_t i = 0; i < work->links.count && status == 0; i++)
        if (recall_wants(recall, &work->links.items[i]))
            status = read_link(recall, work, &work->links.items[i]);
    return status;
}

void recall_release(struct recall *recall)
{
    json_release(&recall->document);
    buffer_release(&recall->corrected);
}
