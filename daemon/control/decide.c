/* SPDX-License-Identifier: Apache-2.0
 *
 * decide.c: the operations by which people decide cases. Their checks are cases/decision.h's; here requests are read and
 * answers written.
 */
#include "control/request.h"

#include <string.h>
#include "cases/notice.h"
#include "json/time.h"

static int check_texts(struct request *request, const char *name)
{
    uint32_t count = 0, node = json_member(request->document, PW_NODE_ROOT, name);
    (void)request_texts(request, name, &count);
    if (count > DECISION_ITEMS)
        return request_fail(request, "bad_request", "\"%s\" has at most %u elements.", name, DECISION_ITEMS);
    for (node = json_first(request->document, node); count && node != PW_NODE_NONE;
         node = json_next(request->document, node)) {
        struct pw_text text = json_text(request->document, node);
        if (text_blank(text) || text.length > DECISION_ITEM)
            return request_fail(request, "bad_request", "Each of \"%s\" says something, in %u bytes at most.",
                                name, DECISION_ITEM);
    }
    return 0;
}

/* A day, or an instant. */
static int read_review_by(struct request *request, int64_t *ret_ms)
{
    struct pw_text text = request_text(request, "review_by");
    *ret_ms = 0;
    if (text.length && time_parse_date(text, ret_ms) != 0 && time_parse(text, ret_ms) != 0)
        return request_fail(request, "bad_request", "\"review_by\" is a day, like 2027-06-30.");
    return 0;
}

int request_decision_check(struct request *request)
{
    static const char *const lists[] = {"costs", "benefits", "mitigations"};
    static const char *const texts[] = {"reason", "displacement", "text"};
    uint64_t number = 0;
    int64_t review_by_ms = 0;
    if (request_case_number(request, &number) != 0 || read_review_by(request, &review_by_ms) != 0)
        return -1;
    if (number == 0 && request_text(request, "engagement").length == 0)
        return request_fail(request, "bad_request", "A case is named by \"case\" or by \"engagement\".");
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (request_text(request, texts[i]).length > DECISION_TEXT)
            return request_fail(request, "bad_request", "\"%s\" has at most %u bytes.", texts[i],
                                DECISION_TEXT);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (check_texts(request, lists[i]) != 0)
            return -1;
    return 0;
}

static int take_number(void *to, const struct journal_case *item)
{
    *(uint64_t *)to = item->case_id;
    return 0;
}

/* 0: there is none, which is said by who looks for it. */
static int find_number(struct request *request, struct journal_writer *writer, uint64_t *ret_case_id)
{
    int status = request_case_number(request, ret_case_id);
    if (status != 0 || *ret_case_id)
        return status;
    return journal_case_of_engagement(journal_writer_view(writer), request_text(request, "engagement"),
                                      take_number, ret_case_id);
}

static int answer(struct request *request, int status, const struct decision_answer *answer)
{
    char name[CASE_NAME_SIZE], day[TIME_TEXT_SIZE];
    if (status < 0)
        return request_refused(request, status, &answer->refusal);
    case_name(answer->case_id, name);
    json_write_begin(request->out, '{');
    json_member_string(request->out, "case", name);
    if (answer->state)
        json_member_string(request->out, "state", answer->state);
    json_member_unsigned(request->out, "decision", answer->decision_id);
    json_member_text(request->out, "actor", request->actor.name);
    if (answer->review_by_ms) {
        time_format(answer->review_by_ms, day);
        json_member_string(request->out, "review_by", day);
    }
    json_write_end(request->out, '}');
    return 0;
}

int request_case_decide(struct request *request, struct journal_writer *writer)
{
    struct decision_answer result = {0};
    struct decision_request decision = {.actor = request->actor,
                                        .disposition = request_text(request, "disposition"),
                                        .reason = request_text(request, "reason"),
                                        .displacement = request_text(request, "displacement"),
                                        .revision = request_number(request, "revision", 0)};
    decision.costs = request_texts(request, "costs", &decision.cost_count);
    decision.benefits = request_texts(request, "benefits", &decision.benefit_count);
    decision.mitigations = request_texts(request, "mitigations", &decision.mitigation_count);
    int status = read_review_by(request, &decision.review_by_ms);
    if (status == 0)
        status = find_number(request, writer, &decision.case_id);
    if (status == 0)
        status = decision_make(writer, request->config, &decision, &result);
    return answer(request, status, &result);
}

int request_case_second(struct request *request, struct journal_writer *writer)
{
    uint64_t case_id = 0;
    struct decision_answer result = {0};
    int status = find_number(request, writer, &case_id);
    if (status == 0)
        status = decision_second(writer, request->config, case_id, &request->actor, &result);
    return answer(request, status, &result);
}

int request_case_reopen(struct request *request, struct journal_writer *writer)
{
    uint64_t case_id = 0;
    struct decision_answer result = {0};
    int status = find_number(request, writer, &case_id);
    if (status == 0)
        status = decision_reopen(writer, request->config, case_id, &request->actor,
                                 request_text(request, "reason"), &result);
    return answer(request, status, &result);
}

int request_case_dissent(struct request *request, struct journal_writer *writer)
{
    uint64_t case_id = 0;
    struct decision_answer result = {0};
    int status = find_number(request, writer, &case_id);
    if (status == 0)
        status = decision_dissent(writer, case_id, &request->actor, request_text(request, "text"), &result);
    return answer(request, status, &result);
}
