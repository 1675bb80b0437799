/* SPDX-License-Identifier: Apache-2.0
 *
 * handling.h: what people do to a case beside deciding it: whose it is, what they write on it, a hold, how far its
 * mitigations are, and its end. Each is an act (act.h); 0 done, PW_ERROR_INVALID with the answer's refusal, else a journal
 * error. Journal thread, inside a task's transaction.
 */
#ifndef PATHWAYD_CASES_HANDLING_H
#define PATHWAYD_CASES_HANDLING_H

#include "cases/act.h"

#define HOLD_DAYS 30u /* at a time: who stops somebody's work says so again */

/* Gives the case to one of the configuration's reviewers; `note` may be empty. */
int handling_assign(struct journal_writer *writer, const struct config *config,
                    const struct act_request *request, struct pw_text reviewer, struct pw_text note,
                    struct act_answer *ret_answer);
/* Takes it oneself, and begins. */
int handling_take(struct journal_writer *writer, const struct config *config,
                  const struct act_request *request, struct act_answer *ret_answer);
int handling_comment(struct journal_writer *writer, const struct config *config,
                     const struct act_request *request, struct pw_text words, struct act_answer *ret_answer);
/* `kind` ACT_ATTACH: where a document is, and a note; ACT_STATEMENT: what the person concerned says, by words or by where
 * it is. Never the document, never who the person is (R58). */
int handling_refer_to(struct journal_writer *writer, const struct config *config,
                      const struct act_request *request, enum case_act kind, struct pw_text reference,
                      struct pw_text words, struct act_answer *ret_answer);
/* Nothing goes on until then, or until it is decided; it lapses by itself. */
int handling_hold(struct journal_writer *writer, const struct config *config,
                  const struct act_request *request, int64_t until_ms, struct pw_text reason,
                  struct act_answer *ret_answer);
int handling_close(struct journal_writer *writer, const struct config *config,
                   const struct act_request *request, struct pw_text note, struct act_answer *ret_answer);

/* `what`: "done", "open"; "owner", "due", "evidence" with a value. */
struct mitigation_change {
    uint32_t number; /* of the decision's, from 1 */
    struct pw_text what, value;
};
int handling_mitigation(struct journal_writer *writer, const struct config *config,
                        const struct act_request *request, const struct mitigation_change *change,
                        struct act_answer *ret_answer);

/* Whether it names a document by an https address or a record's number. */
bool reference_is_good(struct pw_text reference);

#endif
