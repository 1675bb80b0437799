/* SPDX-License-Identifier: Apache-2.0
 *
 * decision.h: what people decide of a case (R04, R06, R07, R36, R52, R63).
 *
 *     (none) ── decide ──▶ standing ─────────────────── reopened   by somebody
 *        │                  ▲      └──────────────────── changed    what it relied on is otherwise
 *        │ two people       │      └──────────────────── due        its review_by has come
 *        └────▶ proposed ───┘ second: somebody else, and nothing has changed
 *                   └────────▶ withdrawn                            what was proposed no longer is
 *     standing ─────────▶ appealed      somebody appeals (appeal.h)
 *
 * Two different people (actor.h) for `declined`, and for every decision on a case at `prohibited`.
 *
 * While a decision stands, findings that rest on what it relied on raise no alert; each is counted (R36). When facts about
 * an institution change, the case is open again (R60, R61).
 *
 * Nothing is referred outside by itself (R28); that somebody did is recorded apart (referral.h). What somebody has against a decision is
 * written beside it and stays (R08).
 *
 * Journal thread, inside a task's transaction.
 */
#ifndef PATHWAYD_CASES_DECISION_H
#define PATHWAYD_CASES_DECISION_H

#include "cases/act.h"

#define DECISION_ITEMS 16u  /* costs, benefits, mitigations, each */
#define DECISION_ITEM  512u /* bytes of one */
#define DECISION_YEARS 5u   /* a clearance is looked at again within so many */

/* What kind of reason it is, so that reasons can be counted; the reason itself is in words. NULL-terminated. */
struct decision_code {
    const char *word, *meaning;
};
extern const struct decision_code decision_codes[];
/* What became of a decision, for people; "" for a state that is none. */
const char *decision_state_words(struct pw_text state);

struct decision_request {
    uint64_t case_id;
    struct actor actor;
    struct pw_text disposition; /* "proceed", "proceed_with_mitigation", "declined" */
    struct pw_text reason, displacement;
    struct pw_text code;                         /* a word of decision_codes; empty: "other" */
    struct pw_text costs, benefits, mitigations; /* JSON arrays of strings; "[]" or empty for none */
    uint32_t cost_count, benefit_count, mitigation_count;
    int64_t review_by_ms; /* 0: as configured */
    uint64_t revision;    /* that the actor has seen; 0: whichever */
};

/* 0 done; PW_ERROR_INVALID with the answer's refusal; else a journal error. */
int decision_make(struct journal_writer *writer, const struct config *config,
                  const struct decision_request *request, struct act_answer *ret_answer);
/* Seconds what was proposed. */
int decision_second(struct journal_writer *writer, const struct config *config,
                    const struct act_request *request, struct act_answer *ret_answer);
/* Ends what stands or was proposed: the case is open again. */
int decision_reopen(struct journal_writer *writer, const struct config *config,
                    const struct act_request *request, struct pw_text reason, struct act_answer *ret_answer);

/* Writes down what somebody has against the newest decision of the case, or proposal. */
int decision_dissent(struct journal_writer *writer, const struct config *config,
                     const struct act_request *request, struct pw_text words, struct act_answer *ret_answer);

/* Opens again what is due by now, at most so many cases. */
int decisions_due(struct journal_writer *writer, const struct config *config, uint32_t limit,
                  uint32_t *ret_count);

#endif
