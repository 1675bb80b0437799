/* SPDX-License-Identifier: Apache-2.0
 *
 * html.h: HTML into which nothing gets but what was meant: only the format is markup, and every value in it is text.
 *
 * Values come from feeds and people, and are hostile until they stand here. What would be taken for markup is escaped; what
 * a reader cannot see, or what turns the reading direction, is shown by its number instead; text of other scripts stands
 * in an element of its own, so that it cannot reorder what is beside it (Unicode TR9, TR36).
 */
#ifndef PATHWAYD_PAGE_HTML_H
#define PATHWAYD_PAGE_HTML_H

#include "json/buffer.h"

/* %s a string and %t a struct pw_text, as text; %v a struct pw_text as it is, for what somebody gets back to edit; %u a
 * uint64_t; %r a string that is markup of ours; %% a per cent sign. Nothing else. */
void html(struct buffer *out, const char *format, ...);

void html_text(struct buffer *out, struct pw_text text);
/* With the first place where `mark` stands in it in a <mark>. */
void html_marked(struct buffer *out, struct pw_text text, struct pw_text mark);
/* "knowhow_beyond_paper" and "C1.knowhow_beyond_paper" as words: "knowhow beyond paper". */
void html_words(struct buffer *out, struct pw_text word);
/* A part of an address: all but A-Z a-z 0-9 - . _ ~ by its number (RFC 3986, 2.1). */
void html_address(struct buffer *out, struct pw_text text);
/* "2026-03-02T09:00:00.5+01:00" as <time>, to the minute and in UTC; midnight as a day; anything else as it is. */
void html_time(struct buffer *out, struct pw_text instant);

#endif
