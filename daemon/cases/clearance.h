/* SPDX-License-Identifier: Apache-2.0
 *
 * clearance.h: what a decision relies on, and what is otherwise now (R07, R36).
 *
 * It is a set of lines, each of which a person can read:
 *
 *     rule research.q2_seven_sons (paper, 920b447e): required      the rule, by what its words were, and how far it went
 *     entry EL example institute [military, needs_licence]         a list's entry, and what it says
 *     fact applications military: yes                              what a condition saw
 *     question Q1: …                                               what nobody had said
 *     partner ror:00wk2mp56                                        whom an event named
 *     event https://… t-7                                          after `declined`: what was known to be planned
 *
 * A material change is a line that was not there. What has gone needs nobody's attention. Stored as
 *
 *     {"packs": ["paper 2.0.0"], "snapshots": ["entity-list 2026-01-02"], "lines": [ … sorted … ], "left_out": 0}
 */
#ifndef PATHWAYD_CASES_CLEARANCE_H
#define PATHWAYD_CASES_CLEARANCE_H

#include "journal/journal.h"
#include "json/buffer.h"
#include "json/json.h"

#define CLEARANCE_LINES   1024u /* of one case; what there is beyond them is counted */
#define CLEARANCE_SOURCES 64u   /* packs, and snapshots */
#define CLEARANCE_CHANGES 16u   /* that are named; the rest is counted */

struct clearance_set {
    char *items[CLEARANCE_LINES]; /* sorted, each once */
    uint32_t count, most, left_out;
};

struct clearance {
    struct clearance_set lines, packs, snapshots;
    struct clearance_set costs, benefits; /* that the findings name (R04); not part of what is stored */
    bool failed;                          /* out of memory */
};

struct clearance *clearance_new(void); /* NULL: out of memory */
void clearance_free(struct clearance *clearance);

/* What a standing finding rests on; nothing of one that does not count. */
void clearance_add_finding(struct clearance *clearance, const struct journal_finding *finding);
/* Whom the event names; with `itself` also that it is known. */
void clearance_add_event(struct clearance *clearance, const struct pw_document *event, bool itself);

void clearance_write(const struct clearance *clearance, struct buffer *out);
/* The lines of `now` that `relied` does not have: how many, and the first of them as a JSON array. PW_ERROR_MEMORY;
 * `relied` that cannot be read relies on nothing. */
int clearance_compare(const struct clearance *now, struct pw_text relied, struct buffer *ret_changes,
                      uint32_t *ret_count);

#endif
