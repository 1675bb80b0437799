/* SPDX-License-Identifier: Apache-2.0
 *
 * case.h: the parts of a case's page.
 */
#ifndef PATHWAYD_PAGE_CASE_H
#define PATHWAYD_PAGE_CASE_H

#include "page/visit.h"

/* What did not work, above the case. */
struct case_trouble {
    struct pw_text sentence;
    const char *more; /* markup of ours */
};

/* case.c: the case of that name ("C-000001"), as it is now. NULL: nothing went wrong. */
void case_show(struct visit *visit, struct pw_text name, const struct case_trouble *trouble);

#define CASE_WORDS 32u /* of a kind over all findings; the vocabulary has fewer */
/* The words under `key` ("costs") of all findings that stand, each once; how many. */
uint32_t case_words(const struct answer *answer, const char *key, struct pw_text words[CASE_WORDS]);

/* act.c: forms for what the visitor may do; that something was done. */
void act_forms(struct visit *visit, const struct answer *answer);
void act_done(struct visit *visit);

/* record.c: what people did so far. */
void record_show(struct visit *visit, const struct answer *answer);

#endif
