/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd/notice.h: what a notify plugin is given, and what it answers.
 *
 * A notice is delivered at least once: `notice_id` is the same on every attempt, and whoever receives it can
 * drop a second copy by it. The notice document:
 *
 *     {"notice_id": "…",            stable over retries, printable ASCII, unique per recipient and change
 *      "kind": "case",               or "digest", "question", "alarm", see below
 *      "case_id": "C-000123", "engagement_id": "…", "revision": 3, "change": "opened|raised|asked|answered|added|withdrawn|reopened|
 *                  proposed|decided|changed|due|assigned|reminder|escalated|appealed|closed",
 *      "level": "required", "needs_information": false, "previous_level": "none", "pathways": ["lab", …],
 *      "recipient": {"reviewer": "alice", "address": "alice@example.edu"},
 *      "because": "…",               why this recipient is told: the queue, a deputy, an escalation; a sentence
 *      "queue": "export-control", "state": "new", "assignee": "alice",   any of them may be ""
 *      "time": "2026-01-02T03:04:05Z",
 *      "decide_by": "2026-01-06T17:00:00Z",   the office's own clock; absent when none runs
 *      "due": "2026-07-31",          the earliest statutory day among the findings; absent when there is none
 *      "title": "…", "link": "…", "event": {"source": "…", "id": "…", "type": "…"},
 *      "findings": [ … as struct pw_finding, in JSON … ], "findings_left_out": 0,
 *      "muted": 0,                   lesser findings that a prohibited one makes needless to tell
 *      "changed": [ … ],             of a case that was decided: what its decision relied on and is otherwise now
 *      "page": "https://…",          the case on the reviewers' page; absent when there is no page
 *      "act": "pathwayctl case show C-000123"}
 *
 *     {"notice_id", "kind": "digest", "recipient", "time", "because", "cases": [{"case_id", "engagement_id", "change",
 *      "level", "needs_information", "state", "pathways", "title", "explanation", "decide_by", "due", "act"}, …],
 *      "left_out": 0, "act": "pathwayctl case list"}              never empty; the newest state of each case, once
 *     {"notice_id", "kind": "question", "case_id", "engagement_id", "recipient", "time", "because", "title", "question": "…",
 *      "asked_by": "alice", "answer_by": "2026-01-06", "event", "act"}   to a unit's contact, who is no reviewer: no finding
 *     {"notice_id", "kind": "alarm", "recipient", "time", "because", "subject": "…", "text": "…", "act"}   to operators
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
