/* SPDX-License-Identifier: Apache-2.0
 *
 * stored.h: what a resource on the calendar server says of itself, however the server or a calendar program has rewritten
 * it: order, folding and parameters may be theirs.
 */
#ifndef CALENDAR_STORED_H
#define CALENDAR_STORED_H

#include "calendar/entry.h"

struct stored {
    int64_t revision;          /* X-PATHWAYD-REVISION, or else SEQUENCE; 0: neither */
    char day[ENTRY_DAY_BYTES]; /* DTSTART, when it is a day; or "" */
};

/* Never fails: bytes that say nothing, or nonsense, leave both empty. */
void stored_read(struct pw_text bytes, struct stored *ret_stored);

#endif
