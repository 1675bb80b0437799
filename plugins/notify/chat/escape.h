/* SPDX-License-Identifier: Apache-2.0
 *
 * escape.h: the words of a post as a chat platform must be given them, so that they are shown and never
 * obeyed: no mention, link, image, heading, table or code comes of a name that a feed sent.
 *
 * A format's table says what is written instead of a character; a character that is not in it stands for
 * itself. What a platform reads before it reads any markup, mentions above all, is broken by a space, since a
 * backslash or an entity is gone again by the time that it looks. Line feeds must not be in the text
 * (words/page.h shows them), and a line of a post begins with words of ours, so nothing can begin a block.
 */
#ifndef CHAT_ESCAPE_H
#define CHAT_ESCAPE_H

#include "words/page.h"

#define ESCAPE_CUT " [cut here]"

struct escape {
    const char *plain, *written;
};

/* Each ends with a NULL `plain`; the first entry that matches is taken. */
extern const struct escape escape_nothing[];
extern const struct escape escape_slack[];      /* plain_text: &, < and > are entities there, too */
extern const struct escape escape_mattermost[]; /* Markdown, with hashtags, emoji and LaTeX */
extern const struct escape escape_teams[];      /* TextBlock: bold, italics, lists, links, dates */

/* Length in UTF-16 code units: no platform counts more than that for a text. */
size_t escape_units(struct pw_text text);

/* Appends the text, `most` units of it at most as written; what does not fit is cut between characters and
 * ESCAPE_CUT says so. `most` is at least the mark's own length. */
void escape_text(struct page *page, const struct escape *table, struct pw_text text, size_t most);

#endif
