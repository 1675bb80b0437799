/* SPDX-License-Identifier: Apache-2.0
 *
 * change.c: see change.h.
 */
#include "packs/change.h"

#include <inttypes.h>
#include <pathwayd/plugin.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/buffer.h"
#include "packs/generation.h"

#define ALONE "one person: the configuration asks for no second (packs.two_people is false)"

/* A change as it stands, copied; empty texts stay so. */
struct copy {
    struct journal_pack change;
    char *state, *choice, *pack, *version, *actor, *second, *said;
};

static char *dup_text(struct pw_text text)
{
    return strndup(text.data ? text.data : "", text.length);
}

static int take(void *to, const struct journal_pack *change)
{
    struct copy *copy = to;
    *copy = (struct copy){.change = {.change_id = change->change_id,
                                     .at_ms = change->at_ms,
                                     .second_ms = change->second_ms,
                                     .settled_ms = change->settled_ms},
                          .state = dup_text(change->state),
                          .choice = dup_text(change->choice),
                          .pack = dup_text(change->pack),
                          .version = dup_text(change->version),
                          .actor = dup_text(change->actor),
                          .second = dup_text(change->second),
                          .said = dup_text(change->said)};
    if (!copy->state || !copy->choice || !copy->pack || !copy->version || !copy->actor || !copy->second ||
        !copy->said)
        return PW_ERROR_MEMORY;
    copy->change.state = text_of(copy->state);
    copy->change.second = text_of(copy->second);
    copy->change.said = text_of(copy->said);
    return 0;
}

static void release(struct copy *copy)
{
    free(copy->state);
    free(copy->choice);
    free(copy->pack);
    free(copy->version);
    free(copy->actor);
    free(copy->second);
    free(copy->said);
}

/* The pack's text is named by its digest, so that the record tells which it was. */
static int audit(struct journal_writer *writer, const char *kind, uint64_t change_id, struct pw_text pack,
                 struct pw_text version, struct pw_text body, struct pw_text actor)
{
    struct buffer detail = {0};
    unsigned char digest[32];
    char hex[65];
    json_write_begin(&detail, '{');
    json_member_unsigned(&detail, "change", change_id);
    json_member_text(&detail, "pack", pack);
    json_member_text(&detail, "version", version);
    if (body.length) {
        crypto_generichash(digest, sizeof(digest), (const unsigned char *)body.data, body.length, NULL, 0);
        json_member_string(&detail, "blake2b", sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest)));
    }
    if (actor.length)
        json_member_text(&detail, "actor", actor);
    json_write_end(&detail, '}');
    int status = detail.failed ? PW_ERROR_MEMORY : journal_audit(writer, kind, buffer_view(&detail));
    buffer_release(&detail);
    return status;
}

/* ---- proposing ---- */

static int check_proposal(const struct config *config, const struct pack_proposal *proposal,
                          struct pack_head *head, struct pack_answer *answer)
{
    bool off = text_is(proposal->choice, "off");
    char *why = NULL;
    if (!off && !text_is(proposal->choice, "active") && !text_is(proposal->choice, "shadow"))
        return refuse(&answer->refusal, "bad_request", "A pack is brought to active, shadow or off.");
    if (text_blank(proposal->reason))
        return refuse(&answer->refusal, "bad_request", "A change of policy says why: give a reason.");
    if (off && !proposal->pack.length)
        return refuse(&answer->refusal, "bad_request", "Name the pack that is to be taken out.");
    int status = config->packs_two_people ? actor_may_propose(&proposal->actor, &answer->refusal) : 0;
    if (status == 0 && !off)
        status = pack_head_read(head, proposal->body, &why);
    if (why)
        status = refuse(&answer->refusal, "bad_request", "%s", why);
    free(why);
    return status;
}

static int propose(struct journal_writer *writer, const struct config *config,
                   const struct pack_proposal *proposal, const struct pack_head *head,
                   struct pack_answer *answer)
{
    bool two = config->packs_two_people;
    const struct journal_pack change = {.state = text_of(two ? "proposed" : "trying"),
                                        .choice = proposal->choice,
                                        .pack = head->pack ? text_of(head->pack) : proposal->pack,
                                        .version = text_of(head->version ? head->version : ""),
                                        .regime = text_of(head->regime ? head->regime : ""),
                                        .actor = proposal->actor.name,
                                        .second = text_of(""),
                                        .reason = proposal->reason,
                                        .body = proposal->body,
                                        .said = text_of(two ? "" : ALONE),
                                        .at_ms = journal_writer_now(writer)};
    int status = journal_pack_add(writer, &change, &answer->change_id);
    answer->state = two ? "proposed" : "trying";
    snprintf(answer->pack, sizeof(answer->pack), "%.*s", TEXT_FMT(change.pack));
    snprintf(answer->version, sizeof(answer->version), "%.*s", TEXT_FMT(change.version));
    return status < 0 ? status
                      : audit(writer, two ? "pack.proposed" : "pack.decided_alone", answer->change_id,
                              change.pack, change.version, change.body, change.actor);
}

int pack_propose(struct journal_writer *writer, const struct config *config,
                 const struct pack_proposal *proposal, struct pack_answer *ret_answer)
{
    struct pack_head head = {0};
    struct copy trying = {0};
    int status = check_proposal(config, proposal, &head, ret_answer);
    if (status == 0)
        status = journal_pack_in_state(journal_writer_view(writer), "trying", take, &trying);
    if (status == 0 && trying.change.change_id && !config->packs_two_people)
        status =
            refuse(&ret_answer->refusal, "state",
                   "Change %" PRIu64 " is being tried: wait until that is over.", trying.change.change_id);
    if (status == 0)
        status = propose(writer, config, proposal, &head, ret_answer);
    pack_head_release(&head);
    release(&trying);
    return status;
}

/* ---- what comes of it ---- */

static int find(struct journal_writer *writer, uint64_t change_id, struct copy *copy,
                struct pack_answer *answer)
{
    int status =
        change_id ? journal_packs_read(journal_writer_view(writer), change_id - 1, 1, take, copy) : 0;
    if (status == 0 && (copy->change.change_id != change_id || !change_id))
        return refuse(&answer->refusal, "not_found", "There is no change of packs with that number.");
    if (status == 0 && !text_is(copy->change.state, "proposed"))
        return refuse(&answer->refusal, "state",
                      "Change %" PRIu64 " is %s: there is nothing to second or to withdraw.", change_id,
                      copy->state);
    answer->change_id = change_id;
    if (status == 0) {
        snprintf(answer->pack, sizeof(answer->pack), "%s", copy->pack);
        snprintf(answer->version, sizeof(answer->version), "%s", copy->version);
    }
    return status;
}

static int settle(struct journal_writer *writer, struct copy *copy, const char *state, const char *kind,
                  struct pw_text actor)
{
    copy->change.state = text_of(state);
    int status = journal_pack_settle(writer, &copy->change);
    return status < 0 ? status
                      : audit(writer, kind, copy->change.change_id, text_of(copy->pack),
                              text_of(copy->version), (struct pw_text){0}, actor);
}

struct later {
    const char *pack;
    uint64_t change_id; /* that was agreed on since */
};

static int see_later(void *to, const struct journal_pack *change)
{
    struct later *later = to;
    if (text_is(change->pack, later->pack) && text_is(change->state, "done"))
        later->change_id = change->change_id;
    return 0;
}

/* What was proposed before the last change of the same pack was proposed about something that is no more. */
static int check_newest(struct journal_writer *writer, const struct copy *copy, struct pack_answer *answer)
{
    struct later later = {.pack = copy->pack};
    int status = journal_packs_read(journal_writer_view(writer), copy->change.change_id, UINT32_MAX,
                                    see_later, &later);
    return status < 0 || !later.change_id ? status
                                          : refuse(&answer->refusal, "state",
                                                   "%s has been changed since, by change %" PRIu64
                                                   ": withdraw this one, and propose it anew.",
                                                   copy->pack, later.change_id);
}

static int second(struct journal_writer *writer, struct copy *copy, const struct actor *actor,
                  struct pack_answer *answer)
{
    struct copy trying = {0};
    int status = actor_may_second(actor, copy->actor, &answer->refusal);
    if (status == 0)
        status = check_newest(writer, copy, answer);
    if (status == 0)
        status = journal_pack_in_state(journal_writer_view(writer), "trying", take, &trying);
    if (status == 0 && trying.change.change_id)
        status =
            refuse(&answer->refusal, "state", "Change %" PRIu64 " is being tried: wait until that is over.",
                   trying.change.change_id);
    release(&trying);
    if (status < 0)
        return status;
    copy->change.second = actor->name;
    copy->change.second_ms = journal_writer_now(writer);
    answer->state = "trying";
    return settle(writer, copy, "trying", "pack.seconded", actor->name);
}

int pack_second(struct journal_writer *writer, uint64_t change_id, const struct actor *actor,
                struct pack_answer *ret_answer)
{
    struct copy copy = {0};
    int status = find(writer, change_id, &copy, ret_answer);
    if (status == 0)
        status = second(writer, &copy, actor, ret_answer);
    release(&copy);
    return status;
}

int pack_withdraw(struct journal_writer *writer, uint64_t change_id, const struct actor *actor,
                  struct pack_answer *ret_answer)
{
    struct copy copy = {0};
    int status = find(writer, change_id, &copy, ret_answer);
    if (status == 0) {
        copy.change.second = actor->name;
        copy.change.settled_ms = journal_writer_now(writer);
        ret_answer->state = "withdrawn";
        status = settle(writer, &copy, "withdrawn", "pack.withdrawn", actor->name);
    }
    release(&copy);
    return status;
}

int pack_settle(struct journal_writer *writer, uint64_t change_id, struct pw_text why)
{
    struct copy copy = {0};
    bool refused = why.length > 0;
    int status = journal_packs_read(journal_writer_view(writer), change_id - 1, 1, take, &copy);
    if (status == 0 && copy.change.change_id == change_id && text_is(copy.change.state, "trying")) {
        copy.change.settled_ms = journal_writer_now(writer);
        if (refused)
            copy.change.said = why;
        status = settle(writer, &copy, refused ? "refused" : "done",
                        refused ? "pack.refused" : "pack.in_force", (struct pw_text){0});
    }
    release(&copy);
    return status;
}
