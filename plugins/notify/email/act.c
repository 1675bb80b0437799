/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: which commands fit a case depends on where it stands, and their syntax is
 * pathwayctl's; both are tables here, to be compared with its help.
 */
#include "act.h"

#include <inttypes.h>
#include <string.h>

#define QUESTIONS 3u /* Q1 to Q3 of the paper */

enum standing { OPEN, PROPOSED, DECIDED, OVER };

struct command {
    enum standing standing;
    const char *why;  /* what it is for */
    const char *verb; /* between "pathwayctl case" and the case's name */
    const char *rest; /* after it */
    bool seen;        /* takes --revision */
};

static const struct command commands[] = {
    {OPEN, "Let it go ahead, with what makes it acceptable:", "decide",
     "proceed_with_mitigation --reason \"…\" --mitigation \"…\"", true},
    {OPEN, "Let it go ahead as it is:", "decide", "proceed --reason \"…\"", true},
    {OPEN, "Decline it, naming what is lost and where the work goes instead (a second person has to agree):",
     "decide", "declined --reason \"…\" --benefit \"…\" --displacement \"…\"", true},
    {PROPOSED, "Agree with what is proposed, unless you proposed it:", "second", "", false},
    {PROPOSED, "Set the proposal aside and take the case up again:", "reopen", "--reason \"…\"", false},
    {PROPOSED, "Write beside it what you have against it:", "dissent", "--text \"…\"", false},
    {DECIDED, "Take it up again, to decide it anew:", "reopen", "--reason \"…\"", false},
    {DECIDED, "Let the decision stand and write beside it what you have against it:", "dissent",
     "--text \"…\"", false},
};

static void say_commands(struct desk *desk, enum standing standing, struct pw_text name, uint32_t revision)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command *command = &commands[i];
        struct page line = {0};
        if (command->standing != standing)
            continue;
        desk_say(desk, "  ", command->why);
        page_format(&line, "pathwayctl case %s ", command->verb);
        page_text(&line, name);
        page_format(&line, "%s%s", command->rest[0] != '\0' ? " " : "", command->rest);
        if (command->seen && revision > 0)
            page_format(&line, " --revision %" PRIu32, revision);
        sheet_command(&desk->sheet, &line);
    }
}

void act_say_deciding(struct desk *desk, struct pw_text name, uint32_t revision)
{
    say_commands(desk, OPEN, name, revision);
}

/* ---- answering ----------------------------------------------------------------------------------------- */

uint32_t act_question(struct pw_text text)
{
    if (text.length < 3u || text.data[0] != 'Q' || text.data[2] != ':')
        return 0;
    uint32_t number = (uint32_t)(unsigned char)text.data[1] - '0';
    return number >= 1u && number <= QUESTIONS ? 1u << number : 0;
}

void act_say_answer(struct desk *desk, const char *why, struct pw_text name, uint32_t questions)
{
    struct page line = {0};
    desk_say(desk, "  ", why);
    page_string(&line, "pathwayctl answer ");
    page_text(&line, name);
    for (uint32_t number = 1; number <= QUESTIONS; number++)
        if (questions & 1u << number)
            page_format(&line, " q%" PRIu32 "=ANSWER", number);
    page_string(&line, questions != 0 ? "" : " /data/FIELD=VALUE");
    page_string(&line, " --by WHO --text \"…\"");
    sheet_command(&desk->sheet, &line);
}

static uint32_t questions_of(const struct desk *desk)
{
    const struct pw_document_api *documents = desk->documents;
    uint32_t findings = desk_find(desk, PW_NODE_ROOT, "/findings");
    uint32_t questions = 0;
    for (uint32_t finding = documents->first(desk->notice, findings); finding != PW_NODE_NONE;
         finding = documents->next(desk->notice, finding))
        for (uint32_t node = documents->first(desk->notice, desk_find(desk, finding, "/unknowns"));
             node != PW_NODE_NONE; node = documents->next(desk->notice, node))
            questions |= act_question(desk_text(desk, node, "/what"));
    return questions;
}

static void say_asking(struct desk *desk, struct pw_text name)
{
    struct page line = {0};
    uint32_t questions = questions_of(desk);
    if (!desk_true(desk, PW_NODE_ROOT, "/needs_information"))
        return;
    desk_say(desk, "  ", "See what is asked, of whom and by when:");
    page_string(&line, "pathwayctl answer ");
    page_text(&line, name);
    sheet_command(&desk->sheet, &line);
    act_say_answer(desk,
                   questions != 0 ? "Pass on what those who know have said (ANSWER is yes, no or unknown):"
                                  : "Pass on what those who know have said, as the event's field:",
                   name, questions);
}

/* ---- the section --------------------------------------------------------------------------------------- */

static enum standing standing_of(const struct desk *desk)
{
    static const struct {
        const char *pointer, *word;
        enum standing standing;
    } rows[] = {
        {"/change", "withdrawn", OVER},    {"/change", "closed", OVER},    {"/state", "withdrawn", OVER},
        {"/state", "closed", OVER},        {"/state", "decided", DECIDED}, {"/state", "proposed", PROPOSED},
        {"/change", "proposed", PROPOSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (desk_is(desk_text(desk, PW_NODE_ROOT, rows[i].pointer), rows[i].word))
            return rows[i].standing;
    return OPEN;
}

void act_write(struct desk *desk)
{
    struct pw_text name = desk_text(desk, PW_NODE_ROOT, "/case_id");
    enum standing standing = standing_of(desk);
    sheet_heading(&desk->sheet, "WHERE TO ACT");
    desk_say_page(desk);
    desk_say_act(desk, "Look at the case:");
    if (standing == OVER || !desk_case_is_plain(desk))
        return;
    desk_say(desk, "  ", "Put your own words in place of each … before you run one of these.");
    say_asking(desk, name);
    /* Whoever reads a short letter looks at the case first, and so at a later revision than the letter's. */
    say_commands(desk, standing, name, desk->full ? desk_number(desk, PW_NODE_ROOT, "/revision") : 0);
    if (standing == OPEN && desk_is(desk_text(desk, PW_NODE_ROOT, "/level"), "prohibited"))
        desk_say(desk, "  ", "Whichever it is, a second person has to agree.");
    if (standing == OPEN && desk->full && desk_number(desk, PW_NODE_ROOT, "/revision") > 0)
        desk_say(desk, "  ", "With --revision it counts only while the case is as this letter says.");
}
