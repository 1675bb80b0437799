/* SPDX-License-Identifier: Apache-2.0
 *
 * read_timeline.c: what people wrote on a case, and what follows from it: questions, a hold, mitigations, a referral.
 */
#include "control/request.h"

#include "cases/timeline.h"
#include "cases/question.h"

#define CASE_MAX_ENTRIES 512u /* that are shown: the newest */

struct entries {
    struct request *request;
    uint32_t skip;
};

static int write_entry(void *to, const struct journal_entry *entry)
{
    struct entries *entries = to;
    struct buffer *out = entries->request->out;
    if (entries->skip > 0) {
        entries->skip--;
        return 0;
    }
    json_write_begin(out, '{');
    json_member_text(out, "kind", entry->kind);
    json_member_text(out, "actor", entry->actor);
    request_member_time(out, "at", entry->at_ms);
    json_member_text(out, "words", entry->words);
    json_member_raw(out, "detail", entry->detail);
    json_write_end(out, '}');
    return request_full(entries->request) ? 1 : 0;
}

static void write_questions(struct request *request, uint64_t case_id, const struct timeline *timeline)
{
    char key[QUESTION_KEY_SIZE];
    struct buffer *out = request->out;
    json_write_key(out, "questions");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < timeline->question_count; i++) {
        const struct timeline_question *question = &timeline->questions[i];
        question_key(case_id, i + 1, key);
        json_write_begin(out, '{');
        json_member_unsigned(out, "question", i + 1);
        json_member_string(out, "key", key);
        json_member_string(out, "text", question->words);
        json_member_string(out, "unit", question->unit);
        json_member_string(out, "asked_by", question->asked_by);
        request_member_time(out, "at", question->at_ms);
        if (question->answer_by_ms)
            request_member_time(out, "answer_by", question->answer_by_ms);
        json_member_boolean(out, "open", !question->answered_ms);
        if (question->answered_ms) {
            request_member_time(out, "answered", question->answered_ms);
            json_member_string(out, "answered_by", question->answered_by);
            json_member_string(out, "answer", question->answer);
        }
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
}

static void write_hold(struct request *request, const struct timeline *timeline)
{
    struct buffer *out = request->out;
    if (!timeline->hold_until_ms)
        return;
    json_write_key(out, "hold");
    json_write_begin(out, '{');
    json_member_boolean(out, "in_force", timeline_is_held(timeline, request->now_ms));
    request_member_time(out, "until", timeline->hold_until_ms);
    json_member_string(out, "by", timeline->hold_by);
    request_member_time(out, "at", timeline->hold_at_ms);
    json_member_string(out, "reason", timeline->hold_reason);
    json_write_end(out, '}');
}

static void write_measures(struct request *request, const struct timeline *timeline)
{
    struct buffer *out = request->out;
    json_write_key(out, "mitigations");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < timeline->measure_count; i++) {
        const struct timeline_measure *measure = &timeline->measures[i];
        json_write_begin(out, '{');
        json_member_unsigned(out, "mitigation", i + 1);
        json_member_string(out, "text", measure->words);
        json_member_string(out, "owner", measure->owner ? measure->owner : "");
        json_member_string(out, "evidence", measure->evidence ? measure->evidence : "");
        if (measure->due_ms)
            request_member_time(out, "due", measure->due_ms);
        json_member_string(out, "state", measure->done ? "done" : "open");
        json_member_boolean(out, "overdue", measure_is_overdue(measure, request->now_ms));
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
}

static void write_referral(struct request *request, const struct timeline *timeline)
{
    struct buffer *out = request->out;
    if (!timeline->referred_by)
        return;
    json_write_key(out, "referral");
    json_write_begin(out, '{');
    json_member_string(out, "to", timeline->referred_to);
    json_member_string(out, "by", timeline->referred_by);
    json_member_string(out, "second", timeline->referral_second ? timeline->referral_second : "");
    json_write_end(out, '}');
}

int request_write_timeline(struct request *request, uint64_t case_id)
{
    struct timeline timeline = {0};
    struct entries entries = {.request = request};
    int status = timeline_read(request->view, case_id, &timeline);
    if (status == 0) {
        write_questions(request, case_id, &timeline);
        write_hold(request, &timeline);
        write_measures(request, &timeline);
        write_referral(request, &timeline);
    }
    if (timeline.entry_count > CASE_MAX_ENTRIES)
        entries.skip = timeline.entry_count - CASE_MAX_ENTRIES;
    json_member_unsigned(request->out, "timeline_left_out", entries.skip);
    json_write_key(request->out, "timeline");
    json_write_begin(request->out, '[');
    if (status == 0)
        status = journal_entries_of_case(request->view, case_id, write_entry, &entries);
    json_write_end(request->out, ']');
    timeline_release(&timeline);
    return status < 0 ? status : 0;
}

bool request_is_overdue(struct request *request, uint64_t case_id)
{
    struct timeline timeline = {0};
    bool overdue = false;
    if (timeline_read(request->view, case_id, &timeline) == 0)
        for (uint32_t i = 0; i < timeline.measure_count; i++)
            overdue = overdue || measure_is_overdue(&timeline.measures[i], request->now_ms);
    timeline_release(&timeline);
    return overdue;
}
