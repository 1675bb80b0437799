/* SPDX-License-Identifier: Apache-2.0
 *
 * read_cases.c: lists of cases: of a queue, of a reviewer, in a state, with something overdue, with words in them; by
 * number, or those of a queue by urgency.
 */
#include "control/request.h"

#include <stdlib.h>
#include "control/search.h"
#include "dispatch/pathway.h"

#define READ_CHUNK 500u /* rows fetched at a time */

struct case_page {
    struct request *request;
    uint32_t limit, given, rows, min_level;
    uint32_t scanned;                      /* rows, and what else was read for them */
    struct pw_text state, queue, assignee; /* empty: whichever */
    bool overdue;                          /* only those with a mitigation that is */
    bool open;                             /* only those that somebody has to look at */
    bool urgent;                           /* of one queue, which may be none, the worst first */
    struct search search;
    uint64_t last;
};

#define OVERDUE_COST 16u /* looking at the mitigations of a case costs as much as so many rows */

static bool page_done(const struct case_page *page)
{
    return page->given >= page->limit || page->scanned >= CONTROL_MAX_SCAN || request_full(page->request);
}

static bool is_open(struct pw_text state)
{
    return !text_is(state, "decided") && !text_is(state, "closed") && !text_is(state, "withdrawn");
}

static bool matches(struct search *search, const struct journal_case *item)
{
    const struct pw_text texts[] = {item->title, item->engagement_id, item->unit};
    return search_fits(search, texts, sizeof(texts) / sizeof(texts[0]));
}

static bool fits(struct case_page *page, const struct journal_case *item)
{
    if (item->level < page->min_level || (page->state.length && !text_equal(item->state, page->state)) ||
        (page->queue.length && !text_equal(item->queue, page->queue)) ||
        (page->assignee.length && !text_equal(item->assignee, page->assignee)) ||
        !actor_sees_queue(&page->request->actor, item->queue) || (page->open && !is_open(item->state)) ||
        !matches(&page->search, item))
        return false;
    if (!page->overdue)
        return true;
    page->scanned += text_is(item->state, "decided") ? OVERDUE_COST : 0;
    return text_is(item->state, "decided") && request_is_overdue(page->request, item->case_id);
}

static int case_row(void *to, const struct journal_case *item)
{
    struct case_page *page = to;
    page->rows++;
    page->scanned++;
    page->last = item->case_id;
    if (fits(page, item)) {
        json_write_begin(page->request->out, '{');
        request_write_case(page->request->out, item);
        json_write_end(page->request->out, '}');
        page->given++;
    }
    return page_done(page) ? 1 : 0;
}

static int take_level(void *to, const struct journal_case *item)
{
    *(uint32_t *)to = item->level;
    return 1;
}

/* It goes on where the case of that number would stand. */
static int read_urgent(struct request *request, struct case_page *page)
{
    uint32_t level = PW_LEVEL_COUNT;
    int status = page->last ? journal_case_read(request->view, page->last, take_level, &level) : 0;
    return status < 0 ? status
                      : journal_cases_urgent(request->view, page->queue, level, page->last, READ_CHUNK,
                                             case_row, page);
}

/* Of a queue or a reviewer open cases alone, unless a state is asked for: those have an index. */
static int read_cases(struct request *request, struct case_page *page, uint32_t *ret_read)
{
    uint32_t before = page->rows;
    int status = 0;
    if (page->urgent)
        status = read_urgent(request, page);
    else if (page->state.length || page->overdue || (!page->queue.length && !page->assignee.length))
        status = journal_cases_read(request->view, page->last, READ_CHUNK, case_row, page);
    else if (page->assignee.length)
        status = journal_cases_open(request->view, JOURNAL_CASES_OF_ASSIGNEE, page->assignee, page->last,
                                    READ_CHUNK, case_row, page);
    else
        status = journal_cases_open(request->view, JOURNAL_CASES_OF_QUEUE, page->queue, page->last,
                                    READ_CHUNK, case_row, page);
    *ret_read = page->rows - before;
    return status;
}

static bool given(const struct request *request, const char *name)
{
    return json_member(request->document, PW_NODE_ROOT, name) != PW_NODE_NONE;
}

static int read_pages(struct request *request, struct case_page *page)
{
    uint32_t read;
    json_write_begin(request->out, '[');
    do {
        int status = read_cases(request, page, &read);
        if (status < 0)
            return request_journal_failed(request, status);
    } while (!page_done(page) && read == READ_CHUNK);
    json_write_end(request->out, ']');
    request->next = page_done(page) ? page->last : 0;
    return 0;
}

int request_case_list(struct request *request)
{
    struct case_page page = {.request = request,
                             .limit = request_limit(request),
                             .state = request_text(request, "state"),
                             .queue = request_text(request, "queue"),
                             .assignee = given(request, "mine") ? actor_reviewer(&request->actor)
                                                                : request_text(request, "assignee"),
                             .overdue = given(request, "overdue"),
                             .open = given(request, "open"),
                             .urgent = given(request, "urgent"),
                             .last = request_number(request, "after", 0)};
    if (request_min_level(request, &page.min_level) != 0)
        return -1;
    if (page.limit == 0)
        return request_fail(request, "bad_request", "\"limit\" is 1 to %u.", CONTROL_MAX_LIMIT);
    if (page.urgent && (page.state.length || page.assignee.length || page.overdue))
        return request_fail(
            request, "bad_request",
            "\"urgent\" is of one queue's open cases: it goes with no state, assignee, mine or "
            "overdue.");
    if (search_begin(&page.search, request_text(request, "text")) != 0)
        return request_fail(request, "bad_request", "\"text\" has at most %u bytes.", SEARCH_BYTES);
    int status = read_pages(request, &page);
    search_end(&page.search);
    return status;
}
