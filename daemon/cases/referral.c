/* SPDX-License-Identifier: Apache-2.0
 *
 * referral.c: see referral.h.
 */
#include "cases/referral.h"

static int check_on(const struct act *act)
{
    return act->dossier.config->referral ? 0
                                         : refuse(&act->answer->refusal, "off",
                                                  "Referring a case outside is off here: an administrator "
                                                  "turns it on, with cases.referral in "
                                                  "the configuration.");
}

static int propose(struct act *act, const struct act_request *request, struct pw_text to,
                   struct pw_text reason)
{
    struct buffer detail = {0};
    int status = check_on(act);
    if (status == 0 && (text_blank(to) || to.length > ACT_WORD || text_blank(reason)))
        status = refuse(&act->answer->refusal, "bad_request", "Say to whom it is referred, and why.");
    if (status == 0)
        status = act_open(act, request, ACT_REFER);
    if (status == 0)
        status = actor_may_propose(act->actor, &act->answer->refusal);
    if (status == 0 && act->timeline.referred_by && !act->timeline.referral_second)
        status =
            refuse(&act->answer->refusal, "state",
                   "%s proposed to refer it already: somebody else seconds that.", act->timeline.referred_by);
    if (status < 0)
        return status;
    act_detail(act, &detail);
    json_member_string(&detail, "step", "proposed");
    json_member_text(&detail, "to", to);
    status = act_write(act, reason, &detail);
    return status < 0 ? status : act_store(act, NULL);
}

int referral_propose(struct journal_writer *writer, const struct config *config,
                     const struct act_request *request, struct pw_text to, struct pw_text reason,
                     struct act_answer *ret_answer)
{
    struct act *act = act_new(writer, config, ret_answer);
    int status = act ? propose(act, request, to, reason) : PW_ERROR_MEMORY;
    act_close(act);
    return status;
}

static int second(struct act *act, const struct act_request *request)
{
    struct buffer detail = {0};
    int status = check_on(act);
    if (status == 0)
        status = act_open(act, request, ACT_REFER_SECOND);
    if (status == 0 && (!act->timeline.referred_by || act->timeline.referral_second))
        status = refuse(&act->answer->refusal, "state",
                        "Nobody proposed to refer it: say to whom, and why, with --to and "
                        "--reason.");
    if (status == 0)
        status = actor_may_second(act->actor, act->timeline.referred_by, &act->answer->refusal);
    if (status < 0)
        return status;
    act_detail(act, &detail);
    json_member_string(&detail, "step", "seconded");
    json_member_string(&detail, "to", act->timeline.referred_to);
    status = act_write(act, (struct pw_text){0}, &detail);
    return status < 0 ? status : act_store(act, NULL);
}

int referral_second(struct journal_writer *writer, const struct config *config,
                    const struct act_request *request, struct act_answer *ret_answer)
{
    struct act *act = act_new(writer, config, ret_answer);
    int status = act ? second(act, request) : PW_ERROR_MEMORY;
    act_close(act);
    return status;
}
