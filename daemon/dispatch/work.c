/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing what came of one event. Findings of an instance replace what the same instance said of the same
 * event and pathway before, so a re-assessment withdraws by itself what no longer stands, the stand-in
 * finding system.plugin_unavailable included.
 */
#include "dispatch/work.h"

#include "dispatch/assessment.h"
#include "dispatch/correction.h"
#include "dispatch/past.h"
#include "dispatch/reexamination.h"

#include <stdlib.h>
#include <string.h>

int work_reword(struct work *work, struct pw_text body, struct pw_text affiliation)
{
    size_t length = body.length + affiliation.length;
    char *bytes = malloc(length ? length : 1);
    if (!bytes)
        return PW_ERROR_MEMORY;
    if (body.length)
        memcpy(bytes, body.data, body.length);
    if (affiliation.length)
        memcpy(bytes + body.length, affiliation.data, affiliation.length);
    free(work->bytes);
    work->bytes = bytes;
    work->body_length = body.length;
    work->affiliation_length = affiliation.length;
    work->held = length;
    return 0;
}

struct work *work_new(enum work_kind kind, const struct journal_event *event)
{
    struct work *work = calloc(1, sizeof(*work));
    char *identity = malloc(event->source.length + event->id.length + 1);
    if (!work || !identity || work_reword(work, event->body, event->affiliation) < 0) {
        free(identity);
        free(work);
        return NULL;
    }
    if (event->source.length)
        memcpy(identity, event->source.data, event->source.length);
    if (event->id.length)
        memcpy(identity + event->source.length, event->id.data, event->id.length);
    work->source = (struct pw_text){identity, event->source.length};
    work->id = (struct pw_text){identity + event->source.length, event->id.length};
    work->kind = kind;
    work->sequence = event->sequence;
    work->as_of = event->received_ms;
    return work;
}

void work_free(struct work *work)
{
    if (!work)
        return;
    assessment_free(work->assessment);
    free(work->bytes);
    free((char *)work->source.data);
    links_release(&work->links);
    buffer_release(&work->past);
    buffer_release(&work->changes);
    free(work);
}

struct pw_text work_body(const struct work *work)
{
    return (struct pw_text){work->bytes, work->body_length};
}

/* One transaction's scratch: what is written about the work at hand. */
struct writing {
    struct journal_writer *writer;
    const struct work *work;
    const struct work_context *context;
    bool findings_changed;
};

static struct pw_text name_of(const char *name)
{
    return (struct pw_text){name, strlen(name)};
}

static int put_findings(struct writing *writing, const char *instance, enum pathway pathway,
                        const struct pw_document *document)
{
    struct journal_finding rows[FRAME_MAX_FINDINGS] = {0};
    uint32_t count = 0;
    for (uint32_t node = document ? json_first(document, PW_NODE_ROOT) : PW_NODE_NONE; node != PW_NODE_NONE;
         node = json_next(document, node)) {
        if (count == FRAME_MAX_FINDINGS)
            return PW_ERROR_LIMIT;
        /* What is said on trial is kept with what it says, and counts for nothing. */
        bool shadow = json_true(document, json_member(document, node, "shadow"));
        rows[count++] = (struct journal_finding){
            .sequence = writing->work->sequence,
            .instance = name_of(instance),
            .pathway = name_of(pathways[pathway].name),
            .rule = json_text(document, json_member(document, node, "rule")),
            .level = shadow ? PW_LEVEL_NONE
                            : level_by_name(json_text(document, json_member(document, node, "level"))),
            .needs_information =
                !shadow && json_true(document, json_member(document, node, "needs_information")),
            .body = json_raw(document, node)};
    }
    if (!count && writing->work->kind == WORK_FRESH)
        return 0; /* nothing can have stood before */
    writing->findings_changed = true;
    return journal_findings_put(writing->writer, writing->work->sequence, instance, pathways[pathway].name,
                                rows, count);
}

static int put_result(struct writing *writing, const char *instance, const struct part *part)
{
    struct pw_document document = {0};
    struct json_error error;
    if (part->result_length <= 2)
        return put_findings(writing, instance, part->pathway, NULL);
    int status = json_parse(&document, part->result, part->result_length, &json_limits_frame, &error);
    if (status == 0)
        status = put_findings(writing, instance, part->pathway, &document);
    json_release(&document);
    return status;
}

static int put_unavailable(struct writing *writing, const char *instance, enum pathway pathway, bool poison,
                           const char *why)
{
    struct pw_document document = {0};
    struct json_error error;
    struct buffer json = {0};
    buffer_string(&json, "[");
    pipeline_unavailable_finding(&json, instance, pathway, poison, why);
    buffer_string(&json, "]");
    int status = json.failed ? PW_ERROR_MEMORY
                             : json_parse(&document, json.data, json.length, &json_limits_frame, &error);
    if (status == 0)
        status = put_findings(writing, instance, pathway, &document);
    json_release(&document);
    buffer_release(&json);
    return status;
}

/* An enricher's outage concerns every pathway of the event; a policy's its own. PATHWAY_COUNT: all of them.
 */
static int put_unavailable_on(struct writing *writing, const char *instance, enum pathway pathway,
                              bool poison, const char *why)
{
    int status = 0;
    if (pathway != PATHWAY_COUNT)
        return put_unavailable(writing, instance, pathway, poison, why);
    for (enum pathway each = 0; each < PATHWAY_COUNT && status == 0; each++)
        if (writing->work->pathways & (1u << each))
            status = put_unavailable(writing, instance, each, poison, why);
    return status;
}

static int put_pending(struct writing *writing, const char *instance, enum pathway pathway,
                       const char *reason, bool reported)
{
    struct journal_pending pending = {
        .sequence = writing->work->sequence,
        .instance = name_of(instance),
        .pathway = pathway == PATHWAY_COUNT ? (struct pw_text){"", 0} : name_of(pathways[pathway].name),
        .reason = name_of(reason),
        .since_ms = writing->work->since_ms ? writing->work->since_ms : journal_writer_now(writing->writer),
        .reported = reported};
    return journal_pending_put(writing->writer, &pending);
}

static int settle_pending(struct writing *writing, const char *instance, enum pathway pathway)
{
    int status = 0;
    if (writing->work->kind != WORK_AGAIN)
        return 0;
    const char *name = pathway == PATHWAY_COUNT ? "" : pathways[pathway].name;
    status = journal_pending_remove(writing->writer, writing->work->sequence, instance, name,
                                    writing->work->row_since[pathway]);
    for (enum pathway each = 0; pathway == PATHWAY_COUNT && each < PATHWAY_COUNT && status == 0; each++)
        if (writing->work->pathways & (1u << each)) /* the enricher's own stand-ins */
            status = put_findings(writing, instance, each, NULL);
    return status == PW_ERROR_NOT_FOUND ? 0 : status;
}

static int write_done(struct writing *writing, const char *instance, const struct part *part)
{
    int status = settle_pending(writing, instance, part->pathway);
    if (status < 0)
        return status;
    if (part->pathway != PATHWAY_COUNT)
        return put_result(writing, instance, part);
    if (part->result_length <= 2 && writing->work->kind == WORK_FRESH)
        return 0;
    return journal_facts_put(writing->writer, writing->work->sequence, instance,
                             (struct pw_text){part->result, part->result_length});
}

static int write_part(struct writing *writing, const struct part *part)
{
    const char *instance = writing->context->instance_names[part->instance];
    switch (part->state) {
    case PART_DONE:
        return write_done(writing, instance, part);
    case PART_MISSING: /* what is asked again is owed already; what an enricher's return brought along is not */
        if (writing->work->kind == WORK_AGAIN && part->instance == writing->work->instance)
            return 0;
        return put_pending(writing, instance, part->pathway, "unavailable", false);
    case PART_POISON: {
        int status = put_pending(writing, instance, part->pathway, "poison", true);
        return status < 0 ? status : put_unavailable_on(writing, instance, part->pathway, true, part->why);
    }
    default:
        return 0;
    }
}

/* Says of one owed event that its plugin has been away for too long. */
static int write_outage(struct writing *writing)
{
    const struct work *work = writing->work;
    const char *instance = writing->context->instance_names[work->instance];
    int status = 0;
    if (work->instance < writing->context->enricher_count) {
        status = put_unavailable_on(writing, instance, PATHWAY_COUNT, false, work->why);
        return status < 0 ? status : put_pending(writing, instance, PATHWAY_COUNT, "unavailable", true);
    }
    for (enum pathway each = 0; each < PATHWAY_COUNT && status == 0; each++) {
        if (!(work->pathways & (1u << each)))
            continue;
        status = put_unavailable(writing, instance, each, false, work->why);
        if (status == 0)
            status = put_pending(writing, instance, each, "unavailable", true);
    }
    return status;
}

/* What an instance owed on pathways that, as it turned out, it does not judge: nothing, and nothing stands in. */
static int write_unneeded(struct writing *writing)
{
    const struct work *work = writing->work;
    const char *instance = writing->context->instance_names[work->instance];
    uint32_t unneeded = work->owed;
    int status = 0;
    for (uint32_t i = 0; work->assessment && i < work->assessment->part_count; i++) {
        const struct part *part = &work->assessment->parts[i];
        if (part->instance == work->instance && part->pathway != PATHWAY_COUNT &&
            part->state != PART_UNNEEDED)
            unneeded &= ~(1u << part->pathway);
    }
    for (enum pathway each = 0; each < PATHWAY_COUNT && status == 0; each++) {
        if (!(unneeded & (1u << each)))
            continue;
        status = settle_pending(writing, instance, each);
        if (status == 0)
            status = put_findings(writing, instance, each, NULL);
    }
    return status;
}

/* A corrected event may go other ways than before: what was said where it no longer goes does not stand. */
static int write_unrouted(struct writing *writing)
{
    const struct assessment *assessment = writing->work->assessment;
    const struct work_context *context = writing->context;
    int status = 0;
    if (!assessment || assessment_lacking(assessment, context->enricher_count))
        return 0;
    for (uint32_t i = context->enricher_count; i < context->instance_count; i++)
        for (enum pathway each = 0; each < PATHWAY_COUNT && status == 0; each++)
            if (!assessment_has_part(assessment, i, each))
                status = put_findings(writing, context->instance_names[i], each, NULL);
    return status;
}

int work_owe(struct journal_writer *writer, uint64_t sequence, const char *reason,
             const struct work_context *context)
{
    uint32_t count = context->enricher_count ? 1 : context->instance_count;
    int status = 0;
    for (uint32_t i = 0; i < count && status == 0; i++)
        for (enum pathway each = 0; each < (context->enricher_count ? 1 : PATHWAY_COUNT) && status == 0;
             each++) {
            const char *name = context->instance_names[i];
            const char *pathway = context->enricher_count ? "" : pathways[each].name;
            const struct journal_pending pending = {.sequence = sequence,
                                                    .instance = {name, strlen(name)},
                                                    .pathway = {pathway, strlen(pathway)},
                                                    .reason = {reason, strlen(reason)},
                                                    .since_ms = journal_writer_now(writer)};
            status = journal_pending_put(writer, &pending);
        }
    return status;
}

bool work_set_aside(struct work *work)
{
    bool any = false;
    for (uint32_t i = 0; work->assessment && i < work->assessment->part_count; i++) {
        struct part *part = &work->assessment->parts[i];
        if (part->state != PART_DONE || (work->failed && part != work->failed))
            continue;
        part->state = PART_POISON;
        part->why = "its answer cannot be stored";
        any = true;
    }
    return any;
}

int work_write(struct journal_writer *writer, struct work *work, const struct work_context *context)
{
    struct writing writing = {.writer = writer, .work = work, .context = context};
    int status = work->kind == WORK_OUTAGE ? write_outage(&writing) : 0;
    if (status == 0 && work->kind == WORK_AGAIN)
        status = write_unneeded(&writing);
    if (status == 0 && work->corrected)
        status = write_unrouted(&writing);
    if (status == 0 && work->corrects)
        status = correction_write(writer, work, context);
    if (status == 0 && work->kind == WORK_LINK)
        return past_write_links(writer, work);
    if (status == 0 && work->kind == WORK_LOOK)
        return reexamination_write(writer, work, context);
    if (status == 0 && (work->kind == WORK_FRESH || work->corrected))
        status = past_write(writer, work, context);
    work->failed = NULL;
    for (uint32_t i = 0; work->assessment && i < work->assessment->part_count && status == 0; i++) {
        status = write_part(&writing, &work->assessment->parts[i]);
        if (status < 0)
            work->failed = &work->assessment->parts[i];
    }
    if (status < 0 || !writing.findings_changed)
        return status;
    return context->judged(context->owner, writer, work->sequence, work_body(work));
}
