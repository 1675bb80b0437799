/* SPDX-License-Identifier: Apache-2.0
 *
 * record.c: what people did with a case so far: decisions, a hold, questions, mitigations, the timeline, who was told.
 */
#include <string.h>
#include "cases/decision.h"
#include "json/json.h"
#include "page/case.h"
#include "page/shared.h"

static void put_text(struct visit *visit, const char *label, struct pw_text text)
{
    if (text.length)
        html(visit->out, "<dt>%s</dt><dd class=\"said\">%t</dd>\n", label, text);
}

/* "C1.knowhow_beyond_paper" and its kind, beside what people write. */
static bool is_of_vocabulary(struct pw_text text)
{
    bool fits = text.length > 3 && text.data[0] >= 'A' && text.data[0] <= 'Z' && text.data[1] >= '1' &&
                text.data[1] <= '9' && text.data[2] == '.';
    for (size_t i = 3; fits && i < text.length; i++)
        fits = (text.data[i] >= 'a' && text.data[i] <= 'z') || text.data[i] == '_';
    return fits;
}

static void put_texts(struct visit *visit, const struct answer *answer, uint32_t node, const char *key,
                      const char *label)
{
    for (uint32_t item = answer_first(answer, node, key); item != PW_NODE_NONE;
         item = answer_next(answer, item)) {
        struct pw_text text = json_text(&answer->document, item);
        if (!is_of_vocabulary(text)) {
            put_text(visit, label, text);
            continue;
        }
        html(visit->out, "<dt>%s</dt><dd>", label);
        shared_weighing(visit->out, text);
        html(visit->out, "</dd>\n");
    }
}

static void put_decision(struct visit *visit, const struct answer *answer, uint32_t decision)
{
    struct pw_text second = answer_text(answer, decision, "second"),
                   code = answer_text(answer, decision, "code");
    html(visit->out, "<article><h3>%r", answer_is(answer, decision, "state", "proposed") ? "proposed: " : "");
    html_words(visit->out, answer_text(answer, decision, "disposition"));
    html(visit->out, "</h3><p>by %t%r%t, ", answer_text(answer, decision, "actor"),
         second.length ? " and " : "", second);
    html_time(visit->out, answer_text(answer, decision, second.length ? "seconded" : "at"));
    html(visit->out, " (%s)</p><dl>\n", decision_state_words(answer_text(answer, decision, "state")));
    put_text(visit, "Reason", answer_text(answer, decision, "reason"));
    if (!text_is(code, "other") && code.length) {
        html(visit->out, "<dt>Kind</dt><dd>");
        html_words(visit->out, code);
        html(visit->out, "</dd>\n");
    }
    put_texts(visit, answer, decision, "benefits", "Benefit");
    put_texts(visit, answer, decision, "costs", "Cost");
    put_texts(visit, answer, decision, "mitigations", "Mitigation");
    put_text(visit, "Displacement", answer_text(answer, decision, "displacement"));
    html(visit->out, "<dt>Review by</dt><dd>");
    html_time(visit->out, answer_text(answer, decision, "review_by"));
    html(visit->out, "</dd>\n");
    for (uint32_t item = answer_first(answer, decision, "dissent"); item != PW_NODE_NONE;
         item = answer_next(answer, item))
        html(visit->out, "<dt>Dissent</dt><dd class=\"said\">%t: %t</dd>\n",
             answer_text(answer, item, "actor"), answer_text(answer, item, "text"));
    put_text(visit, "Because", answer_text(answer, decision, "why"));
    put_texts(visit, answer, decision, "changed", "Changed");
    html(visit->out, "</dl></article>\n");
}

static void put_hold(struct visit *visit, const struct answer *answer)
{
    uint32_t hold = answer_node(answer, answer->result, "hold");
    if (hold == PW_NODE_NONE)
        return;
    html(visit->out, "<section><h2>Hold</h2><p>until ");
    html_time(visit->out, answer_text(answer, hold, "until"));
    html(visit->out, ", by %t (%s)</p><p class=\"said\">%t</p></section>\n", answer_text(answer, hold, "by"),
         answer_true(answer, hold, "in_force") ? "in force" : "lapsed", answer_text(answer, hold, "reason"));
}

static void put_question(struct visit *visit, const struct answer *answer, uint32_t question)
{
    bool open = answer_true(answer, question, "open");
    struct pw_text unit = answer_text(answer, question, "unit"),
                   by = answer_text(answer, question, "answered_by");
    html(visit->out, "<li><p class=\"said\">%t</p><p class=\"meta\">%t asked%r%t, ",
         answer_text(answer, question, "text"), answer_text(answer, question, "asked_by"),
         unit.length ? " " : "", unit);
    html_time(visit->out, answer_text(answer, question, "at"));
    if (answer_text(answer, question, "answer_by").length) {
        html(visit->out, ", wanted by ");
        html_time(visit->out, answer_text(answer, question, "answer_by"));
    }
    html(visit->out, open ? " \xc2\xb7 <strong>open</strong></p>" : "</p>");
    if (!open)
        html(visit->out, "<p class=\"said\">%t</p><p class=\"meta\">answered by %t</p>",
             answer_text(answer, question, "answer"), by.length ? by : PW_TEXT("an event"));
    html(visit->out, "</li>\n");
}

static void put_measure(struct visit *visit, const struct answer *answer, uint32_t measure)
{
    struct pw_text owner = answer_text(answer, measure, "owner"), due = answer_text(answer, measure, "due");
    struct pw_text evidence = answer_text(answer, measure, "evidence");
    html(visit->out, "<li><span class=\"said\">%t</span><span class=\"meta\"> %t",
         answer_text(answer, measure, "text"), answer_text(answer, measure, "state"));
    if (owner.length)
        html(visit->out, " \xc2\xb7 %t", owner);
    if (due.length) {
        html(visit->out, " \xc2\xb7 due ");
        html_time(visit->out, due);
    }
    if (evidence.length)
        html(visit->out, " \xc2\xb7 see %t", evidence);
    html(visit->out, answer_true(answer, measure, "overdue")
                         ? " \xc2\xb7 <span class=\"late\">overdue</span></span></li>\n"
                         : "</span></li>\n");
}

static void put_entry(struct visit *visit, const struct answer *answer, uint32_t entry)
{
    static const char *const details[] = {"to",    "from",     "of",   "by",          "reference", "unit",
                                          "owner", "evidence", "step", "disposition", "state"};
    static const char *const numbers[] = {"question", "mitigation"};
    static const char *const days[] = {"until", "due"};
    uint32_t detail = answer_node(answer, entry, "detail");
    struct pw_text actor = answer_text(answer, entry, "actor"), words = answer_text(answer, entry, "words");
    html(visit->out, "<li>");
    html_time(visit->out, answer_text(answer, entry, "at"));
    html(visit->out, " <strong>");
    html_words(visit->out, answer_text(answer, entry, "kind"));
    html(visit->out, "</strong> by %t", actor.length ? actor : PW_TEXT("the system"));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (answer_number(answer, detail, numbers[i]))
            html(visit->out, ", %s %u", numbers[i], answer_number(answer, detail, numbers[i]));
    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
        if (answer_text(answer, detail, details[i]).length)
            html(visit->out, ", %s %t", details[i], answer_text(answer, detail, details[i]));
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
        if (answer_text(answer, detail, days[i]).length) {
            html(visit->out, ", %s ", days[i]);
            html_time(visit->out, answer_text(answer, detail, days[i]));
        }
    if (words.length)
        html(visit->out, "<span class=\"said\">%t</span>", words);
    html(visit->out, "</li>\n");
}

/* Why it was not delivered yet, or not at all; when it was, that says enough. */
static void put_notice(struct visit *visit, const struct answer *answer, uint32_t notice)
{
    struct pw_text reviewer = answer_text(answer, notice, "reviewer"),
                   error = answer_text(answer, notice, "error");
    bool delivered = answer_is(answer, notice, "state", "delivered");
    html(visit->out, "<li>%t by %t, ", reviewer.length ? reviewer : PW_TEXT("whoever listens"),
         answer_text(answer, notice, "channel"));
    html_time(visit->out, answer_text(answer, notice, "created"));
    if (!delivered) {
        html(visit->out, ": ");
        html_words(visit->out, answer_text(answer, notice, "state"));
        html(visit->out, " <span class=\"meta\">%t%r%t</span>", answer_text(answer, notice, "reason"),
             error.length ? " " : "", error);
    }
    html(visit->out, "</li>\n");
}

/* A list under a heading; nothing when it is empty. */
static void put_list(struct visit *visit, const struct answer *answer, const char *key, const char *title,
                     void (*put)(struct visit *visit, const struct answer *answer, uint32_t item),
                     const char *around)
{
    uint32_t first = answer_first(answer, answer->result, key);
    if (first == PW_NODE_NONE)
        return;
    html(visit->out, "<section class=\"%s\"><h2>%s</h2><%r>\n", key, title, around);
    for (uint32_t item = first; item != PW_NODE_NONE; item = answer_next(answer, item))
        put(visit, answer, item);
    html(visit->out, "</%r></section>\n", around);
}

void record_show(struct visit *visit, const struct answer *answer)
{
    uint64_t earlier = answer_number(answer, answer->result, "timeline_left_out");
    put_list(visit, answer, "decisions", "Decisions", put_decision, "div");
    put_hold(visit, answer);
    put_list(visit, answer, "questions", "Questions asked", put_question, "ol");
    put_list(visit, answer, "mitigations", "Mitigations of the decision", put_measure, "ol");
    uint32_t referral = answer_node(answer, answer->result, "referral");
    if (referral != PW_NODE_NONE)
        html(visit->out, "<section><h2>Referral</h2><p>to %t, by %t, seconded by %t</p></section>\n",
             answer_text(answer, referral, "to"), answer_text(answer, referral, "by"),
             answer_text(answer, referral, "second").length ? answer_text(answer, referral, "second")
                                                            : PW_TEXT("nobody yet"));
    put_list(visit, answer, "timeline", earlier ? "Timeline (the latest)" : "Timeline", put_entry, "ol");
    put_list(visit, answer, "notices", "Who was told", put_notice, "ul");
}
