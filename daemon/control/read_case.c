/* SPDX-License-Identifier: Apache-2.0
 *
 * read_case.c: all that a reviewer needs of one case: findings, the events behind them, decisions, notices.
 */
#include "control/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases/life.h"
#include "control/finding.h"
#include "dispatch/pathway.h"
#include "json/time.h"

/* Findings and notices of one case shown at most: a case is read by a person. The newest are shown, and how
 * many are not. */
#define CASE_MAX_FINDINGS  256u
#define CASE_MAX_NOTICES   256u
#define CASE_MAX_DECISIONS 256u

static void write_words(struct buffer *out, const char *key, struct pw_text words)
{
    json_write_key(out, key);
    json_write_begin(out, '[');
    for (size_t from = 0; from < words.length;) {
        const char *comma = memchr(words.data + from, ',', words.length - from);
        size_t to = comma ? (size_t)(comma - words.data) : words.length;
        if (to > from)
            json_write_text(out, (struct pw_text){words.data + from, to - from});
        from = to + 1;
    }
    json_write_end(out, ']');
}

/* Behind the rules' names stands "+N" when N findings have rules that are not among them. */
static void write_rules(struct buffer *out, struct pw_text rules)
{
    const char *plus = rules.length > 0 ? memchr(rules.data, '+', rules.length) : NULL;
    uint64_t left_out = 0;
    for (const char *digit = plus ? plus + 1 : NULL; digit && digit < rules.data + rules.length; digit++)
        left_out = left_out * 10 + (uint64_t)(*digit - '0');
    if (plus)
        rules.length = (size_t)(plus - rules.data);
    write_words(out, "rules", rules);
    json_member_unsigned(out, "rules_left_out", left_out);
}

void request_write_case(struct buffer *out, const struct journal_case *item)
{
    char name[32];
    snprintf(name, sizeof(name), "C-%06" PRIu64, item->case_id);
    json_member_string(out, "case", name);
    json_member_text(out, "engagement_id", item->engagement_id);
    json_member_text(out, "title", item->title);
    json_member_text(out, "state", item->state);
    json_member_string(out, "level", item->level < PW_LEVEL_COUNT ? level_names[item->level] : "unknown");
    json_member_boolean(out, "needs_information", item->needs_information != 0);
    write_words(out, "pathways", item->pathways);
    write_rules(out, item->rules);
    json_member_text(out, "queue", item->queue);
    json_member_text(out, "assignee", item->assignee);
    json_member_text(out, "unit", item->unit);
    if (item->decide_by_ms)
        request_member_time(out, "decide_by", item->decide_by_ms);
    request_member_time(out, "opened", item->opened_ms);
    request_member_time(out, "updated", item->updated_ms);
    json_member_unsigned(out, "revision", item->revision);
    json_member_unsigned(out, "sequence", item->sequence);
}

/* ---- one case ------------------------------------------------------------------------------------------ */

struct case_show {
    struct request *request;
    uint64_t case_id;
    uint64_t sequence; /* of the event whose names are held */
    uint64_t changed;  /* of the event that changed the case last */
    struct buffer source, id, engagement;
    uint32_t given;
    uint64_t passed, skip; /* notices: counted, and the oldest that are not shown */
    bool found, barred;    /* it is there; it is in a queue that they have no part in */
};

/* What whoever asks may do with it now, as the operations are called: clients need no rules of their own. */
static void write_may(struct request *request, const struct journal_case *item)
{
    char state[32];
    struct refusal refusal;
    enum case_state to;
    bool own = text_equal(item->assignee, actor_reviewer(&request->actor));
    snprintf(state, sizeof(state), "%.*s", TEXT_FMT(item->state));
    json_write_key(request->out, "may");
    json_write_begin(request->out, '[');
    for (enum case_act act = 0; act < ACT_COUNT; act++) {
        bool off = (act == ACT_REFER || act == ACT_REFER_SECOND) && !request->config->referral;
        if (!off && life_check(case_state_of(state), act, &request->actor, own, "", &to, &refusal) == 0)
            json_write_string(request->out, case_act_names[act]);
    }
    json_write_end(request->out, ']');
}

static int show_row(void *to, const struct journal_case *item)
{
    struct case_show *show = to;
    show->case_id = item->case_id;
    show->changed = item->sequence;
    show->found = true;
    show->barred = !actor_sees_queue(&show->request->actor, item->queue);
    if (show->barred)
        return 1;
    request_write_case(show->request->out, item);
    write_may(show->request, item);
    buffer_clear(&show->engagement);
    buffer_text(&show->engagement, item->engagement_id);
    return 1;
}

static int event_names_row(void *to, const struct journal_event *event)
{
    struct case_show *show = to;
    show->sequence = event->sequence;
    buffer_clear(&show->source);
    buffer_clear(&show->id);
    buffer_text(&show->source, event->source);
    buffer_text(&show->id, event->id);
    return 1;
}

static int finding_row(void *to, const struct journal_finding *finding)
{
    struct case_show *show = to;
    struct buffer *out = show->request->out;
    if (show->sequence != finding->sequence) {
        int status =
            journal_events_read(show->request->view, finding->sequence - 1, 1, event_names_row, show);
        if (status < 0)
            return status;
    }
    finding_begin(out, finding->body, buffer_view(&show->source), buffer_view(&show->id),
                  buffer_view(&show->engagement));
    json_member_unsigned(out, "finding", finding->finding_id);
    json_member_unsigned(out, "sequence", finding->sequence);
    json_member_boolean(out, "withdrawn", finding->withdrawn);
    json_write_end(out, '}');
    show->given++;
    return request_full(show->request) ? 1 : 0;
}

static int count_notice(void *to, const struct journal_notice *notice)
{
    struct case_show *show = to;
    (void)notice;
    show->passed++;
    return 0;
}

static int notice_row(void *to, const struct journal_notice *notice)
{
    struct case_show *show = to;
    struct buffer *out = show->request->out;
    if (show->skip > 0) {
        show->skip--;
        return 0;
    }
    json_write_begin(out, '{');
    json_member_text(out, "notice_id", notice->notice_id);
    json_member_text(out, "channel", notice->channel);
    json_member_text(out, "reviewer", notice->reviewer);
    json_member_text(out, "address", notice->address);
    json_member_text(out, "state", notice->state);
    json_member_text(out, "change", notice->change);
    json_member_text(out, "because", notice->because);
    json_member_text(out, "reason", notice->reason);
    json_member_unsigned(out, "revision", notice->revision);
    json_member_unsigned(out, "attempts", notice->attempts);
    request_member_time(out, "created", notice->created_ms);
    json_member_text(out, "error", notice->error);
    json_write_end(out, '}');
    show->given++;
    return request_full(show->request) ? 1 : 0;
}

static int latest_event_row(void *to, const struct journal_event *event)
{
    struct case_show *show = to;
    json_member_raw(show->request->out, "latest_event", event->body);
    if (event->affiliation.length) /* which is kept apart, so that it can be purged */
        json_member_text(show->request->out, "latest_affiliation", event->affiliation);
    return 1;
}

static int find_case(struct request *request, struct case_show *show)
{
    uint64_t number = 0;
    struct pw_text engagement = request_text(request, "engagement");
    if (request_case_number(request, &number) != 0)
        return -1;
    if (number == 0 && engagement.length == 0)
        return request_fail(request, "bad_request", "A case is named by \"case\" or by \"engagement\".");
    int status = number > 0 ? journal_case_read(request->view, number, show_row, show)
                            : journal_case_of_engagement(request->view, engagement, show_row, show);
    if (!show->found && (status >= 0 || status == PW_ERROR_NOT_FOUND))
        return request_fail(request, "not_found", "There is no such case.");
    if (show->barred)
        return request_fail(request, "role", "That case is in a queue that %.*s has no part in.",
                            TEXT_FMT(request->actor.name));
    request->viewed = show->case_id;
    return status < 0 ? request_journal_failed(request, status) : 0;
}

/* The rows were read after they were counted, and the journal goes on. */
static uint64_t less(uint64_t total, uint64_t given)
{
    return total > given ? total - given : 0;
}

/* Those that stand first, each kind from its newest on. */
static int write_findings(struct request *request, struct case_show *show, const struct journal_tally *tally)
{
    uint32_t standing = 0;
    int status = 0;
    json_write_key(request->out, "findings");
    json_write_begin(request->out, '[');
    if (!request_full(request))
        status = journal_findings_newest(request->view, show->case_id, false, CASE_MAX_FINDINGS, finding_row,
                                         show);
    standing = show->given;
    if (status >= 0 && standing < CASE_MAX_FINDINGS && !request_full(request))
        status = journal_findings_newest(request->view, show->case_id, true, CASE_MAX_FINDINGS - standing,
                                         finding_row, show);
    json_write_end(request->out, ']');
    json_member_unsigned(request->out, "findings_left_out", less(tally->standing, standing));
    json_member_unsigned(request->out, "withdrawn_left_out", less(tally->withdrawn, show->given - standing));
    return status;
}

/* The newest, in the order in which they were written. */
static int write_notices(struct request *request, struct case_show *show)
{
    show->passed = 0;
    int status = journal_notices_of_case(request->view, show->case_id, count_notice, show);
    show->given = 0;
    show->skip = show->passed > CASE_MAX_NOTICES ? show->passed - CASE_MAX_NOTICES : 0;
    json_write_key(request->out, "notices");
    json_write_begin(request->out, '[');
    if (status >= 0)
        status = journal_notices_of_case(request->view, show->case_id, notice_row, show);
    json_write_end(request->out, ']');
    json_member_unsigned(request->out, "notices_left_out", less(show->passed, show->given));
    return status;
}

struct dissents {
    struct buffer *out;
    uint64_t decision_id;
};

static int dissent_row(void *to, const struct journal_dissent *dissent)
{
    const struct dissents *dissents = to;
    if (dissent->decision_id != dissents->decision_id)
        return 0;
    json_write_begin(dissents->out, '{');
    json_member_text(dissents->out, "actor", dissent->actor);
    request_member_time(dissents->out, "at", dissent->at_ms);
    json_member_text(dissents->out, "text", dissent->words);
    json_write_end(dissents->out, '}');
    return 0;
}

static int write_dissents(struct case_show *show, uint64_t decision_id)
{
    struct dissents dissents = {show->request->out, decision_id};
    json_write_key(dissents.out, "dissent");
    json_write_begin(dissents.out, '[');
    int status = journal_dissents_of_case(show->request->view, show->case_id, dissent_row, &dissents);
    json_write_end(dissents.out, ']');
    return status;
}

/* What stands is shown with all that it relies on, what has ended without. */
static int decision_row(void *to, const struct journal_decision *decision)
{
    struct case_show *show = to;
    struct buffer *out = show->request->out;
    bool stands = text_is(decision->state, "standing") || text_is(decision->state, "proposed");
    if (show->skip > 0) {
        show->skip--;
        return 0;
    }
    json_write_begin(out, '{');
    json_member_unsigned(out, "decision", decision->decision_id);
    json_member_text(out, "state", decision->state);
    json_member_text(out, "disposition", decision->disposition);
    json_member_text(out, "actor", decision->actor);
    request_member_time(out, "at", decision->at_ms);
    json_member_text(out, "second", decision->second);
    if (decision->second_ms)
        request_member_time(out, "seconded", decision->second_ms);
    json_member_text(out, "reason", decision->reason);
    json_member_raw(out, "costs", decision->costs);
    json_member_raw(out, "benefits", decision->benefits);
    json_member_raw(out, "mitigations", decision->mitigations);
    json_member_text(out, "displacement", decision->displacement);
    json_member_text(out, "code", decision->code);
    request_member_time(out, "review_by", decision->review_by_ms);
    json_member_unsigned(out, "revision", decision->revision);
    json_member_unsigned(out, "alerts_spared", decision->spared);
    int status = write_dissents(show, decision->decision_id);
    if (decision->ended_ms) {
        bool list = decision->why.length && decision->why.data[0] == '[';
        request_member_time(out, "ended", decision->ended_ms);
        if (list && text_is(decision->state, "changed"))
            json_member_raw(out, "changed", decision->why);
        else
            json_member_text(out, "why", decision->why);
        if (decision->ended_by.length)
            json_member_text(out, "ended_by", decision->ended_by);
    }
    if (stands && !request_full(show->request))
        json_member_raw(out, "relied", decision->relied);
    json_write_end(out, '}');
    return status < 0 ? status : request_full(show->request) ? 1 : 0;
}

static int count_decision(void *to, const struct journal_decision *decision)
{
    struct case_show *show = to;
    (void)decision;
    show->passed++;
    return 0;
}

/* The newest, in the order in which they were made. */
static int write_decisions(struct request *request, struct case_show *show)
{
    show->passed = 0;
    int status = journal_decisions_of_case(request->view, show->case_id, count_decision, show);
    show->skip = show->passed > CASE_MAX_DECISIONS ? show->passed - CASE_MAX_DECISIONS : 0;
    json_write_key(request->out, "decisions");
    json_write_begin(request->out, '[');
    if (status >= 0)
        status = journal_decisions_of_case(request->view, show->case_id, decision_row, show);
    json_write_end(request->out, ']');
    return status;
}

/* An event that changed nothing may be newer than the one that changed the case last. */
static int write_case_rest(struct request *request, struct case_show *show)
{
    struct journal_tally tally = {0};
    int status = journal_findings_tally(request->view, show->case_id, &tally);
    uint64_t newest = tally.newest_sequence > show->changed ? tally.newest_sequence : show->changed;
    if (status >= 0 && newest > 0)
        status = journal_events_read(request->view, newest - 1, 1, latest_event_row, show);
    if (status >= 0)
        status = write_findings(request, show, &tally);
    if (status >= 0)
        status = write_decisions(request, show);
    if (status >= 0)
        status = write_notices(request, show);
    return status < 0 ? status : request_write_timeline(request, show->case_id);
}

int request_case_show(struct request *request)
{
    struct case_show show = {.request = request};
    json_write_begin(request->out, '{');
    int status = find_case(request, &show);
    if (status == 0) {
        int read = write_case_rest(request, &show);
        status = read < 0 ? request_journal_failed(request, read) : 0;
    }
    json_write_end(request->out, '}');
    buffer_release(&show.source);
    buffer_release(&show.id);
    buffer_release(&show.engagement);
    return status;
}

int request_case_viewed(struct request *request, struct journal_writer *writer)
{
    struct buffer detail = {0};
    json_write_begin(&detail, '{');
    json_member_unsigned(&detail, "case", request->viewed);
    json_member_text(&detail, "actor", request->actor.name);
    json_write_end(&detail, '}');
    int status = detail.failed ? PW_ERROR_MEMORY : journal_audit(writer, "case.viewed", buffer_view(&detail));
    buffer_release(&detail);
    return status;
}
