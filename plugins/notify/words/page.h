/* SPDX-License-Identifier: Apache-2.0
 *
 * page.h: a growing piece of text, and the two ways words get onto it: ours as they are, everybody else's
 * made visible.
 *
 * A notice's texts come from feeds. On a page they can begin no line of their own, turn no text round and
 * hide nothing: control characters, line separators, direction marks and characters without width are shown
 * as
 * "[U+202E]". Errors are sticky, look once at the end. A zeroed page is an empty, valid one.
 */
#ifndef WORDS_PAGE_H
#define WORDS_PAGE_H

#include <stdbool.h>
#include <pathwayd/text.h>

#define PAGE_MAX_BYTES                                                                                       \
    (1u << 20)                /* a notice nobody would read to the end anyway; bounds the plugin's memory */
#define PAGE_TEXT_BYTES 2000u /* of one text of a notice; the rest is cut and said to be cut */
#define PAGE_COLUMNS    76u   /* where our own prose is broken; fits every terminal and QP line */

#define PAGE_HANG 4u /* further lines stand in so far: no words of others pose as a line of ours */

struct page {
    char *data;
    size_t length, capacity;
    bool failed;
};

void page_release(struct page *page);
void page_bytes(struct page *page, const char *bytes, size_t length);
void page_string(struct page *page, const char *string);
void page_format(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
void page_text(struct page *page, struct pw_text text); /* somebody else's words, made visible */

/* Writes a paragraph broken at spaces: the first line begins with `first`, the others with as many spaces.
 * The paragraph is already visible text without line feeds. Ends in one line feed. */
void page_paragraph(struct page *page, const char *first, const struct page *paragraph);

/* The character at `at` and its length in bytes; invalid UTF-8 is U+FFFD and one byte. */
uint32_t page_character(struct pw_text text, size_t at, size_t *ret_bytes);

#endif
