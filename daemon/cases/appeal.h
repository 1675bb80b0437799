/* SPDX-License-Identifier: Apache-2.0
 *
 * appeal.h: what is decided is decided anew by other people. The decision that was appealed ends, and until another is
 * made, nobody may decide or second who decided or seconded one of this case that was appealed; whatever happens to the
 * case in between. That a decision was reversed is read off the decisions (report/outcome.h).
 * Journal thread, inside a task's transaction.
 */
#ifndef PATHWAYD_CASES_APPEAL_H
#define PATHWAYD_CASES_APPEAL_H

#include "cases/act.h"

/* Who appeals, by what they are to the case; never who they are (R58). Ends with NULL. */
extern const char *const appeal_parties[];

int appeal_make(struct journal_writer *writer, const struct config *config, const struct act_request *request,
                struct pw_text party, struct pw_text reason, struct act_answer *ret_answer);

/* Whether the actor may decide or second in an open act; 0, or refused. */
int appeal_check(const struct act *act);

#endif
