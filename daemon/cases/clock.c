/* SPDX-License-Identifier: Apache-2.0
 *
 * clock.c: see clock.h.
 */
#include "cases/clock.h"

#include <pathwayd/plugin.h>
#include <stdlib.h>
#include <string.h>

#include "config/office.h"

/* What begins the clock anew, and what can only bring the day nearer. */
static const char *const beginning[] = {"opened", "reopened", "changed", "due", "appealed"};
static const char *const nearing[] = {"raised", "asked", "added"};

static bool among(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; word && i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static bool is_silent(struct pw_text state)
{
    return text_is(state, "decided") || text_is(state, "closed") || text_is(state, "withdrawn");
}

static int64_t earlier(int64_t a, int64_t b)
{
    return !a || (b && b < a) ? b : a;
}

static int64_t decide_by(const struct config *config, const struct journal_case *item, int64_t now_ms)
{
    uint32_t days = item->needs_information && item->level <= PW_LEVEL_SUGGESTED
                        ? config->asking_days
                        : config->decide_days[item->level];
    return days ? office_business(config, now_ms, days) : 0;
}

/* The day that the event itself names; 0: none. */
static int64_t event_day(const struct config *config, const struct pw_document *event)
{
    int32_t first, last;
    uint32_t node = event ? json_find(event, PW_NODE_ROOT, "/data/decide_by") : PW_NODE_NONE;
    return node != PW_NODE_NONE && office_read_days(json_text(event, node), &first, &last) && first == last
               ? office_day_ends(config, first)
               : 0;
}

static int64_t next_reminder(const struct config *config, const struct journal_case *item, int64_t now_ms)
{
    if (!config->reminder_days || (item->level < PW_LEVEL_RECOMMENDED && !item->needs_information))
        return 0;
    for (uint32_t i = 0; config->reminder_days[i]; i++)
        if (i == item->reminders)
            return now_ms + (int64_t)config->reminder_days[i] * OFFICE_DAY_MS;
    return 0;
}

void clock_set(const struct config *config, const struct dossier_change *change, int64_t now_ms,
               struct journal_case *item)
{
    bool begins = among(beginning, sizeof beginning / sizeof *beginning, change->word);
    bool nears = among(nearing, sizeof nearing / sizeof *nearing, change->word);
    if (is_silent(item->state)) {
        item->decide_by_ms = item->wake_ms = 0;
        item->reminders = 0;
        item->escalated = false;
        return;
    }
    if (begins || nears) {
        int64_t by = earlier(decide_by(config, item, now_ms), event_day(config, change->event));
        item->escalated = item->escalated && !begins && by >= item->decide_by_ms;
        item->decide_by_ms = begins ? by : earlier(item->decide_by_ms, by);
        item->reminders = 0;
    }
    bool reminds = item->level >= PW_LEVEL_RECOMMENDED || item->needs_information;
    if (begins || nears || (change->word && strcmp(change->word, "reminder") == 0) || !item->wake_ms ||
        !reminds || item->wake_ms <= now_ms)
        item->wake_ms =
            earlier(item->escalated ? 0 : item->decide_by_ms, next_reminder(config, item, now_ms));
}

void clock_touch(struct dossier *dossier)
{
    dossier->reminders = 0;
    dossier->wake_ms = 0;
}

/* ---- ringing ------------------------------------------------------------------------------------------- */

struct waking {
    uint64_t cases[64];
    uint32_t count;
};

static int take(void *to, const struct journal_case *item)
{
    struct waking *waking = to;
    waking->cases[waking->count++] = item->case_id;
    return waking->count == sizeof waking->cases / sizeof *waking->cases;
}

static int ring(struct journal_writer *writer, const struct config *config, uint64_t case_id)
{
    struct dossier dossier = {.writer = writer, .config = config};
    int status = dossier_of_case(&dossier, case_id);
    if (status == 0) {
        int64_t now_ms = journal_writer_now(writer);
        bool late = dossier.decide_by_ms && dossier.decide_by_ms <= now_ms && !dossier.escalated;
        struct dossier_change change = {
            .word = late ? "escalated" : "reminder", .state = dossier.state, .sequence = dossier.sequence};
        dossier.escalated |= late;
        dossier.reminders += !late;
        status = dossier_store(&dossier, &change);
    }
    dossier_close(&dossier);
    return status;
}

int clock_ring(struct journal_writer *writer, const struct config *config, uint32_t limit,
               uint32_t *ret_count)
{
    struct waking waking = {.count = 0};
    int status =
        journal_cases_waking(journal_writer_view(writer), journal_writer_now(writer), limit, take, &waking);
    for (uint32_t i = 0; i < waking.count && status >= 0; i++)
        status = ring(writer, config, waking.cases[i]);
    if (status >= 0)
        *ret_count = waking.count;
    return status < 0 ? status : 0;
}
