/* SPDX-License-Identifier: Apache-2.0
 *
 * intake.h: the input of `send` as items, one for each line or row: an event ready to be sent, or the reason
 * why it cannot be.
 */
#ifndef PATHWAYD_CTL_INTAKE_H
#define PATHWAYD_CTL_INTAKE_H

#include "ctl/map.h"
#include "ctl/source.h"
#include "event/event.h"

enum item_outcome {
    ITEM_OPEN, /* to be sent, or under way */
    ITEM_ACCEPTED,
    ITEM_DUPLICATE,
    ITEM_REJECTED,
    ITEM_BAD,        /* never sent: not an event, too large */
    ITEM_SKIPPED,    /* the map leaves such rows out */
    ITEM_UNANSWERED, /* given up */
    ITEM_OUTCOMES
};

struct item {
    enum item_outcome outcome;
    uint64_t line; /* of a file of lines, or the row's number in CSV */
    char *bytes;   /* the event exactly as it is sent; NULL for what is not sent */
    size_t length;
    char *answer; /* the acknowledgement, or {"error":…}: one line of JSON */
};
void item_release(struct item *item);

struct intake {
    struct source *source;
    struct map *map; /* NULL: lines */
    struct csv csv;
    struct pw_document document;
    struct event_limits limits;
    uint64_t lines;
    bool bound, broken; /* broken: CSV that cannot be cut into rows any further */
    int trouble;        /* PW_ERROR_* that ends the run; the sentence was printed */
};

void intake_release(struct intake *intake);

/* The next item. 1; 0: more must be read first, or it ended; negative: intake->trouble. */
int intake_next(struct intake *intake, struct item *ret_item);
bool intake_ended(const struct intake *intake);

#endif
