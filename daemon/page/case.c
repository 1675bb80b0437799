/* SPDX-License-Identifier: Apache-2.0
 *
 * case.c: one case, in the order in which it is judged: what happened, why it was raised, what is not known and who can say,
 * what speaks for and against, the decision; then what people did so far.
 */
#include "page/case.h"

#include <stdio.h>
#include <string.h>
#include "json/json.h"
#include "page/act.h"
#include "page/phrases.h"
#include "page/shared.h"

bool case_stands(const struct answer *answer, uint32_t finding)
{
    return !answer_true(answer, finding, "withdrawn");
}

bool case_is_open(const struct answer *answer)
{
    static const char *const done[] = {"decided", "closed", "withdrawn"};
    for (size_t i = 0; i < sizeof(done) / sizeof(done[0]); i++)
        if (answer_is(answer, answer->result, "state", done[i]))
            return false;
    return true;
}

static void put_head(struct visit *visit, const struct answer *answer)
{
    uint32_t item = answer->result;
    struct pw_text whose = answer_text(answer, item, "assignee"), queue = answer_text(answer, item, "queue");
    struct pw_text title = answer_text(answer, item, "title");
    const char *says = phrases_find(PHRASES_LEVEL, answer_text(answer, item, "level"));
    html(visit->out, "<h1>%t</h1>\n<p class=\"head\">",
         title.length ? title : answer_text(answer, item, "engagement_id"));
    shared_level(visit->out, answer, item);
    html(visit->out, "<span class=\"meta\">%t \xc2\xb7 ", answer_text(answer, item, "case"));
    html_words(visit->out, answer_text(answer, item, "state"));
    if (whose.length || case_is_open(answer))
        html(visit->out, " \xc2\xb7 %t", whose.length ? whose : PW_TEXT("nobody's yet"));
    if (queue.length)
        html(visit->out, " \xc2\xb7 queue %t", queue);
    html(visit->out, " \xc2\xb7 ");
    shared_list(visit->out, answer, item, "pathways");
    if (case_is_open(answer))
        shared_due(visit->out, answer_text(answer, item, "decide_by"), visit->ask->now_ms);
    html(visit->out, "</span></p>\n");
    if (says && case_is_open(answer))
        html(visit->out, "<p>%s <a class=\"jump\" href=\"#do\">What to do</a></p>\n", says);
}

static void put_case(struct visit *visit, const struct answer *answer, const struct answer *refusal)
{
    char title[64];
    snprintf(title, sizeof(title), "%s%.*s", refusal ? "Not done: " : "",
             TEXT_FMT(text_cut(answer_text(answer, answer->result, "case"), 40)));
    visit_begin(visit, title, NULL);
    put_head(visit, answer);
    if (refusal)
        act_refused(visit, answer, refusal);
    else
        act_done(visit, answer);
    html(visit->out, "<div class=\"columns\"><div>\n");
    happened_show(visit, answer);
    why_show(visit, answer, true);
    happened_questions(visit, answer);
    why_unknown(visit, answer);
    why_sides(visit, answer);
    why_show(visit, answer, false);
    html(visit->out, "</div><div>\n");
    act_forms(visit, answer);
    record_show(visit, answer);
    html(visit->out, "</div></div>\n");
    visit_end(visit);
}

void case_show(struct visit *visit, struct pw_text name, const struct answer *refusal)
{
    struct buffer request = {0};
    struct answer answer;
    visit_request(visit, &request, "case.show");
    json_member_text(&request, "case", name);
    visit_ask(visit, &request, &answer);
    if (refusal)
        visit->reply->code = visit_status(refusal);
    if (answer.good)
        put_case(visit, &answer, refusal);
    else if (refusal)
        act_give_back(visit, visit_status(refusal), "Not done", refusal->error);
    else
        visit_refused(visit, &answer);
    inquiry_release(&answer);
}

/* What was sent to "case/C-000001/decide" and refused leaves that address in the browser: asked for again, it is the case. */
void view_case(struct visit *visit)
{
    struct pw_text name = {visit->path.data + 5, visit->path.length - 5}; /* behind "case/" */
    const char *slash = memchr(name.data, '/', name.length);
    size_t length = slash ? (size_t)(slash - name.data) : name.length;
    if (!slash)
        case_show(visit, name, NULL);
    else if (act_of(visit))
        visit_go(visit, "case/%.*s", (int)(length > 40 ? 40 : length), name.data);
    else
        visit_fail(visit, 404, "Not found", PW_TEXT("There is no such page."));
}
