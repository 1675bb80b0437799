/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: Mattermost has no place for words that are only words; all of it is Markdown, so each
 * word is escaped. A line is a line (it keeps line feeds), and bullets are characters: inside a list of
 * Markdown's own, what follows could begin a block.
 */
#include "format.h"

#include "escape.h"
#include "payload.h"

static const struct {
    const char *before, *after;
} frames[] = {
    [POST_TITLE] = {"#### ", "\n"},
    [POST_HEADING] = {"\n**", "**\n"},
    [POST_LINE] = {"", "\n"},
    [POST_ITEM] = {"\xe2\x80\xa2 ", "\n"},
    [POST_LINK] = {"[" FORMAT_LINK_WORDS "](", ")\n"},
};

static bool write_mattermost(const struct post *post, uint32_t shown, struct page *json)
{
    struct post_walk walk = {.post = post, .shown = shown};
    struct page words = {0};
    enum post_part part;
    struct pw_text text;
    while (post_next(&walk, &part, &text)) {
        page_string(&words, frames[part].before);
        escape_text(&words, part == POST_LINK ? escape_nothing : escape_mattermost, text, MATTERMOST_UNITS);
        page_string(&words, frames[part].after);
    }
    payload_open(json, '{');
    payload_member(json, "text", words.data != NULL ? words.data : "");
    payload_close(json, '}');
    json->failed |= words.failed;
    bool fits = escape_units((struct pw_text){words.data, words.length}) <= MATTERMOST_UNITS;
    page_release(&words);
    return fits;
}

const struct format format_mattermost = {.name = "mattermost", .accepted = "ok", .write = write_mattermost};
