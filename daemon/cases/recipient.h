/* SPDX-License-Identifier: Apache-2.0
 *
 * recipient.h: who is told of a change, through which channel, and why they: the routes of the configuration, their queues,
 * whoever has the case. Never twice the same reviewer on one channel, however many routes agree.
 */
#ifndef PATHWAYD_CASES_RECIPIENT_H
#define PATHWAYD_CASES_RECIPIENT_H

#include "config/config.h"
#include "dispatch/pathway.h"
#include "journal/journal.h"

#define MAX_RECIPIENTS    256u /* of one change; a configuration with more is refused by nothing else */
#define RECIPIENT_BECAUSE 240u

struct case_change {
    const struct journal_case *after;
    const char *change; /* "opened" … see include/pathwayd/notice.h */
    uint32_t previous_level;
    uint32_t news_level;            /* the highest level of rules that did not speak before */
    uint32_t levels[PATHWAY_COUNT]; /* join of the standing findings, by pathway; for a withdrawal what stood
                                       before */
    bool asks[PATHWAY_COUNT];
    uint64_t sequence;      /* of the event that changed it */
    struct pw_text changed; /* JSON: what a decision relied on and is otherwise now; may be empty */
};

struct recipient {
    const char *channel, *reviewer, *address; /* the configuration's */
    bool digest;                              /* of an end: heard of the case in a digest */
    bool told;                                /* of an end: believes that the case is open */
    char because[RECIPIENT_BECAUSE];          /* a sentence */
};
struct recipients {
    struct recipient items[MAX_RECIPIENTS];
    uint32_t count;
};

/* Whether nothing is left to do after it: "withdrawn", "decided", "closed". */
bool change_ends(struct pw_text change);

/* Those of the change; of one that ends the case, those who were told that it is open. */
int recipients_find(struct journal_view *view, const struct config *config, const struct case_change *change,
                    struct recipients *recipients);

/* Whether the route is for a case like this, else why not, a clause in `why`. */
struct route_question {
    const struct case_change *change;
    struct journal_view *view;
};
int route_matches(const struct config_route *route, const struct route_question *question, bool *ret_matches,
                  const char **ret_why);

/* The queue that the case belongs to by the first route that is for it; NULL: none. */
int recipients_queue(struct journal_view *view, const struct config *config, const struct case_change *change,
                     const char **ret_queue);

const struct config_reviewer *reviewer_named(const struct config *config, struct pw_text name);
const struct config_queue *queue_named(const struct config *config, struct pw_text name);
/* Where a reviewer is reached on a channel; NULL: nowhere. */
const char *reviewer_address(const struct config_reviewer *reviewer, const char *channel);

#endif
