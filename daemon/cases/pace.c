/* SPDX-License-Identifier: Apache-2.0
 *
 * pace.c: see pace.h.
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

static struct pw_text text_of(const char *string)
{
    return (struct pw_text){string ? string : "", string ? strlen(string) : 0};
}

/* ---- joining ------------------------------------------------------------------------------------------- */

/* Of two changes that are told together, the one that says more. */
static const char *const changes_by_weight[] = {"reminder", "assigned", "added",    "asked",    "raised",
                                                "due",      "changed",  "appealed", "reopened", "escalated",
                                                "opened",   "closed",   "proposed"};

static size_t weight(struct pw_text change)
{
    for (size_t i = 0; i < sizeof changes_by_weight / sizeof *changes_by_weight; i++)
        if (text_is(change, changes_by_weight[i]))
            return i + 1;
    return 0;
}

static struct pw_text joined(struct pw_text before, struct pw_text after)
{
    if (text_is(after, "withdrawn") || text_is(before, "withdrawn"))
        return after;
    return weight(after) >= weight(before) ? after : before;
}

/* The one of this case and recipient that is not let go yet. */
struct seeking {
    const struct recipient *recipient;
    struct held *held;
    bool found, told; /* told: something of this case was let go to them before */
};

static int seek(void *to, const struct journal_notice *notice)
{
    struct seeking *seeking = to;
    if (!text_is(notice->channel, seeking->recipient->channel) ||
        !text_is(notice->reviewer, seeking->recipient->reviewer))
        return 0;
    if (text_is(notice->state, "held") || text_is(notice->state, "digest")) {
        seeking->found = true;
        held_release(seeking->held);
        return held_copy(seeking->held, notice);
    }
    seeking->told |= !text_is(notice->state, "muted");
    return 0;
}

/* So long after this change as the configuration says, and so long after the first at most. */
static int64_t settles_at(const struct config *config, const struct journal_notice *before, int64_t now_ms)
{
    int64_t wait = now_ms + (int64_t)config->wait_s * 1000;
    bool waits = before && text_is(before->state, "held") && before->next_ms > now_ms;
    if (!waits)
        return wait;
    int64_t most = before->created_ms + (int64_t)config->wait_most_s * 1000;
    most = most > now_ms ? most : before->next_ms; /* it waits for another reason than the case's */
    return wait < most ? wait : most;
}

/* What was never told need not be taken back. */
static int join(struct journal_writer *writer, const struct config *config, const struct case_change *change,
                const struct seeking *seeking, struct journal_notice *next)
{
    const struct journal_notice *before = &seeking->held->notice;
    int64_t now_ms = journal_writer_now(writer);
    struct pw_text after = text_of(change->change);
    bool was_new = text_is(before->change, "opened") || text_is(before->change, "reopened");
    next->notice_number = before->notice_number;
    next->previous_level = before->previous_level;
    next->change = joined(before->change, after);
    next->next_ms = settles_at(config, before, now_ms);
    if (text_is(after, "withdrawn") && (was_new || !seeking->told)) {
        next->change = before->change;
        next->state = text_of("muted");
        next->reason = text_of("It was withdrawn before anybody was told.");
    }
    return journal_notice_update(writer, next);
}

/* The instant of opening keeps a new journal's ids apart from an old one's: mail services drop a repeated id. Neither '+'
 * nor '*' can stand in a name, and two ids that met would stop every commit after. */
static void write_id(struct buffer *id, const struct journal_case *item, const struct recipient *recipient)
{
    char name[CASE_NAME_SIZE];
    case_name(item->case_id, name);
    buffer_format(id, "%s-%llx-%llu+%s+%s", name, (unsigned long long)item->opened_ms,
                  (unsigned long long)item->revision, recipient->channel,
                  recipient->reviewer[0] ? recipient->reviewer : "*");
}

static int hold(struct journal_writer *writer, const struct config *config, const struct case_change *change,
                const struct recipient *recipient, struct pw_text draft)
{
    const struct journal_case *item = change->after;
    int64_t now_ms = journal_writer_now(writer);
    struct held held = {0};
    struct buffer id = {0};
    struct seeking seeking = {.recipient = recipient, .held = &held};
    write_id(&id, item, recipient);
    int status = id.failed
                     ? PW_ERROR_MEMORY
                     : journal_notices_of_case(journal_writer_view(writer), item->case_id, seek, &seeking);
    struct journal_notice next = {.case_id = item->case_id,
                                  .revision = item->revision,
                                  .notice_id = buffer_view(&id),
                                  .channel = text_of(recipient->channel),
                                  .reviewer = text_of(recipient->reviewer),
                                  .address = text_of(recipient->address),
                                  .state = text_of("held"),
                                  .body = draft,
                                  .created_ms = now_ms,
                                  .next_ms = settles_at(config, NULL, now_ms),
                                  .change = text_of(change->change),
                                  .level = item->level,
                                  .previous_level = change->previous_level,
                                  .sequence = change->sequence,
                                  .because = text_of(recipient->because),
                                  .reason = text_of("It waits until the case has settled.")};
    if (recipient
            ->digest) { /* who was told in the digest only is not called up to hear that it was nothing */
        struct config_pace pace = office_pace(config, reviewer_named(config, next.reviewer));
        next.state = text_of("digest");
        next.next_ms = office_next_digest(&pace, now_ms);
    }
    if (status == 0)
        status =
            seeking.found ? join(writer, config, change, &seeking, &next) : journal_notice_add(writer, &next);
    buffer_release(&id);
    held_release(&held);
    return status;
}

int notices_write(struct journal_writer *writer, const struct config *config,
                  const struct case_change *change, uint32_t *ret_count)
{
    struct recipients *recipients = calloc(1, sizeof(*recipients));
    struct buffer draft = {0};
    if (!recipients)
        return PW_ERROR_MEMORY;
    notice_draft(&draft, change);
    int status = draft.failed ? PW_ERROR_MEMORY
                              : recipients_find(journal_writer_view(writer), config, change, recipients);
    for (uint32_t i = 0; i < recipients->count && status == 0; i++)
        status = hold(writer, config, change, &recipients->items[i], buffer_view(&draft));
    if (status == 0)
        *ret_count = recipients->count;
    uint32_t looked = 0;
    if (status == 0 && recipients->count && !config->wait_s)
        status = notices_let_go(writer, config, recipients->count, &looked);
    buffer_release(&draft);
    free(recipients);
    return status;
}

/* ---- letting go ---------------------------------------------------------------------------------------- */

/* One notice and what decides about it. */
struct letting {
    struct journal_writer *writer;
    const struct config *config;
    struct held *held;
    struct journal_notice next; /* as it becomes */
    struct dossier dossier;
    const struct config_reviewer *reviewer; /* NULL: a channel that tells nobody in particular */
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

/* Whether it is told whatever the hour, the silence and the cap. */
static bool breaks_through(const struct letting *letting)
{
    struct pw_text change = letting->next.change;
    uint32_t level = letting->dossier.join.level;
    return text_is(change, "escalated") || (level >= PW_LEVEL_REQUIRED && text_is(change, "raised")) ||
           (level >= PW_LEVEL_PROHIBITED && text_is(change, "opened"));
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
    else if (settled && !text_is(change, "closed"))
        become(letting, "muted", "The case was decided before it was let go.");
    else if (text_is(change, "proposed") != (strcmp(state, "proposed") == 0) && text_is(change, "proposed"))
        become(letting, "muted", "The proposal was settled before it was let go.");
    else
        return false;
    return true;
}

/* Beside a `prohibited` finding that they know of, lesser news is none. */
static bool is_inhibited(struct letting *letting)
{
    struct pw_text change = letting->next.change;
    bool lesser = text_is(change, "added") || text_is(change, "asked");
    if (letting->dossier.join.level < PW_LEVEL_PROHIBITED ||
        letting->next.previous_level < PW_LEVEL_PROHIBITED || !lesser)
        return false;
    become(letting, "muted", "Beside a finding at prohibited, which was told, a lesser one is no news.");
    return true;
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

/* ---- deputies ------------------------------------------------------------------------------------------ */

struct twin {
    const struct letting *letting;
    const char *deputy;
    bool found;
};

static int find_twin(void *to, const struct journal_notice *notice)
{
    struct twin *twin = to;
    const struct journal_notice *own = &twin->letting->next;
    twin->found |= notice->notice_number != own->notice_number && text_equal(notice->channel, own->channel) &&
                   text_is(notice->reviewer, twin->deputy) && notice->revision >= own->revision &&
                   !text_is(notice->state, "muted");
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
    if (is_advice(letting)) {
        to_digest(letting, "Advice is told in the digest only.");
        return 0;
    }
    if (!letting->reviewer || breaks_through(letting))
        return 0;
    if (office_is_quiet(&letting->pace, letting->now_ms, &until_ms)) {
        time_format(until_ms, at);
        letting->next.next_ms = until_ms;
        become(letting, "held", "%s has quiet hours until %s.", letting->reviewer->name, at);
        return 0;
    }
    if (letting->pace.daily_cap)
        status = journal_notices_told(journal_writer_view(letting->writer), letting->next.reviewer,
                                      office_day_begins(&letting->pace, letting->now_ms), &told);
    if (status == 0 && letting->pace.daily_cap && told >= letting->pace.daily_cap)
        to_digest(letting, "The day's notices have reached the cap.");
    return status;
}

/* ---- one notice ---------------------------------------------------------------------------------------- */

static int judge(struct letting *letting)
{
    bool silent = false;
    int status = 0;
    if (is_over(letting) || is_inhibited(letting))
        return 0;
    if (!breaks_through(letting))
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
