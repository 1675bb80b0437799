/* SPDX-License-Identifier: Apache-2.0
 *
 * post.h: what is said in a chat room, line by line, before any platform's format.
 *
 * Nothing in a line is markup: the format decides how a title or a heading looks, and escapes every word of
 * every line, ours as well. Words of others are made visible (words/page.h), lose leading and repeated
 * spaces, and are cut where they are long.
 *
 * A platform takes only so much. Lines that are not `kept` go first, from the end, and a line in their place
 * says how many; what is kept is short enough for every platform (tests/unit/chat.c).
 */
#ifndef CHAT_POST_H
#define CHAT_POST_H

#include "words/page.h"

#define POST_MAX_LINES   400u  /* more than any platform takes */
#define POST_KEPT_LINES  24u   /* room of theirs that no other line takes */
#define POST_TEXT_UNITS  1000u /* of one text: an explanation, a question */
#define POST_NAME_UNITS  200u  /* of a name, a title, a url */
#define POST_ID_UNITS    100u  /* of an id, a level, a date */
#define POST_TITLE_UNITS 120u  /* leaves room for escapes below the least of the platforms' own bounds */
#define POST_LINK_BYTES  500u

enum post_part { POST_TITLE, POST_HEADING, POST_LINE, POST_ITEM, POST_LINK };

struct post_line {
    enum post_part part;
    bool kept;
    size_t start, end; /* in `words` */
};

/* A zeroed post is an empty, valid one. */
struct post {
    struct page words;
    struct post_line lines[POST_MAX_LINES];
    uint32_t line_count;
    uint32_t optional; /* how many of them are not kept */
    uint32_t left_out; /* lines that found no room here */
    bool silent;       /* the line being said is one of those */
};

void post_release(struct post *post);

/* Begins a line; what is said next stands on it. A POST_LINK is only begun by post_link. */
void post_begin(struct post *post, enum post_part part, bool kept);
void post_say(struct post *post, const char *words);
void post_count(struct post *post, uint64_t number);
void post_text(struct post *post, struct pw_text text, size_t most_units);

/* A kept line that leads to a page, when the address is https:// and of characters that end a link nowhere
 * (no user name either); false when it is not, and nothing is begun. */
bool post_link(struct post *post, struct pw_text address);

/* Walks the lines when `shown` of the optional ones fit. `text` lives until the next call. */
struct post_walk {
    const struct post *post;
    uint32_t shown;
    uint32_t at, passed;
    bool cut_said;
    char note[96];
};
bool post_next(struct post_walk *walk, enum post_part *ret_part, struct pw_text *ret_text);

#endif
