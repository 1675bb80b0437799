/* SPDX-License-Identifier: Apache-2.0
 *
 * pace.c: the second half of pace.h: what is held is let go, put off or muted. hold.c is the first.
 */
#include "cases/pace.h"

#include <pathwayd/plugin.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/digest.h"
#include "cases/held.h"
#include "cases/notice.h"
#include "config/office.h"
#include "json/time.h"

#define DEPUTIES_MOST 4u /* a deputy of a deputy …; further on, somebody has lost the overview */

/* ---- letting go ---------------------------------------------------------------------------------------- */

/* One notice and what decides about it. */
struct letting {
    struct journal_writer *writer;
    const struct config *config;
    struct held *held;
    struct journal_notice next; /* as it becomes */
    struct dossier dossier;
    const struct config_reviewer *reviewer; /* NULL: a channel that tells nobody in particular */
    const struct config_plugin *channel;
    struct config_pace pace;
    int64_t now_ms;
    char reason[400], because[RECIPIENT_BECAUSE];
};

static void become(struct letting *letting, const char *state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void become(struct letting *letting, const char *state, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(letting->reason, sizeof letting->reason, format, arguments);
    va_end(arguments);
    letting->next.state = text_of(state);
    letting->next.reason = text_of(letting->reason);
}

/* Whether it is told whatever the hour and the silence: what they know of has risen to required or above, what they do not
 * know of is prohibited, or it is overdue. */
static bool breaks_through(const struct letting *letting)
{
    struct pw_text change = letting->next.change;
    uint32_t level = letting->dossier.join.level, known = letting->next.previous_level;
    bool rises = level > known && level >= (known ? PW_LEVEL_REQUIRED : PW_LEVEL_PROHIBITED);
    return text_is(change, "escalated") || (rises && !change_ends(change));
}

/* A rise that is over before it is told is none; who knows nothing of the case yet hears of it all the same. */
static bool fell_again(struct letting *letting)
{
    struct pw_text change = letting->next.change;
    const struct case_join *join = &letting->dossier.join;
    uint32_t known = letting->next.previous_level;
    bool risen = join->level > known;
    if (!known || risen ||
        !(text_is(change, "raised") || (text_is(change, "asked") && !join->needs_information)))
        return false;
    become(letting, "muted", "What was new was over before it was let go.");
    return true;
}

/* Of what is over by now nobody need hear. */
static bool is_over(struct letting *letting)
{
    const char *state = letting->dossier.state;
    struct pw_text change = letting->next.change;
    bool withdrawn = strcmp(state, "withdrawn") == 0;
    bool settled = strcmp(state, "decided") == 0 || strcmp(state, "closed") == 0;
    if (withdrawn != text_is(change, "withdrawn"))
        become(letting, "muted",
               withdrawn ? "Every finding was withdrawn before it was let go."
                         : "The case was open again before it was let go.");
    else if (settled && !change_ends(change))
        become(letting, "muted", "The case was decided before it was let go.");
    else if (!settled && !withdrawn && change_ends(change))
        become(letting, "muted", "The case was open again before it was let go.");
    else if (text_is(change, "proposed") && strcmp(state, "proposed") != 0)
        become(letting, "muted", "The proposal was settled before it was let go.");
    else
        return fell_again(letting);
    return true;
}

/* Beside a `prohibited` finding that they know of, lesser news is none; but that a decision's ground has changed is. */
static int is_inhibited(struct letting *letting, bool *ret_inhibited)
{
    struct pw_text change = letting->next.change;
    uint32_t news = PW_LEVEL_NONE;
    bool changed = false, lesser = text_is(change, "added") || text_is(change, "asked");
    *ret_inhibited = false;
    if (letting->dossier.join.level < PW_LEVEL_PROHIBITED ||
        letting->next.previous_level < PW_LEVEL_PROHIBITED || !lesser)
        return 0;
    int status = notice_draft_read(letting->next.body, &news, &changed);
    if (status < 0 || changed || news >= PW_LEVEL_PROHIBITED)
        return status;
    become(letting, "muted", "Beside a finding at prohibited, which was told, a lesser one is no news.");
    *ret_inhibited = true;
    return 0;
}

struct silencing {
    struct letting *letting;
    bool silent;
};

/* Every rule that stands must be silenced, not just one of them. */
static bool only_among(const char *names, struct pw_text name)
{
    return !name.length || text_is(name, names);
}

static int try_silence(void *to, const struct journal_silence *silence)
{
    struct silencing *silencing = to;
    struct letting *letting = silencing->letting;
    const struct dossier *dossier = &letting->dossier;
    if ((silence->case_id && silence->case_id != dossier->case_id) ||
        (silence->unit.length && !text_is(silence->unit, dossier->unit)) ||
        !only_among(dossier->rules, silence->rule) || !only_among(dossier->pathways, silence->pathway))
        return 0;
    char until[TIME_TEXT_SIZE];
    time_format(silence->until_ms, until);
    become(letting, "muted", "%.*s silenced it until %s (silence %llu): %.*s", (int)silence->author.length,
           silence->author.data, until, (unsigned long long)silence->silence_id,
           (int)text_cut(silence->reason, 200).length, silence->reason.data);
    silencing->silent = true;
    return 1;
}

static int is_silenced(struct letting *letting, bool *ret_silent)
{
    struct silencing silencing = {.letting = letting};
    int status = journal_silences_active(journal_writer_view(letting->writer), letting->now_ms, try_silence,
                                         &silencing);
    *ret_silent = silencing.silent;
    return status < 0 ? status : 0;
}

/* ---- who can be reached -------------------------------------------------------------------------------- */

static const struct config_plugin *channel_named(const struct config *config, const char *name)
{
    for (uint32_t i = 0; i < config->plugin_count; i++)
        if (config->plugins[i].stage == PW_STAGE_NOTIFY && strcmp(config->plugins[i].name, name) == 0)
            return &config->plugins[i];
    return NULL;
}

/* The configuration may have changed since: an address is where it is now, and who has left is told nothing. */
static bool is_unreachable(struct letting *letting)
{
    const struct journal_notice *notice = &letting->held->notice;
    const char *address =
        letting->reviewer ? reviewer_address(letting->reviewer, letting->held->channel) : "";
    letting->channel = channel_named(letting->config, letting->held->channel);
    if (!letting->channel)
        become(letting, "muted", "The channel %s is not configured any more.", letting->held->channel);
    else if (notice->reviewer.length && !letting->reviewer)
        become(letting, "muted", "%.*s is no reviewer any more.", TEXT_FMT(notice->reviewer));
    else if (!address)
        become(letting, "muted", "%s has no address on %s any more.", letting->reviewer->name,
               letting->held->channel);
    else
        letting->next.address = text_of(address);
    return !address || !text_is(letting->next.state, "waiting");
}

/* ---- deputies ------------------------------------------------------------------------------------------ */

struct twin {
    const struct letting *letting;
    const char *deputy;
    bool found;
};

/* What the deputy is told by themselves: the same revision or a later one, or what is not let go and will tell all. */
static bool tells_as_much(const struct letting *letting, const struct journal_notice *notice)
{
    if (text_is(notice->state, "held") || text_is(notice->state, "digest"))
        return true;
    return notice->revision >= letting->held->notice.revision && !text_is(notice->state, "muted") &&
           !text_is(notice->state, "failed");
}

static int find_twin(void *to, const struct journal_notice *notice)
{
    struct twin *twin = to;
    const struct journal_notice *own = &twin->letting->next;
    twin->found |= notice->notice_number != own->notice_number && text_equal(notice->channel, own->channel) &&
                   text_is(notice->reviewer, twin->deputy) && tells_as_much(twin->letting, notice);
    return 0;
}

/* Who is away is told nothing that somebody else can act on meanwhile; without a deputy they are told all the same. */
static int find_deputy(struct letting *letting)
{
    const struct config_reviewer *absent = letting->reviewer, *deputy = absent;
    int32_t until = 0, last = 0;
    char day[16];
    for (uint32_t i = 0; deputy && i < DEPUTIES_MOST; i++) {
        struct config_pace pace = office_pace(letting->config, deputy);
        if (!office_is_absent(deputy, &pace, letting->now_ms, &last))
            break;
        until = i == 0 ? last : until;
        deputy = deputy->deputy ? reviewer_named(letting->config, text_of(deputy->deputy)) : NULL;
    }
    const char *address =
        deputy && deputy != absent ? reviewer_address(deputy, letting->held->channel) : NULL;
    if (!address)
        return 0;
    struct twin twin = {.letting = letting, .deputy = deputy->name};
    int status = journal_notices_of_case(journal_writer_view(letting->writer), letting->next.case_id,
                                         find_twin, &twin);
    office_write_day(until, day);
    if (status == 0 && twin.found) {
        become(letting, "muted", "%s is away until %s; %s, the deputy, is told anyway.", absent->name, day,
               deputy->name);
        return 0;
    }
    snprintf(letting->because, sizeof letting->because, "%s is away until %s, and you are the deputy.",
             absent->name, day);
    letting->next.because = text_of(letting->because);
    letting->next.reviewer = text_of(deputy->name);
    letting->next.address = text_of(address);
    letting->reviewer = deputy;
    letting->pace = office_pace(letting->config, deputy);
    return status;
}

/* ---- hours and caps ------------------------------------------------------------------------------------ */

static void to_digest(struct letting *letting, const char *why)
{
    char at[TIME_TEXT_SIZE];
    letting->next.next_ms = office_next_digest(&letting->pace, letting->now_ms);
    time_format(letting->next.next_ms, at);
    become(letting, "digest", "%s It is in the digest of %s.", why, at);
}

/* Advising (`suggested` alone) is told in the digest only (requirements: What the levels mean). */
static bool is_advice(const struct letting *letting)
{
    const struct case_join *join = &letting->dossier.join;
    return join->level == PW_LEVEL_SUGGESTED && !join->needs_information;
}

static int within_hours(struct letting *letting)
{
    uint64_t told = 0;
    int64_t until_ms = 0;
    char at[TIME_TEXT_SIZE];
    int status = 0;
    if (!letting->channel->paced || breaks_through(letting)) /* a program keeps no hours */
        return 0;
    if (is_advice(letting)) {
        to_digest(letting, "Advice is told in the digest only.");
        return 0;
    }
    if (letting->reviewer &&
        (text_is(letting->next.change, "decided") || text_is(letting->next.change, "closed"))) {
        to_digest(letting, "What is decided leaves nothing to do, and is told in the digest only.");
        return 0;
    }
    if (!letting->reviewer)
        return 0;
    if (office_is_quiet(&letting->pace, letting->now_ms, &until_ms)) {
        time_format(until_ms, at);
        letting->next.next_ms = until_ms;
        become(letting, "held", "%s has quiet hours until %s.", letting->reviewer->name, at);
        return 0;
    }
    bool capped = letting->pace.daily_cap && letting->dossier.join.level < PW_LEVEL_REQUIRED;
    if (capped)
        status = journal_notices_told(journal_writer_view(letting->writer), letting->next.reviewer,
                                      office_day_begins(&letting->pace, letting->now_ms), &told);
    if (status == 0 && capped && told >= letting->pace.daily_cap)
        to_digest(letting, "The day's notices have reached the cap.");
    return status;
}

/* ---- one notice ---------------------------------------------------------------------------------------- */

static int judge(struct letting *letting)
{
    bool silent = false;
    if (is_over(letting) || is_unreachable(letting))
        return 0;
    int status = letting->channel->paced ? is_inhibited(letting, &silent) : 0;
    if (status == 0 && !silent && letting->channel->paced && !breaks_through(letting))
        status = is_silenced(letting, &silent);
    if (status == 0 && !silent && letting->reviewer)
        status = find_deputy(letting);
    if (status == 0 && text_is(letting->next.state, "waiting"))
        status = within_hours(letting);
    return status;
}

static int let_one_go(struct letting *letting)
{
    struct buffer body = {0};
    letting->next = letting->held->notice;
    letting->next.revision = letting->dossier.revision;
    letting->next.level = letting->dossier.join.level;
    letting->next.next_ms = letting->now_ms;
    become(letting, "waiting", "It was let go.");
    int status = judge(letting);
    if (status == 0 && text_is(letting->next.state, "waiting")) {
        letting->next.told_ms = letting->now_ms;
        status = notice_word(&body, &letting->dossier, &letting->next);
        letting->next.body = buffer_view(&body);
    }
    if (status == 0)
        status = journal_notice_update(letting->writer, &letting->next);
    held_became(letting->held, letting->next.state);
    buffer_release(&body);
    return status;
}

/* One notice that can never be told must not stop the others. */
static int set_aside(struct letting *letting, int error)
{
    letting->next = letting->held->notice;
    become(letting, "failed", "It could not be worded (error %d).", error);
    return journal_notice_update(letting->writer, &letting->next);
}

static int let_go(struct journal_writer *writer, const struct config *config, struct held *held)
{
    struct letting letting = {.writer = writer,
                              .config = config,
                              .held = held,
                              .dossier = {.writer = writer, .config = config},
                              .reviewer = reviewer_named(config, held->notice.reviewer),
                              .now_ms = journal_writer_now(writer)};
    letting.pace = office_pace(config, letting.reviewer);
    int status = dossier_of_case(&letting.dossier, held->notice.case_id);
    if (status == 0)
        status = letting.dossier.exists ? let_one_go(&letting) : PW_ERROR_CORRUPT;
    if (status < 0 && !journal_may_pass(status))
        status = set_aside(&letting, status);
    dossier_close(&letting.dossier);
    return status;
}

int notices_let_go(struct journal_writer *writer, const struct config *config, uint32_t limit,
                   uint32_t *ret_count)
{
    struct held_list list = {0};
    int status = held_read(&list, journal_writer_view(writer), journal_writer_now(writer), limit);
    for (uint32_t i = 0; i < list.count && status == 0; i++) {
        bool digest = text_is(list.items[i].notice.state, "digest");
        status = digest ? digest_write(writer, config, &list, i) : let_go(writer, config, &list.items[i]);
    }
    if (status == 0)
        status = held_audit(writer, &list);
    if (status == 0)
        *ret_count = list.count;
    held_list_release(&list);
    return status;
}
