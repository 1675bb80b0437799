/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: many cases in one letter, for who reads it over a coffee: the worst first, of each
 * why and by when in a line, and how to go on from there.
 */
#include "act.h"

#include <inttypes.h>
#include <string.h>

#include "words/phrase.h"

static const struct {
    const char *level, *heading;
} groups[] = {
    {"prohibited", "PROHIBITED"},
    {"required", "A REVIEW IS REQUIRED"},
    {"recommended", "A REVIEW IS RECOMMENDED"},
    {"suggested", "A LOOK IS SUGGESTED"},
    {"note", "FOR YOUR INFORMATION"},
    {"none", "NOTHING STANDS ANY MORE"},
};
#define GROUPS (sizeof groups / sizeof groups[0])

/* Where a case's level stands in the table; GROUPS: nowhere. */
static size_t group_of(const struct desk *desk, uint32_t item)
{
    struct pw_text level = desk_text(desk, item, "/level");
    for (size_t group = 0; group < GROUPS; group++)
        if (desk_is(level, groups[group].level))
            return group;
    return GROUPS;
}

/* ---- a case -------------------------------------------------------------------------------------------- */

static void put_why(struct desk *desk, struct page *line, uint32_t item)
{
    const char *change = phrase_find(phrase_changes, desk_text(desk, item, "/change"));
    struct pw_text explanation = desk_text(desk, item, "/explanation");
    if (desk->full && explanation.length > 0)
        desk_put(desk, line, explanation);
    else
        page_string(line, change != NULL ? change : "The case changed.");
    if (desk_true(desk, item, "/needs_information"))
        page_string(line, " Information is missing.");
}

static void put_by_when(struct desk *desk, struct page *line, uint32_t item)
{
    struct pw_text decide_by = desk_text(desk, item, "/decide_by");
    struct pw_text due = desk_text(desk, item, "/due");
    if (decide_by.length > 0) {
        page_string(line, " Decide by ");
        desk_put_instant(desk, line, decide_by);
        page_string(line, ".");
    }
    if (due.length > 0) {
        page_string(line, " Due: ");
        desk_put(desk, line, due);
        page_string(line, ".");
    }
    if (decide_by.length + due.length == 0)
        page_string(line, " No day is set.");
}

static void say_case(struct desk *desk, uint32_t item)
{
    struct page line = {0};
    struct pw_text title = desk_text(desk, item, "/title");
    struct pw_text state = desk_text(desk, item, "/state");
    desk_put(desk, &line, desk_text(desk, item, "/case_id"));
    page_string(&line, ", engagement ");
    desk_put(desk, &line, desk_text(desk, item, "/engagement_id"));
    if (desk->full && title.length > 0) {
        page_string(&line, ", ");
        desk_put_quoted(desk, &line, title);
    }
    if (desk->documents->count(desk->notice, desk_find(desk, item, "/pathways")) > 0) {
        page_string(&line, " (");
        desk_put_list(desk, &line, desk_find(desk, item, "/pathways"));
        page_string(&line, ")");
    }
    if (desk->full && state.length > 0) {
        page_string(&line, ", ");
        desk_put(desk, &line, state);
    }
    page_string(&line, ": ");
    put_why(desk, &line, item);
    put_by_when(desk, &line, item);
    sheet_paragraph(&desk->sheet, "  - ", &line);
}

/* ---- the list ------------------------------------------------------------------------------------------ */

static uint32_t say_group(struct desk *desk, size_t group, uint32_t room)
{
    const struct pw_document_api *documents = desk->documents;
    uint32_t said = 0;
    for (uint32_t item = documents->first(desk->notice, desk_find(desk, PW_NODE_ROOT, "/cases"));
         item != PW_NODE_NONE && said < room; item = documents->next(desk->notice, item)) {
        if (group_of(desk, item) != group)
            continue;
        if (said++ == 0)
            sheet_heading(&desk->sheet, group < GROUPS ? groups[group].heading : "OF ANOTHER LEVEL");
        say_case(desk, item);
    }
    return said;
}

static uint32_t count_cases(const struct desk *desk)
{
    return desk->documents->count(desk->notice, desk_find(desk, PW_NODE_ROOT, "/cases"));
}

static void say_left_out(struct desk *desk, uint32_t left_out)
{
    struct page paragraph = {0};
    if (left_out == 0)
        return;
    page_string(&desk->sheet.text, "\n");
    page_format(&paragraph, "%" PRIu32 " more %s not told here; the list of cases shows %s.", left_out,
                left_out == 1 ? "is" : "are", left_out == 1 ? "it" : "them");
    sheet_paragraph(&desk->sheet, "", &paragraph);
}

static void say_where_to_act(struct desk *desk)
{
    struct page command = {0};
    sheet_heading(&desk->sheet, "WHERE TO ACT");
    desk_say_page(desk);
    desk_say_act(desk, "All cases:");
    desk_say(desk, "  ",
             "One of them; put its name, which begins with C-, in place of CASE, and your own words in place "
             "of each …:");
    page_string(&command, "pathwayctl case show CASE");
    sheet_command(&desk->sheet, &command);
    act_say_deciding(desk, PW_TEXT("CASE"), 0);
}

void digest_write(struct desk *desk)
{
    struct page paragraph = {0};
    uint32_t room = desk->brief ? LETTER_BRIEF_CASES : LETTER_MAX_CASES;
    uint32_t count = count_cases(desk);
    uint32_t said = 0;
    uint32_t left_out = desk_number(desk, PW_NODE_ROOT, "/left_out");
    page_format(&paragraph, "%" PRIu32 " case%s for you to look at, the most serious first.",
                count + left_out, count + left_out == 1 ? "" : "s");
    sheet_paragraph(&desk->sheet, "", &paragraph);
    for (size_t group = 0; group <= GROUPS; group++)
        said += say_group(desk, group, room - said);
    say_left_out(desk, count - said + left_out);
    say_where_to_act(desk);
    desk_say_because(desk);
    page_string(&desk->sheet.text, "\n");
    desk_say(desk, "",
             "pathwayd recommends and people decide. Findings are about institutions and activities, never "
             "about a person.");
}

void digest_put_subject(const struct desk *desk, struct page *subject)
{
    uint32_t count = count_cases(desk) + desk_number(desk, PW_NODE_ROOT, "/left_out");
    page_format(subject, "Digest: %" PRIu32 " case%s", count, count == 1 ? "" : "s");
}
