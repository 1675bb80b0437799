/* SPDX-License-Identifier: Apache-2.0
 *
 * shared.c: see shared.h.
 */
#include "page/shared.h"

#include "json/time.h"
#include "page/phrases.h"

void shared_level(struct buffer *out, const struct answer *answer, uint32_t node)
{
    struct pw_text level = answer_text(answer, node, "level");
    html(out, "<span class=\"level %v\">%t</span> ", level, level);
    if (answer_true(answer, node, "needs_information"))
        html(out, "<span class=\"level asks\">asks</span> ");
}

void shared_list(struct buffer *out, const struct answer *answer, uint32_t node, const char *key)
{
    uint32_t first = answer_first(answer, node, key);
    for (uint32_t item = first; item != PW_NODE_NONE; item = answer_next(answer, item)) {
        html(out, item == first ? "" : ", ");
        html_words(out, json_text(&answer->document, item));
    }
}

void shared_weighing(struct buffer *out, struct pw_text word)
{
    const char *words = phrases_find(PHRASES_WEIGHING, word);
    if (words)
        buffer_string(out, words);
    else
        html_words(out, word);
}

void shared_due(struct buffer *out, struct pw_text instant, int64_t now_ms)
{
    int64_t due_ms = 0;
    if (time_parse(instant, &due_ms) != 0)
        return;
    html(out, " \xc2\xb7 <span%r>decide by ", due_ms < now_ms ? " class=\"late\"" : "");
    html_time(out, instant);
    html(out, due_ms < now_ms ? " (late)</span>" : "</span>");
}
