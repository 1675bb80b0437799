/* SPDX-License-Identifier: Apache-2.0
 *
 * sheet.h: a letter's body, written in its two parts at once: as plain text, and as HTML.
 *
 * Whatever is put on a sheet goes into both parts, so neither can say what the other does not. The HTML is
 * headings, paragraphs and lists: no table, image, script or colour of its own, nothing to fetch, so that it
 * is readable in every program, dark or light. Words reach a sheet as visible text (page_text); here they are
 * escaped for HTML, all of them, ours too.
 *
 * A zeroed sheet is empty and valid. Errors are sticky: sheet_failed, once, at the end.
 */
#ifndef EMAIL_SHEET_H
#define EMAIL_SHEET_H

#include "words/page.h"

#define SHEET_LINK_BYTES 1000u /* of a link: mail programs break longer ones; it is then shown as text */

struct sheet {
    struct page text, html;
    bool listing; /* a list is open in the HTML */
};

void sheet_begin(struct sheet *sheet);
void sheet_end(struct sheet *sheet); /* nothing can be put on it afterwards */
void sheet_release(struct sheet *sheet);
bool sheet_failed(const struct sheet *sheet);

void sheet_heading(struct sheet *sheet, const char *words);

/* A paragraph; `words` is released. In the text its first line begins with `first`: spaces, then perhaps
 * "1. "; where it ends in "- " the paragraph is an item of a list. */
void sheet_paragraph(struct sheet *sheet, const char *first, struct page *words);

/* Something to copy, on a line of its own that is never broken; `words` is released. */
void sheet_command(struct sheet *sheet, struct page *words);

/* "label URL" where the URL can be followed. It must be a link (sheet_is_link). */
void sheet_link(struct sheet *sheet, const char *first, const char *label, struct pw_text url);

/* https, a host without a user's name before it, and nothing but plain ASCII that an attribute can hold. */
bool sheet_is_link(struct pw_text url);

#endif
