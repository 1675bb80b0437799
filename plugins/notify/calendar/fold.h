/* SPDX-License-Identifier: Apache-2.0
 *
 * fold.h: content lines of RFC 5545: values escaped, lines folded after 75 octets between characters, CRLF.
 *
 * A line is gathered in a page of its own and then put on the resource. Visible text only (page_text) becomes a value, so
 * the one line feed that a value can hold is ours.
 */
#ifndef CALENDAR_FOLD_H
#define CALENDAR_FOLD_H

#include "words/page.h"

/* "NAME:value", folded. The value is as it must be; it holds no line end. */
void fold_line(struct page *page, const char *name, const char *value);

/* The same for TEXT (3.3.11): backslash, semicolon and comma are escaped, a line feed becomes "\n". */
void fold_text(struct page *page, const char *name, const struct page *value);

#endif
