/* SPDX-License-Identifier: Apache-2.0
 *
 * read_cases.c: lists of cases: of a queue, of a reviewer, in a state, with something overdue.
 */
#include "control/request.h"

#include "dispatch/pathway.h"

#define READ_CHUNK 500u /* rows fetched at a time */

struct case_page {
    struct request *request;
    uint32_t limit, given, rows, min_level;
    uint32_t scanned;                      /* rows, and what else was read for them */
    struct pw_text state, queue, assignee; /* empty: whichever */
    bool overdue;                          /* only those with a mitigation that is */
    bool open;                             /* only those that somebody has to look at */
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

static bool fits(struct case_page *page, const struct journal_case *item)
{
    if (item->level < page->min_level || (page->state.length && !text_equal(item->state, page->state)) ||
        (page->queue.length && !text_equal(item->queue, page->queue)) ||
        (page->assignee.length && !text_equal(item->assignee, page->assignee)) ||
        !actor_sees_queue(&page->request->actor, item->queue) || (page->open && !is_open(item->state)))
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

/* Of a queue or a reviewer open cases alone, unless a state is asked for: those have an index. */
static int read_cases(struct request *request, struct case_page *page, uint32_t *ret_read)
{
    uint32_t before = page->rows;
    int status = 0;
    if (page->state.length || page->overdue || (!page->queue.length && !page->assignee.length))
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
                             .last = request_number(request, "after", 0)};
    if (request_min_level(request, &page.min_level) != 0)
        return -1;
    if (page.limit == 0)
        return request_fail(request, "bad_request", "\"limit\" is 1 to %u.", CONTROL_MAX_LIMIT);
    json_write_begin(request->out, '[');
    uint32_t read;
    do {
        int status = read_cases(request, &page, &read);
        if (status < 0)
            return request_journal_failed(request, status);
    } while (!page_done(&page) && read == READ_CHUNK);
    json_write_end(request->out, ']');
    request->next = page_done(&page) ? page.last : 0;
    return 0;
}
