/* SPDX-License-Identifier: Apache-2.0
 *
 * act.c: the operations by which people work on cases. What each needs, the files of cases/ check; here requests are read
 * and answers written.
 */
#include "control/request.h"

#include "cases/appeal.h"
#include "cases/handling.h"
#include "cases/notice.h"
#include "cases/question.h"
#include "cases/referral.h"
#include "json/time.h"

static int take_number(void *to, const struct journal_case *item)
{
    *(uint64_t *)to = item->case_id;
    return 0;
}

/* The case may not be there, which is said by who looks for it. */
int request_act(struct request *request, struct journal_writer *writer, struct act_request *ret_act)
{
    ret_act->actor = request->actor;
    ret_act->revision = request_number(request, "revision", 0);
    int status = request_case_number(request, &ret_act->case_id);
    if (status != 0 || ret_act->case_id)
        return status;
    return journal_case_of_engagement(journal_writer_view(writer), request_text(request, "engagement"),
                                      take_number, &ret_act->case_id);
}

int request_day(struct request *request, const char *key, int64_t *ret_ms)
{
    struct pw_text text = request_text(request, key);
    *ret_ms = 0;
    if (text.length && time_parse_date(text, ret_ms) != 0 && time_parse(text, ret_ms) != 0)
        return request_fail(request, "bad_request", "\"%s\" is a day, like 2027-06-30.", key);
    return 0;
}

int request_acted(struct request *request, int status, const struct act_answer *answer)
{
    char name[CASE_NAME_SIZE], day[TIME_TEXT_SIZE];
    struct buffer *out = request->out;
    if (status < 0)
        return request_refused(request, status, &answer->refusal);
    case_name(answer->case_id, name);
    json_write_begin(out, '{');
    json_member_string(out, "case", name);
    if (answer->state)
        json_member_string(out, "state", answer->state);
    json_member_unsigned(out, "revision", answer->revision);
    if (answer->decision_id)
        json_member_unsigned(out, "decision", answer->decision_id);
    if (answer->number)
        json_member_unsigned(out, "question", answer->number);
    json_member_boolean(out, "told", answer->told);
    json_member_text(out, "actor", request->actor.name);
    if (answer->review_by_ms) {
        time_format(answer->review_by_ms, day);
        json_member_string(out, "review_by", day);
    }
    json_write_end(out, '}');
    return 0;
}

/* ---- one function an operation ---- */

int request_case_assign(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = handling_assign(writer, request->config, &who, request_text(request, "reviewer"),
                                 request_text(request, "note"), &result);
    return request_acted(request, status, &result);
}

int request_case_take(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = handling_take(writer, request->config, &who, &result);
    return request_acted(request, status, &result);
}

int request_case_ask(struct request *request, struct journal_writer *writer)
{
    struct act_answer result = {0};
    struct question_request question = {.unit = request_text(request, "unit"),
                                        .words = request_text(request, "question")};
    int status = request_act(request, writer, &question.who);
    if (status == 0)
        status = request_day(request, "answer_by", &question.by_ms);
    if (status == 0)
        status = question_ask(writer, request->config, &question, &result);
    return request_acted(request, status, &result);
}

int request_case_answer(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    uint64_t number = request_number(request, "question", 0);
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = question_answer(writer, request->config, &who,
                                 number > TIMELINE_QUESTIONS ? TIMELINE_QUESTIONS + 1 : (uint32_t)number,
                                 request_text(request, "text"), &result);
    return request_acted(request, status, &result);
}

int request_case_comment(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = handling_comment(writer, request->config, &who, request_text(request, "text"), &result);
    return request_acted(request, status, &result);
}

static int refer_to(struct request *request, struct journal_writer *writer, enum case_act kind,
                    const char *words)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = handling_refer_to(writer, request->config, &who, kind, request_text(request, "reference"),
                                   request_text(request, words), &result);
    return request_acted(request, status, &result);
}

int request_case_attach(struct request *request, struct journal_writer *writer)
{
    return refer_to(request, writer, ACT_ATTACH, "note");
}

int request_case_statement(struct request *request, struct journal_writer *writer)
{
    return refer_to(request, writer, ACT_STATEMENT, "text");
}

int request_case_hold(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int64_t until_ms = 0;
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = request_day(request, "until", &until_ms);
    if (status == 0)
        status =
            handling_hold(writer, request->config, &who, until_ms, request_text(request, "reason"), &result);
    return request_acted(request, status, &result);
}

int request_case_appeal(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = appeal_make(writer, request->config, &who, request_text(request, "party"),
                             request_text(request, "reason"), &result);
    return request_acted(request, status, &result);
}

int request_case_close(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = handling_close(writer, request->config, &who, request_text(request, "note"), &result);
    return request_acted(request, status, &result);
}

int request_case_mitigation(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    uint64_t number = request_number(request, "mitigation", 0);
    const struct mitigation_change change = {.number = number > TIMELINE_MEASURES ? TIMELINE_MEASURES + 1
                                                                                  : (uint32_t)number,
                                             .what = request_text(request, "what"),
                                             .value = request_text(request, "value")};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = handling_mitigation(writer, request->config, &who, &change, &result);
    return request_acted(request, status, &result);
}

int request_case_refer(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = referral_propose(writer, request->config, &who, request_text(request, "to"),
                                  request_text(request, "reason"), &result);
    return request_acted(request, status, &result);
}

int request_case_refer_second(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = referral_second(writer, request->config, &who, &result);
    return request_acted(request, status, &result);
}
