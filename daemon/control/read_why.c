/* SPDX-License-Identifier: Apache-2.0
 *
 * read_why.c: why somebody was told of an event, or was not: what was said of it, which routes are for its case and which
 * are not, and every notice of the case with the reason of its state.
 */
#include "control/request.h"

#include <pathwayd/plugin.h>
#include "cases/notice.h"
#include "dispatch/pathway.h"

struct why {
    struct request *request;
    struct journal_case item; /* its texts stand in the buffers */
    struct case_change change;
    struct buffer engagement, unit, queue, assignee, state;
    uint32_t standing; /* findings of the event */
};

static void keep(struct buffer *buffer, struct pw_text *text)
{
    buffer_text(buffer, *text);
    *text = buffer_view(buffer);
}

static int keep_case(void *to, const struct journal_case *item)
{
    struct why *why = to;
    why->item = *item;
    keep(&why->unit, &why->item.unit);
    keep(&why->queue, &why->item.queue);
    keep(&why->assignee, &why->item.assignee);
    keep(&why->state, &why->item.state);
    return 0;
}

static int write_event(void *to, const struct journal_event *event)
{
    struct why *why = to;
    struct buffer *out = why->request->out;
    buffer_text(&why->engagement, event->engagement_id);
    json_member_text(out, "source", event->source);
    json_member_text(out, "id", event->id);
    json_member_text(out, "type", event->type);
    json_member_text(out, "engagement_id", event->engagement_id);
    request_member_time(out, "received", event->received_ms);
    return 0;
}

static int write_said(void *to, const struct journal_finding *finding)
{
    struct why *why = to;
    struct buffer *out = why->request->out;
    if (finding->withdrawn)
        return 0;
    why->standing++;
    json_write_begin(out, '{');
    json_member_text(out, "pathway", finding->pathway);
    json_member_text(out, "rule", finding->rule);
    json_member_string(out, "level", level_names[finding->level]);
    json_member_boolean(out, "needs_information", finding->needs_information != 0);
    json_write_end(out, '}');
    return 0;
}

static int hear(void *to, const struct journal_finding *finding)
{
    struct why *why = to;
    enum pathway pathway = pathway_by_name(finding->pathway);
    if (pathway == PATHWAY_COUNT)
        return 0;
    if (finding->level > why->change.levels[pathway])
        why->change.levels[pathway] = finding->level;
    why->change.asks[pathway] |= finding->needs_information != 0;
    return 0;
}

static int write_routes(struct why *why)
{
    const struct config *config = why->request->config;
    struct route_question question = {&why->change, why->request->view};
    struct buffer *out = why->request->out;
    int status = journal_findings_of_case(why->request->view, why->item.case_id, hear, why);
    json_write_key(out, "routes");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < config->route_count && status == 0; i++) {
        bool matches = false;
        const char *because = "";
        status = route_matches(&config->routes[i], &question, &matches, &because);
        json_write_begin(out, '{');
        json_member_unsigned(out, "route", i + 1);
        json_member_string(out, "queue", config->routes[i].queue ? config->routes[i].queue : "");
        json_member_boolean(out, "matches", matches);
        json_member_string(out, "because", because);
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
    return status;
}

static void write_instant(struct buffer *out, const char *key, int64_t ms)
{
    if (ms)
        request_member_time(out, key, ms);
}

static int write_notice(void *to, const struct journal_notice *notice)
{
    struct why *why = to;
    struct buffer *out = why->request->out;
    bool held = text_is(notice->state, "held") || text_is(notice->state, "digest");
    json_write_begin(out, '{');
    json_member_text(out, "notice_id", notice->notice_id);
    json_member_text(out, "reviewer", notice->reviewer);
    json_member_text(out, "channel", notice->channel);
    json_member_text(out, "change", notice->change);
    json_member_text(out, "state", notice->state);
    json_member_text(out, "because", notice->because);
    json_member_text(out, "reason", notice->reason);
    request_member_time(out, "created", notice->created_ms);
    write_instant(out, "told", notice->told_ms);
    write_instant(out, "next", held ? notice->next_ms : 0);
    json_member_text(out, "error", notice->error);
    json_write_end(out, '}');
    return request_full(why->request);
}

static int write_case(struct why *why)
{
    struct buffer *out = why->request->out;
    char name[CASE_NAME_SIZE];
    case_name(why->item.case_id, name);
    json_write_key(out, "case");
    json_write_begin(out, '{');
    json_member_string(out, "case", name);
    json_member_text(out, "state", why->item.state);
    json_member_string(out, "level", level_names[why->item.level]);
    json_member_boolean(out, "needs_information", why->item.needs_information != 0);
    json_member_text(out, "queue", why->item.queue);
    json_member_text(out, "assignee", why->item.assignee);
    write_instant(out, "decide_by", why->item.decide_by_ms);
    write_instant(out, "wake", why->item.wake_ms);
    json_write_end(out, '}');
    int status = write_routes(why);
    json_write_key(out, "notices");
    json_write_begin(out, '[');
    if (status == 0)
        status = journal_notices_of_case(why->request->view, why->item.case_id, write_notice, why);
    json_write_end(out, ']');
    return status;
}

static int write_why(struct why *why, uint64_t sequence)
{
    struct request *request = why->request;
    uint64_t judged = 0;
    json_write_begin(request->out, '{');
    int status = journal_event_read(request->view, sequence, write_event, why);
    json_write_key(request->out, "said");
    json_write_begin(request->out, '[');
    if (status == 0)
        status = journal_findings_of_event(request->view, sequence, write_said, why);
    json_write_end(request->out, ']');
    if (status == 0)
        status = journal_cursor_get(request->view, "dispatch", &judged);
    json_member_boolean(request->out, "judged", sequence <= judged);
    if (status == 0)
        status = journal_case_of_engagement(request->view, buffer_view(&why->engagement), keep_case, why);
    if (status == 0 && why->item.case_id)
        status = write_case(why);
    json_write_end(request->out, '}');
    return status;
}

int request_why(struct request *request)
{
    uint64_t sequence = 0;
    struct why why = {.request = request};
    if (request_event(request, &sequence) != 0)
        return -1;
    if (sequence == 0) {
        json_write_raw(request->out, PW_TEXT("null"));
        return 0;
    }
    why.change.after = &why.item;
    int status = write_why(&why, sequence);
    buffer_release(&why.engagement);
    buffer_release(&why.unit);
    buffer_release(&why.queue);
    buffer_release(&why.assignee);
    buffer_release(&why.state);
    return status < 0 ? request_journal_failed(request, status) : 0;
}
