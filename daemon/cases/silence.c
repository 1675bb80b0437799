/* SPDX-License-Identifier: Apache-2.0
 *
 * silence.c: see silence.h.
 */
#include "cases/silence.h"

#include "cases/act.h"
#include "dispatch/pathway.h"
#include "host/frame.h"

#define UNIT_BYTES 64u /* docs: events, /data/unit */

static int found_case(void *to, const struct journal_case *item)
{
    (void)item;
    *(bool *)to = true;
    return 0;
}

static int check_scope(struct journal_writer *writer, const struct journal_silence *silence,
                       struct refusal *refusal)
{
    bool found = false;
    int status = 0;
    if (!silence->case_id && !silence->rule.length && !silence->pathway.length && !silence->unit.length)
        return refuse(
            refusal, "bad_request",
            "A silence names what it is about: a case, a rule, a pathway or a unit, or several of them.");
    if (silence->pathway.length && pathway_by_name(silence->pathway) == PATHWAY_COUNT)
        return refuse(refusal, "bad_request", "There is no pathway \"%.*s\".",
                      TEXT_FMT(text_cut(silence->pathway, 64)));
    if (silence->rule.length && !frame_rule_valid(silence->rule))
        return refuse(refusal, "bad_request", "\"%.*s\" is no name of a rule.",
                      TEXT_FMT(text_cut(silence->rule, 64)));
    if (silence->unit.length > UNIT_BYTES)
        return refuse(refusal, "bad_request", "A unit's code has at most %u bytes.", UNIT_BYTES);
    if (silence->case_id)
        status = journal_case_read(journal_writer_view(writer), silence->case_id, found_case, &found);
    return status == 0 && silence->case_id && !found ? refuse(refusal, "not_found", "There is no such case.")
                                                     : status;
}

static int audit(struct journal_writer *writer, const char *kind, const struct actor *actor,
                 uint64_t silence_id, const struct journal_silence *silence)
{
    struct buffer detail = {0};
    json_write_begin(&detail, '{');
    json_member_unsigned(&detail, "silence", silence_id);
    json_member_text(&detail, "actor", actor->name);
    if (silence) {
        json_member_text(&detail, "reason", silence->reason);
        json_member_unsigned(&detail, "case", silence->case_id);
        json_member_text(&detail, "rule", silence->rule);
        json_member_text(&detail, "pathway", silence->pathway);
        json_member_text(&detail, "unit", silence->unit);
        json_member_integer(&detail, "until_ms", silence->until_ms);
    }
    json_write_end(&detail, '}');
    int status = detail.failed ? PW_ERROR_MEMORY : journal_audit(writer, kind, buffer_view(&detail));
    buffer_release(&detail);
    return status;
}

int silence_add(struct journal_writer *writer, const struct actor *actor, struct journal_silence *silence,
                uint64_t *ret_silence_id, struct refusal *refusal)
{
    silence->author = actor->name;
    silence->at_ms = journal_writer_now(writer);
    if (text_blank(silence->reason))
        return refuse(refusal, "bad_request", "Say why nobody is to be told: give a reason.");
    if (silence->until_ms <= silence->at_ms ||
        silence->until_ms > silence->at_ms + (int64_t)SILENCE_DAYS * DAY_MS)
        return refuse(refusal, "bad_request", "A silence ends by itself, within %u days: give such a day.",
                      SILENCE_DAYS);
    int status = check_scope(writer, silence, refusal);
    if (status == 0)
        status = journal_silence_add(writer, silence, ret_silence_id);
    return status < 0 ? status : audit(writer, "silence.added", actor, *ret_silence_id, silence);
}

struct sought {
    uint64_t id;
    int64_t now_ms;
    bool found, over;
};

static int seek(void *to, const struct journal_silence *silence)
{
    struct sought *sought = to;
    sought->found = silence->silence_id == sought->id;
    sought->over = silence->ended_ms || silence->until_ms <= sought->now_ms;
    return 0;
}

int silence_end(struct journal_writer *writer, const struct actor *actor, uint64_t silence_id,
                struct refusal *refusal)
{
    struct sought sought = {.id = silence_id, .now_ms = journal_writer_now(writer)};
    int status =
        silence_id ? journal_silences_read(journal_writer_view(writer), silence_id - 1, 1, seek, &sought) : 0;
    if (status == 0 && !sought.found)
        return refuse(refusal, "not_found", "There is no such silence: see them with silence list.");
    if (status == 0 && sought.over)
        return refuse(refusal, "state", "That silence is over already.");
    if (status == 0)
        status = journal_silence_end(writer, silence_id, sought.now_ms, actor->name);
    return status < 0 ? status : audit(writer, "silence.ended", actor, silence_id, NULL);
}
