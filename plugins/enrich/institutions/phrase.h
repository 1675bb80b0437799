/* SPDX-License-Identifier: Apache-2.0
 *
 * phrase.h: a name or a sentence as a row of words in the form in which they are compared (words.h), each knowing which
 * bytes of the original it is. The forms stand side by side without anything between them, so that a name is one run of
 * bytes (its joined key) however its words were glued, split or hyphenated; joining words and legal forms are gone.
 */
#ifndef INSTITUTIONS_PHRASE_H
#define INSTITUTIONS_PHRASE_H

#include "folding.h"
#include "words.h"

/* What stands before a word. */
#define PHRASE_COMMA   1u  /* a comma: parts of an address, or a stray one inside a name */
#define PHRASE_STOP    2u  /* a semicolon, bar or line end: another affiliation */
#define PHRASE_BRACKET 4u  /* an opening or closing bracket */
#define PHRASE_GOES_ON 8u  /* "of", "for" or their like: the name before it goes on */
#define PHRASE_JOINED  16u /* some other joining word */
#define PHRASE_LEGAL   32u /* a legal form */

struct phrase_word {
    uint32_t start, end; /* of its form, in phrase.bytes */
    uint32_t from, to;   /* in the original */
    uint32_t folded;     /* number of its token in the folded text */
    uint32_t before;     /* PHRASE_* */
    bool general;        /* a class of words: never telling */
    bool ideograph;
};

/* Zeroed is empty; memory is kept from use to use. */
struct phrase {
    struct folded folded;
    char *bytes;
    struct phrase_word *words;
    uint32_t length, capacity, count, word_capacity;
    uint32_t after; /* PHRASE_* behind the last word */
    struct word_memo *memo;
};

/* PW_ERROR_LIMIT past FOLDING_MAX_BYTES, PW_ERROR_MEMORY. A text of nothing but joining words and legal forms keeps
 * them. */
int phrase_read(const struct folding *folding, struct pw_text text, struct phrase *ret_phrase);

/* The joined key of words first..last. */
struct pw_text phrase_key(const struct phrase *phrase, uint32_t first, uint32_t last);
/* Words first..last in alphabetical order, one behind the other, in `to`: its length, or 0 when it does not fit or there
 * are too many or too few to tell anything by. */
#define PHRASE_SET_LEAST 4u
#define PHRASE_SET_MOST  8u
#define PHRASE_SET_BYTES 160u
size_t phrase_set(const struct phrase *phrase, uint32_t first, uint32_t last, char to[PHRASE_SET_BYTES]);
void phrase_release(struct phrase *phrase);

#endif
