/* SPDX-License-Identifier: Apache-2.0
 *
 * read.c: the operations that read the journal: events, findings, cases. Lists are pages: at most `limit`
 * rows, CONTROL_MAX_SCAN rows looked at, CONTROL_MAX_ANSWER bytes; `next` is where to go on.
 */
#include "control/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "control/finding.h"
#include "dispatch/pathway.h"
#include "json/time.h"

/* Rows fetched from the journal at a time while a filter looks for its matches. */
#define READ_CHUNK 500u

/* Events among which one named by its source and id is looked for at a time: some 7 ms. The loop serves feeds
 * and plugins in between. */
#define SEARCH_SPAN 100000u

/* A list under way. */
struct page {
    struct request *request;
    uint32_t limit, given;
    uint64_t last; /* the last row looked at */
    uint32_t scanned;
    struct pw_text type, engagement, pathway, rule, state;
    uint32_t min_level;
};

static bool page_done(const struct page *page)
{
    return page->given >= page->limit || page->scanned >= CONTROL_MAX_SCAN || request_full(page->request);
}

/* Ends the reading early; never an error. */
#define PAGE_ENDED 1

/* Reads chunk by chunk until the page is full or the rows end. */
static int page_fill(struct page *page, uint64_t after,
                     int (*read)(struct page *page, uint64_t after, uint32_t limit))
{
    if (page->limit == 0)
        return request_fail(page->request, "bad_request", "\"limit\" is 1 to %u.", CONTROL_MAX_LIMIT);
    page->last = after;
    json_write_begin(page->request->out, '[');
    for (;;) {
        uint32_t before = page->scanned;
        int status = read(page, page->last, READ_CHUNK);
        if (status < 0)
            return request_journal_failed(page->request, status);
        if (page_done(page)) {
            page->request->next = page->last;
            break;
        }
        if (page->scanned - before < READ_CHUNK)
            break;
    }
    json_write_end(page->request->out, ']');
    return 0;
}

/* ---- events -------------------------------------------------------------------------------------------- */

static void write_event_members(struct buffer *out, const struct journal_event *event)
{
    json_member_unsigned(out, "sequence", event->sequence);
    request_member_time(out, "received", event->received_ms);
    json_member_text(out, "feed", event->feed);
    json_member_text(out, "source", event->source);
    json_member_text(out, "id", event->id);
    json_member_text(out, "type", event->type);
    json_member_text(out, "engagement_id", event->engagement_id);
}

/* A filter by type is the whole type or its end: "hr.appointment.proposed.v1" finds the prefixed one. */
static bool type_fits(struct pw_text type, struct pw_text wanted)
{
    if (wanted.length == 0 || text_equal(type, wanted))
        return true;
    if (memmem(type.data, type.length, wanted.data, wanted.length) == NULL)
        return false;
    const char *found = memmem(type.data, type.length, wanted.data, wanted.length);
    size_t at = (size_t)(found - type.data), end = at + wanted.length;
    return (at == 0 || type.data[at - 1] == '.') && (end == type.length || type.data[end] == '.');
}

static int event_row(void *to, const struct journal_event *event)
{
    struct page *page = to;
    page->scanned++;
    page->last = event->sequence;
    if (!type_fits(event->type, page->type) ||
        (page->engagement.length > 0 && !text_equal(event->engagement_id, page->engagement)))
        return page_done(page) ? PAGE_ENDED : 0;
    json_write_begin(page->request->out, '{');
    write_event_members(page->request->out, event);
    json_write_end(page->request->out, '}');
    page->given++;
    return page_done(page) ? PAGE_ENDED : 0;
}

static int read_events(struct page *page, uint64_t after, uint32_t limit)
{
    return journal_events_read(page->request->view, after, limit, event_row, page);
}

int request_event_list(struct request *request)
{
    struct page page = {.request = request,
                        .limit = request_limit(request),
                        .type = request_text(request, "type"),
                        .engagement = request_text(request, "engagement")};
    return page_fill(&page, request_number(request, "after", 0), read_events);
}

/* The few words of an event that a finding needs, copied out of a row. */
struct event_names {
    bool found;
    uint64_t sequence;
    char *source, *id, *engagement_id;
};

static void names_release(struct event_names *names)
{
    free(names->source);
    free(names->id);
    free(names->engagement_id);
    *names = (struct event_names){0};
}

static int names_row(void *to, const struct journal_event *event)
{
    struct event_names *names = to;
    names->sequence = event->sequence;
    names->source = strndup(event->source.data ? event->source.data : "", event->source.length);
    names->id = strndup(event->id.data ? event->id.data : "", event->id.length);
    names->engagement_id =
        strndup(event->engagement_id.data ? event->engagement_id.data : "", event->engagement_id.length);
    names->found = names->source && names->id && names->engagement_id;
    return PAGE_ENDED;
}

/* Findings come by event, so the last event asked for is usually the one wanted again. */
static int names_of(struct journal_view *view, uint64_t sequence, struct event_names *names)
{
    if (names->found && names->sequence == sequence)
        return 0;
    names_release(names);
    int status = journal_events_read(view, sequence - 1, 1, names_row, names);
    return status < 0 ? status : 0;
}

static void write_finding(struct buffer *out, const struct journal_finding *finding,
                          const struct event_names *names)
{
    finding_begin(out, finding->body, text_of(names->source), text_of(names->id),
                  text_of(names->engagement_id));
    json_member_unsigned(out, "finding", finding->finding_id);
    json_member_unsigned(out, "sequence", finding->sequence);
    if (finding->case_id > 0) {
        char name[32];
        snprintf(name, sizeof(name), "C-%06" PRIu64, finding->case_id);
        json_member_string(out, "case", name);
    }
    json_member_boolean(out, "withdrawn", finding->withdrawn);
    json_write_end(out, '}');
}

/* Findings of one event or one case. */
struct finding_rows {
    struct request *request;
    struct event_names names;
};

static int finding_of_row(void *to, const struct journal_finding *finding)
{
    struct finding_rows *rows = to;
    int status = names_of(rows->request->view, finding->sequence, &rows->names);
    if (status < 0)
        return status;
    write_finding(rows->request->out, finding, &rows->names);
    return request_full(rows->request) ? PAGE_ENDED : 0;
}

static int write_event_full(void *to, const struct journal_event *event)
{
    struct request *request = to;
    write_event_members(request->out, event);
    json_member_raw(request->out, "event", event->body);
    if (event->affiliation.length > 0)
        json_member_text(request->out, "raw_affiliation", event->affiliation);
    request->next = event->sequence;
    return PAGE_ENDED;
}

static int write_facts(void *to, struct pw_text instance, struct pw_text facts)
{
    struct request *request = to;
    json_write_begin(request->out, '{');
    json_member_text(request->out, "by", instance);
    json_member_raw(request->out, "facts", facts);
    json_write_end(request->out, '}');
    return 0;
}

int request_event(struct request *request, uint64_t *ret_sequence)
{
    struct pw_text source = request_text(request, "source"), id = request_text(request, "id");
    uint64_t sequence = request_number(request, "sequence", 0);
    if (sequence == 0 && (source.length == 0 || id.length == 0))
        return request_fail(request, "bad_request",
                            "An event is named by \"sequence\", or by \"source\" and \"id\".");
    if (sequence == 0) {
        uint64_t before = request_number(request, "before", 0);
        int status = journal_event_search(request->view, source, id, SEARCH_SPAN, &before, &sequence);
        if (status == PW_ERROR_NOT_FOUND && before > 0)
            request->next = before;
        else if (status == PW_ERROR_NOT_FOUND)
            return request_fail(request, "not_found", "There is no event with that source and id.");
        else if (status < 0)
            return request_journal_failed(request, status);
    }
    *ret_sequence = sequence;
    return 0;
}

int request_event_show(struct request *request)
{
    uint64_t sequence = 0;
    if (request_event(request, &sequence) != 0)
        return -1;
    if (sequence == 0) {
        json_write_raw(request->out, PW_TEXT("null"));
        return 0;
    }
    struct finding_rows rows = {.request = request};
    json_write_begin(request->out, '{');
    int status = journal_events_read(request->view, sequence - 1, 1, write_event_full, request);
    if (status >= 0 && request->next != sequence)
        return request_fail(request, "not_found", "There is no event %" PRIu64 ".", sequence);
    request->next = 0;
    if (status >= 0) {
        json_write_key(request->out, "facts");
        json_write_begin(request->out, '[');
        status = journal_facts_read(request->view, sequence, write_facts, request);
        json_write_end(request->out, ']');
    }
    if (status >= 0) {
        json_write_key(request->out, "findings");
        json_write_begin(request->out, '[');
        status = journal_findings_of_event(request->view, sequence, finding_of_row, &rows);
        json_write_end(request->out, ']');
    }
    json_write_end(request->out, '}');
    names_release(&rows.names);
    return status < 0 ? request_journal_failed(request, status) : 0;
}

/* ---- findings ------------------------------------------------------------------------------------------ */

struct finding_page {
    struct page page; /* first, so that one pointer serves both */
    struct event_names names;
};

static int finding_row(void *to, const struct journal_finding *finding)
{
    struct finding_page *list = to;
    struct page *page = &list->page;
    page->scanned++;
    page->last = finding->finding_id;
    bool fits = finding->level >= page->min_level &&
                (page->pathway.length == 0 || text_equal(finding->pathway, page->pathway)) &&
                (page->rule.length == 0 || text_equal(finding->rule, page->rule));
    if (!fits)
        return page_done(page) ? PAGE_ENDED : 0;
    int status = names_of(page->request->view, finding->sequence, &list->names);
    if (status < 0)
        return status;
    if (page->engagement.length > 0 && !text_equal(text_of(list->names.engagement_id), page->engagement))
        return page_done(page) ? PAGE_ENDED : 0;
    write_finding(page->request->out, finding, &list->names);
    page->given++;
    return page_done(page) ? PAGE_ENDED : 0;
}

static int read_findings(struct page *page, uint64_t after, uint32_t limit)
{
    return journal_findings_read(page->request->view, after, limit, finding_row, page);
}

int request_finding_list(struct request *request)
{
    struct finding_page list = {.page = {.request = request,
                                         .limit = request_limit(request),
                                         .pathway = request_text(request, "pathway"),
                                         .rule = request_text(request, "rule"),
                                         .engagement = request_text(request, "engagement")}};
    if (request_min_level(request, &list.page.min_level) != 0)
        return -1;
    int status = page_fill(&list.page, request_number(request, "after", 0), read_findings);
    names_release(&list.names);
    return status;
}
