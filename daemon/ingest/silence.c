/* SPDX-License-Identifier: Apache-2.0
 *
 * silence.c: see silence.h. The loop looks, which costs a lookup a feed; the journal's thread notes, after it has looked
 * once more, since an event may have come meanwhile.
 */
#include "ingest/silence.h"

#include <inttypes.h>
#include <pathwayd/plugin.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "json/time.h"

#define SILENCE_TICK_MS 2000u
#define HOUR_MS         INT64_C(3600000)

/* Marks in the journal, each followed by the feed's name: since when it is silent, or 0; since when it is expected. */
#define SILENT_MARK   "feed_silent/"
#define EXPECTED_MARK "feed_expected/"
#define MARK_BYTES    96u /* a name has 64 bytes at most */

struct watched {
    int64_t expected_ms;     /* since when, for one that was never heard */
    int64_t silent_since_ms; /* as noted in the journal */
};

struct silence {
    const struct config *config;
    struct journal *journal;
    struct journal_view *view;
    struct silence_events events;
    void *owner;
    struct watched *feeds; /* parallel to the configuration's */
    int64_t started_ms;
    uv_timer_t tick;
    uv_async_t wake;
    struct journal_task task;
    uint32_t noting; /* the feed whose change is being noted … */
    struct silence_change change;
    bool busy, stopping; /* … if `busy` */
    bool moot;           /* it was none any more; the journal thread's until `noted` */
    atomic_bool noted;
    int status;
    uint32_t handles_open;
};

static void mark_name(char name[MARK_BYTES], const char *mark, const char *feed)
{
    snprintf(name, MARK_BYTES, "%s%s", mark, feed);
}

static int64_t mark_of(struct journal_view *view, const char *mark, const char *feed)
{
    char name[MARK_BYTES];
    uint64_t value = 0;
    mark_name(name, mark, feed);
    (void)journal_mark_get(view, name, &value);
    return (int64_t)value;
}

static int64_t heard_at(struct journal_view *view, const char *feed)
{
    int64_t received = 0;
    (void)journal_heard(view, (struct pw_text){feed, strlen(feed)}, &received);
    return received;
}

/* Whether it is silent at `now`, and since when; 0: it is not. */
static int64_t silent_since(const struct config_feed *feed, const struct watched *watched, int64_t heard_ms,
                            int64_t now_ms)
{
    int64_t since = heard_ms ? heard_ms : watched->expected_ms;
    return since && now_ms - since > feed->expected_within_h * HOUR_MS ? since : 0;
}

/* ---- journal thread ---- */

static int note(struct journal_writer *writer, struct journal_task *task)
{
    struct silence *silence = task->owner;
    const struct config_feed *feed = &silence->config->feeds[silence->noting];
    const struct watched *watched = &silence->feeds[silence->noting];
    char name[MARK_BYTES];
    int64_t now = journal_writer_now(writer), heard = heard_at(journal_writer_view(writer), feed->name);
    bool first = !heard && !watched->expected_ms;
    int64_t since = silent_since(feed, watched, heard, now);

    mark_name(name, first ? EXPECTED_MARK : SILENT_MARK, feed->name);
    silence->moot = first || (since != 0) == (watched->silent_since_ms != 0);
    if (first)
        return journal_mark_set(writer, name, (uint64_t)now);
    if (silence->moot)
        return 0;
    silence->change = (struct silence_change){.feed = feed->name,
                                              .silent = since != 0,
                                              .never = !heard,
                                              .since_ms = since ? since : watched->silent_since_ms,
                                              .heard_ms = since ? 0 : heard,
                                              .expected_within_h = feed->expected_within_h};
    int status = journal_mark_set(writer, name, (uint64_t)since);
    if (status == 0 && silence->events.noted)
        status = silence->events.noted(silence->owner, writer, &silence->change);
    return status;
}

static void noted(struct journal_task *task, int status)
{
    struct silence *silence = task->owner;
    silence->status = status;
    atomic_store(&silence->noted, true);
    uv_async_send(&silence->wake);
}

/* ---- loop thread ---- */

static void say(const struct silence *silence)
{
    const struct silence_change *change = &silence->change;
    char line[256], since[TIME_TEXT_SIZE];
    time_format(change->since_ms, since);
    if (change->silent)
        snprintf(line, sizeof(line),
                 "feed \"%s\" is silent: nothing %s %s, and something is expected within %" PRIu32 " h",
                 change->feed,
                 change->never ? "was ever accepted from it, expected since" : "was accepted since", since,
                 change->expected_within_h);
    else if (change->heard_ms > change->since_ms)
        snprintf(line, sizeof(line), "feed \"%s\" speaks again, after %" PRId64 " h", change->feed,
                 (change->heard_ms - change->since_ms) / HOUR_MS);
    else
        snprintf(line, sizeof(line),
                 "feed \"%s\" is not overdue any more: it is now expected within %" PRIu32 " h", change->feed,
                 change->expected_within_h);
    silence->events.log(silence->owner, change->silent ? PW_LOG_WARNING : PW_LOG_INFO,
                        (struct pw_text){line, strlen(line)});
}

static bool differs(const struct silence *silence, uint32_t index, int64_t now)
{
    const struct config_feed *feed = &silence->config->feeds[index];
    const struct watched *watched = &silence->feeds[index];
    int64_t heard = heard_at(silence->view, feed->name);
    if (!heard && !watched->expected_ms)
        return true; /* seen for the first time: that is noted */
    bool silent = silent_since(feed, watched, heard, now) != 0;
    bool grace = now - silence->started_ms < SILENCE_GRACE_MS;
    return silent != (watched->silent_since_ms != 0) && !(silent && grace);
}

/* The first feed that is not as it was noted; one at a time. */
void silence_look(struct silence *silence)
{
    int64_t now = journal_now(silence->journal);
    for (uint32_t i = 0; i < silence->config->feed_count && !silence->busy && !silence->stopping; i++) {
        if (!silence->config->feeds[i].expected_within_h || !differs(silence, i, now))
            continue;
        silence->busy = true;
        silence->noting = i;
        silence->task = (struct journal_task){.run = note, .done = noted, .owner = silence};
        journal_submit(silence->journal, &silence->task);
    }
}

static void ticked(uv_timer_t *timer)
{
    silence_look(timer->data);
}

static void closed(uv_handle_t *handle)
{
    struct silence *silence = handle->data;
    void (*stopped)(void *) = silence->events.stopped;
    void *owner = silence->owner;
    if (--silence->handles_open > 0)
        return;
    free(silence->feeds);
    free(silence);
    stopped(owner);
}

static void close_if_idle(struct silence *silence)
{
    if (silence->busy || uv_is_closing((uv_handle_t *)&silence->tick))
        return;
    uv_close((uv_handle_t *)&silence->tick, closed);
    uv_close((uv_handle_t *)&silence->wake, closed);
}

static void read_marks(const struct silence *silence, uint32_t index)
{
    const char *name = silence->config->feeds[index].name;
    silence->feeds[index] = (struct watched){.expected_ms = mark_of(silence->view, EXPECTED_MARK, name),
                                             .silent_since_ms = mark_of(silence->view, SILENT_MARK, name)};
}

/* A failure is met again at the next tick; the journal's own trouble is told by who writes more. */
static void woken(uv_async_t *async)
{
    struct silence *silence = async->data;
    if (!atomic_exchange(&silence->noted, false))
        return;
    silence->busy = false;
    read_marks(silence, silence->noting);
    if (silence->status == 0 && !silence->moot)
        say(silence);
    if (silence->stopping)
        close_if_idle(silence);
    else if (silence->status == 0)
        silence_look(silence);
}

int silence_new(uv_loop_t *loop, const struct config *config, struct journal *journal,
                struct journal_view *view, const struct silence_events *events, void *owner,
                struct silence **ret_silence)
{
    struct silence *silence = calloc(1, sizeof(*silence));
    struct watched *feeds = calloc(config->feed_count + 1u, sizeof(*feeds));
    if (!silence || !feeds) {
        free(silence);
        free(feeds);
        return PW_ERROR_MEMORY;
    }
    *silence = (struct silence){.config = config,
                                .journal = journal,
                                .view = view,
                                .events = *events,
                                .owner = owner,
                                .feeds = feeds,
                                .started_ms = journal_now(journal),
                                .handles_open = 2};
    for (uint32_t i = 0; i < config->feed_count; i++)
        read_marks(silence, i);
    if (uv_async_init(loop, &silence->wake, woken) != 0) {
        free(feeds);
        free(silence);
        return PW_ERROR_IO;
    }
    uv_timer_init(loop, &silence->tick);
    silence->tick.data = silence->wake.data = silence;
    uv_timer_start(&silence->tick, ticked, 0, SILENCE_TICK_MS);
    *ret_silence = silence;
    return 0;
}

void silence_stop(struct silence *silence)
{
    silence->stopping = true;
    uv_timer_stop(&silence->tick);
    close_if_idle(silence);
}

/* ---- looking ---- */

struct silence_state silence_of(const struct silence *silence, uint32_t feed)
{
    const struct config_feed *config = &silence->config->feeds[feed];
    bool expected = config->expected_within_h != 0;
    return (struct silence_state){.heard_ms = heard_at(silence->view, config->name),
                                  .silent_since_ms = expected ? silence->feeds[feed].silent_since_ms : 0,
                                  .expected_within_h = config->expected_within_h};
}

static void member_time(struct buffer *out, const char *key, int64_t ms)
{
    char text[TIME_TEXT_SIZE];
    time_format(ms, text);
    if (ms)
        json_member_string(out, key, text);
}

void silence_describe(const struct silence *silence, uint32_t feed, struct buffer *out)
{
    struct silence_state state = silence_of(silence, feed);
    member_time(out, "last_accepted", state.heard_ms);
    if (state.expected_within_h)
        json_member_unsigned(out, "expected_within_h", state.expected_within_h);
    member_time(out, "silent_since", state.silent_since_ms);
}
