/* SPDX-License-Identifier: Apache-2.0
 *
 * referral.h: that people referred a case outside (R28). Off unless the configuration says otherwise; proposed by one
 * person, seconded by another, recorded; and that is all: nothing is sent anywhere.
 * Journal thread, inside a task's transaction.
 */
#ifndef PATHWAYD_CASES_REFERRAL_H
#define PATHWAYD_CASES_REFERRAL_H

#include "cases/act.h"

int referral_propose(struct journal_writer *writer, const struct config *config,
                     const struct act_request *request, struct pw_text to, struct pw_text reason,
                     struct act_answer *ret_answer);
int referral_second(struct journal_writer *writer, const struct config *config,
                    const struct act_request *request, struct act_answer *ret_answer);

#endif
