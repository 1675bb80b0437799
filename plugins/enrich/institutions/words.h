/* SPDX-License-Identifier: Apache-2.0
 *
 * words.h: what kind of word a folded token is, and the form in which it is compared.
 *
 * Institutions are named with a few dozen general words that everybody abbreviates in his own way and every language
 * spells in its own: university, institute, academy, science. Each such class of words has one form, found by stem
 * ("univ…"), so that "Univ.", "Universität" and "Universidad" compare equal. Words that only join others, and legal
 * forms of companies, are left out of the comparison. Everything else is compared as it is, less a plural's s.
 *
 * Constant tables, no state.
 */
#ifndef INSTITUTIONS_WORDS_H
#define INSTITUTIONS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pathwayd/text.h>

enum word_kind {
    WORD_PLAIN,
    WORD_CLASS,  /* a general word of institutions: never telling by itself */
    WORD_JOINER, /* of, the, and … */
    WORD_LEGAL   /* Ltd, GmbH … */
};

struct word {
    enum word_kind kind;
    struct pw_text form; /* as compared; into the token or a constant */
};

/* `token` is folded (folding.h). Walks the tables. */
struct word word_of(struct pw_text token);

/* The same, remembered: nearly all words of nearly all affiliations are the same few thousand. Zeroed is empty; it
 * changes how long an answer takes, never the answer. */
#define WORD_MEMO_SLOTS 4096u
#define WORD_MEMO_BYTES 22u
struct word_memo {
    struct {
        uint8_t length, kind; /* length 0: free */
        char token[WORD_MEMO_BYTES];
        const char *form; /* of a class; else NULL */
    } slots[WORD_MEMO_SLOTS];
};
struct word word_recall(struct word_memo *memo, struct pw_text token);

/* Where in a plain word's form a general one begins that was glued to it ("beihanguniversity"); 0: nowhere. */
size_t word_inside(struct pw_text form);

/* Words after which a name is that of a part or affiliate ("Hospital of N", "N Hospital"), not of another institution;
 * by their form. */
bool word_is_affiliate(struct pw_text form);

/* What kind of institution a word makes of a name: of "Army Medical University" there is one, of "Institute of Physics"
 * one in every country. By the word's form; 0: none. */
#define HEAD_UNIQUE 1u
#define HEAD_COMMON 2u
#define HEAD_STATE  4u /* government */
unsigned word_head(struct pw_text form);

/* "of" and "for", and their like in other languages: "N of X" is a longer name. */
bool word_goes_on(struct pw_text token);

#endif
