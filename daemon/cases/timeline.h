/* SPDX-License-Identifier: Apache-2.0
 *
 * timeline.h: what people have written on a case, and what follows from it: which questions are open, whether a hold is
 * in force, how far the mitigations are, whether it was referred. Everything is read off the entries, which nothing takes
 * away again; so a hold lapses and a mitigation falls due without anybody writing it down.
 *
 * An entry's kind is the act's word (life.h), or "answered" with no actor for what an event answered. Its detail:
 *
 *     {"revision": 4,                      of the case, from then on
 *      "to": "alice"                       assign
 *      "question": 1, "unit": "AI-LAB", "by": "2026-01-06"         ask; answered has "question"
 *      "reference": "https://…"            attach, statement
 *      "until": "2026-01-20"               hold
 *      "decision": 3, "mitigation": 1, "state": "done"|"open" | "owner": "…" | "due": "2026-02-01" | "evidence": "…"
 *      "decision": 3, "state": "proposed"|"decided"               decide, second
 *      "by": "person"                      appeal
 *      "step": "proposed"|"seconded", "to": "…"}                   refer
 */
#ifndef PATHWAYD_CASES_TIMELINE_H
#define PATHWAYD_CASES_TIMELINE_H

#include "journal/journal.h"

#define TIMELINE_QUESTIONS 64u    /* of one case */
#define TIMELINE_MEASURES  16u    /* mitigations of a decision */
#define TIMELINE_ENTRIES   10000u /* of one case; more is no work on a case */

struct timeline_question {
    char *words, *unit, *asked_by, *answered_by, *answer; /* answered_by "": an event */
    int64_t at_ms, answer_by_ms, answered_ms; /* answer_by_ms 0: no day; answered_ms 0: it is open */
};

struct timeline_measure {
    char *words, *owner, *evidence; /* owner, evidence: NULL until somebody says */
    int64_t due_ms;                 /* 0: no day */
    bool done;
};

struct timeline {
    struct timeline_question questions[TIMELINE_QUESTIONS];
    uint32_t question_count, open_count;
    uint64_t decision_id; /* that stands, whose mitigations they are; 0: none does */
    struct timeline_measure measures[TIMELINE_MEASURES];
    uint32_t measure_count;
    int64_t hold_until_ms, hold_at_ms; /* 0: nobody holds it, or it was decided since */
    char *hold_by, *hold_reason;
    char *referred_by, *referral_second, *referred_to; /* NULL: it is not */
    uint32_t entry_count;
    bool failed; /* out of memory */
};

/* 0 or a journal error; timeline_release either way. A zeroed struct is an empty one. */
int timeline_read(struct journal_view *view, uint64_t case_id, struct timeline *timeline);
void timeline_release(struct timeline *timeline);

bool timeline_is_held(const struct timeline *timeline, int64_t now_ms);
bool measure_is_overdue(const struct timeline_measure *measure, int64_t now_ms);

#endif
