/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: the three platforms say the same in the same order, so that is put together once.
 */
#include "post.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"

void post_release(struct post *post)
{
    page_release(&post->words);
    *post = (struct post){0};
}

void post_begin(struct post *post, enum post_part part, bool kept)
{
    uint32_t room = kept ? POST_MAX_LINES : POST_MAX_LINES - POST_KEPT_LINES;
    post->silent = post->line_count >= room;
    if (post->silent) {
        post->left_out++;
        return;
    }
    post->optional += !kept;
    post->lines[post->line_count++] = (struct post_line){
        .part = part, .kept = kept, .start = post->words.length, .end = post->words.length};
}

static void end_line(struct post *post)
{
    post->lines[post->line_count - 1u].end = post->words.length;
}

void post_say(struct post *post, const char *words)
{
    if (post->silent || post->line_count == 0)
        return;
    page_string(&post->words, words);
    end_line(post);
}

void post_count(struct post *post, uint64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    post_say(post, digits);
}

/* Several spaces in a row, or some at the start, are indentation to a reader of Markdown. */
static size_t squeeze(char *bytes, size_t length)
{
    size_t kept = 0;
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != ' ' || (kept > 0 && bytes[kept - 1u] != ' '))
            bytes[kept++] = bytes[i];
    while (kept > 0 && bytes[kept - 1u] == ' ')
        kept--;
    return kept;
}

void post_text(struct post *post, struct pw_text text, size_t most_units)
{
    struct page visible = {0};
    if (post->silent || post->line_count == 0)
        return;
    page_text(&visible, text);
    if (!visible.failed && visible.length > 0) {
        visible.length = squeeze(visible.data, visible.length);
        escape_text(&post->words, escape_nothing, (struct pw_text){visible.data, visible.length}, most_units);
    }
    post->words.failed |= visible.failed;
    page_release(&visible);
    end_line(post);
}

bool post_link(struct post *post, struct pw_text address)
{
    static const char scheme[] = "https://";
    static const char signs[] = "-._~:/?#=%+";
    if (address.length <= sizeof scheme - 1u || address.length > POST_LINK_BYTES ||
        memcmp(address.data, scheme, sizeof scheme - 1u) != 0)
        return false;
    for (size_t i = 0; i < address.length; i++) {
        char c = address.data[i];
        bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alphanumeric && (c == '\0' || strchr(signs, c) == NULL))
            return false;
    }
    post_begin(post, POST_LINK, true);
    if (!post->silent) {
        page_bytes(&post->words, address.data, address.length);
        end_line(post);
    }
    return true;
}

/* Whether the cut is to be told before the line at hand. */
static bool cut_here(const struct post_walk *walk, uint32_t missing)
{
    const struct post *post = walk->post;
    if (walk->cut_said || missing == 0 || walk->passed < walk->shown)
        return false;
    if (walk->at == post->line_count || !post->lines[walk->at].kept)
        return true;
    return walk->passed > 0 && walk->passed == post->optional;
}

bool post_next(struct post_walk *walk, enum post_part *ret_part, struct pw_text *ret_text)
{
    const struct post *post = walk->post;
    uint32_t missing = post->optional - walk->shown + post->left_out;
    for (; walk->at <= post->line_count; walk->at++) {
        if (cut_here(walk, missing)) {
            int length = snprintf(walk->note, sizeof walk->note,
                                  "Cut here, %" PRIu32 " more lines: see where to act.", missing);
            walk->cut_said = true;
            *ret_part = POST_LINE;
            *ret_text = (struct pw_text){walk->note, (size_t)length};
            return true;
        }
        if (walk->at == post->line_count)
            return false;
        const struct post_line *line = &post->lines[walk->at];
        if (!line->kept && walk->passed++ >= walk->shown)
            continue;
        walk->at++;
        *ret_part = line->part;
        *ret_text = (struct pw_text){post->words.data + line->start, line->end - line->start};
        return true;
    }
    return false;
}
