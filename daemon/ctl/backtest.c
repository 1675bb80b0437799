/* SPDX-License-Identifier: Apache-2.0
 *
 * backtest.c: the command `backtest`: stored history judged twice in one pass, by what is configured and by what is
 * tried, and nothing written anywhere.
 *
 *   journal ──▶ recall (corrections, what came before, stored facts) ──┬▶ pipeline as configured ──┐
 *                                                                      └▶ pipeline as tried ───────┴▶ comparison
 *
 * Two runs are compared, not a run with what was found then: what changed for other reasons is not the pack's doing.
 */
#include <inttypes.h>
#include <pathwayd/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/comparison.h"
#include "ctl/offline.h"
#include "dispatch/assessment.h"
#include "dispatch/recall.h"
#include "json/time.h"

#define BACKTEST_PAIRS  256u /* read and not yet compared: some 150 KiB each, whatever the journal's size */
#define BACKTEST_BYTES  (24u << 20)
#define BACKTEST_ROWS   128u /* events fetched at once */
#define PROGRESS_EVENTS 4096u

enum { CONFIGURED, TRIED, SIDES };

struct backtest;

struct side {
    struct backtest *backtest;
    struct config *config;
    struct pipeline *pipeline;
};

/* One event under way on both sides. */
struct pair {
    struct work *work;
    struct buffer facts;
    char *engagement, *unit;
    uint32_t open; /* sides that have not answered */
    struct verdicts *said[SIDES];
};

#define SAID_LINES 32u

struct backtest {
    struct ctl *ctl;
    uv_loop_t loop;
    uv_idle_t idle; /* active while there may be something to do in `pump` */
    struct side sides[SIDES];
    struct config *plain; /* of the side as configured, when it is not the invocation's */
    struct recall recall;
    struct comparison *comparison;
    int64_t from_ms, to_ms;
    const char *engagement;
    bool screen;                /* enrichers are asked; else the stored facts hold */
    uint64_t after, read, upto; /* upto: what dispatch has judged */
    uint64_t *waiting;          /* events whose facts an enricher still owes, in order */
    size_t waiting_count, left_out;
    uint32_t pairs;
    size_t bytes;
    bool ended, stopping;
    int status;
    uint64_t lines[SAID_LINES]; /* hashes of what plugins wrote: one of both sides says it twice */
    uint32_t line_count;
};

static void want(struct backtest *backtest);

static void stop(struct backtest *backtest, int status)
{
    if (backtest->stopping)
        return;
    backtest->stopping = true;
    backtest->status = status;
    uv_close((uv_handle_t *)&backtest->idle, NULL);
    for (int i = 0; i < SIDES; i++)
        pipeline_stop(backtest->sides[i].pipeline);
}

static void out_of_memory(struct backtest *backtest)
{
    ctl_complain("out of memory");
    stop(backtest, CTL_BAD);
}

/* ---- one event ---- */

static void pair_free(struct pair *pair)
{
    for (int i = 0; i < SIDES; i++)
        free(pair->said[i]);
    work_free(pair->work);
    buffer_release(&pair->facts);
    free(pair->engagement);
    free(pair->unit);
    free(pair);
}

static void compare(struct backtest *backtest, struct pair *pair)
{
    backtest->pairs--;
    backtest->bytes -= pair->work->held + pair->facts.length;
    if (comparison_add(backtest->comparison, text_of(pair->engagement), text_of(pair->unit),
                       pair->said[CONFIGURED], pair->said[TRIED]) < 0)
        out_of_memory(backtest);
    pair_free(pair);
}

/* A plugin that does not answer makes the comparison worthless: it would read as silence. */
static const struct part *lacking(const struct assessment *assessment)
{
    for (uint32_t i = 0; i < assessment->part_count; i++)
        if (assessment->parts[i].state == PART_MISSING || assessment->parts[i].state == PART_POISON)
            return &assessment->parts[i];
    return NULL;
}

static void judged(void *owner, struct assessment *assessment)
{
    struct side *side = owner;
    struct backtest *backtest = side->backtest;
    struct pair *pair = assessment->owner;
    struct verdicts *said = pair->said[side - backtest->sides];
    const struct part *missing = lacking(assessment);
    if (missing && !backtest->stopping) {
        struct host_process *host = pipeline_instance(side->pipeline, missing->instance);
        ctl_complain("event %" PRIu64
                     ": the plugin \"%s\" did not answer%s%s; a comparison without it would mislead",
                     pair->work->sequence, host_process_plugin(host)->name, missing->why ? ": " : "",
                     missing->why ? missing->why : "");
        stop(backtest, CTL_BAD);
    }
    for (uint32_t i = assessment->enrichers; i < assessment->part_count; i++)
        if (assessment->parts[i].state == PART_DONE &&
            verdicts_add(
                said, (struct pw_text){assessment->parts[i].result, assessment->parts[i].result_length}) < 0)
            out_of_memory(backtest);
    assessment_free(assessment);
    if (--pair->open == 0)
        compare(backtest, pair);
    want(backtest);
}

static int push(struct side *side, struct pair *pair)
{
    struct assessment *assessment = calloc(1, sizeof(*assessment));
    const struct work *work = pair->work;
    if (!assessment)
        return PW_ERROR_MEMORY;
    assessment->sequence = work->sequence;
    assessment->as_of = work->as_of;
    assessment->event = work_body(work);
    assessment->affiliation = (struct pw_text){work->bytes + work->body_length, work->affiliation_length};
    assessment->pathways = work->pathways;
    assessment->past = buffer_view(&pair->facts);
    assessment->enriched = !side->backtest->screen;
    assessment->owner = pair;
    pair->open++;
    int status = pipeline_push(side->pipeline, assessment);
    if (status < 0) {
        pair->open--;
        assessment_free(assessment);
    }
    return status;
}

/* ---- reading ---- */

static int add_facts(void *to, struct pw_text instance, struct pw_text facts)
{
    struct buffer *out = to;
    (void)instance;
    if (facts.length <= 2)
        return 0;
    if (out->length)
        buffer_string(out, ",");
    buffer_append(out, facts.data + 1, facts.length - 2);
    return out->failed ? PW_ERROR_MEMORY : 0;
}

static char *text_at(const struct pw_document *document, const char *pointer)
{
    struct pw_text text = json_text(document, json_find(document, PW_NODE_ROOT, pointer));
    return strndup(text.data ? text.data : "", text.length);
}

/* ---- what has no facts yet ---- */

static int note_waiting(void *to, const struct journal_pending *pending)
{
    struct backtest *backtest = to;
    backtest->after = pending->sequence;
    if (pending->pathway.length) /* a policy's judgement; the facts are there */
        return 0;
    uint64_t *more = reallocarray(backtest->waiting, backtest->waiting_count + 1, sizeof(*backtest->waiting));
    if (!more)
        return PW_ERROR_MEMORY;
    backtest->waiting = more;
    more[backtest->waiting_count++] = pending->sequence;
    return 0;
}

static int by_number(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

/* Without its facts an event would be judged as if no list named anybody: a silent pass. */
static int find_waiting(struct backtest *backtest)
{
    int status = journal_cursor_get(backtest->recall.view, "dispatch", &backtest->upto);
    for (uint32_t i = 0; i < backtest->plain->plugin_count && status == 0; i++) {
        const struct config_plugin *plugin = &backtest->plain->plugins[i];
        uint64_t before = UINT64_MAX;
        backtest->after = 0;
        while (plugin->stage == PW_STAGE_ENRICH && status == 0 && backtest->after != before) {
            before = backtest->after;
            status = journal_pending_read(backtest->recall.view, text_of(plugin->name), before, BACKTEST_ROWS,
                                          note_waiting, backtest);
        }
    }
    backtest->after = 0;
    if (backtest->waiting_count > 1)
        qsort(backtest->waiting, backtest->waiting_count, sizeof(*backtest->waiting), by_number);
    return status;
}

static bool is_waiting(const struct backtest *backtest, uint64_t sequence)
{
    return sequence > backtest->upto ||
           (backtest->waiting_count && bsearch(&sequence, backtest->waiting, backtest->waiting_count,
                                               sizeof(*backtest->waiting), by_number));
}

static bool asked_for(const struct backtest *backtest, const struct pair *pair)
{
    const struct work *work = pair->work;
    return work->pathways && work->as_of >= backtest->from_ms && work->as_of < backtest->to_ms &&
           (!backtest->engagement || strcmp(backtest->engagement, pair->engagement) == 0);
}

/* What the event is judged by beside itself: the facts that were stored with it, and what came before it. */
static int collect_facts(struct backtest *backtest, struct pair *pair)
{
    int status = backtest->screen ? 0
                                  : journal_facts_read(backtest->recall.view, pair->work->sequence, add_facts,
                                                       &pair->facts);
    if (status == 0)
        status = recall_past(&backtest->recall, pair->work);
    if (status == 0 && pair->work->past.length) {
        if (pair->facts.length)
            buffer_string(&pair->facts, ",");
        buffer_text(&pair->facts, buffer_view(&pair->work->past));
    }
    return status < 0 ? status : pair->facts.failed ? PW_ERROR_MEMORY : 0;
}

static int read_pair(struct backtest *backtest, const struct journal_event *event, struct pair *pair)
{
    pair->work = work_new(WORK_LOOK, event);
    int status = pair->work ? recall_event(&backtest->recall, pair->work) : PW_ERROR_MEMORY;
    if (status < 0)
        return status;
    pair->engagement = text_at(&backtest->recall.document, "/data/engagement_id");
    pair->unit = text_at(&backtest->recall.document, "/data/unit");
    if (!pair->engagement || !pair->unit)
        return PW_ERROR_MEMORY;
    if (!asked_for(backtest, pair))
        return 0;
    if (!backtest->screen && is_waiting(backtest, event->sequence)) {
        backtest->left_out++;
        return 0;
    }
    for (int i = 0; i < SIDES; i++)
        if (!(pair->said[i] = calloc(1, sizeof(*pair->said[i]))))
            return PW_ERROR_MEMORY;
    status = collect_facts(backtest, pair);
    return status < 0 ? status : 1;
}

static int take_event(void *to, const struct journal_event *event)
{
    struct backtest *backtest = to;
    struct pair *pair = calloc(1, sizeof(*pair));
    int status = pair ? read_pair(backtest, event, pair) : PW_ERROR_MEMORY;
    backtest->after = event->sequence;
    backtest->read++;
    if (status <= 0) {
        if (pair)
            pair_free(pair);
        return status;
    }
    backtest->pairs++;
    backtest->bytes += pair->work->held + pair->facts.length;
    pair->open = 1; /* ours, until both sides have it */
    for (int i = 0; i < SIDES && status > 0; i++)
        status = push(&backtest->sides[i], pair) < 0 ? PW_ERROR_MEMORY : 1;
    if (--pair->open == 0)
        compare(backtest, pair);
    return status < 0 ? status : 0;
}

static bool has_room(const struct backtest *backtest)
{
    return !backtest->stopping && backtest->pairs < BACKTEST_PAIRS && backtest->bytes < BACKTEST_BYTES &&
           pipeline_has_room(backtest->sides[CONFIGURED].pipeline) &&
           pipeline_has_room(backtest->sides[TRIED].pipeline);
}

static void show_progress(const struct backtest *backtest)
{
    if (backtest->ctl->terminal_err && !backtest->ctl->json &&
        backtest->read % PROGRESS_EVENTS < BACKTEST_ROWS)
        fprintf(stderr, "\r%" PRIu64 " events\033[K", backtest->read);
}

/* What was given on the command line and a policy refuses ends the run; its own sentence was printed when it came. */
static bool refused(const struct backtest *backtest)
{
    for (int side = 0; side < SIDES; side++)
        for (uint32_t i = 0; i < pipeline_instance_count(backtest->sides[side].pipeline); i++) {
            const struct host_process *host = pipeline_instance(backtest->sides[side].pipeline, i);
            if (offline_changed(host_process_plugin(host)) && host_process_state(host) != HOST_UP)
                return true;
        }
    return false;
}

static void pump(uv_idle_t *idle)
{
    struct backtest *backtest = idle->data;
    uv_idle_stop(idle);
    if (!pipeline_settled(backtest->sides[CONFIGURED].pipeline) ||
        !pipeline_settled(backtest->sides[TRIED].pipeline))
        return;
    if (backtest->read == 0 && refused(backtest)) {
        stop(backtest, CTL_USAGE);
        return;
    }
    while (!backtest->ended && has_room(backtest)) {
        uint64_t before = backtest->after;
        int status = journal_events_read(backtest->recall.view, before, BACKTEST_ROWS, take_event, backtest);
        if (status < 0) {
            if (!backtest->stopping)
                ctl_complain("the journal cannot be read on (event %" PRIu64 ", error %d)", backtest->after,
                             status);
            stop(backtest, CTL_BAD);
            return;
        }
        backtest->ended = backtest->after == before;
        show_progress(backtest);
    }
    if (backtest->ended && backtest->pairs == 0)
        stop(backtest, CTL_GOOD);
}

static void want(struct backtest *backtest)
{
    if (!backtest->stopping)
        uv_idle_start(&backtest->idle, pump);
}

static void room(void *owner)
{
    want(((struct side *)owner)->backtest);
}

static void changed(void *owner, uint32_t instance, bool up)
{
    (void)instance;
    (void)up;
    room(owner);
}

static void logged(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    struct backtest *backtest = ((struct side *)owner)->backtest;
    uint64_t hash = text_hash(text_hash(TEXT_HASH_SEED, line), (struct pw_text){instance, strlen(instance)});
    uint32_t known = 0;
    while (known < SAID_LINES && backtest->lines[known] != hash)
        known++;
    if (known == SAID_LINES) {
        backtest->lines[backtest->line_count++ % SAID_LINES] = hash;
        offline_log(severity, instance, line);
    }
    room(owner);
}

static void stopped(void *owner)
{
    (void)owner; /* the loop ends when every handle is closed */
}

static const struct pipeline_events events = {
    .done = judged, .changed = changed, .room = room, .log = logged, .stopped = stopped};

/* ---- the run ---- */

static int run(struct backtest *backtest)
{
    struct host_options options = offline_host_options(backtest->ctl);
    if (uv_loop_init(&backtest->loop) != 0 || uv_idle_init(&backtest->loop, &backtest->idle) != 0)
        return CTL_BAD;
    backtest->idle.data = backtest;
    for (int i = 0; i < SIDES; i++) {
        struct side *side = &backtest->sides[i];
        side->backtest = backtest;
        if (pipeline_new(&backtest->loop, side->config, &options, &events, side, &side->pipeline) != 0) {
            ctl_complain("the plugins cannot be prepared: out of memory, or more than %u of them",
                         PIPELINE_MAX_INSTANCES);
            return CTL_BAD;
        }
    }
    for (int i = 0; i < SIDES; i++)
        pipeline_start(backtest->sides[i].pipeline);
    want(backtest);
    uv_run(&backtest->loop, UV_RUN_DEFAULT);
    for (int i = 0; i < SIDES; i++)
        pipeline_free(backtest->sides[i].pipeline);
    uv_run(&backtest->loop, UV_RUN_DEFAULT);
    uv_loop_close(&backtest->loop);
    if (backtest->ctl->terminal_err && !backtest->ctl->json)
        fputs("\r\033[K", stderr);
    return backtest->status;
}

static int read_date(const struct ctl *ctl, const char *name, int64_t otherwise, int64_t *ret_ms)
{
    const char *text = ctl_option(ctl, name);
    *ret_ms = otherwise;
    if (!text || time_parse_date(text_of(text), ret_ms) == 0)
        return CTL_GOOD;
    ctl_complain("%s takes a date like 2026-01-31, not \"%s\"", name, text);
    return CTL_USAGE;
}

static int open_journal(struct backtest *backtest)
{
    const char *path = ctl_option(backtest->ctl, "--journal");
    char *error = NULL;
    path = path ? path : backtest->ctl->config->journal;
    int status = journal_view_open(path, &backtest->recall.view, &error);
    if (status == 0)
        status = journal_corrections_any(backtest->recall.view, &backtest->recall.corrections);
    if (status < 0)
        ctl_complain("%s: %s", path, error ? error : "the journal cannot be read");
    free(error);
    return status < 0 ? CTL_USAGE : CTL_GOOD;
}

/* The configuration once more, without what the command line changes in it. */
static int load_plain(struct backtest *backtest)
{
    char *errors = NULL;
    const struct ctl *ctl = backtest->ctl;
    const char *file = ctl->config_file ? ctl->config_file : ctl->places.config_file;
    int status = config_load(file, &ctl->places, &backtest->plain, &errors);
    free(errors); /* it was good a moment ago */
    if (status != 0)
        ctl_complain("%s cannot be read again", file);
    return status != 0 ? CTL_USAGE : CTL_GOOD;
}

int ctl_backtest(struct ctl *ctl)
{
    struct backtest backtest = {.ctl = ctl, .engagement = ctl_option(ctl, "--engagement")};
    const struct comparison_view view = {ctl_option(ctl, "--engagements") != NULL, backtest.engagement};
    backtest.screen = ctl_option(ctl, "--snapshot") != NULL;
    if (!ctl_option(ctl, "--pack") && !backtest.screen) {
        ctl_complain("name what is tried: --pack FILE, or --snapshot FILE");
        return CTL_USAGE;
    }
    int status = read_date(ctl, "--from", INT64_MIN, &backtest.from_ms);
    if (status == CTL_GOOD)
        status = read_date(ctl, "--to", INT64_MAX, &backtest.to_ms);
    if (status == CTL_GOOD)
        status = offline_prepare(ctl);
    if (status == CTL_GOOD)
        status = load_plain(&backtest);
    if (status == CTL_GOOD)
        status = open_journal(&backtest);
    if (status == CTL_GOOD && find_waiting(&backtest) < 0) {
        ctl_complain("what is still owed cannot be read from the journal");
        status = CTL_BAD;
    }
    if (status == CTL_GOOD && comparison_new(&backtest.comparison) != 0)
        status = CTL_BAD;
    backtest.recall.wants = PW_EARLIER_ENGAGEMENT | PW_EARLIER_FUNDING;
    backtest.recall.config = backtest.sides[CONFIGURED].config = backtest.plain;
    backtest.sides[TRIED].config = ctl->config;
    if (status == CTL_GOOD)
        status = run(&backtest);
    if (status == CTL_GOOD && backtest.left_out)
        ctl_complain("%zu events are left out: their facts are not there yet", backtest.left_out);
    if (status == CTL_GOOD && comparison_events(backtest.comparison) == 0 && !ctl->json) {
        puts("There are no such events in the journal.");
    } else if (status == CTL_GOOD) {
        comparison_sort(backtest.comparison);
        comparison_print(backtest.comparison, ctl, &view);
    }
    comparison_free(backtest.comparison);
    free(backtest.waiting);
    recall_release(&backtest.recall);
    if (backtest.recall.view)
        journal_view_close(backtest.recall.view);
    config_free(backtest.plain);
    return status;
}
