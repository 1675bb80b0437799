/* SPDX-License-Identifier: Apache-2.0
 *
 * question.h: what a reviewer asks of a unit: the case waits, the unit's contact gets a notice that has the question in it
 * and nothing of what was found, and the case is in review again when the answer is there.
 *
 * An answer comes as a correction of one of the case's events whose `correlationid` is the question's key, and counts when
 * the event has been judged with it; or a reviewer writes down what they heard. What the findings themselves ask is no
 * question here: it is settled when they no longer stand.
 *
 * The notice goes through the notify instance `cases.questions_channel`; left out, the first instance of the plugin
 * `email`. Without either, or without a contact, the case waits all the same, and whoever asks is told that nobody was
 * written to. Journal thread, inside a task's transaction.
 */
#ifndef PATHWAYD_CASES_QUESTION_H
#define PATHWAYD_CASES_QUESTION_H

#include "cases/act.h"

#define QUESTION_DAYS 366u /* an answer is wanted within so many */

/* "C-000123/q1" */
#define QUESTION_KEY_SIZE 48
void question_key(uint64_t case_id, uint32_t number, char buffer[QUESTION_KEY_SIZE]);

struct question_request {
    struct act_request who;
    struct pw_text unit; /* whose contact; empty: the case's */
    struct pw_text words;
    int64_t by_ms; /* 0: no day */
};
int question_ask(struct journal_writer *writer, const struct config *config,
                 const struct question_request *request, struct act_answer *ret_answer);

/* What was heard otherwise. `number` 0: the one that is open. */
int question_answer(struct journal_writer *writer, const struct config *config,
                    const struct act_request *request, uint32_t number, struct pw_text words,
                    struct act_answer *ret_answer);

/* What the corrections of a judged event answer of the open case's questions. */
struct questions_settled {
    bool any; /* something was answered: the case has another revision … */
    bool all; /* … and nothing is open any more */
};
int questions_settle(struct dossier *dossier, const struct pw_document *event,
                     struct questions_settled *ret_settled);

#endif
