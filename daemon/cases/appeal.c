/* SPDX-License-Identifier: Apache-2.0
 *
 * appeal.c: see appeal.h.
 */
#include "cases/appeal.h"

#include <string.h>

const char *const appeal_parties[] = {"person", "unit", "partner", "office", NULL};

struct bar {
    const struct actor *actor;
    bool pending, named;
};

static int look(void *to, const struct journal_decision *decision)
{
    struct bar *bar = to;
    if (text_is(decision->state, "proposed") || text_is(decision->state, "withdrawn"))
        return 0;
    bar->pending = text_is(decision->state, "appealed");
    bar->named =
        bar->named ||
        (bar->pending && (actor_is(bar->actor, decision->actor) || actor_is(bar->actor, decision->second)));
    return 0;
}

int appeal_check(const struct act *act)
{
    struct bar bar = {.actor = act->actor};
    int status =
        journal_decisions_of_case(journal_writer_view(act->dossier.writer), act->dossier.case_id, look, &bar);
    if (status < 0 || !bar.pending || !bar.named)
        return status;
    return refuse(&act->answer->refusal, "two_people",
                  "%.*s decided or seconded what was appealed: somebody else has to look at it anew.",
                  TEXT_FMT(act->actor->name));
}

static bool is_party(struct pw_text word)
{
    const char *const *party = appeal_parties;
    while (*party && !text_is(word, *party))
        party++;
    return *party;
}

static int check_words(struct act *act, struct pw_text party, struct pw_text reason)
{
    if (!is_party(party))
        return refuse(&act->answer->refusal, "bad_request",
                      "An appeal is by the person (concerned), the unit, the partner or the office, not by "
                      "who that is: "
                      "person, unit, partner or office.");
    return text_blank(reason) ? refuse(&act->answer->refusal, "bad_request",
                                       "Say what speaks against the decision: give a reason.")
                              : 0;
}

static int appeal(struct act *act, const struct act_request *request, struct pw_text party,
                  struct pw_text reason)
{
    struct buffer detail = {0};
    int status = check_words(act, party, reason);
    if (status == 0)
        status = act_open(act, request, ACT_APPEAL);
    if (status == 0 && !act->found.decision_id)
        status = refuse(&act->answer->refusal, "state", "No decision stands there any more.");
    if (status == 0)
        status = journal_decision_end(act->dossier.writer, act->found.decision_id, "appealed", act_now(act),
                                      reason, act->actor->name);
    if (status < 0)
        return status;
    act->answer->decision_id = act->found.decision_id;
    act_detail(act, &detail);
    json_member_unsigned(&detail, "decision", act->found.decision_id);
    json_member_text(&detail, "by", party);
    status = act_write(act, reason, &detail);
    return status < 0 ? status : act_store(act, "appealed");
}

int appeal_make(struct journal_writer *writer, const struct config *config, const struct act_request *request,
                struct pw_text party, struct pw_text reason, struct act_answer *ret_answer)
{
    struct act *act = act_new(writer, config, ret_answer);
    int status = act ? appeal(act, request, party, reason) : PW_ERROR_MEMORY;
    act_close(act);
    return status;
}
