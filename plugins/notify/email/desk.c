/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: every kind of letter reads a notice and puts paragraphs on a sheet in the same few
 * ways; that nothing untrusted gets past them unseen or uncut is decided here.
 */
#include "desk.h"

#include <inttypes.h>
#include <string.h>

#include "header.h"

#define DATE_LENGTH 10u /* YYYY-MM-DD: a day, not an instant, and shown as it is */
#define CASE_LENGTH 32u /* of a case's name in a command */

/* ---- reading ------------------------------------------------------------------------------------------- */

static struct pw_text literal(const char *string)
{
    return (struct pw_text){string, strlen(string)};
}

uint32_t desk_find(const struct desk *desk, uint32_t node, const char *pointer)
{
    return desk->documents->find(desk->notice, node, literal(pointer));
}

struct pw_text desk_text(const struct desk *desk, uint32_t node, const char *pointer)
{
    return desk->documents->text(desk->notice, desk_find(desk, node, pointer));
}

uint32_t desk_number(const struct desk *desk, uint32_t node, const char *pointer)
{
    int64_t value = 0;
    (void)desk->documents->integer(desk->notice, desk_find(desk, node, pointer), &value);
    return value < 0 || value > INT32_MAX ? 0 : (uint32_t)value;
}

bool desk_true(const struct desk *desk, uint32_t node, const char *pointer)
{
    return desk->documents->type(desk->notice, desk_find(desk, node, pointer)) == PW_JSON_TRUE;
}

bool desk_is(struct pw_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

bool desk_case_is_plain(const struct desk *desk)
{
    struct pw_text name = desk_text(desk, PW_NODE_ROOT, "/case_id");
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || ((c < '0' || c > '9') && c != '-')))
            return false;
    }
    return name.length > 0 && name.length <= CASE_LENGTH;
}

/* ---- onto a paragraph ---------------------------------------------------------------------------------- */

void desk_put(const struct desk *desk, struct page *page, struct pw_text text)
{
    size_t bytes = 1, kept = 0;
    if (!desk->brief || text.length <= LETTER_BRIEF_BYTES) {
        page_text(page, text);
        return;
    }
    for (; kept + bytes <= LETTER_BRIEF_BYTES; kept += bytes)
        page_character(text, kept, &bytes);
    page_text(page, (struct pw_text){text.data, kept});
    page_string(page, " [cut here]");
}

void desk_put_quoted(const struct desk *desk, struct page *page, struct pw_text text)
{
    page_string(page, "\"");
    desk_put(desk, page, text);
    page_string(page, "\"");
}

void desk_put_instant(const struct desk *desk, struct page *page, struct pw_text instant)
{
    int64_t ms = 0;
    if (instant.length > DATE_LENGTH && header_instant(instant, &ms) == 0)
        header_moment(page, ms);
    else
        desk_put(desk, page, instant);
}

void desk_put_list(const struct desk *desk, struct page *page, uint32_t list)
{
    const struct pw_document_api *documents = desk->documents;
    uint32_t count = 0;
    for (uint32_t node = documents->first(desk->notice, list);
         node != PW_NODE_NONE && count < LETTER_MAX_ITEMS; node = documents->next(desk->notice, node)) {
        page_string(page, count++ > 0 ? ", " : "");
        desk_put(desk, page, documents->text(desk->notice, node));
    }
}

/* ---- onto the sheet ------------------------------------------------------------------------------------ */

void desk_say(struct desk *desk, const char *first, const char *words)
{
    struct page paragraph = {0};
    page_string(&paragraph, words);
    sheet_paragraph(&desk->sheet, first, &paragraph);
}

void desk_say_text(struct desk *desk, const char *first, const char *label, struct pw_text text)
{
    struct page paragraph = {0};
    if (text.length == 0)
        return;
    page_string(&paragraph, label);
    desk_put(desk, &paragraph, text);
    sheet_paragraph(&desk->sheet, first, &paragraph);
}

void desk_say_list(struct desk *desk, const char *first, const char *label, uint32_t list)
{
    struct page paragraph = {0};
    if (desk->documents->count(desk->notice, list) == 0)
        return;
    page_string(&paragraph, label);
    desk_put_list(desk, &paragraph, list);
    sheet_paragraph(&desk->sheet, first, &paragraph);
}

void desk_say_rest(struct desk *desk, const char *first, uint32_t left, const char *of_what)
{
    struct page paragraph = {0};
    if (left == 0)
        return;
    page_format(&paragraph, "and %" PRIu32 " more of the %s, to be seen in the case.", left, of_what);
    sheet_paragraph(&desk->sheet, first, &paragraph);
}

void desk_say_case(struct desk *desk, const char *first, const char *what)
{
    struct page paragraph = {0};
    struct pw_text title = desk_text(desk, PW_NODE_ROOT, "/title");
    page_format(&paragraph, "%s ", what);
    desk_put(desk, &paragraph, desk_text(desk, PW_NODE_ROOT, "/case_id"));
    page_string(&paragraph, ", engagement ");
    desk_put(desk, &paragraph, desk_text(desk, PW_NODE_ROOT, "/engagement_id"));
    if (desk->full && title.length > 0) {
        page_string(&paragraph, ": ");
        desk_put_quoted(desk, &paragraph, title);
    }
    sheet_paragraph(&desk->sheet, first, &paragraph);
}

void desk_say_page(struct desk *desk)
{
    struct pw_text page = desk_text(desk, PW_NODE_ROOT, "/page");
    if (sheet_is_link(page))
        sheet_link(&desk->sheet, "  ", "On the reviewers' page:", page);
    else
        desk_say_text(desk, "  ", "On the reviewers' page: ", page);
}

void desk_say_act(struct desk *desk, const char *why)
{
    struct page command = {0};
    struct pw_text act = desk_text(desk, PW_NODE_ROOT, "/act");
    if (act.length == 0)
        return;
    desk_say(desk, "  ", why);
    desk_put(desk, &command, act);
    sheet_command(&desk->sheet, &command);
}

void desk_say_because(struct desk *desk)
{
    struct pw_text because = desk_text(desk, PW_NODE_ROOT, "/because");
    if (!desk->full || because.length == 0)
        return;
    sheet_heading(&desk->sheet, "WHY YOU GOT THIS");
    desk_say_text(desk, "  ", "", because);
}
