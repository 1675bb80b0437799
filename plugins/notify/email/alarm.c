/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: what an operator reads when the service itself needs somebody. It is about machines,
 * so what is wrong is told whatever the
 * setting.
 */
#include "desk.h"

void alarm_write(struct desk *desk)
{
    struct page paragraph = {0};
    page_string(&paragraph, "pathwayd needs its operators: ");
    desk_put(desk, &paragraph, desk_text(desk, PW_NODE_ROOT, "/subject"));
    sheet_paragraph(&desk->sheet, "", &paragraph);
    sheet_heading(&desk->sheet, "WHAT IS WRONG");
    desk_say_text(desk, "  ", "", desk_text(desk, PW_NODE_ROOT, "/text"));
    paragraph = (struct page){0};
    page_string(&paragraph, "Noticed: ");
    desk_put_instant(desk, &paragraph, desk_text(desk, PW_NODE_ROOT, "/time"));
    sheet_paragraph(&desk->sheet, "  ", &paragraph);
    sheet_heading(&desk->sheet, "WHERE TO ACT");
    desk_say_act(desk, "Begin here:");
    desk_say_because(desk);
}

void alarm_put_subject(const struct desk *desk, struct page *subject)
{
    page_string(subject, "Alarm: ");
    desk_put(desk, subject, desk_text(desk, PW_NODE_ROOT, "/subject"));
}
