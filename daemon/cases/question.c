/* SPDX-License-Identifier: Apache-2.0
 *
 * question.c: see question.h.
 */
#include "cases/question.h"

#include <stdio.h>
#include <string.h>

#include "cases/notice.h"
#include "json/time.h"

#define ANSWER_KEPT 4096u /* bytes of an answer that stand in the timeline; the event has it all */

void question_key(uint64_t case_id, uint32_t number, char buffer[QUESTION_KEY_SIZE])
{
    char name[CASE_NAME_SIZE];
    case_name(case_id, name);
    snprintf(buffer, QUESTION_KEY_SIZE, "%s/q%u", name, number);
}

/* ---- who is asked ---- */

static const struct config_unit *find_unit(const struct config *config, struct pw_text code)
{
    for (uint32_t i = 0; i < config->unit_count; i++)
        if (text_is(code, config->units[i].code))
            return &config->units[i];
    return NULL;
}

/* The unit that is named, or the one that the engagement belongs to; NULL: it is not in the configuration. */
static int choose_unit(struct act *act, struct pw_text named, struct pw_text *ret_code,
                       const struct config_unit **ret_unit)
{
    struct pw_text own = text_of(act->dossier.unit);
    int status = act_read_event(act);
    if (status < 0)
        return status;
    if (!own.length)
        own = json_text(&act->document, json_find(&act->document, PW_NODE_ROOT, "/data/unit"));
    *ret_code = named.length ? named : own;
    *ret_unit = find_unit(act->dossier.config, *ret_code);
    return named.length && !*ret_unit
               ? refuse(&act->answer->refusal, "bad_request", "The configuration has no unit \"%.*s\".",
                        TEXT_FMT(text_cut(named, 64)))
               : 0;
}

/* ---- the notice ---- */

static void write_event(struct buffer *out, const struct pw_document *event)
{
    static const char *const members[] = {"source", "id", "type"};
    json_write_key(out, "event");
    json_write_begin(out, '{');
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        json_member_text(out, members[i], json_text(event, json_member(event, PW_NODE_ROOT, members[i])));
    json_write_end(out, '}');
}

static void member_day(struct buffer *out, const char *key, int64_t ms)
{
    char text[TIME_TEXT_SIZE];
    time_format(ms, text);
    json_member_text(out, key, (struct pw_text){text, strlen("2026-01-06")});
}

/* See include/pathwayd/notice.h: no finding, no level, no list. */
static void write_document(const struct act *act, const struct question_request *request, const char *id,
                           const struct config_unit *unit, struct buffer *out)
{
    char name[CASE_NAME_SIZE], time[TIME_TEXT_SIZE], because[256], command[128];
    case_name(act->dossier.case_id, name);
    time_format(act_now(act), time);
    snprintf(because, sizeof(because), "You are the contact of the unit %s.",
             unit->name ? unit->name : unit->code);
    snprintf(command, sizeof(command), "pathwayctl answer %s --question %u --text TEXT", name,
             act->answer->number);
    json_write_begin(out, '{');
    json_member_string(out, "notice_id", id);
    json_member_string(out, "kind", "question");
    json_member_string(out, "case_id", name);
    json_member_string(out, "engagement_id", act->dossier.engagement);
    json_write_key(out, "recipient");
    json_write_begin(out, '{');
    json_member_string(out, "reviewer", "");
    json_member_string(out, "address", unit->contact);
    json_write_end(out, '}');
    json_member_string(out, "time", time);
    json_member_string(out, "because", because);
    json_member_string(out, "title", act->dossier.title);
    json_member_text(out, "question", request->words);
    json_member_text(out, "asked_by", actor_reviewer(act->actor));
    if (request->by_ms)
        member_day(out, "answer_by", request->by_ms);
    write_event(out, &act->document);
    json_member_string(out, "act", command);
    json_write_end(out, '}');
}

/* "unit:CODE" is the name of no reviewer: what is told to reviewers is never told to a contact. */
static int write_notice(struct act *act, const struct question_request *request,
                        const struct config_unit *unit)
{
    struct dossier *dossier = &act->dossier;
    char name[CASE_NAME_SIZE];
    struct buffer id = {0}, body = {0}, recipient = {0};
    case_name(dossier->case_id, name);
    buffer_format(&id, "%s-%llx-%llu+%s+?q%u", name, (unsigned long long)dossier->opened_ms,
                  (unsigned long long)dossier->revision + 1, dossier->config->questions_channel,
                  act->answer->number);
    buffer_format(&recipient, "unit:%s", unit->code);
    if (!id.failed)
        write_document(act, request, id.data, unit, &body);
    const struct journal_notice notice = {.case_id = dossier->case_id,
                                          .revision = dossier->revision + 1,
                                          .notice_id = buffer_view(&id),
                                          .channel = text_of(dossier->config->questions_channel),
                                          .reviewer = buffer_view(&recipient),
                                          .address = text_of(unit->contact),
                                          .state = PW_TEXT("waiting"),
                                          .body = buffer_view(&body),
                                          .created_ms = act_now(act),
                                          .next_ms = act_now(act),
                                          .change = PW_TEXT("question"),
                                          .sequence = dossier->sequence};
    int status = id.failed || body.failed || recipient.failed ? PW_ERROR_MEMORY
                                                              : journal_notice_add(dossier->writer, &notice);
    act->answer->told = status == 0;
    buffer_release(&id);
    buffer_release(&body);
    buffer_release(&recipient);
    return status;
}

/* ---- asking ---- */

static int check_question(const struct act *act, const struct question_request *request)
{
    struct refusal *refusal = &act->answer->refusal;
    if (text_blank(request->words))
        return refuse(refusal, "bad_request", "Say what is asked: give a question.");
    if (request->by_ms && (request->by_ms <= act_now(act) - DAY_MS ||
                           request->by_ms > act_now(act) + (int64_t)QUESTION_DAYS * DAY_MS))
        return refuse(refusal, "bad_request", "The day for an answer is from today on, within a year.");
    return 0;
}

static int ask(struct act *act, const struct question_request *request)
{
    const struct config_unit *unit = NULL;
    struct pw_text code = {0};
    struct buffer detail = {0};
    int status = check_question(act, request);
    if (status == 0)
        status = act_open(act, &request->who, ACT_ASK);
    if (status == 0 && act->timeline.question_count == TIMELINE_QUESTIONS)
        status =
            refuse(&act->answer->refusal, "state",
                   "%u questions were asked there, and that is all a case can have.", TIMELINE_QUESTIONS);
    if (status == 0)
        status = choose_unit(act, request->unit, &code, &unit);
    if (status < 0)
        return status;
    act->answer->number = act->timeline.question_count + 1;
    act_detail(act, &detail);
    json_member_unsigned(&detail, "question", act->answer->number);
    json_member_text(&detail, "unit", code);
    if (request->by_ms)
        member_day(&detail, "by", request->by_ms);
    write_event(&detail, &act->document);
    status = act_write(act, request->words, &detail);
    if (status == 0 && unit && unit->contact && act->dossier.config->questions_channel)
        status = write_notice(act, request, unit);
    return status < 0 ? status : act_store(act, NULL);
}

int question_ask(struct journal_writer *writer, const struct config *config,
                 const struct question_request *request, struct act_answer *ret_answer)
{
    struct act *act = act_new(writer, config, ret_answer);
    int status = act ? ask(act, request) : PW_ERROR_MEMORY;
    act_close(act);
    return status;
}

/* ---- what somebody heard ---- */

/* The only one that is open, or the one that is named. */
static int choose_question(const struct act *act, uint32_t *number)
{
    const struct timeline *timeline = &act->timeline;
    struct refusal *refusal = &act->answer->refusal;
    if (!timeline->open_count)
        return refuse(
            refusal, "state",
            "No question is open there; what the findings ask is answered with fields, as pathwayctl answer "
            "shows.");
    if (!*number && timeline->open_count > 1)
        return refuse(refusal, "bad_request", "%u questions are open there: say which, with --question.",
                      timeline->open_count);
    for (uint32_t i = 0; !*number; i++)
        *number = timeline->questions[i].answered_ms ? 0 : i + 1;
    return *number > timeline->question_count || timeline->questions[*number - 1].answered_ms
               ? refuse(refusal, "bad_request", "Question %u is not open there: see them with case show.",
                        *number)
               : 0;
}

static int answer(struct act *act, const struct act_request *request, uint32_t number, struct pw_text words)
{
    struct buffer detail = {0};
    int status = text_blank(words) ? refuse(&act->answer->refusal, "bad_request", "Say what the answer is.")
                                   : act_open(act, request, ACT_ANSWER);
    if (status == 0)
        status = choose_question(act, &number);
    if (status < 0)
        return status;
    if (act->from == CASE_NEEDS_INFORMATION && act->timeline.open_count > 1)
        act->to = act->from;
    act->answer->number = number;
    act_detail(act, &detail);
    json_member_unsigned(&detail, "question", number);
    status = act_write(act, words, &detail);
    return status < 0 ? status : act_store(act, NULL);
}

int question_answer(struct journal_writer *writer, const struct config *config,
                    const struct act_request *request, uint32_t number, struct pw_text words,
                    struct act_answer *ret_answer)
{
    struct act *act = act_new(writer, config, ret_answer);
    int status = act ? answer(act, request, number, words) : PW_ERROR_MEMORY;
    act_close(act);
    return status;
}

/* ---- what an event answers ---- */

struct settling {
    struct dossier *dossier;
    struct timeline timeline;
    struct pw_text source, id; /* of the judged event */
    struct questions_settled *settled;
};

static int write_answered(const struct settling *settling, uint32_t number,
                          const struct journal_event *correction, const struct pw_document *document)
{
    struct dossier *dossier = settling->dossier;
    struct pw_text data = json_raw(document, json_member(document, PW_NODE_ROOT, "data"));
    struct buffer detail = {0}, record = {0};
    json_write_begin(&detail, '{');
    json_member_unsigned(&detail, "revision", dossier->revision + 1);
    json_member_unsigned(&detail, "question", number);
    json_member_unsigned(&detail, "sequence", correction->sequence);
    write_event(&detail, document);
    json_write_end(&detail, '}');
    json_write_begin(&record, '{');
    json_member_unsigned(&record, "case", dossier->case_id);
    json_member_raw(&record, "detail", buffer_view(&detail));
    json_write_end(&record, '}');
    const struct journal_entry entry = {.case_id = dossier->case_id,
                                        .kind = PW_TEXT("answered"),
                                        .words = text_cut(data, ANSWER_KEPT),
                                        .detail = buffer_view(&detail),
                                        .at_ms = journal_writer_now(dossier->writer)};
    int status =
        detail.failed || record.failed ? PW_ERROR_MEMORY : journal_entry_add(dossier->writer, &entry);
    if (status == 0)
        status = journal_audit(dossier->writer, "case.answered", buffer_view(&record));
    buffer_release(&detail);
    buffer_release(&record);
    return status;
}

/* The open question whose key that is; 0: none. */
static uint32_t find_question(const struct settling *settling, struct pw_text key)
{
    char own[QUESTION_KEY_SIZE];
    for (uint32_t i = 0; i < settling->timeline.question_count; i++) {
        question_key(settling->dossier->case_id, i + 1, own);
        if (text_is(key, own))
            return settling->timeline.questions[i].answered_ms ? 0 : i + 1;
    }
    return 0;
}

static int take_correction(void *to, const struct journal_event *correction)
{
    struct settling *settling = to;
    struct pw_document document = {0};
    struct json_error error;
    int status =
        json_parse(&document, correction->body.data, correction->body.length, &json_limits_frame, &error);
    if (status < 0)
        return status == PW_ERROR_MEMORY ? status : 0;
    const uint32_t root = PW_NODE_ROOT;
    bool about = text_equal(json_text(&document, json_member(&document, root, "source")), settling->source) &&
                 text_equal(json_text(&document, json_member(&document, root, "causationid")), settling->id);
    uint32_t number =
        about ? find_question(settling, json_text(&document, json_member(&document, root, "correlationid")))
              : 0;
    if (number) {
        status = write_answered(settling, number, correction, &document);
        settling->timeline.questions[number - 1].answered_ms = 1;
        settling->timeline.open_count--;
        settling->settled->any = true;
    }
    json_release(&document);
    return status;
}

int questions_settle(struct dossier *dossier, const struct pw_document *event,
                     struct questions_settled *ret_settled)
{
    struct journal_view *view = journal_writer_view(dossier->writer);
    struct settling settling = {.dossier = dossier,
                                .source = json_text(event, json_member(event, PW_NODE_ROOT, "source")),
                                .id = json_text(event, json_member(event, PW_NODE_ROOT, "id")),
                                .settled = ret_settled};
    int status = timeline_read(view, dossier->case_id, &settling.timeline);
    if (status == 0 && settling.timeline.open_count)
        status = journal_corrections_read(view, settling.source, settling.id, take_correction, &settling);
    ret_settled->all = ret_settled->any && !settling.timeline.open_count;
    timeline_release(&settling.timeline);
    return status;
}
