/* SPDX-License-Identifier: Apache-2.0
 *
 * act.c: see act.h.
 */
#include "cases/act.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/notice.h"
#include "json/time.h"

#define CHANGES_TOLD 3u /* acts that are named when somebody was faster; a sentence holds no more */

struct act *act_new(struct journal_writer *writer, const struct config *config, struct act_answer *answer)
{
    struct act *act = calloc(1, sizeof(*act));
    if (!act)
        return NULL;
    act->dossier.writer = writer;
    act->dossier.config = config;
    act->answer = answer;
    return act;
}

void act_close(struct act *act)
{
    if (!act)
        return;
    dossier_close(&act->dossier);
    in_force_release(&act->found);
    clearance_free(act->gathering.clearance);
    timeline_release(&act->timeline);
    buffer_release(&act->event);
    json_release(&act->document);
    free(act);
}

int64_t act_now(const struct act *act)
{
    return journal_writer_now(act->dossier.writer);
}

const char *act_open_state(bool appealed)
{
    return case_states[appealed ? CASE_APPEALED : CASE_NEW];
}

/* ---- somebody was faster ---- */

struct later {
    uint64_t since; /* a revision */
    char acts[CHANGES_TOLD][160];
    uint32_t count; /* the last of them are kept */
};

static int later_entry(void *to, const struct journal_entry *entry)
{
    struct later *later = to;
    struct pw_document detail = {0};
    struct json_error error;
    char at[TIME_TEXT_SIZE];
    int64_t revision = 0;
    int status = json_parse(&detail, entry->detail.data, entry->detail.length, &json_limits_frame, &error);
    if (status == 0)
        (void)json_integer(&detail, json_member(&detail, PW_NODE_ROOT, "revision"), &revision);
    json_release(&detail);
    if (revision <= 0 || (uint64_t)revision <= later->since)
        return 0;
    time_format(entry->at_ms, at);
    bool person = entry->actor.length > 0;
    snprintf(later->acts[later->count++ % CHANGES_TOLD], sizeof(later->acts[0]), "%.*s%s%.*s at %s",
             TEXT_FMT(text_cut(entry->kind, 32)), person ? " by " : "", TEXT_FMT(text_cut(entry->actor, 64)),
             at);
    return 0;
}

/* Acts have entries; what is left of the revisions, findings did. */
static int refuse_late(struct act *act, const struct act_request *request, const char *name)
{
    struct later later = {.since = request->revision};
    struct buffer what = {0};
    uint64_t revision = act->dossier.revision;
    int status = journal_entries_of_case(journal_writer_view(act->dossier.writer), act->dossier.case_id,
                                         later_entry, &later);
    uint32_t shown = later.count < CHANGES_TOLD ? later.count : CHANGES_TOLD;
    for (uint32_t i = 0; i < shown; i++)
        buffer_format(&what, "%s%s", i ? ", " : "", later.acts[(later.count - shown + i) % CHANGES_TOLD]);
    if (later.count > shown)
        buffer_format(&what, ", and %u more before", later.count - shown);
    if (revision > request->revision && revision - request->revision > later.count)
        buffer_format(&what, "%swhat the policies find", what.length ? ", " : "");
    if (status == 0)
        status = what.failed
                     ? PW_ERROR_MEMORY
                     : refuse(&act->answer->refusal, "changed",
                              "%s has changed since you read it (revision %" PRIu64 ", now %" PRIu64
                              "): %.*s. Look at it again, then repeat what still holds.",
                              name, request->revision, revision, TEXT_FMT(text_cut(buffer_view(&what), 400)));
    act->answer->refusal.revision = revision;
    buffer_release(&what);
    return status;
}

/* ---- opening ---- */

int act_read(struct act *act, uint64_t case_id)
{
    int status = dossier_of_case(&act->dossier, case_id);
    if (status == 0 && !act->dossier.exists)
        return refuse(&act->answer->refusal, "not_found", "There is no such case.");
    if (status == 0)
        status = in_force_find(&act->dossier, &act->found);
    act->answer->case_id = case_id;
    return status;
}

int act_open(struct act *act, const struct act_request *request, enum case_act kind)
{
    char name[CASE_NAME_SIZE];
    act->actor = &request->actor;
    act->kind = kind;
    int status = act_read(act, request->case_id);
    if (status < 0)
        return status;
    case_name(act->dossier.case_id, name);
    if (!actor_sees_queue(act->actor, (struct pw_text){act->dossier.queue, strlen(act->dossier.queue)}))
        return refuse(&act->answer->refusal, "role", "%s is in the queue %s, which %.*s has no part in.",
                      name, act->dossier.queue, TEXT_FMT(act->actor->name));
    if (request->revision && request->revision != act->dossier.revision)
        return refuse_late(act, request, name);
    act->from = case_state_of(act->dossier.state);
    bool own = text_is(actor_reviewer(act->actor), act->dossier.assignee);
    status = life_check(act->from, kind, act->actor, own, name, &act->to, &act->answer->refusal);
    if (status == 0)
        status =
            timeline_read(journal_writer_view(act->dossier.writer), act->dossier.case_id, &act->timeline);
    if (status == 0 && act->timeline.entry_count >= TIMELINE_ENTRIES)
        status = refuse(&act->answer->refusal, "state", "%s has %u entries, and that is all a case can have.",
                        name, TIMELINE_ENTRIES);
    return status;
}

/* ---- writing ---- */

void act_detail(const struct act *act, struct buffer *detail)
{
    json_write_begin(detail, '{');
    json_member_unsigned(detail, "revision", act->dossier.revision + 1);
}

/* Decisions have records of their own. */
static bool has_record(enum case_act kind)
{
    return kind == ACT_DECIDE || kind == ACT_SECOND || kind == ACT_REOPEN || kind == ACT_DISSENT;
}

/* With the words: entries themselves are not chained. */
static int audit(struct act *act, struct pw_text words, const struct buffer *detail)
{
    char kind[32];
    struct buffer record = {0};
    snprintf(kind, sizeof(kind), "act.%s", lives[act->kind].word);
    json_write_begin(&record, '{');
    json_member_unsigned(&record, "case", act->dossier.case_id);
    json_member_text(&record, "actor", act->actor->name);
    json_member_text(&record, "words", words);
    json_member_raw(&record, "detail", buffer_view(detail));
    json_write_end(&record, '}');
    int status =
        record.failed ? PW_ERROR_MEMORY : journal_audit(act->dossier.writer, kind, buffer_view(&record));
    buffer_release(&record);
    return status;
}

int act_write(struct act *act, struct pw_text words, struct buffer *detail)
{
    const char *word = lives[act->kind].word;
    json_write_end(detail, '}');
    const struct journal_entry entry = {.case_id = act->dossier.case_id,
                                        .kind = {word, strlen(word)},
                                        .actor = act->actor->name,
                                        .words = words,
                                        .detail = buffer_view(detail),
                                        .at_ms = act_now(act)};
    int status = detail->failed ? PW_ERROR_MEMORY : journal_entry_add(act->dossier.writer, &entry);
    if (status == 0 && !has_record(act->kind))
        status = audit(act, words, detail);
    buffer_release(detail);
    return status;
}

static int copy_event(void *to, const struct journal_event *event)
{
    buffer_text(to, event->body);
    return 0;
}

int act_read_event(struct act *act)
{
    struct json_error error;
    if (act->event.length)
        return 0;
    int status = journal_event_read(journal_writer_view(act->dossier.writer), act->dossier.sequence,
                                    copy_event, &act->event);
    if (status < 0)
        return status;
    return act->event.failed
               ? PW_ERROR_MEMORY
               : json_parse(&act->document, act->event.data, act->event.length, &json_limits_frame, &error);
}

int act_store(struct act *act, const char *word)
{
    struct dossier_change change = {.word = word,
                                    .state = case_states[act->to],
                                    .event = &act->document,
                                    .sequence = act->dossier.sequence};
    int status = act_read_event(act);
    if (act->actor)
        act->dossier.reminders = 0;
    act->answer->state = case_states[act->to];
    act->answer->revision = act->dossier.revision + 1;
    return status < 0 ? status : dossier_store(&act->dossier, &change);
}
