/* SPDX-License-Identifier: Apache-2.0
 *
 * cases.h: findings joined per engagement by the level order; a case opens at `suggested` or above or on
 * needs_information; each change of state writes its notices in the same transaction (the outbox).
 *
 *                    level ≥ suggested or needs_information
 *     (no case) ──────────────────────────────────────────▶ new ──┐ raised, asked: revision + 1, notice
 *                                                          ▲  │   │
 *                                                          │  └───┘
 *                                    a new finding: reopened│  │ every finding withdrawn
 *                                                          └ withdrawn
 *
 * A person decides (R06): the reviewers' states are theirs and are never left by this code.
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
