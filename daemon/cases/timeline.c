/* SPDX-License-Identifier: Apache-2.0
 *
 * timeline.c: see timeline.h.
 */
#include "cases/timeline.h"

#include <pathwayd/plugin.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "json/time.h"

static void keep(struct timeline *timeline, char **place, struct pw_text text)
{
    free(*place);
    *place = strndup(text.data ? text.data : "", text.length);
    timeline->failed = timeline->failed || !*place;
}

static struct pw_text member(const struct pw_document *detail, const char *name)
{
    return json_text(detail, json_member(detail, PW_NODE_ROOT, name));
}

static uint64_t number(const struct pw_document *detail, const char *name)
{
    int64_t value = 0;
    (void)json_integer(detail, json_member(detail, PW_NODE_ROOT, name), &value);
    return value > 0 ? (uint64_t)value : 0;
}

static int64_t day(const struct pw_document *detail, const char *name)
{
    int64_t ms = 0;
    struct pw_text text = member(detail, name);
    if (time_parse_date(text, &ms) != 0 && time_parse(text, &ms) != 0)
        ms = 0;
    return ms;
}

/* ---- what entries say ---- */

static void asked(struct timeline *timeline, const struct journal_entry *entry,
                  const struct pw_document *detail)
{
    if (timeline->question_count == TIMELINE_QUESTIONS)
        return;
    struct timeline_question *question = &timeline->questions[timeline->question_count++];
    keep(timeline, &question->words, entry->words);
    keep(timeline, &question->unit, member(detail, "unit"));
    keep(timeline, &question->asked_by, entry->actor);
    question->at_ms = entry->at_ms;
    question->answer_by_ms = day(detail, "by");
    timeline->open_count++;
}

static void answered(struct timeline *timeline, const struct journal_entry *entry,
                     const struct pw_document *detail)
{
    uint64_t which = number(detail, "question");
    struct timeline_question *question =
        which && which <= timeline->question_count ? &timeline->questions[which - 1] : NULL;
    if (!question || question->answered_ms)
        return;
    question->answered_ms = entry->at_ms;
    keep(timeline, &question->answered_by, entry->actor);
    keep(timeline, &question->answer, entry->words);
    timeline->open_count--;
}

static void held(struct timeline *timeline, const struct journal_entry *entry,
                 const struct pw_document *detail)
{
    timeline->hold_until_ms = day(detail, "until");
    timeline->hold_at_ms = entry->at_ms;
    keep(timeline, &timeline->hold_by, entry->actor);
    keep(timeline, &timeline->hold_reason, entry->words);
}

/* A hold is for the time until somebody decides. */
static void decided(struct timeline *timeline, const struct journal_entry *entry,
                    const struct pw_document *detail)
{
    (void)entry;
    if (text_is(member(detail, "state"), "decided"))
        timeline->hold_until_ms = 0;
}

static void measured(struct timeline *timeline, const struct journal_entry *entry,
                     const struct pw_document *detail)
{
    uint64_t which = number(detail, "mitigation");
    (void)entry;
    if (number(detail, "decision") != timeline->decision_id || !which || which > timeline->measure_count)
        return;
    struct timeline_measure *measure = &timeline->measures[which - 1];
    struct pw_text state = member(detail, "state"), owner = member(detail, "owner"),
                   evidence = member(detail, "evidence");
    if (state.length)
        measure->done = text_is(state, "done");
    if (owner.length)
        keep(timeline, &measure->owner, owner);
    if (evidence.length)
        keep(timeline, &measure->evidence, evidence);
    if (member(detail, "due").length)
        measure->due_ms = day(detail, "due");
}

static void referred(struct timeline *timeline, const struct journal_entry *entry,
                     const struct pw_document *detail)
{
    if (text_is(member(detail, "step"), "seconded")) {
        keep(timeline, &timeline->referral_second, entry->actor);
        return;
    }
    free(timeline->referral_second);
    timeline->referral_second = NULL;
    keep(timeline, &timeline->referred_by, entry->actor);
    keep(timeline, &timeline->referred_to, member(detail, "to"));
}

static int take_entry(void *to, const struct journal_entry *entry)
{
    static const struct {
        const char *kind;
        void (*read)(struct timeline *, const struct journal_entry *, const struct pw_document *);
    } kinds[] = {{"ask", asked},      {"answered", answered},   {"hold", held},     {"decide", decided},
                 {"second", decided}, {"mitigation", measured}, {"refer", referred}};
    struct timeline *timeline = to;
    struct pw_document detail = {0};
    struct json_error error;
    int status = 0;
    timeline->entry_count++;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!text_is(entry->kind, kinds[i].kind))
            continue;
        status = json_parse(&detail, entry->detail.data, entry->detail.length, &json_limits_frame, &error);
        if (status == 0)
            kinds[i].read(timeline, entry, &detail);
        json_release(&detail);
    }
    return status == PW_ERROR_MEMORY ? status : 0;
}

/* ---- what is decided ---- */

static int take_decision(void *to, const struct journal_decision *decision)
{
    struct timeline *timeline = to;
    struct pw_document words = {0};
    struct json_error error;
    if (!text_is(decision->state, "standing"))
        return 0;
    timeline->decision_id = decision->decision_id;
    int status = json_parse(&words, decision->mitigations.data, decision->mitigations.length,
                            &json_limits_frame, &error);
    uint32_t node = status == 0 ? json_first(&words, PW_NODE_ROOT) : PW_NODE_NONE;
    for (; node != PW_NODE_NONE && timeline->measure_count < TIMELINE_MEASURES;
         node = json_next(&words, node))
        keep(timeline, &timeline->measures[timeline->measure_count++].words, json_text(&words, node));
    json_release(&words);
    return status == PW_ERROR_MEMORY ? status : 0;
}

int timeline_read(struct journal_view *view, uint64_t case_id, struct timeline *timeline)
{
    int status = journal_decisions_of_case(view, case_id, take_decision, timeline);
    if (status == 0)
        status = journal_entries_of_case(view, case_id, take_entry, timeline);
    return status == 0 && timeline->failed ? PW_ERROR_MEMORY : status;
}

void timeline_release(struct timeline *timeline)
{
    for (uint32_t i = 0; i < timeline->question_count; i++) {
        free(timeline->questions[i].words);
        free(timeline->questions[i].unit);
        free(timeline->questions[i].asked_by);
        free(timeline->questions[i].answered_by);
        free(timeline->questions[i].answer);
    }
    for (uint32_t i = 0; i < timeline->measure_count; i++) {
        free(timeline->measures[i].words);
        free(timeline->measures[i].owner);
        free(timeline->measures[i].evidence);
    }
    free(timeline->hold_by);
    free(timeline->hold_reason);
    free(timeline->referred_by);
    free(timeline->referral_second);
    free(timeline->referred_to);
    *timeline = (struct timeline){0};
}

bool timeline_is_held(const struct timeline *timeline, int64_t now_ms)
{
    return timeline->hold_until_ms > now_ms;
}

bool measure_is_overdue(const struct timeline_measure *measure, int64_t now_ms)
{
    return !measure->done && measure->due_ms && measure->due_ms <= now_ms;
}
