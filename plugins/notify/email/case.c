/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: what a reviewer reads of one case, in this order: how serious it is, by when, what
 * happened, on which pathway, why, what is not known and who can say, costs and benefits, what would
 * mitigate, where to act, and why it came to this reader.
 */
#include "desk.h"

#include <inttypes.h>
#include <string.h>

#include "words/phrase.h"

/* ---- what it is ---------------------------------------------------------------------------------------- */

/* The sentence on the level would be wrong of a case that is over. */
static const char *first_sentence(const struct desk *desk)
{
    struct pw_text change = desk_text(desk, PW_NODE_ROOT, "/change");
    struct pw_text level = desk_text(desk, PW_NODE_ROOT, "/level");
    const char *sentence = NULL;
    if (desk_is(change, "closed"))
        sentence = phrase_find(phrase_changes, change);
    else
        sentence = phrase_find(phrase_levels, desk_is(change, "withdrawn") ? PW_TEXT("none") : level);
    return sentence != NULL ? sentence : "A case wants your attention.";
}

static void say_what_it_is(struct desk *desk)
{
    desk_say(desk, "", first_sentence(desk));
    if (desk_true(desk, PW_NODE_ROOT, "/needs_information"))
        desk_say(desk, "",
                 desk->full ? "Information is missing: the questions and who can answer them stand below."
                            : "Information is missing: the command that shows what is asked stands below.");
    desk_say_case(desk, "", "Case");
}

static void say_by_when(struct desk *desk)
{
    struct pw_text decide_by = desk_text(desk, PW_NODE_ROOT, "/decide_by");
    struct pw_text due = desk_text(desk, PW_NODE_ROOT, "/due");
    if (decide_by.length + due.length == 0)
        return;
    sheet_heading(&desk->sheet, "BY WHEN");
    if (decide_by.length > 0) {
        struct page paragraph = {0};
        page_string(&paragraph, "The office wants it decided by ");
        desk_put_instant(desk, &paragraph, decide_by);
        page_string(&paragraph, ".");
        sheet_paragraph(&desk->sheet, "  ", &paragraph);
    }
    desk_say_text(desk, "  ", "The earliest day that a rule sets: ", due);
}

/* ---- what happened ------------------------------------------------------------------------------------- */

static void say_change(struct desk *desk)
{
    struct page paragraph = {0};
    const char *change = phrase_find(phrase_changes, desk_text(desk, PW_NODE_ROOT, "/change"));
    struct pw_text before = desk_text(desk, PW_NODE_ROOT, "/previous_level");
    struct pw_text level = desk_text(desk, PW_NODE_ROOT, "/level");
    page_string(&paragraph, change != NULL ? change : "The case changed.");
    page_string(&paragraph, " Its level is ");
    desk_put(desk, &paragraph, level);
    if (before.length > 0 &&
        !(before.length == level.length && memcmp(before.data, level.data, level.length) == 0)) {
        page_string(&paragraph, ", before it was ");
        desk_put(desk, &paragraph, before);
    }
    page_string(&paragraph, ".");
    sheet_paragraph(&desk->sheet, "  ", &paragraph);
}

static void say_event(struct desk *desk)
{
    struct page paragraph = {0};
    struct pw_text type = desk_text(desk, PW_NODE_ROOT, "/event/type");
    if (type.length == 0)
        return;
    page_string(&paragraph, "It was caused by the event ");
    desk_put(desk, &paragraph, type);
    page_string(&paragraph, " with id ");
    desk_put(desk, &paragraph, desk_text(desk, PW_NODE_ROOT, "/event/id"));
    page_string(&paragraph, " from ");
    desk_put(desk, &paragraph, desk_text(desk, PW_NODE_ROOT, "/event/source"));
    page_string(&paragraph, ".");
    sheet_paragraph(&desk->sheet, "  ", &paragraph);
}

static void say_what_happened(struct desk *desk)
{
    sheet_heading(&desk->sheet, "WHAT HAPPENED");
    say_change(desk);
    if (desk->full)
        say_event(desk);
    desk_say_list(desk, "  ", "Pathways concerned: ", desk_find(desk, PW_NODE_ROOT, "/pathways"));
    desk_say_text(desk, "  ", "Queue: ", desk_text(desk, PW_NODE_ROOT, "/queue"));
    if (!desk->full)
        return;
    desk_say_text(desk, "  ", "State: ", desk_text(desk, PW_NODE_ROOT, "/state"));
    desk_say_text(desk, "  ", "Given to: ", desk_text(desk, PW_NODE_ROOT, "/assignee"));
    desk_say_text(desk, "  ", "The record in the source system: ", desk_text(desk, PW_NODE_ROOT, "/link"));
}

/* Of a case that was decided: what is not as it was. */
static void say_what_changed(struct desk *desk)
{
    const struct pw_document_api *documents = desk->documents;
    uint32_t changed = desk_find(desk, PW_NODE_ROOT, "/changed");
    uint32_t count = documents->count(desk->notice, changed);
    uint32_t said = 0;
    if (count == 0)
        return;
    sheet_heading(&desk->sheet, "WHAT HAS CHANGED SINCE IT WAS DECIDED");
    for (uint32_t line = documents->first(desk->notice, changed);
         line != PW_NODE_NONE && said < LETTER_MAX_ITEMS; line = documents->next(desk->notice, line), said++)
        desk_say_text(desk, "     - ", "", documents->text(desk->notice, line));
    desk_say_rest(desk, "     - ", count > LETTER_MAX_ITEMS ? count - LETTER_MAX_ITEMS : 0, "changes");
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

void case_write(struct desk *desk)
{
    say_what_it_is(desk);
    say_by_when(desk);
    say_what_happened(desk);
    if (desk->full)
        say_what_changed(desk);
    finding_write_each(desk);
    if (desk->full)
        weighing_write(desk);
    act_write(desk);
    desk_say_because(desk);
    page_string(&desk->sheet.text, "\n");
    desk_say(desk, "",
             "pathwayd recommends and people decide. Findings are about institutions and activities, never "
             "about a person.");
}

void case_put_subject(const struct desk *desk, struct page *subject)
{
    struct pw_text title = desk_text(desk, PW_NODE_ROOT, "/title");
    desk_put(desk, subject, desk_text(desk, PW_NODE_ROOT, "/case_id"));
    page_string(subject, desk->full && title.length > 0 ? ": " : ": engagement ");
    desk_put(desk, subject,
             desk->full && title.length > 0 ? title : desk_text(desk, PW_NODE_ROOT, "/engagement_id"));
}
