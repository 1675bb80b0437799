/* SPDX-License-Identifier: Apache-2.0
 *
 * collection.h: the entries of one case in one collection of a calendar server (CalDAV, RFC 4791). Blocks, for two requests
 * an entry.
 *
 * Rationale: why is every entry read before it is written? A notice that was held up (a server that answered 503, say) comes
 * again after a newer one of the same case has been delivered, and must not bring the older state back. What the plugin
 * itself remembers is gone when it restarts, so the calendar is asked: an entry of a newer revision stays as it is. Between
 * the reading and the writing somebody may edit it, so the writing names the state that it means to replace (If-Match), and
 * comes again if it is another one.
 *
 * The task is what tells that a notice is late. So every case has a task, also one that was decided before the calendar
 * heard of it; and a late notice touches the date neither.
 *
 *     2xx                          done
 *     412                          the entry was changed meanwhile; tried again
 *     401, 403, 404, 405, 409,     the collection or the login is not what the configuration says: the operator is told,
 *     410, 3xx                     and it is tried again, for every notice would fare like this one
 *     anything else                as http.h says
 */
#ifndef CALENDAR_COLLECTION_H
#define CALENDAR_COLLECTION_H

#include "calendar/entry.h"
#include "http/http.h"

struct collection {
    struct http *http;           /* its url ends in a slash */
    struct http_verdict verdict; /* what became of the notice; too large for a stack */
};

/* Fills outcome, retry_after, operator_needed and message of the verdict. Late notices are done. */
void collection_keep(struct collection *collection, const struct entry_case *item);

#endif
