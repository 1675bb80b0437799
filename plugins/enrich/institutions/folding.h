/* SPDX-License-Identifier: Apache-2.0
 *
 * folding.h: a name as it is compared. "The BEIHANG-Universität", "ｂｅｉｈａｎｇ universitat" and a
 * spelling with zero-width characters inside fold to the same bytes; each token still knows which bytes of
 * the original it is.
 *
 * A folded name is a row of tokens without anything between them (the joined key): compatibility forms
 * resolved, case folded, diacritics and invisible characters gone, traditional Chinese characters made
 * simplified, "&" read as "and", everything else that is neither letter nor digit an edge between tokens. An
 * ideograph is a token of its own, because Chinese sets no spaces. So words that are glued, split or
 * hyphenated still compare equal, and a match can only begin and end on a token's edge.
 *
 * All of it is ICU's data, loaded by folding_open; nothing is opened afterwards. One thread at a time.
 */
#ifndef INSTITUTIONS_FOLDING_H
#define INSTITUTIONS_FOLDING_H

#include <stdbool.h>
#include <pathwayd/text.h>

/* More than any name or affiliation in an event (512 characters), little enough to answer within a deadline. */
#define FOLDING_MAX_BYTES 16384u

struct folding;

struct folded_token {
    uint32_t start, end; /* in folded.bytes */
    uint32_t from, to;   /* in the original */
    bool ideograph;
};

/* Zeroed is empty; memory is kept from use to use. */
struct folded {
    char *bytes;
    struct folded_token *tokens;
    uint32_t length, capacity;
    uint32_t count, token_capacity;
};

/* PW_ERROR_MEMORY, or PW_ERROR_UNSUPPORTED when ICU lacks its data. */
int folding_open(struct folding **ret_folding);
struct folding *folding_close(struct folding *folding); /* NULL is fine; returns NULL */

/* PW_ERROR_LIMIT past FOLDING_MAX_BYTES, PW_ERROR_MEMORY; *ret_folded is then empty. Invalid UTF-8 reads as
 * an edge. */
int folding_fold(const struct folding *folding, struct pw_text name, struct folded *ret_folded);

/* Index of the first token that counts in a whole name: 1 after a leading "the", else 0. */
uint32_t folded_first(const struct folded *folded);

bool folded_is(const struct folded *folded, uint32_t token, const char *word);
void folded_release(struct folded *folded);

#endif
