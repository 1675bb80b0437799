/* SPDX-License-Identifier: Apache-2.0
 *
 * case.c: one case, in the order in which it is judged: what happened, why it was raised, what is not known and who can say,
 * what speaks for and against, the decision; then what people did so far.
 */
#include "page/case.h"

#include <stdio.h>
#include <string.h>
#include "dispatch/pathway.h"
#include "json/json.h"
#include "page/shared.h"

#define AFFILIATION "/data/raw_affiliation" /* kept beside the event and not in it */

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

static bool stands(const struct answer *answer, uint32_t finding)
{
    return !answer_true(answer, finding, "withdrawn");
}

/* What a finding that stands matched at that place of the event; empty: nothing. */
static struct pw_text match_at(const struct answer *answer, const char *pointer)
{
    for (uint32_t finding = answer_first(answer, answer->result, "findings"); finding != PW_NODE_NONE;
         finding = answer_next(answer, finding))
        for (uint32_t item = answer_first(answer, finding, "evidence"); item != PW_NODE_NONE;
             item = answer_next(answer, item))
            if (stands(answer, finding) && answer_is(answer, item, "pointer", pointer))
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

static void put_happened(struct visit *visit, const struct answer *answer)
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
             step != PW_NODE_NONE && stands(answer, finding); step = answer_next(answer, step)) {
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
        if (!stands(answer, finding) || !rule.length || !memmem(rule.data, rule.length, part, (size_t)length))
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

static void put_questions(struct visit *visit, const struct answer *answer)
{
    html(
        visit->out,
        "<section aria-labelledby=\"three\"><h2 id=\"three\">The three questions</h2><dl class=\"three\">\n");
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
        put_question(visit, answer, i);
    html(visit->out, "</dl></section>\n");
}

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
    if (pointer.length)
        html(visit->out, " <span class=\"meta\">at %t</span>", pointer);
}

static void put_evidence(struct visit *visit, const struct answer *answer, uint32_t finding)
{
    uint32_t first = answer_first(answer, finding, "evidence");
    if (first == PW_NODE_NONE)
        return;
    html(visit->out, "<ul class=\"evidence\">\n");
    for (uint32_t item = first; item != PW_NODE_NONE; item = answer_next(answer, item)) {
        struct pw_text name = answer_text(answer, item, "entry_name"),
                       list = answer_text(answer, item, "list");
        struct pw_text entry = answer_text(answer, item, "entry"),
                       snapshot = answer_text(answer, item, "snapshot");
        html(visit->out, "<li>%t", name.length ? name : PW_TEXT("What the event says"));
        if (list.length)
            html(visit->out, " on the list %t (%t)", list, answer_text(answer, item, "source"));
        if (entry.length)
            html(visit->out, ", entry %t", entry);
        if (snapshot.length)
            html(visit->out, ", snapshot %t", snapshot);
        if (answer_text(answer, item, "basis").length) {
            html(visit->out, ", by ");
            html_words(visit->out, answer_text(answer, item, "basis"));
        }
        put_matched(visit, answer, finding, item);
        html(visit->out, "</li>\n");
    }
    html(visit->out, "</ul>\n");
}

static void put_finding(struct visit *visit, const struct answer *answer, uint32_t finding)
{
    struct pw_text regime = answer_text(answer, finding, "regime"),
                   label = answer_text(answer, finding, "label");
    struct pw_text due = answer_text(answer, finding, "due"),
                   who = answer_text(answer, finding, "answerable_by");
    html(visit->out, "<article class=\"finding\"><h3>");
    shared_level(visit->out, answer, finding);
    html(visit->out, "<code>%t</code></h3><p>%t</p>\n", answer_text(answer, finding, "rule"),
         answer_text(answer, finding, "explanation"));
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
            if (stands(answer, finding) != standing ||
                !answer_is(answer, finding, "level", level_names[level]))
                continue;
            html(visit->out, "%r", shown++ ? "" : head);
            put_finding(visit, answer, finding);
        }
    return shown;
}

static void put_findings(struct visit *visit, const struct answer *answer, bool standing)
{
    uint64_t left_out =
        answer_number(answer, answer->result, standing ? "findings_left_out" : "withdrawn_left_out");
    uint32_t shown =
        put_each(visit, answer, standing,
                 standing ? "<section aria-labelledby=\"why\"><h2 id=\"why\">Why it was raised</h2>\n"
                          : "<details><summary>No longer standing</summary>\n");
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

static void put_unknowns(struct visit *visit, const struct answer *answer)
{
    struct pw_text seen[CASE_WORDS];
    uint32_t count = 0;
    html(visit->out, "<section aria-labelledby=\"unknown\"><h2 id=\"unknown\">What is not known</h2>\n");
    for (uint32_t finding = answer_first(answer, answer->result, "findings"); finding != PW_NODE_NONE;
         finding = answer_next(answer, finding))
        for (uint32_t item = answer_first(answer, finding, "unknowns"); item != PW_NODE_NONE;
             item = answer_next(answer, item))
            if (stands(answer, finding) && is_new(seen, &count, answer_text(answer, item, "what")))
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
            if (stands(answer, finding))
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
        html_words(visit->out, words[i]);
        html(visit->out, "</li>");
    }
    html(visit->out, count ? "</ul></div>\n" : "</div>\n");
}

static void put_sides(struct visit *visit, const struct answer *answer)
{
    html(visit->out,
         "<section aria-labelledby=\"sides\"><h2 id=\"sides\">For and against</h2><div class=\"sides\">\n");
    put_side(visit, answer, "benefits", "Benefits");
    put_side(visit, answer, "costs", "Costs");
    put_side(visit, answer, "mitigations", "What can be done about it");
    html(visit->out, "</div></section>\n");
}

/* ---- all of it ----------------------------------------------------------------------------------------- */

static void put_head(struct visit *visit, const struct answer *answer)
{
    uint32_t item = answer->result;
    struct pw_text whose = answer_text(answer, item, "assignee"), queue = answer_text(answer, item, "queue");
    struct pw_text title = answer_text(answer, item, "title");
    html(visit->out, "<h1>%t</h1>\n<p class=\"head\">",
         title.length ? title : answer_text(answer, item, "engagement_id"));
    shared_level(visit->out, answer, item);
    html(visit->out, "<span class=\"meta\">%t \xc2\xb7 ", answer_text(answer, item, "case"));
    html_words(visit->out, answer_text(answer, item, "state"));
    html(visit->out, " \xc2\xb7 %t", whose.length ? whose : PW_TEXT("nobody's yet"));
    if (queue.length)
        html(visit->out, " \xc2\xb7 queue %t", queue);
    html(visit->out, " \xc2\xb7 ");
    shared_list(visit->out, answer, item, "pathways");
    shared_due(visit->out, answer_text(answer, item, "decide_by"), visit->ask->now_ms);
    html(visit->out, "</span></p>\n");
}

static void put_case(struct visit *visit, const struct answer *answer, const struct case_trouble *trouble)
{
    char title[64];
    snprintf(title, sizeof(title), "%.*s",
             TEXT_FMT(text_cut(answer_text(answer, answer->result, "case"), 40)));
    visit_begin(visit, title, NULL);
    put_head(visit, answer);
    if (trouble)
        html(visit->out, "<div class=\"alert\" role=\"alert\"><p>%t</p>%r</div>\n", trouble->sentence,
             trouble->more);
    else
        act_done(visit);
    html(visit->out, "<div class=\"columns\"><div>\n");
    put_happened(visit, answer);
    put_findings(visit, answer, true);
    put_questions(visit, answer);
    put_unknowns(visit, answer);
    put_sides(visit, answer);
    put_findings(visit, answer, false);
    html(visit->out, "</div><div>\n");
    act_forms(visit, answer);
    record_show(visit, answer);
    html(visit->out, "</div></div>\n");
    visit_end(visit);
}

void case_show(struct visit *visit, struct pw_text name, const struct case_trouble *trouble)
{
    struct buffer request = {0};
    struct answer answer;
    visit_request(visit, &request, "case.show");
    json_member_text(&request, "case", name);
    visit_ask(visit, &request, &answer);
    if (answer.good)
        put_case(visit, &answer, trouble);
    else
        visit_refused(visit, &answer);
    inquiry_release(&answer);
}

/* "case/C-000001"; what stands behind another slash can be done, and not read. */
void view_case(struct visit *visit)
{
    struct pw_text name = {visit->path.data + 5, visit->path.length - 5};
    if (memchr(name.data, '/', name.length))
        visit_fail(visit, 404, "Not found", PW_TEXT("There is no such page."));
    else
        case_show(visit, name, NULL);
}
