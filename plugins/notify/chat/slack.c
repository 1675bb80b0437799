/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: Slack's Block Kit has a place for words that are only words (plain_text), and that is
 * where all of them go but our own headings.
 */
#include "format.h"

#include <string.h>

#include "escape.h"
#include "payload.h"

#define SECTION_TYPE "section"

/* Lines gather in one block of text until it is full or something else comes. */
struct gathering {
    struct page *json;
    struct page lines;
    uint32_t blocks;
};

static void put_text(struct page *json, const char *type, const struct page *words)
{
    payload_key(json, "text");
    payload_open(json, '{');
    payload_member(json, "type", type);
    payload_key(json, "text");
    payload_text(json, (struct pw_text){words->data, words->length});
    if (strcmp(type, "plain_text") == 0)
        payload_false(json, "emoji"); /* ":bomb:" stays what it is */
    else
        payload_true(json, "verbatim"); /* names of channels and addresses are not looked for */
    payload_close(json, '}');
    json->failed |= words->failed;
}

static void put_block(struct gathering *gathering, const char *block, const char *type,
                      const struct page *words)
{
    payload_open(gathering->json, '{');
    payload_member(gathering->json, "type", block);
    put_text(gathering->json, type, words);
    payload_close(gathering->json, '}');
    gathering->blocks++;
}

static void put_gathered(struct gathering *gathering)
{
    if (gathering->lines.length > 0)
        put_block(gathering, SECTION_TYPE, "plain_text", &gathering->lines);
    gathering->json->failed |= gathering->lines.failed;
    page_release(&gathering->lines);
}

static void gather(struct gathering *gathering, const char *bullet, struct pw_text text)
{
    struct page line = {0};
    page_string(&line, bullet);
    escape_text(&line, escape_slack, text,
                SLACK_TEXT_UNITS - escape_units((struct pw_text){bullet, strlen(bullet)}));
    size_t units = escape_units((struct pw_text){line.data, line.length}) + 1u;
    if (units + escape_units((struct pw_text){gathering->lines.data, gathering->lines.length}) >
        SLACK_TEXT_UNITS)
        put_gathered(gathering);
    page_string(&gathering->lines, gathering->lines.length > 0 ? "\n" : "");
    page_bytes(&gathering->lines, line.data, line.length);
    gathering->lines.failed |= line.failed;
    page_release(&line);
}

static void put_part(struct gathering *gathering, enum post_part part, struct pw_text text)
{
    struct page words = {0};
    if (part == POST_LINE || part == POST_ITEM) {
        gather(gathering, part == POST_ITEM ? "\xe2\x80\xa2 " : "", text);
        return;
    }
    put_gathered(gathering);
    if (part == POST_TITLE) {
        escape_text(&words, escape_slack, text, SLACK_HEADER_UNITS);
        put_block(gathering, "header", "plain_text", &words);
    } else if (part == POST_HEADING) { /* ours, without a sign that mrkdwn knows */
        page_string(&words, "*");
        page_bytes(&words, text.data, text.length);
        page_string(&words, "*");
        put_block(gathering, SECTION_TYPE, "mrkdwn", &words);
    } else { /* post_link has seen to it that nothing in it ends the link */
        page_string(&words, "<");
        page_bytes(&words, text.data, text.length);
        page_string(&words, "|" FORMAT_LINK_WORDS ">");
        put_block(gathering, SECTION_TYPE, "mrkdwn", &words);
    }
    page_release(&words);
}

static bool write_slack(const struct post *post, uint32_t shown, struct page *json)
{
    struct gathering gathering = {.json = json};
    struct post_walk walk = {.post = post, .shown = shown};
    struct page title = {0};
    enum post_part part;
    struct pw_text text;
    payload_open(json, '{');
    payload_key(json, "blocks");
    payload_open(json, '[');
    while (post_next(&walk, &part, &text)) {
        put_part(&gathering, part, text);
        if (part == POST_TITLE)
            escape_text(&title, escape_slack, text, SLACK_HEADER_UNITS);
    }
    put_gathered(&gathering);
    payload_close(json, ']');
    payload_key(json, "text"); /* what a notification shows */
    payload_text(json, (struct pw_text){title.data, title.length});
    payload_false(json, "mrkdwn"); /* of that text */
    payload_false(json, "unfurl_links");
    payload_false(json, "unfurl_media");
    payload_close(json, '}');
    json->failed |= title.failed;
    page_release(&title);
    return gathering.blocks <= SLACK_MAX_BLOCKS;
}

const struct format format_slack = {.name = "slack", .accepted = "ok", .write = write_slack};
