/* SPDX-License-Identifier: Apache-2.0
 *
 * alarms.c: see alarms.h. The loop looks and compares with what was told; the journal's thread writes what is new.
 */
#include "alarms.h"

#include <inttypes.h>
#include <pathwayd/plugin.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases/alarm.h"
#include "json/time.h"
#include "lists.h"

#define FIRST_MS     3000u
#define TICK_MS      30000u
#define STUCK_MS     INT64_C(3600000) /* so long may a notice wait for its channel */
#define DAY_MS       INT64_C(86400000)
#define ALARMS_LISTS 128u /* lists whose trouble is told in one look; the next look tells the others */

/* One trouble that there can be, and whether there is. */
struct trouble {
    char key[ALARM_KEY - sizeof(ALARM_MARK)];
    char subject[160], text[400];
    const char *act, *keeper, *channel;
    bool holds;
};

struct alarms {
    const struct config *config;
    struct journal *journal;
    struct journal_view *view;
    const struct alarms_events *events;
    void *owner;
    uv_timer_t tick;
    uv_async_t wake;
    struct journal_task task;
    struct trouble *troubles; /* that are otherwise than they were told */
    uint32_t count, most;
    int64_t now_ms;
    bool writing, stopping;
    atomic_bool written;
    uint32_t handles_open;
};

/* ---- looking ------------------------------------------------------------------------------------------- */

/* Keeps what is otherwise than it was told. */
static void see(struct alarms *alarms, const struct trouble *trouble)
{
    if (alarm_stands(alarms->view, trouble->key) != trouble->holds && alarms->count < alarms->most)
        alarms->troubles[alarms->count++] = *trouble;
}

static const char *keeper_of(const struct config *config, struct pw_text list)
{
    for (uint32_t i = 0; i < config->list_count; i++)
        if (text_is(list, config->lists[i].name))
            return config->lists[i].keeper;
    return NULL;
}

static void see_list(void *to, const struct list_age *age)
{
    struct alarms *alarms = to;
    struct trouble trouble = {
        .holds = age->stale, .act = "pathwayctl list status", .keeper = keeper_of(alarms->config, age->name)};
    int64_t days = (alarms->now_ms - age->checked_ms) / DAY_MS;
    snprintf(trouble.key, sizeof trouble.key, "list/%.*s", TEXT_FMT(text_cut(age->name, 64)));
    snprintf(trouble.subject, sizeof trouble.subject, "The list %.*s is too old",
             TEXT_FMT(text_cut(age->name, 64)));
    if (age->known)
        snprintf(trouble.text, sizeof trouble.text,
                 "Its publisher was asked %" PRId64
                 " days ago for the last time. Matches from it are marked as old; what was "
                 "listed since is not found.",
                 days);
    else
        snprintf(trouble.text, sizeof trouble.text, "It was never fetched: nothing on it is found.");
    see(alarms, &trouble);
}

static void see_channel(struct alarms *alarms, const char *name)
{
    struct trouble trouble = {.act = "pathwayctl plugin list", .channel = name};
    int64_t oldest = 0;
    char since[TIME_TEXT_SIZE];
    if (journal_notice_oldest(alarms->view, (struct pw_text){name, strlen(name)}, &oldest) < 0)
        return;
    trouble.holds = oldest && alarms->now_ms - oldest > STUCK_MS;
    time_format(oldest, since);
    snprintf(trouble.key, sizeof trouble.key, "channel/%.64s", name);
    snprintf(trouble.subject, sizeof trouble.subject, "The channel %.64s gets nothing through", name);
    snprintf(trouble.text, sizeof trouble.text,
             "A notice waits since %s. It is kept and tried again; who should have been told was not.",
             since);
    see(alarms, &trouble);
}

/* ---- journal thread ------------------------------------------------------------------------------------ */

static int write_some(struct journal_writer *writer, struct journal_task *task)
{
    const struct alarms *alarms = task->owner;
    int status = 0;
    for (uint32_t i = 0; i < alarms->count && status == 0; i++) {
        const struct trouble *trouble = &alarms->troubles[i];
        const struct alarm alarm = {.key = trouble->key,
                                    .keeper = trouble->keeper,
                                    .channel = trouble->channel,
                                    .subject = trouble->subject,
                                    .text = trouble->text,
                                    .act = trouble->act};
        status =
            trouble->holds ? alarm_raise(writer, alarms->config, &alarm) : alarm_end(writer, trouble->key);
    }
    return status;
}

/* A failure is met again at the next tick; the journal's own trouble is told by who writes more. */
static void wrote_some(struct journal_task *task, int status)
{
    struct alarms *alarms = task->owner;
    (void)status;
    atomic_store(&alarms->written, true);
    uv_async_send(&alarms->wake);
}

int alarms_of_feed(struct journal_writer *writer, const struct config *config,
                   const struct silence_change *change)
{
    char key[ALARM_KEY - sizeof(ALARM_MARK)], subject[160], text[400], since[TIME_TEXT_SIZE];
    snprintf(key, sizeof key, "feed/%.64s", change->feed);
    if (!change->silent)
        return alarm_end(writer, key);
    time_format(change->since_ms, since);
    snprintf(subject, sizeof subject, "The feed %.64s is silent", change->feed);
    snprintf(text, sizeof text,
             "%s %s, and something is expected within %" PRIu32
             " hours. What it should have sent is not looked at.",
             change->never ? "Nothing was ever accepted from it, expected since"
                           : "Nothing was accepted from it since",
             since, change->expected_within_h);
    const struct alarm alarm = {.key = key, .subject = subject, .text = text, .act = "pathwayctl status"};
    return alarm_raise(writer, config, &alarm);
}

/* ---- loop thread --------------------------------------------------------------------------------------- */

static void closed(uv_handle_t *handle)
{
    struct alarms *alarms = handle->data;
    if (--alarms->handles_open > 0)
        return;
    const struct alarms_events *events = alarms->events;
    void *owner = alarms->owner;
    free(alarms->troubles);
    free(alarms);
    events->stopped(owner);
}

static void close_if_idle(struct alarms *alarms)
{
    if (alarms->writing || uv_is_closing((uv_handle_t *)&alarms->tick))
        return;
    uv_close((uv_handle_t *)&alarms->tick, closed);
    uv_close((uv_handle_t *)&alarms->wake, closed);
}

static void ticked(uv_timer_t *timer)
{
    struct alarms *alarms = timer->data;
    if (alarms->writing)
        return;
    alarms->count = 0;
    alarms->now_ms = journal_now(alarms->journal);
    lists_read(alarms->config, alarms->now_ms, see_list, alarms);
    for (uint32_t i = 0; i < alarms->config->plugin_count; i++)
        if (alarms->config->plugins[i].stage == PW_STAGE_NOTIFY)
            see_channel(alarms, alarms->config->plugins[i].name);
    if (!alarms->count)
        return;
    alarms->writing = true;
    alarms->task = (struct journal_task){.run = write_some, .done = wrote_some, .owner = alarms};
    journal_submit(alarms->journal, &alarms->task);
}

static void woken(uv_async_t *async)
{
    struct alarms *alarms = async->data;
    if (!atomic_exchange(&alarms->written, false))
        return;
    alarms->writing = false;
    if (alarms->stopping)
        close_if_idle(alarms);
    else
        alarms->events->raised(alarms->owner);
}

int alarms_new(uv_loop_t *loop, const struct config *config, struct journal *journal,
               struct journal_view *view, const struct alarms_events *events, void *owner,
               struct alarms **ret_alarms)
{
    struct alarms *alarms = calloc(1, sizeof(*alarms));
    if (!alarms)
        return PW_ERROR_MEMORY;
    *alarms = (struct alarms){.config = config,
                              .journal = journal,
                              .view = view,
                              .events = events,
                              .owner = owner,
                              .most = config->plugin_count + ALARMS_LISTS,
                              .handles_open = 2};
    alarms->troubles = calloc(alarms->most, sizeof(*alarms->troubles));
    if (!alarms->troubles || uv_async_init(loop, &alarms->wake, woken) != 0) {
        free(alarms->troubles);
        free(alarms);
        return PW_ERROR_MEMORY;
    }
    uv_timer_init(loop, &alarms->tick);
    alarms->tick.data = alarms->wake.data = alarms;
    uv_timer_start(&alarms->tick, ticked, FIRST_MS, TICK_MS);
    *ret_alarms = alarms;
    return 0;
}

void alarms_stop(struct alarms *alarms)
{
    alarms->stopping = true;
    uv_timer_stop(&alarms->tick);
    close_if_idle(alarms);
}
