/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: a question goes to somebody of a unit who reviews nothing. The letter asks, says by
 * when and how to answer, and that is all: no level, no rule, no list, no word that could be read as
 * suspicion of anybody.
 */
#include "act.h"

#include <string.h>

#include "header.h"

static void say_what_is_asked(struct desk *desk)
{
    struct page paragraph = {0};
    struct pw_text id = desk_text(desk, PW_NODE_ROOT, "/event/id");
    sheet_heading(&desk->sheet, "WHAT IS ASKED");
    desk_say_text(desk, "  ", "", desk_text(desk, PW_NODE_ROOT, "/question"));
    if (!desk->full)
        return;
    desk_say_text(desk, "  ", "Asked by: ", desk_text(desk, PW_NODE_ROOT, "/asked_by"));
    if (id.length == 0)
        return;
    page_string(&paragraph, "It is about the record ");
    desk_put(desk, &paragraph, id);
    page_string(&paragraph, " from ");
    desk_put(desk, &paragraph, desk_text(desk, PW_NODE_ROOT, "/event/source"));
    page_string(&paragraph, ".");
    sheet_paragraph(&desk->sheet, "  ", &paragraph);
}

static void say_by_when(struct desk *desk)
{
    struct page paragraph = {0};
    struct pw_text answer_by = desk_text(desk, PW_NODE_ROOT, "/answer_by");
    sheet_heading(&desk->sheet, "BY WHEN");
    page_string(&paragraph, answer_by.length > 0 ? "Please answer by " : "No day is set; soon is best.");
    desk_put_instant(desk, &paragraph, answer_by);
    page_string(&paragraph, answer_by.length > 0 ? "." : "");
    sheet_paragraph(&desk->sheet, "  ", &paragraph);
}

static void say_how_to_answer(struct desk *desk)
{
    struct page paragraph = {0};
    const struct letter_style *style = desk->style;
    uint32_t question = act_question(desk_text(desk, PW_NODE_ROOT, "/question"));
    sheet_heading(&desk->sheet, "HOW TO ANSWER");
    page_string(&paragraph, "Answer this letter; whoever asks will enter what you say. It goes to ");
    page_text(&paragraph, style->reply_address.length > 0 ? style->reply_address : style->from_address);
    page_string(&paragraph, ".");
    sheet_paragraph(&desk->sheet, "  ", &paragraph);
    desk_say_act(desk, "Or, where you have pathwayctl:");
    if (question != 0 && desk_case_is_plain(desk))
        act_say_answer(desk, "For instance (ANSWER is yes, no or unknown, WHO is you):",
                       desk_text(desk, PW_NODE_ROOT, "/case_id"), question);
    desk_say(desk, "  ", "If you do not know, please say so, and who may.");
}

void question_write(struct desk *desk)
{
    desk_say(desk, "", "You are asked something that you are likely to know.");
    desk_say_case(desk, "", "Reference");
    say_what_is_asked(desk);
    sheet_heading(&desk->sheet, "WHY IT MATTERS");
    desk_say(desk, "  ",
             "Something about this engagement is not on record yet, and with your answer it can go on.");
    say_by_when(desk);
    say_how_to_answer(desk);
    desk_say_because(desk);
}

void question_put_subject(const struct desk *desk, struct page *subject)
{
    case_put_subject(desk, subject);
    page_string(subject, ": a question to you");
}
