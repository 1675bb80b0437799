/* SPDX-License-Identifier: Apache-2.0
 *
 * case.h: the parts of a case's page.
 */
#ifndef PATHWAYD_PAGE_CASE_H
#define PATHWAYD_PAGE_CASE_H

#include "page/visit.h"

/* case.c: the case of that name ("C-000001"), as it is now; with what the daemon had against an act on it, or NULL. */
void case_show(struct visit *visit, struct pw_text name, const struct answer *refusal);

/* Whether a finding does. */
bool case_stands(const struct answer *answer, uint32_t finding);

/* Whether somebody still has to look at it. */
bool case_is_open(const struct answer *answer);

/* happened.c: the last event, and the three questions. */
#define AFFILIATION "/data/raw_affiliation" /* kept beside the event and not in it */
void happened_show(struct visit *visit, const struct answer *answer);
void happened_questions(struct visit *visit, const struct answer *answer);

/* why.c: the findings that stand, or those that do not; and over those that stand what nobody knows, and both sides. */
void why_show(struct visit *visit, const struct answer *answer, bool standing);
void why_unknown(struct visit *visit, const struct answer *answer);
void why_sides(struct visit *visit, const struct answer *answer);

#define CASE_WORDS 32u /* of a kind over all findings; the vocabulary has fewer */
/* The words under `key` ("costs") of all findings that stand, each once; how many. */
uint32_t case_words(const struct answer *answer, const char *key, struct pw_text words[CASE_WORDS]);

/* act.c: that something was done, or why it was not. */
void act_done(struct visit *visit, const struct answer *answer);
void act_refused(struct visit *visit, const struct answer *answer, const struct answer *refusal);
/* What was sent with this visit, to be read and copied; nothing when nothing was. */
void act_keep(struct visit *visit);
/* A page with a sentence and that: nothing somebody wrote is lost. */
void act_give_back(struct visit *visit, unsigned code, const char *title, struct pw_text sentence);
/* act_form.c: forms for what the visitor may do. */
void act_forms(struct visit *visit, const struct answer *answer);

/* record.c: what people did so far. */
void record_show(struct visit *visit, const struct answer *answer);

#endif
