/* SPDX-License-Identifier: Apache-2.0
 *
 * history.h: the lines of `assess --together` as one history: what each event says by now, corrections included, and
 * the join of each engagement.
 *
 * Owner: the history owns its events; they live until history_release. One thread.
 */
#ifndef PATHWAYD_CTL_HISTORY_H
#define PATHWAYD_CTL_HISTORY_H

#include "cases/cases.h"
#include "event/event.h"

struct history_event {
    char *source, *id, *engagement_id;
    char *body, *affiliation; /* as corrected so far */
    size_t body_length, affiliation_length;
    int64_t time_ms;               /* INT64_MIN when it has none */
    bool early;                    /* only corrections of it have come */
    struct case_join join;         /* what was said of it last */
    struct history_event *next;    /* of its engagement, once it is joined */
    struct history_event *waiting; /* early: its corrections, as events of their own */
    bool joined;
};

struct history {
    void *events, *engagements; /* trees, by identity and by engagement */
};

/* Takes an event in. *ret_event is what it says, with the corrections that came before it; *ret_first whether this
 * was the first of its identity: a second one changes nothing. PW_ERROR_MEMORY. */
int history_add(struct history *history, const struct event *event, struct history_event **ret_event,
                bool *ret_first);

/* Takes a correction in. *ret_event is the corrected event, or NULL when that has not come yet. PW_ERROR_MEMORY. */
int history_correct(struct history *history, const struct event *correction,
                    struct history_event **ret_event);

/* What is said of the event from now on; gives the join of its engagement. PW_ERROR_MEMORY. */
int history_join(struct history *history, struct history_event *event, struct case_join *join);
void history_release(struct history *history);

#endif
