/* SPDX-License-Identifier: Apache-2.0
 *
 * assess.c: the command `assess`: each line through the real pipeline, answers in the input's order.
 *
 *   source ──▶ line_read ──▶ pipeline ──▶ line_judged ──▶ printed when all lines before it are
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/line.h"
#include "ctl/offline.h"
#include "ctl/readable.h"
#include "ctl/source.h"

#define ASSESS_MAX_LINES                                                                                     \
    4096u /* read and not yet printed: one slow event must not fill the memory behind it */

struct assess {
    struct ctl *ctl;
    uv_loop_t loop;
    uv_idle_t idle; /* active while there may be something to do in `pump` */
    struct source *source;
    struct readable readable;
    struct pipeline *pipeline;
    struct line_options options;
    struct line *first, **last;
    uint32_t lines;
    uint64_t number;
    bool stopping, reading;
    int status;
};

static void want(struct assess *assess);

static void stop(struct assess *assess)
{
    if (assess->stopping)
        return;
    assess->stopping = true;
    uv_close((uv_handle_t *)&assess->idle, NULL);
    readable_close(&assess->readable);
    pipeline_stop(assess->pipeline);
}

static void print_ready(struct assess *assess)
{
    while (assess->first && assess->first->done) {
        struct line *line = assess->first;
        assess->first = line->next;
        if (!assess->first)
            assess->last = &assess->first;
        assess->lines--;
        if (line_print(line, &assess->options) != CTL_GOOD)
            assess->status = CTL_BAD;
        line_free(line);
    }
    fflush(stdout);
}

static void judged(void *owner, struct assessment *assessment)
{
    struct assess *assess = owner;
    struct line *line = assessment->owner;
    line_judged(line, assess->pipeline, assessment);
    assessment_free(assessment);
    want(assess);
}

static void take_line(struct assess *assess, struct pw_text text, bool too_long)
{
    struct assessment *assessment = NULL;
    struct line *line = line_read(&assess->options, ++assess->number, text, too_long, &assessment);
    if (!line) {
        ctl_complain("out of memory");
        assess->status = CTL_BAD;
        stop(assess);
        return;
    }
    *assess->last = line;
    assess->last = &line->next;
    assess->lines++;
    if (assessment && pipeline_push(assess->pipeline, assessment) != 0) {
        assessment_free(assessment);
        line_fail(line, "Out of memory.");
    }
}

/* Reads as much as there is room for; true when more input has to be waited for. */
static bool read_lines(struct assess *assess)
{
    while (!assess->stopping && assess->lines < ASSESS_MAX_LINES && pipeline_has_room(assess->pipeline)) {
        struct pw_text text = {NULL, 0};
        int status = source_line(assess->source, &text);
        if (status != 0) {
            take_line(assess, text, status < 0);
            continue;
        }
        if (source_at_end(assess->source))
            return false;
        if (assess->readable.watched && !assess->reading)
            return true;
        assess->reading = false;
        if (source_fill(assess->source) < 0) {
            assess->status = CTL_USAGE;
            stop(assess);
        }
    }
    return false;
}

/* A plugin that does not start with what the command line gave it ends the run: the answers would be about
 * something else than was asked. Its own sentence was printed when it came. */
static bool refused(const struct assess *assess)
{
    for (uint32_t i = 0; i < pipeline_instance_count(assess->pipeline); i++) {
        const struct host_process *host = pipeline_instance(assess->pipeline, i);
        if (offline_changed(host_process_plugin(host)) && host_process_state(host) != HOST_UP)
            return true;
    }
    return false;
}

static void pump(uv_idle_t *idle)
{
    struct assess *assess = idle->data;
    uv_idle_stop(idle);
    if (!pipeline_settled(assess->pipeline))
        return;
    if (assess->number == 0 && refused(assess)) {
        assess->status = CTL_USAGE;
        stop(assess);
        return;
    }
    bool waits = read_lines(assess);
    print_ready(assess);
    if (assess->stopping)
        return;
    if (waits)
        readable_once(&assess->readable);
    else if (!assess->first && source_ended(assess->source))
        stop(assess);
    else if (assess->lines == 0 || (assess->first && assess->first->done))
        want(assess);
}

static void want(struct assess *assess)
{
    if (!assess->stopping)
        uv_idle_start(&assess->idle, pump);
}

static void input_ready(void *owner)
{
    struct assess *assess = owner;
    assess->reading = true;
    want(assess);
}

static void room(void *owner)
{
    want(owner);
}

static void changed(void *owner, uint32_t instance, bool up)
{
    (void)instance;
    (void)up;
    want(owner);
}

static void logged(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    offline_log(severity, instance, line);
    want(owner);
}

static void stopped(void *owner)
{
    (void)owner; /* the loop ends when every handle is closed */
}

static const struct pipeline_events events = {
    .done = judged, .changed = changed, .room = room, .log = logged, .stopped = stopped};

static int run(struct assess *assess)
{
    struct host_options options = offline_host_options(assess->ctl);
    assess->options.config = assess->ctl->config;
    if (uv_loop_init(&assess->loop) != 0 || uv_idle_init(&assess->loop, &assess->idle) != 0)
        return CTL_BAD;
    assess->idle.data = assess;
    if (pipeline_new(&assess->loop, assess->ctl->config, &options, &events, assess, &assess->pipeline) != 0 ||
        readable_init(&assess->readable, &assess->loop, assess->source, input_ready, assess) != 0) {
        ctl_complain("the plugins cannot be prepared: out of memory, or more than %u of them",
                     PIPELINE_MAX_INSTANCES);
        return CTL_BAD;
    }
    pipeline_start(assess->pipeline);
    want(assess);
    uv_run(&assess->loop, UV_RUN_DEFAULT);
    for (struct line *line = assess->first, *next; line; line = next) {
        next = line->next;
        line_free(line);
    }
    pipeline_free(assess->pipeline);
    uv_run(&assess->loop, UV_RUN_DEFAULT);
    uv_loop_close(&assess->loop);
    return assess->status;
}

int ctl_assess(struct ctl *ctl)
{
    struct assess assess = {.ctl = ctl, .status = CTL_GOOD};
    const char *as_of = ctl_option(ctl, "--as-of");
    assess.last = &assess.first;
    assess.options = (struct line_options){.ctl = ctl, .together = ctl_option(ctl, "--together") != NULL};
    if (as_of && line_time(as_of, &assess.options) != 0) {
        ctl_complain("--as-of takes a time like 2026-01-02T03:04:05Z or a date like 2026-01-02, not \"%s\"",
                     as_of);
        return CTL_USAGE;
    }
    int status = offline_prepare(ctl);
    if (status == CTL_GOOD && source_open(ctl->positionals[0], &assess.source) != 0)
        status = CTL_USAGE;
    if (status == CTL_GOOD)
        status = run(&assess);
    source_close(assess.source);
    line_options_release(&assess.options);
    return status;
}
