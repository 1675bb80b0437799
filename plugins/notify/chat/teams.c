/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: Teams takes an Adaptive Card. Words stand in TextBlocks and not in TextRuns, which know
 * no Markdown at all, because webhooks were seen to refuse cards with TextRuns; so every word is escaped.
 */
#include "format.h"

#include <string.h>

#include "escape.h"
#include "payload.h"

static void open_card(struct page *json)
{
    payload_open(json, '{');
    payload_member(json, "type", "message");
    payload_key(json, "attachments");
    payload_open(json, '[');
    payload_open(json, '{');
    payload_member(json, "contentType", "application/vnd.microsoft.card.adaptive");
    payload_key(json, "content");
    payload_open(json, '{');
    payload_member(json, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    payload_member(json, "type", "AdaptiveCard");
    payload_member(json, "version", TEAMS_CARD_VERSION);
    payload_key(json, "body");
    payload_open(json, '[');
}

static void put_block(struct page *json, enum post_part part, struct pw_text text)
{
    struct page words = {0};
    page_string(&words, part == POST_ITEM ? "\xe2\x80\xa2 " : "");
    escape_text(&words, escape_teams, text, TEAMS_LINE_UNITS);
    payload_open(json, '{');
    payload_member(json, "type", "TextBlock");
    payload_member(json, "text", words.data != NULL ? words.data : "");
    payload_true(json, "wrap");
    if (part == POST_TITLE)
        payload_member(json, "size", "Medium");
    if (part == POST_TITLE || part == POST_HEADING)
        payload_member(json, "weight", "Bolder");
    else
        payload_member(json, "spacing", "Small");
    payload_close(json, '}');
    json->failed |= words.failed;
    page_release(&words);
}

static void put_action(struct page *json, struct pw_text address)
{
    payload_key(json, "actions");
    payload_open(json, '[');
    payload_open(json, '{');
    payload_member(json, "type", "Action.OpenUrl");
    payload_member(json, "title", FORMAT_LINK_WORDS);
    payload_key(json, "url");
    payload_text(json, address);
    payload_close(json, '}');
    payload_close(json, ']');
}

static bool write_teams(const struct post *post, uint32_t shown, struct page *json)
{
    struct post_walk walk = {.post = post, .shown = shown};
    struct pw_text text, address = {0};
    enum post_part part;
    open_card(json);
    while (post_next(&walk, &part, &text)) {
        if (part == POST_LINK)
            address = text;
        else
            put_block(json, part, text);
    }
    payload_close(json, ']');
    if (address.length > 0)
        put_action(json, address);
    payload_close(json, '}'); /* content */
    payload_close(json, '}');
    payload_close(json, ']');
    payload_close(json, '}');
    return json->length <= TEAMS_BYTES;
}

const struct format format_teams = {.name = "teams", .accepted = NULL, .write = write_teams};
