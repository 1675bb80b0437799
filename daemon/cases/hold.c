/* SPDX-License-Identifier: Apache-2.0
 *
 * hold.c: the first half of pace.h: a change is held for whoever is to be told, and joins what they are not told yet.
 */
#include "cases/pace.h"

#include <pathwayd/plugin.h>
#include <stdlib.h>
#include <string.h>

#include "cases/held.h"
#include "cases/notice.h"
#include "config/office.h"
#include "json/buffer.h"
#include "json/json.h"

/* ---- joining ------------------------------------------------------------------------------------------- */

/* Of two changes that are told together, the one that says more. */
static const char *const changes_by_weight[] = {"reminder", "assigned",  "added",   "asked",    "answered",
                                                "raised",   "due",       "changed", "appealed", "reopened",
                                                "opened",   "escalated", "closed",  "proposed"};

static size_t weight(struct pw_text change)
{
    for (size_t i = 0; i < sizeof changes_by_weight / sizeof *changes_by_weight; i++)
        if (text_is(change, changes_by_weight[i]))
            return i + 1;
    return 0;
}

/* What is over does not outweigh what ended it. */
static struct pw_text joined(struct pw_text before, struct pw_text after, struct pw_text state)
{
    bool over = change_ends(before) || (text_is(before, "proposed") && !text_is(state, "proposed"));
    if (over || change_ends(after))
        return after;
    return weight(after) >= weight(before) ? after : before;
}

/* What one recipient knows of the case, and what they are not told yet. */
struct acquaintance {
    struct held held; /* not let go; `bytes` NULL: nothing is */
    bool told;        /* believes that the case stands */
    uint32_t level;   /* at which they believe it to be; none: they know nothing */
};

struct seeking {
    const struct recipients *recipients;
    struct acquaintance *known; /* parallel */
};

/* Rows come oldest first: the newest has the last word. */
static int learn(struct acquaintance *known, const struct journal_notice *notice)
{
    if (text_is(notice->state, "held") || text_is(notice->state, "digest")) {
        held_release(&known->held);
        return held_copy(&known->held, notice);
    }
    if (text_is(notice->state, "muted"))
        return 0;
    known->told = !change_ends(notice->change);
    known->level = known->told ? notice->level : PW_LEVEL_NONE;
    return 0;
}

static int seek(void *to, const struct journal_notice *notice)
{
    const struct seeking *seeking = to;
    for (uint32_t i = 0; i < seeking->recipients->count; i++) {
        const struct recipient *recipient = &seeking->recipients->items[i];
        if (text_is(notice->channel, recipient->channel) && text_is(notice->reviewer, recipient->reviewer))
            return learn(&seeking->known[i], notice);
    }
    return 0;
}

/* So long after this change as the configuration says, and so long after the first at most. */
static int64_t settles_at(const struct config *config, const struct journal_notice *before, int64_t now_ms)
{
    int64_t wait = now_ms + (int64_t)config->wait_s * 1000;
    if (!before || !text_is(before->state, "held"))
        return wait;
    int64_t most = before->created_ms + (int64_t)config->wait_most_s * 1000;
    most = most > now_ms ? most : before->next_ms; /* it waits for another reason than the case's */
    return wait < most ? wait : most;
}

/* What was never told need not be taken back. */
static int join(struct journal_writer *writer, const struct config *config, const struct case_change *change,
                const struct acquaintance *known, struct journal_notice *next)
{
    const struct journal_notice *before = &known->held.notice;
    struct pw_text after = text_of(change->change);
    next->notice_number = before->notice_number;
    next->change = joined(before->change, after, change->after->state);
    if (!text_is(next->state, "digest"))
        next->next_ms = settles_at(config, before, journal_writer_now(writer));
    if (change_ends(after) && !known->told) {
        next->change = before->change;
        next->state = text_of("muted");
        next->reason = text_of(text_is(after, "withdrawn") ? "It was withdrawn before anybody was told."
                                                           : "It was decided before anybody was told.");
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

/* Who was told in the digest only is not called up to hear that it was nothing. */
static void leave_to_digest(struct journal_notice *next, const struct config *config, int64_t now_ms)
{
    struct config_pace pace = office_pace(config, reviewer_named(config, next->reviewer));
    next->state = text_of("digest");
    next->reason = text_of("They heard of the case in a digest, and hear in one that it is over.");
    next->next_ms = office_next_digest(&pace, now_ms);
}

static int hold(struct journal_writer *writer, const struct config *config, const struct case_change *change,
                const struct recipient *recipient, const struct acquaintance *known)
{
    const struct journal_case *item = change->after;
    int64_t now_ms = journal_writer_now(writer);
    struct buffer id = {0}, draft = {0};
    write_id(&id, item, recipient);
    int status = notice_draft(&draft, change, known->held.notice.body);
    struct journal_notice next = {.case_id = item->case_id,
                                  .revision = item->revision,
                                  .notice_id = buffer_view(&id),
                                  .channel = text_of(recipient->channel),
                                  .reviewer = text_of(recipient->reviewer),
                                  .address = text_of(recipient->address),
                                  .state = text_of("held"),
                                  .body = buffer_view(&draft),
                                  .created_ms = now_ms,
                                  .next_ms = settles_at(config, NULL, now_ms),
                                  .change = text_of(change->change),
                                  .level = item->level,
                                  .previous_level = known->level,
                                  .sequence = change->sequence,
                                  .because = text_of(recipient->because),
                                  .reason = text_of("It waits until the case has settled.")};
    if (recipient->digest)
        leave_to_digest(&next, config, now_ms);
    if (status == 0)
        status = id.failed           ? PW_ERROR_MEMORY
                 : known->held.bytes ? join(writer, config, change, known, &next)
                                     : journal_notice_add(writer, &next);
    buffer_release(&id);
    buffer_release(&draft);
    return status;
}

static int hold_all(struct journal_writer *writer, const struct config *config,
                    const struct case_change *change, const struct recipients *recipients)
{
    struct seeking seeking = {recipients,
                              calloc(recipients->count ? recipients->count : 1, sizeof(*seeking.known))};
    int status = seeking.known ? journal_notices_of_case(journal_writer_view(writer), change->after->case_id,
                                                         seek, &seeking)
                               : PW_ERROR_MEMORY;
    for (uint32_t i = 0; i < recipients->count && status == 0; i++)
        status = hold(writer, config, change, &recipients->items[i], &seeking.known[i]);
    for (uint32_t i = 0; seeking.known && i < recipients->count; i++)
        held_release(&seeking.known[i].held);
    free(seeking.known);
    return status;
}

int notices_write(struct journal_writer *writer, const struct config *config,
                  const struct case_change *change, uint32_t *ret_count)
{
    struct recipients *recipients = calloc(1, sizeof(*recipients));
    uint32_t looked = 0;
    if (!recipients)
        return PW_ERROR_MEMORY;
    int status = recipients_find(journal_writer_view(writer), config, change, recipients);
    if (status == 0)
        status = hold_all(writer, config, change, recipients);
    if (status == 0)
        *ret_count = recipients->count;
    if (status == 0 && recipients->count && !config->wait_s)
        status = notices_let_go(writer, config, recipients->count, &looked);
    free(recipients);
    return status;
}
