/* SPDX-License-Identifier: Apache-2.0
 *
 * handling.c: see handling.h.
 */
#include "cases/handling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/notice.h"
#include "json/time.h"

#define RECORD_BYTES 128u

typedef int deed(struct act *act, const struct act_request *request, const void *how);

static int perform(struct journal_writer *writer, const struct config *config,
                   const struct act_request *request, struct act_answer *answer, deed *run, const void *how)
{
    struct act *act = act_new(writer, config, answer);
    int status = act ? run(act, request, how) : PW_ERROR_MEMORY;
    act_close(act);
    return status;
}

static int write_and_store(struct act *act, struct pw_text words, struct buffer *detail, const char *word)
{
    int status = act_write(act, words, detail);
    return status < 0 ? status : act_store(act, word);
}

/* The case is somebody's from the next revision on. */
static int give_to(struct act *act, struct pw_text reviewer)
{
    char *name = strndup(reviewer.data, reviewer.length);
    if (!name)
        return PW_ERROR_MEMORY;
    free(act->dossier.assignee);
    act->dossier.assignee = name;
    return 0;
}

/* ---- whose it is ---- */

struct assignment {
    struct pw_text reviewer, note;
};

static bool is_reviewer(const struct config *config, struct pw_text name)
{
    for (uint32_t i = 0; i < config->reviewer_count; i++)
        if (text_is(name, config->reviewers[i].name))
            return true;
    return false;
}

/* Whoever gets it must be able to do something. */
static int check_assignee(const struct act *act, struct pw_text name)
{
    const struct config *config = act->dossier.config;
    struct refusal *refusal = &act->answer->refusal;
    const struct config_person *person = person_of_reviewer(config, name);
    struct pw_text queue = {act->dossier.queue, strlen(act->dossier.queue)};
    if (!name.length || !is_reviewer(config, name))
        return refuse(refusal, "bad_request", "The configuration has no reviewer \"%.*s\".",
                      TEXT_FMT(text_cut(name, 64)));
    if (!config->person_count)
        return 0;
    if (!person || !(person->roles & (ROLE_REVIEWER | ROLE_LEAD)))
        return refuse(refusal, "bad_request",
                      "%.*s has no account with the role reviewer or lead, and could do nothing.",
                      TEXT_FMT(name));
    const struct actor actor = {.roles = person->roles, .queues = person->queues};
    return actor_sees_queue(&actor, queue)
               ? 0
               : refuse(refusal, "bad_request", "%.*s has no part in the queue %s.", TEXT_FMT(name),
                        act->dossier.queue);
}

static int assign(struct act *act, const struct act_request *request, const void *how)
{
    const struct assignment *to = how;
    struct buffer detail = {0};
    int status = act_open(act, request, ACT_ASSIGN);
    if (status == 0)
        status = check_assignee(act, to->reviewer);
    if (status == 0 && text_is(to->reviewer, act->dossier.assignee))
        status = refuse(&act->answer->refusal, "state", "It is %.*s's already.", TEXT_FMT(to->reviewer));
    if (status < 0)
        return status;
    act_detail(act, &detail);
    json_member_text(&detail, "to", to->reviewer);
    json_member_string(&detail, "from", act->dossier.assignee);
    status = give_to(act, to->reviewer);
    bool other = !text_equal(to->reviewer, actor_reviewer(act->actor));
    if (status == 0)
        return write_and_store(act, to->note, &detail, other ? "assigned" : NULL);
    buffer_release(&detail);
    return status;
}

int handling_assign(struct journal_writer *writer, const struct config *config,
                    const struct act_request *request, struct pw_text reviewer, struct pw_text note,
                    struct act_answer *ret_answer)
{
    const struct assignment to = {reviewer, note};
    return perform(writer, config, request, ret_answer, assign, &to);
}

static int take(struct act *act, const struct act_request *request, const void *how)
{
    struct buffer detail = {0};
    (void)how;
    int status = act_open(act, request, ACT_TAKE);
    if (status < 0)
        return status;
    struct pw_text own = actor_reviewer(act->actor);
    if (text_is(own, act->dossier.assignee) && act->from == act->to)
        return refuse(&act->answer->refusal, "state", "It is yours already, and %s.", case_states[act->from]);
    act_detail(act, &detail);
    json_member_text(&detail, "to", own);
    json_member_string(&detail, "from", act->dossier.assignee);
    status = give_to(act, own);
    if (status == 0)
        return write_and_store(act, (struct pw_text){0}, &detail, NULL);
    buffer_release(&detail);
    return status;
}

int handling_take(struct journal_writer *writer, const struct config *config,
                  const struct act_request *request, struct act_answer *ret_answer)
{
    return perform(writer, config, request, ret_answer, take, NULL);
}

/* ---- what is written on it ---- */

static int comment(struct act *act, const struct act_request *request, const void *how)
{
    const struct pw_text *words = how;
    struct buffer detail = {0};
    int status = text_blank(*words)
                     ? refuse(&act->answer->refusal, "bad_request", "A comment says something.")
                     : act_open(act, request, ACT_COMMENT);
    if (status < 0)
        return status;
    act_detail(act, &detail);
    return write_and_store(act, *words, &detail, NULL);
}

int handling_comment(struct journal_writer *writer, const struct config *config,
                     const struct act_request *request, struct pw_text words, struct act_answer *ret_answer)
{
    return perform(writer, config, request, ret_answer, comment, &words);
}

bool reference_is_good(struct pw_text reference)
{
    static const char scheme[] = "https://";
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    bool address =
        reference.length > sizeof(scheme) && memcmp(reference.data, scheme, sizeof(scheme) - 1) == 0;
    bool good = reference.length > 0 && reference.length <= (address ? ACT_WORD : RECORD_BYTES);
    good = good && (address || strchr(letters, reference.data[0]));
    for (size_t i = 0; good && i < reference.length; i++) {
        char c = reference.data[i];
        good = c > 0x20 && c < 0x7f && !strchr("<>\"'`\\^{|}", c) &&
               (address || strchr(letters, c) || strchr("-._/:#", c));
    }
    bool scheme_like = !address && good && memchr(reference.data, ':', reference.length) &&
                       memmem(reference.data, reference.length, ":/", 2);
    return good && !scheme_like;
}

static int refuse_reference(struct refusal *refusal)
{
    return refuse(refusal, "bad_request",
                  "A reference is an https:// address of at most %u bytes or a record's number, like "
                  "RD-2026/117; a file "
                  "stays where it is.",
                  ACT_WORD);
}

struct pointing {
    enum case_act kind;
    struct pw_text reference, words;
};

static int refer_to(struct act *act, const struct act_request *request, const void *how)
{
    const struct pointing *to = how;
    struct buffer detail = {0};
    bool needs = to->kind == ACT_ATTACH || text_blank(to->words);
    if (needs && !to->reference.length)
        return refuse(&act->answer->refusal, "bad_request", "%s",
                      to->kind == ACT_ATTACH ? "Say where it is: give a reference."
                                             : "A statement has words, or a reference to where it is.");
    if (to->reference.length && !reference_is_good(to->reference))
        return refuse_reference(&act->answer->refusal);
    int status = act_open(act, request, to->kind);
    if (status < 0)
        return status;
    act_detail(act, &detail);
    if (to->reference.length)
        json_member_text(&detail, "reference", to->reference);
    if (to->kind == ACT_STATEMENT)
        json_member_string(&detail, "of", "person concerned");
    return write_and_store(act, to->words, &detail, NULL);
}

int handling_refer_to(struct journal_writer *writer, const struct config *config,
                      const struct act_request *request, enum case_act kind, struct pw_text reference,
                      struct pw_text words, struct act_answer *ret_answer)
{
    const struct pointing to = {kind, reference, words};
    return perform(writer, config, request, ret_answer, refer_to, &to);
}

/* ---- a hold ---- */

struct holding {
    int64_t until_ms;
    struct pw_text reason;
};

static int hold(struct act *act, const struct act_request *request, const void *how)
{
    const struct holding *hold = how;
    char until[TIME_TEXT_SIZE];
    struct buffer detail = {0};
    struct refusal *refusal = &act->answer->refusal;
    if (text_blank(hold->reason))
        return refuse(refusal, "bad_request", "Say why nothing is to go on meanwhile: give a reason.");
    if (hold->until_ms <= act_now(act) || hold->until_ms > act_now(act) + (int64_t)HOLD_DAYS * DAY_MS)
        return refuse(
            refusal, "bad_request",
            "A hold ends by itself, within %u days from now: give such a day, and hold it again if need be.",
            HOLD_DAYS);
    int status = act_open(act, request, ACT_HOLD);
    if (status < 0)
        return status;
    time_format(hold->until_ms, until);
    act_detail(act, &detail);
    json_member_string(&detail, "until", until);
    return write_and_store(act, hold->reason, &detail, NULL);
}

int handling_hold(struct journal_writer *writer, const struct config *config,
                  const struct act_request *request, int64_t until_ms, struct pw_text reason,
                  struct act_answer *ret_answer)
{
    const struct holding how = {until_ms, reason};
    return perform(writer, config, request, ret_answer, hold, &how);
}

/* ---- mitigations, and the end ---- */

static int check_change(const struct mitigation_change *change, struct refusal *refusal)
{
    int64_t ms = 0;
    bool plain = text_is(change->what, "done") || text_is(change->what, "open");
    bool valued =
        text_is(change->what, "owner") || text_is(change->what, "due") || text_is(change->what, "evidence");
    if (!plain && !valued)
        return refuse(refusal, "bad_request",
                      "Of a mitigation is noted: done, open, owner NAME, due DATE or evidence "
                      "REFERENCE.");
    if (plain ? change->value.length > 0 : text_blank(change->value) || change->value.length > ACT_WORD)
        return refuse(refusal, "bad_request", "\"%.*s\" of a mitigation takes %s.", TEXT_FMT(change->what),
                      plain ? "no value" : "a value of at most 512 bytes");
    if (text_is(change->what, "due") && time_parse_date(change->value, &ms) != 0)
        return refuse(refusal, "bad_request", "\"due\" is a day, like 2027-06-30.");
    return text_is(change->what, "evidence") && !reference_is_good(change->value) ? refuse_reference(refusal)
                                                                                  : 0;
}

static int mitigate(struct act *act, const struct act_request *request, const void *how)
{
    const struct mitigation_change *change = how;
    struct buffer detail = {0};
    char key[16];
    int status = check_change(change, &act->answer->refusal);
    if (status == 0)
        status = act_open(act, request, ACT_MITIGATION);
    if (status == 0 && (!change->number || change->number > act->timeline.measure_count))
        status =
            refuse(&act->answer->refusal, "bad_request", "The decision has %u mitigations, and no number %u.",
                   act->timeline.measure_count, change->number);
    if (status < 0)
        return status;
    bool state = !change->value.length;
    snprintf(key, sizeof(key), "%.*s", TEXT_FMT(change->what));
    act_detail(act, &detail);
    json_member_unsigned(&detail, "decision", act->timeline.decision_id);
    json_member_unsigned(&detail, "mitigation", change->number);
    json_member_text(&detail, state ? "state" : key, state ? change->what : change->value);
    return write_and_store(act, (struct pw_text){0}, &detail, NULL);
}

int handling_mitigation(struct journal_writer *writer, const struct config *config,
                        const struct act_request *request, const struct mitigation_change *change,
                        struct act_answer *ret_answer)
{
    return perform(writer, config, request, ret_answer, mitigate, change);
}

/* What is to be done about it is done before a case is closed. */
static int finish(struct act *act, const struct act_request *request, const void *how)
{
    const struct pw_text *note = how;
    struct buffer detail = {0};
    char name[CASE_NAME_SIZE];
    int status = act_open(act, request, ACT_CLOSE);
    case_name(request->case_id, name);
    for (uint32_t i = 0; status == 0 && i < act->timeline.measure_count; i++)
        if (!act->timeline.measures[i].done)
            status =
                refuse(&act->answer->refusal, "state",
                       "Mitigation %u is not done yet: note that it is, with case mitigation %s %u done.",
                       i + 1, name, i + 1);
    if (status < 0)
        return status;
    act_detail(act, &detail);
    return write_and_store(act, *note, &detail, "closed");
}

int handling_close(struct journal_writer *writer, const struct config *config,
                   const struct act_request *request, struct pw_text note, struct act_answer *ret_answer)
{
    return perform(writer, config, request, ret_answer, finish, &note);
}
