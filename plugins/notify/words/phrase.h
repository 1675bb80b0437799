/* SPDX-License-Identifier: Apache-2.0
 *
 * phrase.h: the words of pathwayd's own vocabulary as a reader would say them. Whatever the tables do not
 * know, such as a pack's own code, is shown as it is.
 */
#ifndef WORDS_PHRASE_H
#define WORDS_PHRASE_H

#include "words/page.h"

struct phrase {
    const char *word;
    const char *words;
};

extern const struct phrase phrase_levels[];    /* level → what to do, a sentence */
extern const struct phrase phrase_changes[];   /* change of a case → a sentence */
extern const struct phrase phrase_kinds[];     /* kind of a finding → what it is */
extern const struct phrase phrase_bases[];     /* basis of a match → how it was made */
extern const struct phrase phrase_weighings[]; /* costs, benefits, mitigations (the paper's table) */

/* NULL when the table does not know it. Tables end with a NULL word. */
const char *phrase_find(const struct phrase *table, struct pw_text word);

/* The phrase, and the code in brackets; or the code alone. */
void phrase_put(struct page *page, const struct phrase *table, struct pw_text code);

#endif
