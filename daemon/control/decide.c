/* SPDX-License-Identifier: Apache-2.0
 *
 * decide.c: the operations by which people decide cases, and what can be said of any act on a case before the journal's
 * thread looks at it. What a decision needs, cases/decision.h checks.
 */
#include "control/request.h"

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

int request_act_check(struct request *request)
{
    static const char *const lists[] = {"costs", "benefits", "mitigations"};
    static const char *const texts[] = {"reason", "displacement", "text", "note", "question"};
    static const char *const words[] = {"disposition", "reviewer", "unit",  "reference",
                                        "party",       "what",     "value", "to"};
    static const char *const days[] = {"review_by", "answer_by", "until"};
    uint64_t number = 0;
    int64_t ms = 0;
    if (request_case_number(request, &number) != 0)
        return -1;
    if (number == 0 && request_text(request, "engagement").length == 0)
        return request_fail(request, "bad_request", "A case is named by \"case\" or by \"engagement\".");
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
        if (request_day(request, days[i], &ms) != 0)
            return -1;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (request_text(request, texts[i]).length > ACT_TEXT)
            return request_fail(request, "bad_request", "\"%s\" has at most %u bytes.", texts[i], ACT_TEXT);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (request_text(request, words[i]).length > ACT_WORD)
            return request_fail(request, "bad_request", "\"%s\" has at most %u bytes.", words[i], ACT_WORD);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (check_texts(request, lists[i]) != 0)
            return -1;
    return 0;
}

int request_case_decide(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    struct decision_request decision = {.actor = request->actor,
                                        .disposition = request_text(request, "disposition"),
                                        .reason = request_text(request, "reason"),
                                        .displacement = request_text(request, "displacement"),
                                        .code = request_text(request, "code"),
                                        .revision = request_number(request, "revision", 0)};
    decision.costs = request_texts(request, "costs", &decision.cost_count);
    decision.benefits = request_texts(request, "benefits", &decision.benefit_count);
    decision.mitigations = request_texts(request, "mitigations", &decision.mitigation_count);
    int status = request_day(request, "review_by", &decision.review_by_ms);
    if (status == 0)
        status = request_act(request, writer, &who);
    decision.case_id = who.case_id;
    if (status == 0)
        status = decision_make(writer, request->config, &decision, &result);
    return request_acted(request, status, &result);
}

int request_case_second(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = decision_second(writer, request->config, &who, &result);
    return request_acted(request, status, &result);
}

int request_case_reopen(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = decision_reopen(writer, request->config, &who, request_text(request, "reason"), &result);
    return request_acted(request, status, &result);
}

int request_case_dissent(struct request *request, struct journal_writer *writer)
{
    struct act_request who = {0};
    struct act_answer result = {0};
    int status = request_act(request, writer, &who);
    if (status == 0)
        status = decision_dissent(writer, request->config, &who, request_text(request, "text"), &result);
    return request_acted(request, status, &result);
}
