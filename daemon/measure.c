/* SPDX-License-Identifier: Apache-2.0
 *
 * measure.c: the daemon's figures for monitoring (control's `metrics`), as describe.c is for people. Counters that are
 * kept anyway and a few lookups: it costs the same whatever the journal holds.
 */
#include "daemon.h"

#include <stddef.h>
#include <string.h>
#include <pathwayd/plugin.h>
#include "cases/reliance.h"
#include "dispatch/pathway.h"
#include "lists.h"
#include "metrics/exposition.h"

/* Findings are told by rule and level up to so many pairs, most first; packs have some dozens of rules, and a monitoring
 * system keeps every pair it ever saw. */
#define MEASURE_RULES 256u

static struct pw_text text(const char *string)
{
    return (struct pw_text){string, strlen(string)};
}

static void plain(struct buffer *out, const char *name, enum metric_type type, const char *help,
                  uint64_t value)
{
    const struct metric metric = {name, type, help};
    exposition_begin(out, &metric);
    exposition_count(out, &metric, NULL, value);
}

static void plain_seconds(struct buffer *out, const char *name, const char *help, int64_t ms)
{
    const struct metric metric = {name, METRIC_GAUGE, help};
    exposition_begin(out, &metric);
    exposition_seconds(out, &metric, NULL, ms);
}

/* ---- the journal ---- */

static void measure_journal(const struct daemon *daemon, struct buffer *out)
{
    struct journal_counts counts = {0};
    uint64_t spared = 0;
    if (journal_count(daemon->control_view, &counts) != 0)
        return; /* a figure that is missing shows; one that is 0 and wrong does not */
    journal_mark_get(daemon->control_view, ALERTS_SPARED_MARK, &spared);
    plain(out, "pathwayd_events_total", METRIC_COUNTER, "Events in the journal.", counts.events);
    plain(out, "pathwayd_findings_total", METRIC_COUNTER, "Findings in the journal, standing or withdrawn.",
          counts.findings);
    plain(out, "pathwayd_findings_withdrawn", METRIC_GAUGE, "Findings that do not stand any more.",
          counts.withdrawn);
    plain(out, "pathwayd_cases_total", METRIC_COUNTER, "Cases in the journal.", counts.cases);
    plain(out, "pathwayd_cases_open", METRIC_GAUGE, "Cases that wait for somebody's attention.",
          counts.open_cases);
    plain(out, "pathwayd_alerts_spared_total", METRIC_COUNTER, "Alerts that a decision made needless.",
          spared);
    plain(out, "pathwayd_audit_records_total", METRIC_COUNTER, "Records in the audit chain.",
          counts.audit_records);
    plain(out, "pathwayd_journal_bytes", METRIC_GAUGE, "Bytes of the journal's files.", counts.file_bytes);
    plain(out, "pathwayd_journal_free_bytes", METRIC_GAUGE, "Free bytes on the journal's disk.",
          counts.free_bytes);
}

struct shares {
    struct buffer *out;
    const struct metric *metric;
    bool poison;
    uint32_t given;
    uint64_t rest[PW_LEVEL_COUNT];
};

static int standing_row(void *to, const struct journal_share *share)
{
    struct shares *shares = to;
    uint32_t level = share->number < PW_LEVEL_COUNT ? share->number : PW_LEVEL_NONE;
    if (shares->given == MEASURE_RULES) {
        shares->rest[level] += share->count;
        return 0;
    }
    const struct metric_label labels[] = {
        {"rule", share->name}, {"level", text(level_names[level])}, {NULL, {0}}};
    exposition_count(shares->out, shares->metric, labels, share->count);
    shares->given++;
    return 0;
}

static void measure_standing(const struct daemon *daemon, struct buffer *out)
{
    static const struct metric by_rule = {"pathwayd_findings_standing", METRIC_GAUGE,
                                          "Findings that stand, by rule and level."};
    static const struct metric others = {
        "pathwayd_findings_standing_others", METRIC_GAUGE,
        "Findings that stand, by level, of the rules beyond those told apart."};
    struct shares shares = {.out = out, .metric = &by_rule};
    exposition_begin(out, &by_rule);
    (void)journal_standing_read(daemon->control_view, standing_row, &shares);
    exposition_begin(out, &others);
    for (uint32_t level = 0; level < PW_LEVEL_COUNT; level++) {
        const struct metric_label labels[] = {{"level", text(level_names[level])}, {NULL, {0}}};
        exposition_count(out, &others, labels, shares.rest[level]);
    }
}

static int owing_row(void *to, const struct journal_share *share)
{
    const struct shares *shares = to;
    const struct metric_label labels[] = {{"instance", share->name}, {NULL, {0}}};
    if ((share->number != 0) == shares->poison)
        exposition_count(shares->out, shares->metric, labels, share->count);
    return 0;
}

static void measure_owing(const struct daemon *daemon, struct buffer *out)
{
    static const struct metric pending = {"pathwayd_judgements_pending", METRIC_GAUGE,
                                          "Judgements that a plugin instance still owes, poison aside."};
    static const struct metric poison = {"pathwayd_judgements_poison", METRIC_GAUGE,
                                         "Events set aside because they killed a plugin instance."};
    struct shares shares = {.out = out, .metric = &pending};
    exposition_begin(out, &pending);
    (void)journal_owing_read(daemon->control_view, owing_row, &shares);
    shares = (struct shares){.out = out, .metric = &poison, .poison = true};
    exposition_begin(out, &poison);
    (void)journal_owing_read(daemon->control_view, owing_row, &shares);
}

/* ---- dispatch ---- */

static int received_row(void *to, const struct journal_event *event)
{
    *(int64_t *)to = event->received_ms;
    return 0;
}

static void measure_dispatch(const struct daemon *daemon, int64_t now_ms, struct buffer *out)
{
    if (!daemon->dispatch)
        return;
    struct dispatch_figures figures = dispatch_figures(daemon->dispatch);
    int64_t received = now_ms;
    if (figures.last > figures.judged)
        (void)journal_event_read(daemon->control_view, figures.judged + 1, received_row, &received);
    plain(out, "pathwayd_dispatch_lag_events", METRIC_GAUGE, "Events accepted and not yet judged.",
          figures.last - figures.judged);
    plain_seconds(out, "pathwayd_dispatch_lag_seconds", "Age of the oldest event that is not yet judged.",
                  now_ms > received ? now_ms - received : 0);
    plain(out, "pathwayd_dispatch_in_flight", METRIC_GAUGE, "Events being judged now.", figures.in_flight);
    plain(out, "pathwayd_dispatch_paused", METRIC_GAUGE, "1 when judging is paused.", figures.paused);
}

/* ---- plugin hosts and channels ---- */

static uint32_t host_count(const struct daemon *daemon)
{
    return (daemon->dispatch ? dispatch_host_count(daemon->dispatch) : 0) +
           (daemon->outbox ? outbox_channel_count(daemon->outbox) : 0);
}

static const struct host_process *host_at(const struct daemon *daemon, uint32_t index)
{
    uint32_t judging = daemon->dispatch ? dispatch_host_count(daemon->dispatch) : 0;
    return index < judging ? dispatch_host(daemon->dispatch, index)
                           : outbox_host(daemon->outbox, index - judging);
}

static uint64_t is_up(const struct host_figures *figures)
{
    return figures->up;
}

static uint64_t restarts(const struct host_figures *figures)
{
    return figures->restarts;
}

static uint64_t handled(const struct host_figures *figures)
{
    return figures->handled;
}

static uint64_t outstanding(const struct host_figures *figures)
{
    return figures->outstanding;
}

static void measure_hosts(const struct daemon *daemon, struct buffer *out)
{
    static const char *const stages[] = {"", "enrich", "assess", "notify"};
    static const struct {
        struct metric metric;
        uint64_t (*value)(const struct host_figures *figures);
    } rows[] = {
        {{"pathwayd_plugin_up", METRIC_GAUGE, "1 when the plugin instance is at work."}, is_up},
        {{"pathwayd_plugin_restarts_total", METRIC_COUNTER, "Restarts of the plugin host."}, restarts},
        {{"pathwayd_plugin_handled_total", METRIC_COUNTER, "Events or notices it has answered."}, handled},
        {{"pathwayd_plugin_outstanding", METRIC_GAUGE,
          "Events or notices it was given and has not answered."},
         outstanding},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        exposition_begin(out, &rows[i].metric);
        for (uint32_t k = 0; k < host_count(daemon); k++) {
            const struct host_process *host = host_at(daemon, k);
            const struct config_plugin *plugin = host_process_plugin(host);
            struct host_figures figures = host_process_figures(host);
            const struct metric_label labels[] = {
                {"instance", text(plugin->name)},
                {"stage", text(plugin->stage <= PW_STAGE_NOTIFY ? stages[plugin->stage] : "")},
                {NULL, {0}}};
            exposition_count(out, &rows[i].metric, labels, rows[i].value(&figures));
        }
    }
}

static int telling_row(void *to, const struct journal_share *share)
{
    const struct shares *shares = to;
    const struct metric_label labels[] = {{"channel", share->name}, {"state", share->word}, {NULL, {0}}};
    exposition_count(shares->out, shares->metric, labels, share->count);
    return 0;
}

static void measure_channels(const struct daemon *daemon, int64_t now_ms, struct buffer *out)
{
    static const struct metric notices = {"pathwayd_notices", METRIC_GAUGE, "Notices, by channel and state."};
    static const struct metric oldest = {"pathwayd_channel_oldest_waiting_seconds", METRIC_GAUGE,
                                         "Age of the channel's oldest notice that waits; 0 when none does."};
    static const struct metric failures = {"pathwayd_channel_failures_total", METRIC_COUNTER,
                                           "Attempts to deliver that failed."};
    struct shares shares = {.out = out, .metric = &notices};
    uint32_t count = daemon->outbox ? outbox_channel_count(daemon->outbox) : 0;
    exposition_begin(out, &notices);
    (void)journal_telling_read(daemon->control_view, telling_row, &shares);
    exposition_begin(out, &oldest);
    for (uint32_t i = 0; i < count; i++) {
        struct pw_text name = text(host_process_plugin(outbox_host(daemon->outbox, i))->name);
        const struct metric_label labels[] = {{"channel", name}, {NULL, {0}}};
        int64_t created = now_ms;
        (void)journal_notice_oldest(daemon->control_view, name, &created);
        exposition_seconds(out, &oldest, labels, now_ms > created ? now_ms - created : 0);
    }
    exposition_begin(out, &failures);
    for (uint32_t i = 0; i < count; i++) {
        struct pw_text name = text(host_process_plugin(outbox_host(daemon->outbox, i))->name);
        const struct metric_label labels[] = {{"channel", name}, {NULL, {0}}};
        exposition_count(out, &failures, labels, outbox_failures(daemon->outbox, i));
    }
}

/* ---- feeds ---- */

#define FEED(member) offsetof(struct feed_figures, member)

static void measure_feed_counts(const struct daemon *daemon, struct buffer *out)
{
    static const struct {
        struct metric metric;
        size_t offset;
    } rows[] = {
        {{"pathwayd_feed_requests_total", METRIC_COUNTER, "Requests from the feed."}, FEED(requests)},
        {{"pathwayd_feed_accepted_total", METRIC_COUNTER, "Events accepted from the feed."}, FEED(accepted)},
        {{"pathwayd_feed_duplicates_total", METRIC_COUNTER, "Events that were there already."},
         FEED(duplicates)},
        {{"pathwayd_feed_rejected_total", METRIC_COUNTER, "Events rejected."}, FEED(rejected)},
        {{"pathwayd_feed_busy_total", METRIC_COUNTER, "Events answered busy."}, FEED(busy)},
        {{"pathwayd_feed_unrouted_total", METRIC_COUNTER, "Events accepted that go to no pathway."},
         FEED(unrouted)},
        {{"pathwayd_feed_deaf_total", METRIC_COUNTER, "Clients that did not take their answers."},
         FEED(deaf)},
        {{"pathwayd_feed_unheard_total", METRIC_COUNTER, "Requests of such clients, dropped unread."},
         FEED(unheard)},
        {{"pathwayd_feed_turned_away_total", METRIC_COUNTER, "Connections turned away."}, FEED(turned_away)},
        {{"pathwayd_feed_connections", METRIC_GAUGE, "Connections now."}, FEED(connections)},
        {{"pathwayd_feed_in_flight_bytes", METRIC_GAUGE, "Bytes of requests in work."},
         FEED(in_flight_bytes)},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        exposition_begin(out, &rows[i].metric);
        for (uint32_t k = 0; k < daemon->config->feed_count; k++) {
            const struct metric_label labels[] = {{"feed", text(daemon->config->feeds[k].name)}, {NULL, {0}}};
            struct feed_figures figures;
            uint64_t value;
            ingest_figures(daemon->ingest, k, &figures);
            memcpy(&value, (const char *)&figures + rows[i].offset, sizeof(value));
            exposition_count(out, &rows[i].metric, labels, value);
        }
    }
}

/* By the vocabulary's own names: what a sender wrote is nobody's label. */
static void measure_refused(const struct daemon *daemon, struct buffer *out)
{
    static const struct metric metric = {"pathwayd_feed_refused_fields_total", METRIC_COUNTER,
                                         "Fields that may not be kept and were cut out, by name."};
    exposition_begin(out, &metric);
    for (uint32_t k = 0; k < daemon->config->feed_count; k++) {
        struct feed_figures figures;
        ingest_figures(daemon->ingest, k, &figures);
        for (size_t i = 0; i < REFUSED_COUNT; i++) {
            const struct metric_label labels[] = {{"feed", text(daemon->config->feeds[k].name)},
                                                  {"field", text(refused_names[i])},
                                                  {NULL, {0}}};
            if (figures.refused[i] > 0)
                exposition_count(out, &metric, labels, figures.refused[i]);
        }
    }
}

static void measure_silence(const struct daemon *daemon, int64_t now_ms, struct buffer *out)
{
    static const struct metric since = {"pathwayd_feed_since_accepted_seconds", METRIC_GAUGE,
                                        "Time since an event of the feed was last accepted."};
    static const struct metric expected = {"pathwayd_feed_expected_within_seconds", METRIC_GAUGE,
                                           "Time within which an event of the feed is expected."};
    static const struct metric silent = {"pathwayd_feed_silent", METRIC_GAUGE,
                                         "1 when nothing came for longer than that."};
    const struct metric *const metrics[] = {&since, &expected, &silent};
    for (int i = 0; i < 3; i++) {
        exposition_begin(out, metrics[i]);
        for (uint32_t k = 0; k < daemon->config->feed_count; k++) {
            const struct metric_label labels[] = {{"feed", text(daemon->config->feeds[k].name)}, {NULL, {0}}};
            struct silence_state state = silence_of(daemon->silence, k);
            int64_t age = now_ms > state.heard_ms ? now_ms - state.heard_ms : 0;
            if (i == 0 && state.heard_ms)
                exposition_seconds(out, metrics[i], labels, age);
            else if (i == 1 && state.expected_within_h)
                exposition_count(out, metrics[i], labels, state.expected_within_h * UINT64_C(3600));
            else if (i == 2 && state.expected_within_h)
                exposition_count(out, metrics[i], labels, state.silent_since_ms != 0);
        }
    }
}

/* ---- lists ---- */

struct ages {
    struct buffer *out;
    const struct metric *metric;
    int64_t now_ms;
    bool stale;
};

static void age_row(void *to, const struct list_age *age)
{
    const struct ages *ages = to;
    const struct metric_label labels[] = {{"list", age->name}, {NULL, {0}}};
    if (ages->stale)
        exposition_count(ages->out, ages->metric, labels, age->stale);
    else if (age->known)
        exposition_seconds(ages->out, ages->metric, labels, ages->now_ms - age->checked_ms);
}

static void measure_lists(const struct daemon *daemon, int64_t now_ms, struct buffer *out)
{
    static const struct metric old = {"pathwayd_list_age_seconds", METRIC_GAUGE,
                                      "Time since the list's publisher was asked and had nothing newer."};
    static const struct metric stale = {"pathwayd_list_stale", METRIC_GAUGE,
                                        "1 when that is longer than the configuration allows, or was never."};
    struct ages ages = {.out = out, .metric = &old, .now_ms = now_ms};
    exposition_begin(out, &old);
    lists_read(daemon->config, now_ms, age_row, &ages);
    ages = (struct ages){.out = out, .metric = &stale, .now_ms = now_ms, .stale = true};
    exposition_begin(out, &stale);
    lists_read(daemon->config, now_ms, age_row, &ages);
}

/* ---- all of it ---- */

void measure(void *owner, struct buffer *out)
{
    static const struct metric build = {"pathwayd_build_info", METRIC_GAUGE, "1; the version is a label."};
    const struct metric_label version[] = {{"version", text(PATHWAYD_VERSION)}, {NULL, {0}}};
    const struct daemon *daemon = owner;
    int64_t now_ms = wall_clock(NULL);
    exposition_begin(out, &build);
    exposition_count(out, &build, version, 1);
    plain_seconds(out, "pathwayd_process_start_time_seconds", "When the daemon started, since 1970 in UTC.",
                  daemon->started_ms);
    measure_journal(daemon, out);
    measure_standing(daemon, out);
    measure_owing(daemon, out);
    measure_dispatch(daemon, now_ms, out);
    measure_hosts(daemon, out);
    measure_channels(daemon, now_ms, out);
    if (daemon->ingest) {
        measure_feed_counts(daemon, out);
        measure_refused(daemon, out);
    }
    if (daemon->silence)
        measure_silence(daemon, now_ms, out);
    measure_lists(daemon, now_ms, out);
}
