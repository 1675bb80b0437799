/* SPDX-License-Identifier: Apache-2.0
 *
 * teller.h: what tell.c and case.c share: the notice being read and the post being written.
 */
#ifndef CHAT_TELLER_H
#define CHAT_TELLER_H

#include "tell.h"

struct teller {
    const struct pw_document_api *documents;
    const struct pw_document *notice;
    struct post *post;
    bool full;
};

uint32_t tell_find(const struct teller *teller, uint32_t node, const char *pointer);
struct pw_text tell_text(const struct teller *teller, uint32_t node, const char *pointer);
bool tell_is(struct pw_text text, const char *word);
bool tell_same(struct pw_text a, struct pw_text b);
bool tell_true(const struct teller *teller, uint32_t node, const char *pointer);
uint32_t tell_number(const struct teller *teller, uint32_t node, const char *pointer); /* 0 when it is none */

void tell_heading(struct teller *teller, const char *words, bool kept);
void tell_sentence(struct teller *teller, const char *words, bool kept);

/* "Label: text" on a line, when there is a text. */
void tell_labelled(struct teller *teller, const char *label, struct pw_text text, size_t most, bool kept);

/* The elements of an array of strings, on the line at hand: "research, lab". */
void tell_list(struct teller *teller, uint32_t list);

/* "By when" and "Where to act" of every kind; all of it is kept. */
void tell_when(struct teller *teller);
void tell_where(struct teller *teller);

void tell_case(struct teller *teller); /* case.c */

#endif
