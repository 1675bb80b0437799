/* SPDX-License-Identifier: Apache-2.0
 *
 * history.c: balanced trees from identity to event and from engagement to its events.
 */
#include "ctl/history.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "event/correct.h"

struct engagement {
    struct history_event *first;
    char id[];
};

static int by_identity(const void *a, const void *b)
{
    const struct history_event *left = a, *right = b;
    int order = strcmp(left->id, right->id);
    return order ? order : strcmp(left->source, right->source);
}

static int by_engagement(const void *a, const void *b)
{
    return strcmp(((const struct engagement *)a)->id, ((const struct engagement *)b)->id);
}

static char *copy(struct pw_text text)
{
    return strndup(text.data ? text.data : "", text.length);
}

static void event_free(void *pointer)
{
    struct history_event *event = pointer;
    while (event) {
        struct history_event *waiting = event->waiting;
        free(event->source);
        free(event->id);
        free(event->engagement_id);
        free(event->body);
        free(event->affiliation);
        free(event);
        event = waiting;
    }
}

/* An event of this identity with nothing in it yet: the one there is, or a new one that is `early`. */
static struct history_event *identify(struct history *history, struct pw_text source, struct pw_text id)
{
    struct history_event *event = calloc(1, sizeof(*event)), **found;
    if (!event)
        return NULL;
    event->source = copy(source);
    event->id = copy(id);
    event->early = true;
    found = event->source && event->id ? tsearch(event, &history->events, by_identity) : NULL;
    if (!found || *found != event)
        event_free(event);
    return found ? *found : NULL;
}

/* Puts what is said in the place of what was. */
static int reword(struct history_event *event, struct pw_text body, struct pw_text affiliation)
{
    char *words = copy(body), *printed = copy(affiliation);
    if (!words || !printed) {
        free(words);
        free(printed);
        return PW_ERROR_MEMORY;
    }
    free(event->body);
    free(event->affiliation);
    event->body = words;
    event->body_length = body.length;
    event->affiliation = printed;
    event->affiliation_length = affiliation.length;
    return 0;
}

static int apply(struct history_event *event, struct pw_text correction, struct pw_text affiliation)
{
    struct buffer merged = {0};
    struct pw_text body = {event->body, event->body_length};
    struct pw_text printed = {event->affiliation, event->affiliation_length};
    bool unsaid = false;
    int status = event_correct(&merged, body, correction, &unsaid);
    if (affiliation.length)
        printed = affiliation;
    else if (unsaid)
        printed.length = 0;
    if (status == 0)
        status = reword(event, buffer_view(&merged), printed);
    buffer_release(&merged);
    return status == PW_ERROR_NOT_FOUND ? 0 : status;
}

int history_add(struct history *history, const struct event *event, struct history_event **ret_event,
                bool *ret_first)
{
    struct history_event *known = identify(history, event->source, event->id);
    if (!known)
        return PW_ERROR_MEMORY;
    bool first = known->early;
    int status = 0;
    if (first) {
        known->engagement_id = copy(event->engagement_id);
        known->time_ms = event->time_ms;
        status = known->engagement_id ? reword(known, event->body, event->affiliation) : PW_ERROR_MEMORY;
        for (struct history_event *waiting = known->waiting; waiting && status == 0;
             waiting = waiting->waiting)
            status = apply(known, (struct pw_text){waiting->body, waiting->body_length},
                           (struct pw_text){waiting->affiliation, waiting->affiliation_length});
        known->early = false;
    }
    *ret_event = known;
    *ret_first = first;
    return status;
}

int history_correct(struct history *history, const struct event *correction, struct history_event **ret_event)
{
    struct history_event *known = identify(history, correction->source, correction->causationid);
    if (!known)
        return PW_ERROR_MEMORY;
    *ret_event = known->early ? NULL : known;
    if (!known->early)
        return apply(known, correction->body, correction->affiliation);
    struct history_event *waiting = calloc(1, sizeof(*waiting)), **last = &known->waiting;
    if (!waiting || reword(waiting, correction->body, correction->affiliation) < 0) {
        free(waiting);
        return PW_ERROR_MEMORY;
    }
    while (*last)
        last = &(*last)->waiting;
    *last = waiting;
    return 0;
}

int history_join(struct history *history, struct history_event *event, struct case_join *join)
{
    size_t length = strlen(event->engagement_id);
    struct engagement *fresh = calloc(1, sizeof(*fresh) + length + 1);
    if (!fresh)
        return PW_ERROR_MEMORY;
    memcpy(fresh->id, event->engagement_id, length + 1);
    struct engagement **found = tsearch(fresh, &history->engagements, by_engagement);
    if (!found || *found != fresh)
        free(fresh);
    if (!found)
        return PW_ERROR_MEMORY;
    if (!event->joined) {
        event->joined = true;
        event->next = (*found)->first;
        (*found)->first = event;
    }
    event->join = *join;
    *join = (struct case_join){0};
    for (const struct history_event *each = (*found)->first; each; each = each->next)
        cases_join(join, each->join.level, each->join.needs_information);
    return 0;
}

void history_release(struct history *history)
{
    tdestroy(history->engagements, free);
    tdestroy(history->events, event_free);
    history->events = history->engagements = NULL;
}
