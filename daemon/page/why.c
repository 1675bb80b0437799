/* SPDX-License-Identifier: Apache-2.0
 *
 * why.c: why a case was raised, finding by finding, the worst first; and over all findings what is not known, and what speaks
 * for and against.
 */
#include <stdio.h>
#include <string.h>
#include "dispatch/pathway.h"
#include "json/json.h"
#include "page/case.h"
#include "page/phrases.h"
#include "page/shared.h"

/* ---- why ----------------------------------------------------------------------------------------------- */

/* The words of the event in which it was found, with what matched marked, where these are the latest event's. */
static void put_matched(struct visit *visit, const struct answer *answer, uint32_t finding, uint32_t item)
{
    const struct pw_document *document = &answer->document;
    struct pw_text text = answer_text(answer, item, "text"), pointer = answer_text(answer, item, "pointer");
    uint32_t event = answer_node(answer, answer->result, "latest_event"),
             of = answer_node(answer, finding, "event");
    bool latest = text_equal(answer_text(answer, event, "id"), answer_text(answer, of, "id")) &&
                  text_equal(answer_text(answer, event, "source"), answer_text(answer, of, "source"));
    char place[256] = "";
    if (latest && pointer.length < sizeof(place))
        snprintf(place, sizeof(place), "%.*s", TEXT_FMT(pointer));
    uint32_t node = place[0] && event != PW_NODE_NONE ? json_find(document, event, place) : PW_NODE_NONE;
    struct pw_text whole = node == PW_NODE_NONE ? text : json_text(document, node);
    if (strcmp(place, AFFILIATION) == 0)
        whole = answer_text(answer, answer->result, "latest_affiliation");
    if (!text.length)
        return;
    html(visit->out, ": \xe2\x80\x9c");
    html_marked(visit->out, whole.length ? whole : text, text);
    html(visit->out, "\xe2\x80\x9d");
}

static void put_item(struct visit *visit, const struct answer *answer, uint32_t finding, uint32_t item)
{
    struct pw_text name = answer_text(answer, item, "entry_name"), list = answer_text(answer, item, "list");
    struct pw_text snapshot = answer_text(answer, item, "snapshot"),
                   basis = answer_text(answer, item, "basis");
    struct pw_text entry = answer_text(answer, item, "entry"), pointer = answer_text(answer, item, "pointer");
    html(visit->out, "<li>%t", name.length ? name : PW_TEXT("What the event says"));
    if (list.length)
        html(visit->out, " on the list %t", list);
    if (snapshot.length)
        html(visit->out, " as of %t", snapshot);
    if (basis.length && phrases_find(PHRASES_BASIS, basis))
        html(visit->out, ", %s", phrases_find(PHRASES_BASIS, basis));
    put_matched(visit, answer, finding, item);
    html(visit->out, " <span class=\"meta\">%t", answer_text(answer, item, "source"));
    if (entry.length)
        html(visit->out, ", entry %t", entry);
    if (pointer.length)
        html(visit->out, ", at %t", pointer);
    html(visit->out, "</span></li>\n");
}

static void put_evidence(struct visit *visit, const struct answer *answer, uint32_t finding)
{
    uint32_t first = answer_first(answer, finding, "evidence");
    for (uint32_t item = first; item != PW_NODE_NONE; item = answer_next(answer, item)) {
        html(visit->out, item == first ? "<ul class=\"evidence\">\n" : "");
        put_item(visit, answer, finding, item);
    }
    html(visit->out, first != PW_NODE_NONE ? "</ul>\n" : "");
}

static void put_finding(struct visit *visit, const struct answer *answer, uint32_t finding)
{
    struct pw_text regime = answer_text(answer, finding, "regime"),
                   label = answer_text(answer, finding, "label");
    struct pw_text due = answer_text(answer, finding, "due"),
                   who = answer_text(answer, finding, "answerable_by");
    const char *kind = phrases_find(PHRASES_KIND, answer_text(answer, finding, "kind"));
    html(visit->out, "<article class=\"finding\"><h3>");
    shared_level(visit->out, answer, finding);
    html(visit->out, "<code>%t</code></h3>", answer_text(answer, finding, "rule"));
    if (kind)
        html(visit->out, "<p class=\"kind\">%s</p>", kind);
    html(visit->out, "<p>%t</p>\n", answer_text(answer, finding, "explanation"));
    put_evidence(visit, answer, finding);
    html(visit->out, "<p class=\"meta\">%t", regime.length ? regime : PW_TEXT("no regime"));
    if (label.length)
        html(visit->out, ": %t", label);
    html(visit->out, " \xc2\xb7 ");
    shared_list(visit->out, answer, finding, "requirements");
    if (who.length)
        html(visit->out, " \xc2\xb7 can be answered by %t", who);
    if (due.length)
        html(visit->out, " \xc2\xb7 due %t", due);
    html(visit->out, "%r</p></article>\n",
         answer_true(answer, finding, "shadow") ? " \xc2\xb7 on trial: counts for nothing" : "");
}

/* The worst first; of one level as they come, the newest first. */
static uint32_t put_each(struct visit *visit, const struct answer *answer, bool standing, const char *head)
{
    uint32_t shown = 0;
    for (uint32_t level = PW_LEVEL_COUNT; level-- > 0;)
        for (uint32_t finding = answer_first(answer, answer->result, "findings"); finding != PW_NODE_NONE;
             finding = answer_next(answer, finding)) {
            if (case_stands(answer, finding) != standing ||
                !answer_is(answer, finding, "level", level_names[level]))
                continue;
            html(visit->out, "%r", shown++ ? "" : head);
            put_finding(visit, answer, finding);
        }
    return shown;
}

void why_show(struct visit *visit, const struct answer *answer, bool standing)
{
    uint64_t left_out =
        answer_number(answer, answer->result, standing ? "findings_left_out" : "withdrawn_left_out");
    uint32_t shown =
        put_each(visit, answer, standing,
                 standing ? "<section aria-labelledby=\"why\"><h2 id=\"why\">Why it was raised</h2>\n"
                          : "<details><summary><h2>No longer standing</h2></summary>\n");
    if (shown && left_out)
        html(visit->out, "<p>\xe2\x80\xa6 and %u more.</p>\n", left_out);
    if (shown)
        html(visit->out, standing ? "</section>\n" : "</details>\n");
}

/* ---- over all findings that stand ---------------------------------------------------------------------- */

static bool is_new(struct pw_text *seen, uint32_t *count, struct pw_text text)
{
    for (uint32_t i = 0; i < *count; i++)
        if (text_equal(seen[i], text))
            return false;
    if (*count == CASE_WORDS || !text.length)
        return false;
    seen[(*count)++] = text;
    return true;
}

void why_unknown(struct visit *visit, const struct answer *answer)
{
    struct pw_text seen[CASE_WORDS];
    uint32_t count = 0;
    html(visit->out, "<section aria-labelledby=\"unknown\"><h2 id=\"unknown\">What is not known</h2>\n");
    for (uint32_t finding = answer_first(answer, answer->result, "findings"); finding != PW_NODE_NONE;
         finding = answer_next(answer, finding))
        for (uint32_t item = answer_first(answer, finding, "unknowns"); item != PW_NODE_NONE;
             item = answer_next(answer, item))
            if (case_stands(answer, finding) && is_new(seen, &count, answer_text(answer, item, "what")))
                html(visit->out, "%r<li>%t <span class=\"meta\">(ask: %t)</span></li>\n",
                     count == 1 ? "<ul>\n" : "", seen[count - 1], answer_text(answer, item, "who"));
    html(visit->out, count ? "</ul></section>\n" : "<p>Nothing that a rule asks for.</p></section>\n");
}

uint32_t case_words(const struct answer *answer, const char *key, struct pw_text words[CASE_WORDS])
{
    uint32_t count = 0;
    for (uint32_t finding = answer_first(answer, answer->result, "findings"); finding != PW_NODE_NONE;
         finding = answer_next(answer, finding))
        for (uint32_t item = answer_first(answer, finding, key); item != PW_NODE_NONE;
             item = answer_next(answer, item))
            if (case_stands(answer, finding))
                (void)is_new(words, &count, json_text(&answer->document, item));
    return count;
}

static void put_side(struct visit *visit, const struct answer *answer, const char *key, const char *title)
{
    struct pw_text words[CASE_WORDS];
    uint32_t count = case_words(answer, key, words);
    html(visit->out, "<div><h3>%s</h3>", title);
    if (count == 0)
        html(visit->out, "<p>Nothing that a rule names.</p>");
    for (uint32_t i = 0; i < count; i++) {
        html(visit->out, i ? "<li>" : "<ul><li>");
        shared_weighing(visit->out, words[i]);
        html(visit->out, "</li>");
    }
    html(visit->out, count ? "</ul></div>\n" : "</div>\n");
}

void why_sides(struct visit *visit, const struct answer *answer)
{
    html(visit->out,
         "<section aria-labelledby=\"sides\"><h2 id=\"sides\">For and against</h2><div class=\"sides\">\n");
    put_side(visit, answer, "benefits", "Benefits");
    put_side(visit, answer, "costs", "Costs");
    put_side(visit, answer, "mitigations", "What can be done about it");
    html(visit->out, "</div></section>\n");
}
