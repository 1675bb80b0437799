/* SPDX-License-Identifier: Apache-2.0
 *
 * format.h: a post as the bytes that a platform's incoming webhook takes.
 *
 *     slack        Block Kit: words in plain_text; mrkdwn for the headings and the link, which are ours
 *     mattermost   one text of Markdown, every word escaped
 *     teams        an Adaptive Card 1.4 in a message with one attachment, as a Workflows webhook takes it;
 *                  TextBlocks with every word escaped, and no action but opening the case's page
 *
 * The same post gives the same bytes.
 */
#ifndef CHAT_FORMAT_H
#define CHAT_FORMAT_H

#include "post.h"

/* The platforms' own limits; lengths in UTF-16 units as written, which is as much as any of them counts. */
#define SLACK_MAX_BLOCKS   50u
#define SLACK_TEXT_UNITS   3000u
#define SLACK_HEADER_UNITS 150u
#define MATTERMOST_UNITS   16383u
#define TEAMS_BYTES        28000u /* "28 KB" of the whole message; the lesser reading of it */
#define TEAMS_LINE_UNITS   4000u  /* of one TextBlock; none is stated, a line of ours is never so long */
#define TEAMS_CARD_VERSION "1.4"
#define FORMAT_LINK_WORDS  "Open it on the reviewers' page"

struct format {
    const char *name;
    const char *accepted; /* all that the platform says when it took the post; NULL: says this and that */
    /* Writes the post with `shown` of its optional lines; false: that is more than the platform takes. */
    bool (*write)(const struct post *post, uint32_t shown, struct page *json);
};

extern const struct format format_slack, format_mattermost, format_teams;

/* NULL for a name that is none. */
const struct format *format_named(struct pw_text name);

/* Writes as much of the post as fits into `ret_json`, an empty page and the caller's to release.
 * PW_ERROR_LIMIT: not even what is kept fits; PW_ERROR_MEMORY. */
int format_write(const struct format *format, const struct post *post, struct page *ret_json);

#endif
