/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: what stands in a calendar about a case, and in which words.
 */
#include "calendar/entry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "calendar/fold.h"

#define MAX_REVISION INT32_MAX /* an INTEGER of RFC 5545 */

static const struct {
    const char *task, *date, *words;
} states[] = {
    [ENTRY_OPEN] = {"NEEDS-ACTION", "CONFIRMED", NULL}, /* the level says more */
    [ENTRY_PROPOSED] = {"IN-PROCESS", "CONFIRMED", "a decision is proposed"},
    [ENTRY_DONE] = {"COMPLETED", "CANCELLED", "done"},
    [ENTRY_WITHDRAWN] = {"CANCELLED", "CANCELLED", "withdrawn"},
};

/* PRIORITY (RFC 5545, 3.8.1.9): 1 is the highest, 5 the middle, 9 the lowest. */
static const struct {
    const char *level, *words, *priority;
} levels[] = {
    {"prohibited", "prohibited, two people decide", "1"},
    {"required", "review required", "2"},
    {"recommended", "review recommended", "5"},
    {"suggested", "a look is suggested", "9"},
    {"note", "for information", "9"},
    {"none", "nothing stands any more", "9"},
};

static const struct {
    const char *suffix, *component, *words;
} kinds[ENTRY_KINDS] = {
    [ENTRY_TASK] = {"task", "VTODO", NULL}, [ENTRY_DATE] = {"date", "VEVENT", "statutory date"}};

/* ---- reading ------------------------------------------------------------------------------------------- */

static uint32_t find(const struct entry_case *item, uint32_t node, const char *pointer)
{
    return item->documents->find(item->notice, node, (struct pw_text){pointer, strlen(pointer)});
}

static struct pw_text text_of(const struct entry_case *item, uint32_t node, const char *pointer)
{
    return item->documents->text(item->notice, find(item, node, pointer));
}

static bool is(struct pw_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

static bool plain(struct pw_text text, size_t most, const char *also)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || strchr(also, c) == NULL))
            return false;
    }
    return text.length > 0 && text.length <= most;
}

bool entry_name_valid(struct pw_text name)
{
    return plain(name, ENTRY_NAME_BYTES, "-.") && name.data[0] != '.' && name.data[name.length - 1u] != '.';
}

/* Whether the text begins with what `form` says: 'd' is a digit, other characters stand for themselves. */
static bool matches(struct pw_text text, const char *form)
{
    for (size_t i = 0; form[i] != '\0'; i++) {
        if (i >= text.length)
            return false;
        if (form[i] == 'd' ? text.data[i] < '0' || text.data[i] > '9' : text.data[i] != form[i])
            return false;
    }
    return true;
}

static int number(const char *at, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (at[i] - '0');
    return value;
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* "2026-07-31…" → "20260731"; a day that no calendar has is none. */
static bool read_day(struct pw_text text, char day[ENTRY_DAY_BYTES])
{
    if (!matches(text, "dddd-dd-dd"))
        return false;
    int year = number(text.data, 4), month = number(text.data + 5, 2), of_month = number(text.data + 8, 2);
    if (year < 1 || month < 1 || month > 12 || of_month < 1 || of_month > days_of(year, month))
        return false;
    snprintf(day, ENTRY_DAY_BYTES, "%.4s%.2s%.2s", text.data, text.data + 5, text.data + 8);
    return true;
}

/* "2026-01-02T03:04:05Z", with a fraction or without → "20260102T030405Z". */
static bool read_instant(struct pw_text text, char instant[ENTRY_INSTANT_BYTES])
{
    char day[ENTRY_DAY_BYTES];
    if (!read_day(text, day) || !matches(text, "dddd-dd-ddTdd:dd:dd") || text.data[text.length - 1u] != 'Z' ||
        number(text.data + 11, 2) > 23 || number(text.data + 14, 2) > 59 || number(text.data + 17, 2) > 59)
        return false;
    snprintf(instant, ENTRY_INSTANT_BYTES, "%sT%.2s%.2s%.2sZ", day, text.data + 11, text.data + 14,
             text.data + 17);
    return true;
}

/* The state has the last word; a notice of a change that ends a case says so too. */
static enum entry_state state_of(struct pw_text state, struct pw_text change)
{
    if (is(state, "withdrawn"))
        return ENTRY_WITHDRAWN;
    if (is(state, "decided") || is(state, "closed"))
        return ENTRY_DONE;
    if (is(change, "withdrawn"))
        return ENTRY_WITHDRAWN;
    if (is(change, "closed"))
        return ENTRY_DONE;
    return is(state, "proposed") ? ENTRY_PROPOSED : ENTRY_OPEN;
}

int entry_read(const struct pw_document_api *documents, const struct pw_document *notice,
               const struct entry_style *style, struct entry_case *ret_case)
{
    struct entry_case item = {.documents = documents, .notice = notice, .style = style};
    int status = documents->integer(notice, find(&item, PW_NODE_ROOT, "/revision"), &item.revision);
    item.case_id = text_of(&item, PW_NODE_ROOT, "/case_id");
    if (status != PW_OK || item.revision < 1 || item.revision > MAX_REVISION ||
        !plain(item.case_id, ENTRY_CASE_BYTES, "-") ||
        !read_instant(text_of(&item, PW_NODE_ROOT, "/time"), item.stamp))
        return PW_ERROR_INVALID;
    item.state = state_of(text_of(&item, PW_NODE_ROOT, "/state"), text_of(&item, PW_NODE_ROOT, "/change"));
    if (!read_instant(text_of(&item, PW_NODE_ROOT, "/decide_by"), item.decide_by))
        item.decide_by[0] = '\0';
    struct pw_text due = text_of(&item, PW_NODE_ROOT, "/due");
    if (due.length != sizeof "2026-07-31" - 1u || !read_day(due, item.due))
        item.due[0] = '\0';
    *ret_case = item;
    return PW_OK;
}

void entry_uid(const struct entry_case *item, enum entry_kind kind, char uid[ENTRY_UID_BYTES])
{
    snprintf(uid, ENTRY_UID_BYTES, "%.*s-%s@%.*s", (int)item->case_id.length, item->case_id.data,
             kinds[kind].suffix, (int)item->style->name.length, item->style->name.data);
}

/* ---- words --------------------------------------------------------------------------------------------- */

static void put_level(const struct entry_case *item, struct page *page)
{
    struct pw_text level = text_of(item, PW_NODE_ROOT, "/level");
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (is(level, levels[i].level)) {
            page_string(page, levels[i].words);
            return;
        }
    page_text(page, level);
}

/* "C-000123: review required, decide by 2026-01-06 17:00 UTC" */
static void put_summary(const struct entry_case *item, enum entry_kind kind, struct page *page)
{
    page_text(page, item->case_id);
    if (item->style->full) {
        page_string(page, " ");
        page_text(page, text_of(item, PW_NODE_ROOT, "/title"));
    }
    page_format(page, ": %s%s", kinds[kind].words ? kinds[kind].words : "", kinds[kind].words ? ", " : "");
    if (states[item->state].words != NULL)
        page_string(page, states[item->state].words);
    else
        put_level(item, page);
    if (kind == ENTRY_TASK && item->state <= ENTRY_PROPOSED && item->decide_by[0] != '\0')
        page_format(page, ", decide by %.4s-%.2s-%.2s %.2s:%.2s UTC", item->decide_by, item->decide_by + 4,
                    item->decide_by + 6, item->decide_by + 9, item->decide_by + 11);
}

/* "label" and the text, on a line of its own; nothing without a text. */
static void put_line(struct page *page, const char *label, struct pw_text text)
{
    if (text.length == 0)
        return;
    page_string(page, label);
    page_text(page, text);
    page_string(page, "\n");
}

static void put_finding(const struct entry_case *item, uint32_t finding, struct page *page)
{
    struct pw_text due = text_of(item, finding, "/due");
    page_string(page, "- ");
    page_text(page, text_of(item, finding, "/rule"));
    page_string(page, due.length > 0 ? ", due " : "");
    page_text(page, due);
    page_string(page, ": ");
    page_text(page, text_of(item, finding, "/explanation"));
    page_string(page, "\n");
}

static void put_findings(const struct entry_case *item, struct page *page)
{
    const struct pw_document_api *documents = item->documents;
    uint32_t count = 0;
    for (uint32_t node = documents->first(item->notice, find(item, PW_NODE_ROOT, "/findings"));
         node != PW_NODE_NONE; node = documents->next(item->notice, node))
        if (count++ < ENTRY_MAX_FINDINGS)
            put_finding(item, node, page);
    if (count > ENTRY_MAX_FINDINGS)
        page_format(page, "- and %" PRIu32 " more\n", count - ENTRY_MAX_FINDINGS);
}

static void put_description(const struct entry_case *item, enum entry_kind kind, bool findings,
                            struct page *page)
{
    struct pw_text url = text_of(item, PW_NODE_ROOT, "/page");
    if (kind == ENTRY_DATE)
        page_string(page, "The earliest statutory day among the findings of this case.\n");
    if (item->style->full) {
        put_line(page, "Title: ", text_of(item, PW_NODE_ROOT, "/title"));
        put_line(page, "Engagement: ", text_of(item, PW_NODE_ROOT, "/engagement_id"));
    }
    if (findings)
        put_findings(item, page);
    put_line(page, "Where to act: ", url);
    put_line(page, url.length > 0 ? "Or: " : "Where to act: ", text_of(item, PW_NODE_ROOT, "/act"));
    page_string(page, "pathwayd keeps this entry; what is changed here changes nothing there.");
}

/* ---- lines --------------------------------------------------------------------------------------------- */

static void write_summary(const struct entry_case *item, enum entry_kind kind, struct page *page)
{
    struct page summary = {0}, description = {0};
    put_summary(item, kind, &summary);
    put_description(item, kind, item->style->full, &description);
    if (description.failed || description.length > ENTRY_DESCRIPTION_BYTES) {
        page_release(&description);
        put_description(item, kind, false, &description);
    }
    fold_text(page, "SUMMARY", &summary);
    fold_text(page, "DESCRIPTION", &description);
    page_release(&summary);
    page_release(&description);
}

/* A page on https, in characters that a URI has; anything else is left out. */
static void write_url(const struct entry_case *item, struct page *page)
{
    struct pw_text url = text_of(item, PW_NODE_ROOT, "/page");
    struct page value = {0};
    if (!matches(url, "https://"))
        return;
    for (size_t i = 0; i < url.length; i++)
        if (url.data[i] <= ' ' || url.data[i] > '~' || strchr("\"<>\\^`{|}", url.data[i]) != NULL)
            return;
    page_bytes(&value, url.data, url.length);
    if (!value.failed)
        fold_line(page, "URL", value.data);
    page->failed |= value.failed;
    page_release(&value);
}

static void write_queue(const struct entry_case *item, struct page *page)
{
    struct pw_text queue = text_of(item, PW_NODE_ROOT, "/queue");
    struct page value = {0};
    page_text(&value, queue);
    if (queue.length > 0)
        fold_text(page, "CATEGORIES", &value);
    page_release(&value);
}

static void write_task(const struct entry_case *item, struct page *page)
{
    struct pw_text level = text_of(item, PW_NODE_ROOT, "/level");
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (is(level, levels[i].level))
            fold_line(page, "PRIORITY", levels[i].priority);
    if (item->decide_by[0] != '\0')
        fold_line(page, "DUE", item->decide_by);
    if (item->state == ENTRY_DONE) {
        fold_line(page, "COMPLETED", item->stamp);
        fold_line(page, "PERCENT-COMPLETE", "100");
    }
}

static void write_date(const struct entry_case *item, const char *day, struct page *page)
{
    struct page words = {0};
    fold_line(page, "DTSTART;VALUE=DATE", day);
    fold_line(page, "TRANSP", "TRANSPARENT"); /* nobody is busy for it */
    if (item->state > ENTRY_PROPOSED || item->due[0] == '\0')
        return;
    page_text(&words, item->case_id);
    page_string(&words, ": statutory date tomorrow");
    fold_line(page, "BEGIN", "VALARM");
    fold_line(page, "ACTION", "DISPLAY");
    fold_text(page, "DESCRIPTION", &words);
    fold_line(page, "TRIGGER", "-P1D");
    fold_line(page, "END", "VALARM");
    page_release(&words);
}

int entry_write(const struct entry_case *item, enum entry_kind kind, const char *day, struct page *ret_page)
{
    struct page page = {0};
    char uid[ENTRY_UID_BYTES], revision[16];
    bool gone = kind == ENTRY_DATE && item->due[0] == '\0';
    entry_uid(item, kind, uid);
    snprintf(revision, sizeof revision, "%" PRIi64, item->revision);
    page_string(&page, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//pathwayd//calendar//EN\r\n");
    fold_line(&page, "BEGIN", kinds[kind].component);
    fold_line(&page, "UID", uid);
    fold_line(&page, "DTSTAMP", item->stamp);
    fold_line(&page, "LAST-MODIFIED", item->stamp);
    fold_line(&page, "SEQUENCE", revision);
    fold_line(&page, "X-PATHWAYD-REVISION", revision);
    fold_line(&page, "STATUS",
              gone                 ? "CANCELLED"
              : kind == ENTRY_TASK ? states[item->state].task
                                   : states[item->state].date);
    write_summary(item, kind, &page);
    write_queue(item, &page);
    write_url(item, &page);
    if (kind == ENTRY_TASK)
        write_task(item, &page);
    else
        write_date(item, day, &page);
    fold_line(&page, "END", kinds[kind].component);
    page_string(&page, "END:VCALENDAR\r\n");
    if (page.failed) {
        page_release(&page);
        return PW_ERROR_MEMORY;
    }
    *ret_page = page;
    return PW_OK;
}
