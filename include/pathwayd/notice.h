/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd/notice.h: what a notify plugin is given, and what it answers.
 *
 * A notice is delivered at least once: `notice_id` is the same on every attempt, and whoever receives it can
 * drop a second copy by it. The notice document:
 *
 *     {"notice_id": "…",            stable over retries, printable ASCII, unique per recipient and change
 *      "case_id": "C-000123", "engagement_id": "…", "revision": 3, "change": "opened|raised|asked|added|withdrawn|reopened|
 *                  proposed|changed|due",
 *      "level": "required", "needs_information": false, "previous_level": "none", "pathways": ["lab", …],
 *      "recipient": {"reviewer": "alice", "address": "alice@example.edu"},
 *      "time": "2026-01-02T03:04:05Z",
 *      "title": "…", "link": "…", "event": {"source": "…", "id": "…", "type": "…"},
 *      "findings": [ … as struct pw_finding, in JSON … ],
 *      "changed": [ … ],             of a case that was decided: what its decision relied on and is otherwise now
 *      "act": "pathwayctl case show C-000123"}
 *
 * Every text in it may come from a feed and is to be treated as hostile: escape it for the channel.
 */
#ifndef PATHWAYD_NOTICE_H
#define PATHWAYD_NOTICE_H

#include <pathwayd/text.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PW_DELIVERY_DONE 1u /* handed over; never sent again */
#define PW_DELIVERY_RETRY                                                                                    \
    2u /* passing trouble (4xx, connection refused): the outbox tries again with back-off */
#define PW_DELIVERY_FAIL                                                                                     \
    3u /* will never succeed (5xx, bad address): set aside and reported to the operator */

struct pw_delivery {
    uint32_t struct_size;
    uint32_t outcome;     /* PW_DELIVERY_* */
    uint32_t retry_after; /* seconds to wait at least; 0: the outbox decides */
    uint32_t reserved;
    struct pw_text message; /* what the other side said; kept with the notice, shown by `status` */
};

#ifdef __cplusplus
}
#endif
#endif
