/* SPDX-License-Identifier: Apache-2.0
 *
 * cases.h: findings joined per engagement by the level order; a case opens at `suggested` or above or on
 * needs_information; each change of state writes its notices in the same transaction (the outbox).
 *
 *     state       what happens                                                       becomes     told as
 *     (none)      level ≥ suggested, or needs_information                            new         opened
 *     new         a higher level, a question, another rule                           new         raised, asked, added
 *     new         every finding withdrawn                                            withdrawn   withdrawn
 *     withdrawn   a new finding                                                      new         reopened
 *     new         somebody decides                                                   decided
 *     new         somebody decides what takes two people                             proposed    proposed
 *     proposed    somebody else seconds                                              decided
 *     proposed    every finding withdrawn                                            withdrawn   withdrawn
 *     proposed    somebody takes it up again                                         new         reopened
 *     decided     the same                                                           new         reopened
 *     proposed    what it relies on is otherwise                                     new         changed, raised, …
 *     decided     the same                                                           new         changed, raised, …
 *     decided     its review is due (withdrawn, when nothing stands any more)        new         due
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
