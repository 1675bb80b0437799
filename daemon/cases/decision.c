/* SPDX-License-Identifier: Apache-2.0
 *
 * decision.c: see decision.h.
 */
#include "cases/decision.h"

#include <stdlib.h>
#include <string.h>

#include "cases/appeal.h"
#include "cases/notice.h"

/* ---- deciding ---- */

const struct decision_code decision_codes[] = {
    {"no_tie", "the partner turned out to have no tie that matters"},
    {"weak_match", "the match was of another institution"},
    {"open_work", "all of it is published, nothing else is shared"},
    {"use_acceptable", "what it is for is acceptable"},
    {"licence_held", "the licence is held"},
    {"licence_not_needed", "no licence is needed"},
    {"mitigated", "what was to be feared is mitigated"},
    {"tie", "the partner's ties"},
    {"use", "what it is for"},
    {"licence_missing", "a licence is missing, or was refused"},
    {"terms", "the terms of the agreement"},
    {"not_answered", "what was asked was not answered"},
    {"other", "as the reason says"},
    {NULL, NULL},
};

const char *decision_state_words(struct pw_text state)
{
    static const char *const words[][2] = {{"proposed", "proposed; somebody else has to second it"},
                                           {"standing", "stands"},
                                           {"withdrawn", "was proposed, and is no longer"},
                                           {"changed", "ended: what it relied on had changed"},
                                           {"due", "ended: its review was due"},
                                           {"appealed", "ended: it was appealed"},
                                           {"reopened", "ended: the case was taken up again"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (text_is(state, words[i][0]))
            return words[i][1];
    return "";
}

static int check_code(const struct decision_request *request, struct act_answer *answer)
{
    struct buffer words = {0};
    for (const struct decision_code *code = decision_codes; code->word; code++)
        if (!request->code.length || text_is(request->code, code->word))
            return 0;
    for (const struct decision_code *code = decision_codes; code->word; code++)
        buffer_format(&words, "%s%s", words.length ? ", " : "", code->word);
    int status = refuse(&answer->refusal, "bad_request", "A reason's code is one of %s.",
                        words.data ? words.data : "");
    buffer_release(&words);
    return status;
}

static int check_words(const struct decision_request *request, struct act_answer *answer)
{
    bool declined = text_is(request->disposition, "declined");
    bool mitigated = text_is(request->disposition, "proceed_with_mitigation");
    if (!declined && !mitigated && !text_is(request->disposition, "proceed"))
        return refuse(&answer->refusal, "bad_request",
                      "A decision is proceed, proceed_with_mitigation or declined, not \"%.*s\".",
                      (int)(request->disposition.length > 64 ? 64 : request->disposition.length),
                      request->disposition.data ? request->disposition.data : "");
    if (text_blank(request->reason))
        return refuse(&answer->refusal, "bad_request", "A decision says why: give a reason.");
    if (mitigated && !request->mitigation_count)
        return refuse(&answer->refusal, "bad_request",
                      "proceed_with_mitigation names at least one mitigation.");
    if (declined && (!request->benefit_count || text_blank(request->displacement)))
        return refuse(&answer->refusal, "bad_request",
                      "Whoever declines has considered what is lost and where the work goes instead: name at "
                      "least one benefit, and give a displacement note (R04, R52).");
    return check_code(request, answer);
}

static int check_case(const struct act *act)
{
    char name[CASE_NAME_SIZE];
    case_name(act->dossier.case_id, name);
    if (!case_opens(act->dossier.join.level, act->dossier.join.needs_information))
        return refuse(&act->answer->refusal, "state",
                      "Nothing stands in %s any more: there is nothing to decide.", name);
    return appeal_check(act);
}

static int set_review_by(const struct act *act, const struct decision_request *request,
                         int64_t *ret_review_by_ms)
{
    int64_t now = journal_writer_now(act->dossier.writer);
    int64_t latest = now + (int64_t)DECISION_YEARS * 366 * DAY_MS;
    *ret_review_by_ms = request->review_by_ms;
    if (!request->review_by_ms)
        *ret_review_by_ms = (now / DAY_MS + act->dossier.config->review_days) * DAY_MS;
    else if (request->review_by_ms <= now)
        return refuse(&act->answer->refusal, "bad_request",
                      "The day of the next review has passed: give one to come.");
    else if (request->review_by_ms > latest)
        return refuse(&act->answer->refusal, "bad_request", "The next review is within %u years.",
                      DECISION_YEARS);
    act->answer->review_by_ms = *ret_review_by_ms;
    return 0;
}

/* What the person names; else what the findings name, for every decision carries both (R04). */
static void write_words(struct buffer *out, struct pw_text given, uint32_t count,
                        const struct clearance_set *found)
{
    if (count) {
        json_write_raw(out, given);
        return;
    }
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < found->count; i++)
        json_write_string(out, found->items[i]);
    json_write_end(out, ']');
}

static int add_decision(struct act *act, const struct decision_request *request, bool two,
                        int64_t review_by_ms)
{
    static const struct clearance_set none;
    struct buffer costs = {0}, benefits = {0}, mitigations = {0}, relied = {0};
    write_words(&costs, request->costs, request->cost_count, &act->gathering.clearance->costs);
    write_words(&benefits, request->benefits, request->benefit_count, &act->gathering.clearance->benefits);
    write_words(&mitigations, request->mitigations, request->mitigation_count, &none);
    clearance_write(act->gathering.clearance, &relied);
    const struct journal_decision decision = {.case_id = act->dossier.case_id,
                                              .revision = act->dossier.revision,
                                              .state = text_of(two ? "proposed" : "standing"),
                                              .disposition = request->disposition,
                                              .actor = request->actor.name,
                                              .second = {"", 0},
                                              .reason = request->reason,
                                              .costs = buffer_view(&costs),
                                              .benefits = buffer_view(&benefits),
                                              .mitigations = buffer_view(&mitigations),
                                              .displacement = request->displacement,
                                              .code = request->code.length ? request->code : PW_TEXT("other"),
                                              .relied = buffer_view(&relied),
                                              .at_ms = journal_writer_now(act->dossier.writer),
                                              .review_by_ms = review_by_ms,
                                              .known = act->gathering.newest};
    bool failed = costs.failed || benefits.failed || mitigations.failed || relied.failed;
    int status = failed ? PW_ERROR_MEMORY
                        : journal_decision_add(act->dossier.writer, &decision, &act->answer->decision_id);
    buffer_release(&costs);
    buffer_release(&benefits);
    buffer_release(&mitigations);
    buffer_release(&relied);
    return status;
}

/* An entry of the timeline that leads to the decision. */
static int write_entry(struct act *act, struct pw_text disposition)
{
    struct buffer detail = {0};
    act_detail(act, &detail);
    json_member_unsigned(&detail, "decision", act->answer->decision_id);
    json_member_string(&detail, "state", case_states[act->to]);
    if (disposition.length)
        json_member_text(&detail, "disposition", disposition);
    return act_write(act, (struct pw_text){0}, &detail);
}

static int make(struct act *act, const struct decision_request *request, const struct act_request *who)
{
    bool declined = text_is(request->disposition, "declined");
    int64_t review_by_ms = 0;
    int status = check_words(request, act->answer);
    if (status == 0)
        status = act_open(act, who, ACT_DECIDE);
    if (status == 0)
        status = check_case(act);
    bool two = declined || act->dossier.join.level >= PW_LEVEL_PROHIBITED;
    if (status == 0 && two)
        status = actor_may_propose(&request->actor, &act->answer->refusal);
    if (status == 0)
        status = set_review_by(act, request, &review_by_ms);
    if (status == 0)
        status = gathering_fill(&act->dossier, declined, &act->gathering);
    if (status == 0)
        status = add_decision(act, request, two, review_by_ms);
    if (status == 0)
        status =
            decision_audit(act->dossier.writer, two ? "decision.proposed" : "decision.made", request->case_id,
                           act->answer->decision_id, request->disposition, request->actor.name);
    act->to = two ? CASE_PROPOSED : act->to;
    if (status == 0)
        status = write_entry(act, request->disposition);
    return status < 0 ? status : act_store(act, two ? "proposed" : "decided");
}

int decision_make(struct journal_writer *writer, const struct config *config,
                  const struct decision_request *request, struct act_answer *ret_answer)
{
    const struct act_request who = {request->case_id, request->actor, request->revision};
    struct act *act = act_new(writer, config, ret_answer);
    int status = act ? make(act, request, &who) : PW_ERROR_MEMORY;
    act_close(act);
    return status;
}

/* ---- seconding ---- */

/* The first line of a JSON array of them, for a sentence; there may be none that can be named. */
static int has_changed(struct act *act, const struct buffer *changes, uint32_t count)
{
    struct pw_document document = {0};
    struct json_error error;
    int status = json_parse(&document, changes->data, changes->length, &json_limits_frame, &error);
    struct pw_text first = text_cut(json_text(&document, json_first(&document, PW_NODE_ROOT)), 300);
    if (status == 0)
        status = refuse(&act->answer->refusal, "changed",
                        "What the proposal rests on has changed since (%u%s%.*s): take the case up again, "
                        "with case reopen.",
                        count, first.length ? ", e.g. " : "", TEXT_FMT(first));
    json_release(&document);
    return status;
}

/* An event that came meanwhile changes nothing by itself: whoever seconds sees it. */
static int check_unchanged(struct act *act)
{
    struct gathering now = {0};
    struct buffer changes = {0};
    uint32_t count = 0;
    int status = gathering_fill(&act->dossier, false, &now);
    if (status == 0)
        status = clearance_compare(now.clearance, text_of(act->found.relied), &changes, &count);
    if (status == 0 && count)
        status = has_changed(act, &changes, count);
    clearance_free(now.clearance);
    buffer_release(&changes);
    return status;
}

static int write_second(struct act *act, const struct actor *actor)
{
    struct buffer relied = {0};
    int status = gathering_fill(&act->dossier, act->found.declined, &act->gathering);
    if (status == 0)
        clearance_write(act->gathering.clearance, &relied);
    if (status == 0)
        status = relied.failed
                     ? PW_ERROR_MEMORY
                     : journal_decision_second(act->dossier.writer, act->found.decision_id, actor->name,
                                               journal_writer_now(act->dossier.writer), buffer_view(&relied));
    buffer_release(&relied);
    return status;
}

static int second(struct act *act, const struct act_request *request)
{
    int status = act_open(act, request, ACT_SECOND);
    if (status == 0)
        status = appeal_check(act);
    if (status == 0)
        status = actor_may_second(act->actor, act->found.actor, &act->answer->refusal);
    if (status == 0)
        status = check_unchanged(act);
    if (status == 0)
        status = write_second(act, act->actor);
    if (status == 0)
        status = decision_audit(act->dossier.writer, "decision.seconded", request->case_id,
                                act->found.decision_id, (struct pw_text){0}, act->actor->name);
    act->answer->decision_id = act->found.decision_id;
    act->answer->review_by_ms = act->found.review_by_ms;
    if (status == 0)
        status = write_entry(act, (struct pw_text){0});
    return status < 0 ? status : act_store(act, "decided");
}

int decision_second(struct journal_writer *writer, const struct config *config,
                    const struct act_request *request, struct act_answer *ret_answer)
{
    struct act *act = act_new(writer, config, ret_answer);
    int status = act ? second(act, request) : PW_ERROR_MEMORY;
    act_close(act);
    return status;
}

/* ---- opening again ---- */

static int end_decision(struct act *act, const char *state, struct pw_text reason)
{
    struct journal_writer *writer = act->dossier.writer;
    struct buffer detail = {0};
    json_write_begin(&detail, '{');
    json_member_unsigned(&detail, "case", act->dossier.case_id);
    json_member_unsigned(&detail, "decision", act->found.decision_id);
    json_member_text(&detail, "actor", act->actor->name);
    json_member_text(&detail, "reason", reason);
    json_write_end(&detail, '}');
    int status =
        journal_decision_end(writer, act->found.decision_id, state, act_now(act), reason, act->actor->name);
    if (status == 0)
        status = detail.failed ? PW_ERROR_MEMORY
                               : journal_audit(writer, "decision.reopened", buffer_view(&detail));
    buffer_release(&detail);
    act->answer->decision_id = act->found.decision_id;
    return status;
}

static int reopen(struct act *act, const struct act_request *request, struct pw_text reason)
{
    struct buffer detail = {0};
    int status = !text_blank(reason) ? act_open(act, request, ACT_REOPEN)
                                     : refuse(&act->answer->refusal, "bad_request",
                                              "Say why it is taken up again: give a reason.");
    if (status == 0)
        status = end_decision(act, act->found.proposed ? "withdrawn" : "reopened", reason);
    if (status < 0)
        return status;
    bool opens = case_opens(act->dossier.join.level, act->dossier.join.needs_information);
    act->to = !opens ? CASE_WITHDRAWN : case_state_of(act_open_state(act->found.appealed));
    act_detail(act, &detail);
    json_member_unsigned(&detail, "decision", act->found.decision_id);
    status = act_write(act, reason, &detail);
    return status < 0 ? status : act_store(act, opens ? "reopened" : NULL);
}

int decision_reopen(struct journal_writer *writer, const struct config *config,
                    const struct act_request *request, struct pw_text reason, struct act_answer *ret_answer)
{
    struct act *act = act_new(writer, config, ret_answer);
    int status = act ? reopen(act, request, reason) : PW_ERROR_MEMORY;
    act_close(act);
    return status;
}

static int take_newest(void *to, const struct journal_decision *decision)
{
    *(uint64_t *)to = decision->decision_id;
    return 0;
}

static int dissent(struct act *act, const struct act_request *request, struct pw_text words)
{
    struct journal_writer *writer = act->dossier.writer;
    struct journal_dissent dissent = {
        .case_id = request->case_id, .actor = request->actor.name, .words = words, .at_ms = act_now(act)};
    struct buffer detail = {0};
    int status = !text_blank(words)
                     ? act_open(act, request, ACT_DISSENT)
                     : refuse(&act->answer->refusal, "bad_request", "Say what you have against it.");
    if (status == 0)
        status = journal_decisions_of_case(journal_writer_view(writer), request->case_id, take_newest,
                                           &dissent.decision_id);
    if (status == 0 && !dissent.decision_id)
        return refuse(
            &act->answer->refusal, "state",
            "Nothing is decided or proposed there that one could be against: leave a word with case "
            "comment.");
    if (status == 0)
        status = journal_dissent_add(writer, &dissent);
    act->answer->decision_id = dissent.decision_id;
    if (status == 0)
        status = decision_audit(writer, "decision.dissent", request->case_id, dissent.decision_id,
                                (struct pw_text){0}, request->actor.name);
    if (status < 0)
        return status;
    act_detail(act, &detail);
    json_member_unsigned(&detail, "decision", dissent.decision_id);
    status = act_write(act, words, &detail);
    return status < 0 ? status : act_store(act, NULL);
}

int decision_dissent(struct journal_writer *writer, const struct config *config,
                     const struct act_request *request, struct pw_text words, struct act_answer *ret_answer)
{
    struct act *act = act_new(writer, config, ret_answer);
    int status = act ? dissent(act, request, words) : PW_ERROR_MEMORY;
    act_close(act);
    return status;
}

/* ---- the day of review ---- */

struct due_rows {
    uint64_t *cases, *decisions;
    uint32_t count;
};

static int due_row(void *to, const struct journal_decision *decision)
{
    struct due_rows *rows = to;
    rows->cases[rows->count] = decision->case_id;
    rows->decisions[rows->count++] = decision->decision_id;
    return 0;
}

static int fall_due(struct journal_writer *writer, const struct config *config, uint64_t case_id,
                    uint64_t decision_id)
{
    struct act_answer answer = {0};
    struct act *act = act_new(writer, config, &answer);
    int status = act ? act_read(act, case_id) : PW_ERROR_MEMORY;
    if (status == 0)
        status = decision_end(writer, case_id, decision_id, "due", (struct pw_text){0});
    if (status == 0) {
        bool opens = case_opens(act->dossier.join.level, act->dossier.join.needs_information);
        act->to = opens ? CASE_NEW : CASE_WITHDRAWN;
        status = act_store(act, opens ? "due" : NULL);
    }
    act_close(act);
    return status;
}

int decisions_due(struct journal_writer *writer, const struct config *config, uint32_t limit,
                  uint32_t *ret_count)
{
    struct due_rows rows = {calloc(limit, sizeof(uint64_t)), calloc(limit, sizeof(uint64_t)), 0};
    int status = rows.cases && rows.decisions
                     ? journal_decisions_due(journal_writer_view(writer), journal_writer_now(writer), limit,
                                             due_row, &rows)
                     : PW_ERROR_MEMORY;
    for (uint32_t i = 0; i < rows.count && status == 0; i++)
        status = fall_due(writer, config, rows.cases[i], rows.decisions[i]);
    *ret_count = rows.count;
    free(rows.cases);
    free(rows.decisions);
    return status;
}
