/* SPDX-License-Identifier: Apache-2.0
 *
 * link.h: what an event belongs to beside others: its engagement, and the sources of its funding. What came before it
 * there is told to policies as facts (include/pathwayd/fact.h).
 *
 * Earlier is by the events' own time, then by a hash of source and id: an order that does not depend on when they arrive.
 */
#ifndef PATHWAYD_DISPATCH_LINK_H
#define PATHWAYD_DISPATCH_LINK_H

#include <pathwayd/fact.h>
#include "json/buffer.h"
#include "json/json.h"

#define LINKS_OF_EVENT 16u   /* of one event: its engagement and so many sources */
#define LINK_EVENTS    64u   /* events of an engagement that are told */
#define LINK_GIFTS     2048u /* of a source */
#define LINK_GIFT_MONTHS                                                                                     \
    24u /* how far back what a source gave is told; no period of a pack is longer than twelve */
#define LINK_BYTES (128u << 10) /* that all of it together may take */

struct link {
    char *name; /* "e:ENGAGEMENT", "f:ror:…", "f:name:…" */
    size_t length;
    uint32_t partner; /* of a source: its place among the event's partners */
    bool source;
};

struct links {
    struct link items[LINKS_OF_EVENT];
    uint32_t count;
};

/* What the stored event belongs to; sources beyond LINKS_OF_EVENT are left out. PW_ERROR_MEMORY leaves nothing. */
int links_read(struct links *links, const struct pw_document *event);
void links_release(struct links *links);
/* Whether both belong to what `link` names. */
const struct link *links_find(const struct links *links, const struct link *link);

/* The order of events of one instant; it means nothing, and is the same everywhere. */
int64_t link_tie(struct pw_text source, struct pw_text id);

/* A fact on its way, with what orders it. */
struct earlier {
    int64_t at_ms, tie;
    char *fact; /* JSON */
    size_t length;
};

/* Whether an event comes before another. */
bool earlier_than(int64_t at_ms, int64_t tie, int64_t than_ms, int64_t than_tie);

/* The fact that tells of an event, stored as `event` and dated at_ms, to one that shares `link` with it.
 * PW_ERROR_MEMORY leaves nothing. */
int earlier_make(struct earlier *earlier, const struct link *link, const struct pw_document *event,
                 int64_t at_ms);
void earlier_release(struct earlier *earlier);

/* Writes facts in their order, the newest as far as there is room, without brackets; then says what was left out, by
 * `more` or for want of room. Sorts `items`. */
void earlier_write(struct buffer *out, const struct link *link, struct earlier *items, uint32_t count,
                   bool more);

#endif
