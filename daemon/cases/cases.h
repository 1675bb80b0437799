/* SPDX-License-Identifier: Apache-2.0
 *
 * cases.h: findings joined per engagement by the level order; a case opens at `suggested` or above or on
 * needs_information; each change of state writes its notices in the same transaction (the outbox).
 *
 *                take                     ask ──▶
 *      new ──────────────────▶ in_review ◀──────────▶ needs_information
 *       │ assign ┌─ take ────────▲  │  ◀── answered, take   │
 *       └──▶ triage                 │ decide               │ decide           what takes two people is proposed first,
 *                │ decide           ▼                      ▼                  from any state that may be decided:
 *                └──────────────▶ decided ◀────────────────┘                      … ── decide ──▶ proposed
 *                                  │ ▲ │ close                                         proposed ── second ──▶ decided
 *                           appeal │ │ └──▶ closed ── appeal ──▶ appealed              proposed ── reopen ──▶ new *
 *                                  ▼ │ decide, by somebody else
 *                                appealed                                     * or appealed, until an appeal is decided
 *
 * Which act is allowed in which state, and to whom, is one table: life.c. What comes by itself:
 *
 *     state                    what happens                                          becomes     told as
 *     (none)                   level ≥ suggested, or needs_information               new         opened
 *     new, triage, in_review,  a higher level, a question, another rule              the same    raised, asked, added
 *       needs_information,     every finding withdrawn                               withdrawn   withdrawn
 *       appealed
 *     needs_information        the last question is answered by an event (question.h)   in_review  answered
 *     withdrawn                a new finding                                         new         reopened
 *     proposed                 every finding withdrawn                               withdrawn   withdrawn
 *                              what it relies on is otherwise                        new *       changed, raised, …
 *     decided, closed          the same                                              new         changed, raised, …
 *                              its review is due (withdrawn, when nothing stands)    new         due
 *
 * Whose case it is stays with it through all of that, so that a case that is open again has somebody.
 *
 * A person decides (R06): only people bring a case to `proposed` and `decided` (decision.h), and what is decided stands
 * until something that it relied on is otherwise, or its review is due.
 * Journal thread, inside a task's transaction; the configuration is read only.
 */
#ifndef PATHWAYD_CASES_CASES_H
#define PATHWAYD_CASES_CASES_H

#include "config/config.h"
#include "journal/journal.h"

/* Joins the event's standing findings, already in the journal, into its engagement's case. `body` is the
 * stored event. 0 or a journal error. */
int cases_apply(struct journal_writer *writer, const struct config *config, uint64_t sequence,
                struct pw_text body);

/* The join of findings: the maximum level, the OR of needs_information. Exposed for the control endpoint,
 * pathwayctl assess and tests. */
struct case_join {
    uint32_t level, needs_information;
};
void cases_join(struct case_join *join, uint32_t level, uint32_t needs_information);

#endif
