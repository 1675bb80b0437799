/* SPDX-License-Identifier: Apache-2.0
 *
 * silence.c: the operations on silences; their checks are cases/silence.h's.
 */
#include "cases/silence.h"
#include "cases/act.h"
#include "cases/notice.h"
#include "control/request.h"

int request_silence_check(struct request *request)
{
    static const char *const texts[] = {"rule", "pathway", "unit", "until"};
    uint64_t case_id = 0;
    int64_t until_ms = 0;
    if (request_case_number(request, &case_id) != 0 || request_day(request, "until", &until_ms) != 0)
        return -1;
    if (request_text(request, "reason").length > SILENCE_REASON)
        return request_fail(request, "bad_request", "\"reason\" has at most %u bytes.", SILENCE_REASON);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (request_text(request, texts[i]).length > ACT_WORD)
            return request_fail(request, "bad_request", "\"%s\" has at most %u bytes.", texts[i], ACT_WORD);
    return 0;
}

static int answer(struct request *request, int status, uint64_t silence_id, const struct refusal *refusal)
{
    if (status < 0)
        return request_refused(request, status, refusal);
    json_write_begin(request->out, '{');
    json_member_unsigned(request->out, "silence", silence_id);
    json_member_text(request->out, "actor", request->actor.name);
    json_write_end(request->out, '}');
    return 0;
}

int request_silence_add(struct request *request, struct journal_writer *writer)
{
    struct refusal refusal = {0};
    uint64_t silence_id = 0;
    struct journal_silence silence = {.reason = request_text(request, "reason"),
                                      .rule = request_text(request, "rule"),
                                      .pathway = request_text(request, "pathway"),
                                      .unit = request_text(request, "unit")};
    int status = request_case_number(request, &silence.case_id);
    if (status == 0)
        status = request_day(request, "until", &silence.until_ms);
    if (status == 0)
        status = silence_add(writer, &request->actor, &silence, &silence_id, &refusal);
    return answer(request, status, silence_id, &refusal);
}

int request_silence_end(struct request *request, struct journal_writer *writer)
{
    struct refusal refusal = {0};
    uint64_t silence_id = request_number(request, "silence", 0);
    int status = silence_end(writer, &request->actor, silence_id, &refusal);
    return answer(request, status, silence_id, &refusal);
}

/* ---- the list ---- */

struct silences {
    struct request *request;
    uint32_t given;
    uint64_t last;
    int64_t now_ms;
};

static int write_silence(void *to, const struct journal_silence *silence)
{
    struct silences *rows = to;
    struct buffer *out = rows->request->out;
    char name[CASE_NAME_SIZE] = "";
    bool over = silence->ended_ms || silence->until_ms <= rows->now_ms;
    if (silence->case_id)
        case_name(silence->case_id, name);
    json_write_begin(out, '{');
    json_member_unsigned(out, "silence", silence->silence_id);
    json_member_string(out, "state", !over ? "in force" : silence->ended_ms ? "ended" : "over");
    json_member_text(out, "author", silence->author);
    json_member_text(out, "reason", silence->reason);
    json_member_string(out, "case", name);
    json_member_text(out, "rule", silence->rule);
    json_member_text(out, "pathway", silence->pathway);
    json_member_text(out, "unit", silence->unit);
    request_member_time(out, "at", silence->at_ms);
    request_member_time(out, "until", silence->until_ms);
    if (silence->ended_ms) {
        request_member_time(out, "ended", silence->ended_ms);
        json_member_text(out, "ended_by", silence->ended_by);
    }
    json_write_end(out, '}');
    rows->given++;
    rows->last = silence->silence_id;
    return request_full(rows->request) ? 1 : 0;
}

int request_silence_list(struct request *request)
{
    struct silences rows = {.request = request, .now_ms = request->now_ms};
    uint32_t limit = request_limit(request);
    if (limit == 0)
        return request_fail(request, "bad_request", "\"limit\" is 1 to %u.", CONTROL_MAX_LIMIT);
    json_write_begin(request->out, '[');
    int status = journal_silences_read(request->view, request_number(request, "after", 0), limit,
                                       write_silence, &rows);
    json_write_end(request->out, ']');
    request->next = rows.given >= limit || request_full(request) ? rows.last : 0;
    return status < 0 ? request_journal_failed(request, status) : 0;
}
