/* SPDX-License-Identifier: Apache-2.0
 *
 * line.c: a bad line is answered in its place, with every reason; a plugin that could not be asked is a
 * finding, never a silent pass.
 */
#include "ctl/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "control/finding.h"
#include "ctl/offline.h"
#include "ctl/review.h"
#include "event/correct.h"
#include "json/time.h"

int line_time(const char *text, struct line_options *options)
{
    struct pw_text given = {text, strlen(text)};
    options->as_of_given = true;
    if (time_parse(given, &options->as_of) == 0)
        return 0;
    return time_parse_date(given, &options->as_of);
}

void line_options_release(struct line_options *options)
{
    history_release(&options->history);
    json_release(&options->document);
    json_release(&options->body);
    event_release(&options->event);
}

void line_free(struct line *line)
{
    if (!line)
        return;
    free(line->bytes);
    free(line->source);
    free(line->id);
    free(line->engagement_id);
    free(line->about);
    buffer_release(&line->findings);
    free(line);
}

static void write_fault(struct buffer *out, const struct event_fault *fault)
{
    json_write_begin(out, '{');
    json_member_string(out, "pointer", fault->pointer);
    json_member_string(out, "code", fault->code);
    json_member_string(out, "message", fault->message);
    json_write_end(out, '}');
}

/* {"error": "line 3: /data/x: …", "line": 3, "errors": [ … ]}: the first reason in words, all of them in
 * order. */
static void set_bad(struct line *line, uint64_t number, const struct event_fault *faults, uint32_t count)
{
    char sentence[600];
    struct buffer *out = &line->findings;
    const char *pointer = faults[0].pointer, *message = faults[0].message;
    /* A line of NDJSON is a text of one line, whose number there says nothing. */
    if (strncmp(message, "line 1, ", 8) == 0)
        message += 8;
    snprintf(sentence, sizeof(sentence), "line %" PRIu64 ": %s%s%s", number, pointer, *pointer ? ": " : "",
             message);
    buffer_clear(out);
    json_write_begin(out, '{');
    json_member_string(out, "error", sentence);
    json_member_unsigned(out, "line", number);
    json_write_key(out, "errors");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < count; i++)
        write_fault(out, &faults[i]);
    json_write_end(out, ']');
    json_write_end(out, '}');
    line->bad = true;
    line->done = true;
}

static void set_bad_one(struct line *line, uint64_t number, const char *code, const char *message)
{
    struct event_fault fault = {.code = code};
    snprintf(fault.message, sizeof(fault.message), "%s", message);
    set_bad(line, number, &fault, 1);
}

void line_fail(struct line *line, const char *why)
{
    set_bad_one(line, 0, "memory", why);
}

static char *copy(struct pw_text text)
{
    return strndup(text.data ? text.data : "", text.length);
}

static int64_t wall_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What is to be judged: the event as it came or, in a history, as it stands after its corrections. */
struct subject {
    struct pw_text id, engagement_id, body, affiliation;
    int64_t time_ms;
};

/* False when memory is out. */
static bool find_subject(struct line_options *options, struct line *line, struct subject *ret_subject)
{
    const struct event *event = &options->event;
    bool correction = event_is_correction(event->type, options->config->type_prefix), first = true;
    struct history_event *recorded = NULL;
    *ret_subject =
        (struct subject){event->id, event->engagement_id, event->body, event->affiliation, event->time_ms};
    if (!options->together)
        return true;
    if ((correction ? history_correct(&options->history, event, &recorded)
                    : history_add(&options->history, event, &recorded, &first)) < 0)
        return false;
    line->recorded = recorded;
    line->repeated = !first;
    if (recorded)
        *ret_subject = (struct subject){text_of(recorded->id),
                                        text_of(recorded->engagement_id),
                                        {recorded->body, recorded->body_length},
                                        {recorded->affiliation, recorded->affiliation_length},
                                        recorded->time_ms};
    return true;
}

/* Keeps of it what the pipeline borrows and the answer names. */
static bool keep(struct line *line, const struct event *event, const struct subject *subject)
{
    size_t body = subject->body.length, affiliation = subject->affiliation.length;
    line->bytes = malloc(body + affiliation + 1);
    line->source = copy(event->source);
    line->id = copy(event->id);
    line->engagement_id = copy(subject->engagement_id);
    line->about = copy(subject->id);
    if (!line->bytes || !line->source || !line->id || !line->engagement_id || !line->about)
        return false;
    memcpy(line->bytes, subject->body.data, body);
    if (affiliation > 0)
        memcpy(line->bytes + body, subject->affiliation.data, affiliation);
    return true;
}

static struct assessment *make_assessment(struct line_options *options, struct line *line, uint64_t number,
                                          const struct subject *subject)
{
    struct json_error error = {0};
    struct assessment *assessment = calloc(1, sizeof(*assessment));
    if (!assessment)
        return NULL;
    assessment->sequence = number;
    assessment->owner = line;
    assessment->event = (struct pw_text){line->bytes, subject->body.length};
    assessment->affiliation =
        (struct pw_text){line->bytes + subject->body.length, subject->affiliation.length};
    assessment->as_of = options->as_of_given            ? options->as_of
                        : subject->time_ms != INT64_MIN ? subject->time_ms
                                                        : wall_clock_ms();
    if (json_parse(&options->body, assessment->event.data, assessment->event.length, &json_limits_frame,
                   &error) != 0) {
        free(assessment);
        return NULL;
    }
    assessment->pathways = line->repeated ? 0 : pathway_route(options->config, &options->body);
    return assessment;
}

/* True when the line holds one event, which is then in options->event; else the line was answered. */
static bool read_event(struct line_options *options, struct line *line, uint64_t number, struct pw_text text)
{
    const struct event_permit permit = {.type_prefix = options->config->type_prefix};
    struct event_fault fault = {0};
    bool batch = false;
    if (text.length == 0)
        set_bad_one(line, number, "syntax", "The line is empty.");
    else if (event_message_parse(&options->document, text.data, text.length, &options->config->limits, &batch,
                                 &fault) != 0)
        set_bad(line, number, &fault, 1);
    else if (batch)
        set_bad_one(line, number, "type", "A line is one event, not an array of them.");
    else if (event_read(&options->event, &options->document, PW_NODE_ROOT, &options->config->limits,
                        &permit) == 0)
        return true;
    else if (options->event.fault_count > 0)
        set_bad(line, number, options->event.faults, options->event.fault_count);
    else
        set_bad_one(line, number, "memory", "Out of memory.");
    return false;
}

struct line *line_read(struct line_options *options, uint64_t number, struct pw_text text, bool too_long,
                       struct assessment **ret_assessment)
{
    struct line *line = calloc(1, sizeof(*line));
    if (!line)
        return NULL;
    if (too_long) {
        set_bad_one(line, number, "bytes", "The line is longer than any event may be.");
        return line;
    }
    if (!read_event(options, line, number, text))
        return line;
    struct subject subject;
    struct assessment *assessment = NULL;
    if (find_subject(options, line, &subject) && keep(line, &options->event, &subject))
        assessment = make_assessment(options, line, number, &subject);
    if (!assessment) {
        line_free(line);
        return NULL;
    }
    *ret_assessment = assessment;
    return line;
}

/* ---- what the plugins said ----------------------------------------------------------------------------- */

static void add_finding(struct line *line, const struct pw_document *document, uint32_t node)
{
    uint32_t level = level_by_name(json_text(document, json_member(document, node, "level")));
    uint32_t asks = json_true(document, json_member(document, node, "needs_information"));
    if (!json_true(document, json_member(document, node, "shadow")))
        cases_join(&line->join, level < PW_LEVEL_COUNT ? level : PW_LEVEL_NONE, asks);
    finding_begin(&line->findings, json_raw(document, node), text_of(line->source), text_of(line->about),
                  text_of(line->engagement_id));
    json_write_end(&line->findings, '}');
}

static void add_findings(struct line *line, const char *json, size_t length)
{
    struct pw_document document = {0};
    struct json_error error = {0};
    if (json_parse(&document, json, length, &json_limits_frame, &error) != 0)
        line->findings.failed = true; /* the pipeline has checked it, so this is want of memory */
    for (uint32_t node = json_first(&document, PW_NODE_ROOT); node != PW_NODE_NONE;
         node = json_next(&document, node))
        add_finding(line, &document, node);
    json_release(&document);
}

static void add_unavailable(struct line *line, const struct host_process *host, enum pathway pathway,
                            bool poison)
{
    struct buffer json = {0};
    char *why = offline_last_error(host);
    line->lacking = true;
    buffer_string(&json, "[");
    pipeline_unavailable_finding(&json, host_process_plugin(host)->name, pathway, poison,
                                 why ? why : "out of memory");
    buffer_string(&json, "]");
    if (!json.failed)
        add_findings(line, json.data, json.length);
    line->findings.failed |= json.failed;
    buffer_release(&json);
    free(why);
}

/* An enricher that is missing is missing for every pathway of the event. */
static bool concerns(const struct part *part, enum pathway pathway)
{
    return part->pathway == pathway || part->pathway == PATHWAY_COUNT;
}

void line_judged(struct line *line, struct pipeline *pipeline, const struct assessment *assessment)
{
    json_write_begin(&line->findings, '[');
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++) {
        for (uint32_t i = 0; i < assessment->part_count && (assessment->pathways & (1u << pathway)); i++) {
            const struct part *part = &assessment->parts[i];
            bool lacking = part->state == PART_MISSING || part->state == PART_POISON;
            if (!concerns(part, pathway))
                continue;
            if (lacking)
                add_unavailable(line, pipeline_instance(pipeline, part->instance), pathway,
                                part->state == PART_POISON);
            else if (part->pathway == pathway && part->state == PART_DONE)
                add_findings(line, part->result, part->result_length);
        }
    }
    json_write_end(&line->findings, ']');
    line->done = true;
    if (line->findings.failed) {
        buffer_release(&line->findings);
        line_fail(line, "Out of memory.");
    }
}

/* ---- printing ------------------------------------------------------------------------------------------ */

static void print_for_people(const struct ctl *ctl, const char *json)
{
    cJSON *answer = cJSON_Parse(json);
    const cJSON *finding = NULL;
    const char *level = table_word(answer, "level");
    fputs(table_bold(ctl), stdout);
    table_print(table_word(answer, "event.id"));
    printf("%s  ", table_plain(ctl));
    table_print(table_word(answer, "engagement_id"));
    printf("  %s%s%s%s\n", table_level_colour(ctl, level), level, table_plain(ctl),
           cJSON_IsTrue(table_find(answer, "needs_information")) ? ", asks" : "");
    cJSON_ArrayForEach(finding, table_find(answer, "findings"))
    {
        review_finding(ctl, finding);
    }
    cJSON_Delete(answer);
}

int line_print(struct line *line, struct line_options *options)
{
    struct buffer out = {0};
    if (line->repeated)
        line->join = line->recorded->join;
    if (!line->bad && line->recorded && history_join(&options->history, line->recorded, &line->join) != 0)
        line_fail(line, "Out of memory.");
    if (line->bad) {
        puts(line->findings.failed ? "{\"error\":\"out of memory\"}" : line->findings.data);
        return CTL_BAD;
    }
    json_write_begin(&out, '{');
    json_write_key(&out, "event");
    json_write_begin(&out, '{');
    json_member_string(&out, "source", line->source);
    json_member_string(&out, "id", line->id);
    json_write_end(&out, '}');
    json_member_string(&out, "engagement_id", line->engagement_id);
    json_member_string(&out, "level", level_names[line->join.level]);
    json_member_boolean(&out, "needs_information", line->join.needs_information != 0);
    json_member_raw(&out, "findings", buffer_view(&line->findings));
    json_write_end(&out, '}');
    if (out.failed)
        puts("{\"error\":\"out of memory\"}");
    else if (options->ctl->terminal_out && !options->ctl->json)
        print_for_people(options->ctl, out.data);
    else
        puts(out.data);
    bool failed = out.failed;
    buffer_release(&out);
    return failed || line->lacking ? CTL_BAD : CTL_GOOD;
}
