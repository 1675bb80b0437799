/* SPDX-License-Identifier: Apache-2.0
 *
 * happened.c: what happened, with what matched in it; and the three questions (P1), with what was answered and what the
 * policies say to it.
 */
#include <stdio.h>
#include <string.h>
#include "json/json.h"
#include "page/case.h"
#include "page/shared.h"

/* ---- what happened ------------------------------------------------------------------------------------- */

/* "org.pathwayd.agreement.proposed.v1" as "agreement proposed". */
static void put_type(struct visit *visit, struct pw_text type)
{
    const char *prefix = visit->page->config->type_prefix;
    size_t skip = strlen(prefix);
    char words[128];
    bool ours = type.length > skip && memcmp(type.data, prefix, skip) == 0;
    struct pw_text name = ours ? (struct pw_text){type.data + skip, type.length - skip} : type;
    if (name.length > 3 && name.data[name.length - 3] == '.' && name.data[name.length - 2] == 'v')
        name.length -= 3;
    name = text_cut(name, sizeof(words));
    for (size_t i = 0; i < name.length; i++)
        words[i] = name.data[i] == '.' || name.data[i] == '_' ? ' ' : name.data[i];
    html_text(visit->out, (struct pw_text){words, name.length});
}

/* What a finding that stands matched at that place of the event; empty: nothing. */
static struct pw_text match_at(const struct answer *answer, const char *pointer)
{
    for (uint32_t finding = answer_first(answer, answer->result, "findings"); finding != PW_NODE_NONE;
         finding = answer_next(answer, finding))
        for (uint32_t item = answer_first(answer, finding, "evidence"); item != PW_NODE_NONE;
             item = answer_next(answer, item))
            if (case_stands(answer, finding) && answer_is(answer, item, "pointer", pointer))
                return answer_text(answer, item, "text");
    return (struct pw_text){0};
}

static void put_partner(struct visit *visit, const struct answer *answer, uint32_t partner, uint32_t index)
{
    static const char *const more[] = {"kind", "relation", "department"};
    char pointer[64];
    bool first = true;
    snprintf(pointer, sizeof(pointer), "/data/partner/%u/name", index);
    html(visit->out, "<dt>Partner</dt><dd>");
    html_marked(visit->out, answer_text(answer, partner, "name"), match_at(answer, pointer));
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        struct pw_text word = answer_text(answer, partner, more[i]);
        if (!word.length)
            continue;
        html(visit->out, first ? " <span class=\"meta\">" : ", ");
        html_words(visit->out, word);
        first = false;
    }
    html(visit->out, first ? "</dd>\n" : "</span></dd>\n");
}

static void put_line(struct visit *visit, const char *label, struct pw_text text)
{
    if (text.length)
        html(visit->out, "<dt>%s</dt><dd>%t</dd>\n", label, text);
}

/* A feed's link leads somewhere on the web, or is only shown. */
static void put_link(struct visit *visit, struct pw_text link)
{
    bool web = link.length > 8 && memcmp(link.data, "https://", 8) == 0;
    if (web)
        html(visit->out,
             "<dt>Record</dt><dd><a href=\"%v\" rel=\"noreferrer noopener external\">%t</a></dd>\n", link,
             link);
    else
        put_line(visit, "Record", link);
}

static void put_words(struct visit *visit, const struct answer *answer, uint32_t data, const char *key,
                      const char *label)
{
    if (answer_first(answer, data, key) == PW_NODE_NONE)
        return;
    html(visit->out, "<dt>%s</dt><dd>", label);
    shared_list(visit->out, answer, data, key);
    html(visit->out, "</dd>\n");
}

/* As it was printed somewhere: a sentence in which an institution was found. */
static void put_affiliation(struct visit *visit, const struct answer *answer)
{
    struct pw_text text = answer_text(answer, answer->result, "latest_affiliation");
    if (!text.length)
        return;
    html(visit->out, "<dt>Affiliation</dt><dd>");
    html_marked(visit->out, text, match_at(answer, AFFILIATION));
    html(visit->out, "</dd>\n");
}

void happened_show(struct visit *visit, const struct answer *answer)
{
    uint32_t event = answer_node(answer, answer->result, "latest_event"),
             data = answer_node(answer, event, "data");
    uint32_t index = 0;
    html(visit->out,
         "<section aria-labelledby=\"what\"><h2 id=\"what\">What happened</h2><dl>\n<dt>Event</dt><dd>");
    put_type(visit, answer_text(answer, event, "type"));
    html(visit->out, ", ");
    html_time(visit->out, answer_text(answer, event, "time"));
    html(visit->out, "</dd>\n");
    put_line(visit, "Summary", answer_text(answer, data, "summary"));
    for (uint32_t partner = answer_first(answer, data, "partner"); partner != PW_NODE_NONE;
         partner = answer_next(answer, partner))
        put_partner(visit, answer, partner, index++);
    put_affiliation(visit, answer);
    put_words(visit, answer, data, "transfer_mode", "What is shared");
    put_words(visit, answer, data, "applications", "What it is for");
    put_line(visit, "Publication", answer_text(answer, data, "publication_intent"));
    put_line(visit, "Public benefit", answer_text(answer, data, "public_benefit"));
    put_line(visit, "Unit", answer_text(answer, answer->result, "unit"));
    put_line(visit, "Engagement", answer_text(answer, answer->result, "engagement_id"));
    put_link(visit, answer_text(answer, data, "link"));
    html(visit->out, "</dl></section>\n");
}

/* ---- the three questions ------------------------------------------------------------------------------- */

static const struct {
    const char *key, *name, *asks;
} questions[] = {
    {"q1", "Access", "Does the partner gain what reading the published paper would not give?"},
    {"q2", "Partner", "Is the partner tied to the military or the security services?"},
    {"q3", "Applications", "Will it likely be used for military, surveillance or repression?"},
};

/* What the policies made of it: the three-valued answer in the trace of a finding that stands. */
static struct pw_text traced(const struct answer *answer, const char *key)
{
    const struct pw_document *document = &answer->document;
    for (uint32_t finding = answer_first(answer, answer->result, "findings"); finding != PW_NODE_NONE;
         finding = answer_next(answer, finding))
        for (uint32_t step = answer_first(answer, finding, "trace");
             step != PW_NODE_NONE && case_stands(answer, finding); step = answer_next(answer, step)) {
            uint32_t name = json_first(document, step), last = PW_NODE_NONE;
            if (!json_text_is(document, name, key))
                continue;
            for (uint32_t part = name; part != PW_NODE_NONE; part = json_next(document, part))
                last = part;
            return json_text(document, last);
        }
    return (struct pw_text){0};
}

/* Rules are named for the question that they are about: "research.q2_seven_sons". */
static void put_raised(struct visit *visit, const struct answer *answer, const char *key)
{
    char part[8];
    int length = snprintf(part, sizeof(part), ".%s_", key);
    for (uint32_t finding = answer_first(answer, answer->result, "findings"); finding != PW_NODE_NONE;
         finding = answer_next(answer, finding)) {
        struct pw_text rule = answer_text(answer, finding, "rule");
        if (!case_stands(answer, finding) || !rule.length ||
            !memmem(rule.data, rule.length, part, (size_t)length))
            continue;
        html(visit->out, "<span class=\"raised\">; see <code>%t</code> ", rule);
        shared_level(visit->out, answer, finding);
        html(visit->out, "</span>");
    }
}

static void put_question(struct visit *visit, const struct answer *answer, size_t index)
{
    const char *key = questions[index].key;
    uint32_t given = json_find(&answer->document, answer->result, "/latest_event/data/questions");
    uint32_t one = answer_node(answer, given, key);
    struct pw_text said = answer_text(answer, one, "answer"), found = traced(answer, key);
    struct pw_text by = answer_text(answer, one, "by"), text = answer_text(answer, one, "text");
    html(visit->out, "<dt>%s</dt><dd><span class=\"asks\">%s</span> ", questions[index].name,
         questions[index].asks);
    if (said.length)
        html(visit->out, "answered <strong>%t</strong>", said);
    else
        html(visit->out, "nobody has answered");
    if (by.length)
        html(visit->out, ", by %t", by);
    if (found.length && !text_equal(said, found))
        html(visit->out, "; by what is known <strong>%t</strong>", found);
    put_raised(visit, answer, key);
    if (text.length)
        html(visit->out, "<span class=\"said\">%t</span>", text);
    html(visit->out, "</dd>\n");
}

void happened_questions(struct visit *visit, const struct answer *answer)
{
    html(
        visit->out,
        "<section aria-labelledby=\"three\"><h2 id=\"three\">The three questions</h2><dl class=\"three\">\n");
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
        put_question(visit, answer, i);
    html(visit->out, "</dl></section>\n");
}
