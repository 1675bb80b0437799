/* SPDX-License-Identifier: Apache-2.0
 *
 * packs.c: the operations by which people bring packs into force, and the record of it. Their checks are
 * packs/change.h's.
 */
#include "control/request.h"
#include "packs/change.h"

static int answer(struct request *request, int status, const struct pack_answer *answer)
{
    if (status < 0)
        return request_refused(request, status, &answer->refusal);
    json_write_begin(request->out, '{');
    json_member_unsigned(request->out, "change", answer->change_id);
    json_member_string(request->out, "state", answer->state);
    json_member_string(request->out, "pack", answer->pack);
    json_member_string(request->out, "version", answer->version);
    json_member_text(request->out, "actor", request->actor.name);
    json_write_end(request->out, '}');
    return 0;
}

int request_pack_check(struct request *request)
{
    if (request_text(request, "reason").length > PACK_REASON)
        return request_fail(request, "bad_request", "\"reason\" has at most %u bytes.", PACK_REASON);
    return 0;
}

int request_pack_propose(struct request *request, struct journal_writer *writer)
{
    struct pack_answer result = {0};
    const struct pack_proposal proposal = {.actor = request->actor,
                                           .choice = request_text(request, "choice"),
                                           .body = request_text(request, "body"),
                                           .pack = request_text(request, "pack"),
                                           .reason = request_text(request, "reason")};
    return answer(request, pack_propose(writer, request->config, &proposal, &result), &result);
}

int request_pack_second(struct request *request, struct journal_writer *writer)
{
    struct pack_answer result = {0};
    uint64_t change = request_number(request, "change", 0);
    return answer(request, pack_second(writer, change, &request->actor, &result), &result);
}

int request_pack_withdraw(struct request *request, struct journal_writer *writer)
{
    struct pack_answer result = {0};
    uint64_t change = request_number(request, "change", 0);
    return answer(request, pack_withdraw(writer, change, &request->actor, &result), &result);
}

/* ---- the record ---- */

struct changes {
    struct request *request;
    struct pw_text pack; /* only this; empty: all */
    bool whole;          /* with the pack's text */
    uint64_t last;
    uint32_t given, seen;
};

static int write_change(void *to, const struct journal_pack *change)
{
    struct changes *changes = to;
    struct buffer *out = changes->request->out;
    bool agreed = !text_is(change->state, "proposed") && !text_is(change->state, "withdrawn");
    changes->last = change->change_id;
    changes->seen++;
    if (changes->pack.length && !text_equal(changes->pack, change->pack))
        return 0;
    json_write_begin(out, '{');
    json_member_unsigned(out, "change", change->change_id);
    json_member_text(out, "state", change->state);
    json_member_text(out, "choice", change->choice);
    json_member_text(out, "pack", change->pack);
    json_member_text(out, "version", change->version);
    json_member_text(out, "regime", change->regime);
    json_member_text(out, "actor", change->actor);
    json_member_text(out, "second", change->second);
    json_member_boolean(out, "one_person", agreed && change->second.length == 0);
    json_member_text(out, "reason", change->reason);
    json_member_text(out, "said", change->said);
    request_member_time(out, "at", change->at_ms);
    if (change->second_ms)
        request_member_time(out, "seconded", change->second_ms);
    if (change->settled_ms)
        request_member_time(out, "settled", change->settled_ms);
    if (changes->whole)
        json_member_text(out, "body", change->body);
    json_write_end(out, '}');
    changes->given++;
    return request_full(changes->request) ? 1 : 0;
}

int request_pack_history(struct request *request)
{
    struct changes changes = {.request = request, .pack = request_text(request, "pack")};
    uint32_t limit = request_limit(request);
    json_write_begin(request->out, '[');
    int status =
        journal_packs_read(request->view, request_number(request, "after", 0), limit, write_change, &changes);
    json_write_end(request->out, ']');
    request->next = status > 0 || changes.seen == limit ? changes.last : 0;
    return status >= 0 ? 0 : request_journal_failed(request, status);
}

int request_pack_change(struct request *request)
{
    struct changes changes = {.request = request, .whole = true};
    uint64_t change = request_number(request, "change", 0);
    int status = change ? journal_packs_read(request->view, change - 1, 1, write_change, &changes) : 0;
    if (status < 0)
        return request_journal_failed(request, status);
    return changes.given && changes.last == change
               ? 0
               : request_fail(request, "not_found", "There is no change of packs with that number.");
}
