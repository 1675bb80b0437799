/* SPDX-License-Identifier: Apache-2.0
 *
 * silence.h: for a while, nobody is told of what fits all that a silence names (a case, a rule, a pathway, a unit: one at
 * least). It has an author, a reason and an end. What is found is found all the same.
 * Journal thread, inside a task's transaction.
 */
#ifndef PATHWAYD_CASES_SILENCE_H
#define PATHWAYD_CASES_SILENCE_H

#include "cases/actor.h"
#include "journal/journal.h"

#define SILENCE_DAYS   180u /* longer is a change of the rules, and has a pack */
#define SILENCE_REASON 2048u

/* `silence` has what it names, reason and end. 0; PW_ERROR_INVALID with the refusal; else a journal error. */
int silence_add(struct journal_writer *writer, const struct actor *actor, struct journal_silence *silence,
                uint64_t *ret_silence_id, struct refusal *refusal);
/* Before its time. */
int silence_end(struct journal_writer *writer, const struct actor *actor, uint64_t silence_id,
                struct refusal *refusal);

#endif
