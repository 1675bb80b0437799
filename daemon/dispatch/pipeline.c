/* SPDX-License-Identifier: Apache-2.0
 *
 * The in-memory way of an event through its plugins. An instance has two queues: what waits for it, and what
 * its host was sent. Everything that became ready during one turn of the loop is sent before the loop sleeps,
 * so batches form by themselves under load and a lone event never waits for company.
 */
#include "dispatch/assessment.h"
#include "dispatch/queue.h"

#include <pathwayd/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Assessments under way at once: enough to keep every host in batches, little enough to bound memory. */
#define MAX_IN_FLIGHT       1024u
#define MAX_IN_FLIGHT_BYTES (16u << 20)
/* Sent and unanswered per host: one batch being worked on, one on its way. */
#define MAX_OUTSTANDING (2u * FRAME_MAX_BATCH)
/* A host that is away for less than this is waited for; longer, and the others go on without it. */
#define PATIENCE_MS      2000u
#define PATIENCE_TICK_MS 200u

/* How much an item is suspected: set aside as poison after two deaths of its own making, or ten from outside.
 */
#define KILL_OWN     5u
#define KILL_OUTSIDE 1u
#define KILL_POISON  10u

struct instance {
    struct pipeline *pipeline;
    struct host_process *host;
    const struct config_plugin *plugin;
    uint32_t index;
    uint32_t pathways; /* bit set it judges; all until it said or the configuration says */
    bool away;         /* declared down: its parts are missing at once */
    bool settled;      /* was up or failed at least once */
    bool stopped;
    char why[512];
    struct queue waiting, sent;
};

struct pipeline {
    uv_loop_t *loop;
    const struct config *config;
    const struct pipeline_events *events;
    void *owner;
    uv_prepare_t flush;
    uv_timer_t patience;
    struct instance instances[PIPELINE_MAX_INSTANCES];
    uint32_t instance_count, enricher_count;
    uint32_t in_flight;
    size_t in_flight_bytes;
    uint32_t handles_open;
    bool stopping, full;
    struct pw_document document; /* for looking at answers */
    struct entry *spare;
};

static struct entry *entry_get(struct pipeline *pipeline)
{
    struct entry *entry = pipeline->spare;
    if (entry)
        pipeline->spare = entry->next;
    else
        entry = malloc(sizeof(*entry));
    return entry;
}

static void entry_put(struct pipeline *pipeline, struct entry *entry)
{
    entry->next = pipeline->spare;
    pipeline->spare = entry;
}

/* ---- an assessment's way ---- */

static void enqueue(struct pipeline *pipeline, struct assessment *assessment, uint32_t part)
{
    struct instance *instance = &pipeline->instances[assessment->parts[part].instance];
    struct entry *entry = instance->away ? NULL : entry_get(pipeline);
    if (!entry) { /* away, or out of memory: owed, and made good later from the journal */
        assessment->parts[part].state = PART_MISSING;
        return;
    }
    assessment->parts[part].state = PART_WAITING;
    entry->assessment = assessment;
    entry->part = part;
    queue_append(&instance->waiting, entry);
}

static void finish(struct pipeline *pipeline, struct assessment *assessment)
{
    pipeline->in_flight--;
    pipeline->in_flight_bytes -= assessment->event.length;
    pipeline->events->done(pipeline->owner, assessment);
    if (pipeline->full && pipeline_has_room(pipeline)) {
        pipeline->full = false;
        if (pipeline->events->room)
            pipeline->events->room(pipeline->owner);
    }
}

/* Moves the assessment on as far as its parts allow. */
static void advance(struct pipeline *pipeline, struct assessment *assessment)
{
    uint32_t enrichers = pipeline->enricher_count;
    if (enrichers > assessment->part_count)
        enrichers = assessment->part_count;
    if (assessment_open(assessment, 0, enrichers))
        return;
    if (!assessment_lacking(assessment, enrichers) && !assessment->facts.length) {
        assessment_join_facts(assessment, enrichers);
        for (uint32_t i = enrichers; i < assessment->part_count; i++)
            enqueue(pipeline, assessment, i);
    }
    if (!assessment_open(assessment, enrichers, assessment->part_count) ||
        assessment_lacking(assessment, enrichers))
        finish(pipeline, assessment);
}

static uint32_t count_parts(const struct pipeline *pipeline, const struct assessment *assessment)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < pipeline->instance_count; i++) {
        uint32_t shared = pipeline->instances[i].pathways & assessment->pathways;
        count += i < pipeline->enricher_count ? 1 : (uint32_t)__builtin_popcount(shared);
    }
    return count;
}

static void add_part(struct assessment *assessment, uint32_t instance, enum pathway pathway)
{
    assessment->parts[assessment->part_count++] =
        (struct part){.instance = instance, .pathway = pathway, .state = PART_UNNEEDED};
}

static void make_parts(struct pipeline *pipeline, struct assessment *assessment)
{
    for (uint32_t i = 0; i < pipeline->enricher_count; i++)
        add_part(assessment, i, PATHWAY_COUNT);
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++)
        for (uint32_t i = pipeline->enricher_count; i < pipeline->instance_count; i++)
            if ((pipeline->instances[i].pathways & assessment->pathways & (1u << pathway)) &&
                (!assessment->only || (assessment->only & (1u << i))))
                add_part(assessment, i, pathway);
}

int pipeline_push(struct pipeline *pipeline, struct assessment *assessment)
{
    uint32_t count = count_parts(pipeline, assessment);
    assessment->parts = calloc(count ? count : 1, sizeof(*assessment->parts));
    if (!assessment->parts)
        return PW_ERROR_MEMORY;
    make_parts(pipeline, assessment);
    pipeline->in_flight++;
    pipeline->in_flight_bytes += assessment->event.length;
    for (uint32_t i = 0; i < pipeline->enricher_count; i++)
        enqueue(pipeline, assessment, i);
    advance(pipeline, assessment);
    return 0;
}

bool pipeline_has_room(const struct pipeline *pipeline)
{
    return !pipeline->stopping && pipeline->in_flight < MAX_IN_FLIGHT &&
           pipeline->in_flight_bytes < MAX_IN_FLIGHT_BYTES;
}

/* ---- sending ---- */

static bool alone(const struct entry *entry)
{
    return entry->assessment->parts[entry->part].kills > 0;
}

static struct frame_item item_of(const struct instance *instance, const struct entry *entry)
{
    const struct assessment *assessment = entry->assessment;
    enum pathway pathway = assessment->parts[entry->part].pathway;
    struct frame_item item = {
        .sequence = assessment->sequence, .as_of = assessment->as_of, .event = assessment->event};
    if (instance->plugin->stage == PW_STAGE_ENRICH) {
        item.affiliation = assessment->affiliation;
    } else {
        item.pathway = (struct pw_text){pathways[pathway].name, strlen(pathways[pathway].name)};
        item.facts = buffer_view(&assessment->facts);
    }
    return item;
}

/* Sends what waits, in batches; a suspect goes alone, with nothing else on its way. */
static bool send_batch(struct instance *instance)
{
    struct frame_item items[FRAME_MAX_BATCH];
    struct queue batch;
    uint32_t count = 0;
    queue_init(&batch);
    if (!instance->waiting.first || instance->sent.count >= MAX_OUTSTANDING)
        return false;
    bool suspect = alone(instance->waiting.first);
    if (suspect && instance->sent.count)
        return false;
    while (instance->waiting.first && count < FRAME_MAX_BATCH && (count == 0 || !suspect)) {
        if (count && alone(instance->waiting.first))
            break;
        struct entry *entry = queue_take(&instance->waiting);
        items[count++] = item_of(instance, entry);
        queue_append(&batch, entry);
    }
    if (host_process_send(instance->host, items, count) < 0) {
        queue_prepend(&instance->waiting, &batch);
        return false;
    }
    for (struct entry *entry; (entry = queue_take(&batch));) {
        entry->assessment->parts[entry->part].state = PART_SENT;
        queue_append(&instance->sent, entry);
    }
    return !suspect;
}

static void flush(uv_prepare_t *prepare)
{
    struct pipeline *pipeline = prepare->data;
    for (uint32_t i = 0; i < pipeline->instance_count; i++) {
        struct instance *instance = &pipeline->instances[i];
        while (host_process_state(instance->host) == HOST_UP && send_batch(instance))
            ;
    }
}

/* ---- answers ---- */

/* Back into the queue, a little more suspect; or set aside. True when it still waits. */
static bool suspect(struct instance *instance, struct entry *entry, uint32_t weight)
{
    struct part *part = &entry->assessment->parts[entry->part];
    part->kills += weight;
    if (part->kills < KILL_POISON) {
        part->state = PART_WAITING;
        return true;
    }
    struct assessment *assessment = entry->assessment;
    part->state = PART_POISON;
    entry_put(instance->pipeline, entry);
    advance(instance->pipeline, assessment);
    return false;
}

static void requeue_first(struct instance *instance, struct entry *entry)
{
    struct queue one;
    queue_init(&one);
    queue_append(&one, entry);
    queue_prepend(&instance->waiting, &one);
}

static void host_result(void *owner, struct host_process *host, const struct frame_result *result)
{
    struct instance *instance = owner;
    struct pipeline *pipeline = instance->pipeline;
    struct entry *entry = queue_take(&instance->sent);
    struct part *part = &entry->assessment->parts[entry->part];
    if (result->status < 0) {
        pipeline->events->log(pipeline->owner, PW_LOG_WARNING, instance->plugin->name, result->body);
        if (suspect(instance, entry, KILL_OWN))
            requeue_first(instance, entry);
        return;
    }
    const char *fault = assessment_answer_fault(&pipeline->document, result->body, part->pathway);
    if (fault) {
        if (suspect(instance, entry, KILL_OWN))
            requeue_first(instance, entry);
        host_process_fail(host, fault);
        return;
    }
    part->result = malloc(result->body.length + 1);
    if (!part->result) {
        part->state = PART_MISSING;
    } else {
        memcpy(part->result, result->body.data, result->body.length);
        part->result[result->body.length] = '\0';
        part->result_length = result->body.length;
        part->state = PART_DONE;
    }
    struct assessment *assessment = entry->assessment;
    entry_put(pipeline, entry);
    advance(pipeline, assessment);
}

/* ---- hosts coming and going ---- */

static void learn_pathways(struct instance *instance, const struct pw_document *ready)
{
    if (instance->plugin->pathways)
        return;
    uint32_t list = json_member(ready, PW_NODE_ROOT, "pathways");
    uint32_t declared = 0;
    for (uint32_t node = json_first(ready, list); node != PW_NODE_NONE; node = json_next(ready, node)) {
        enum pathway pathway = pathway_by_name(json_text(ready, node));
        declared |= pathway < PATHWAY_COUNT ? 1u << pathway : 0;
    }
    instance->pathways = declared;
}

static void host_up(void *owner, struct host_process *host, const struct pw_document *ready)
{
    struct instance *instance = owner;
    struct pipeline *pipeline = instance->pipeline;
    (void)host;
    learn_pathways(instance, ready);
    instance->away = false;
    instance->settled = true;
    if (pipeline->events->changed)
        pipeline->events->changed(pipeline->owner, instance->index, true);
}

static void host_down(void *owner, struct host_process *host, const char *why, uint32_t unanswered,
                      uint32_t suspects)
{
    struct instance *instance = owner;
    struct pipeline *pipeline = instance->pipeline;
    struct queue again;
    uint32_t weight = host_process_killed_from_outside(host) ? KILL_OUTSIDE : KILL_OWN;
    (void)unanswered;
    queue_init(&again);
    instance->settled = true;
    snprintf(instance->why, sizeof(instance->why), "%s", why);
    if (!pipeline->stopping)
        pipeline->events->log(pipeline->owner, PW_LOG_ERROR, instance->plugin->name,
                              (struct pw_text){why, strlen(why)});
    for (struct entry *entry; (entry = queue_take(&instance->sent));) {
        bool suspected = suspects > 0;
        suspects -= suspected;
        if (!suspected)
            entry->assessment->parts[entry->part].state = PART_WAITING;
        if (!suspected || suspect(instance, entry, weight))
            queue_append(&again, entry);
    }
    queue_prepend(&instance->waiting, &again);
}

static void declare_away(struct instance *instance)
{
    struct pipeline *pipeline = instance->pipeline;
    instance->away = true;
    if (pipeline->events->changed)
        pipeline->events->changed(pipeline->owner, instance->index, false);
    for (struct entry *entry; (entry = queue_take(&instance->waiting));) {
        struct assessment *assessment = entry->assessment;
        assessment->parts[entry->part].state = PART_MISSING;
        entry_put(pipeline, entry);
        advance(pipeline, assessment);
    }
}

static void look_for_missing(uv_timer_t *timer)
{
    struct pipeline *pipeline = timer->data;
    uint64_t now = uv_now(pipeline->loop);
    for (uint32_t i = 0; i < pipeline->instance_count; i++) {
        struct instance *instance = &pipeline->instances[i];
        if (!instance->away && host_process_state(instance->host) != HOST_UP && instance->settled &&
            now - host_process_down_since(instance->host) > PATIENCE_MS)
            declare_away(instance);
    }
}

static void pipeline_stopped_check(struct pipeline *pipeline)
{
    for (uint32_t i = 0; i < pipeline->instance_count; i++)
        if (!pipeline->instances[i].stopped)
            return;
    if (pipeline->handles_open == 0 && pipeline->events->stopped)
        pipeline->events->stopped(pipeline->owner);
}

static void host_stopped(void *owner, struct host_process *host)
{
    struct instance *instance = owner;
    (void)host;
    instance->stopped = true;
    if (instance->pipeline->stopping)
        pipeline_stopped_check(instance->pipeline);
    else
        declare_away(instance); /* a host that is not restarted: pathwayctl's single try */
}

static void host_log(void *owner, uint32_t severity, const char *name, struct pw_text line)
{
    struct instance *instance = owner;
    instance->pipeline->events->log(instance->pipeline->owner, severity, name, line);
}

static const struct host_events host_events = {
    .up = host_up, .result = host_result, .down = host_down, .log = host_log, .stopped = host_stopped};

/* ---- life ---- */

static uint32_t configured_pathways(const struct config_plugin *plugin)
{
    uint32_t set = 0;
    if (!plugin
             ->pathways) /* not told and not yet asked: owed on every pathway rather than silently on none */
        return (1u << PATHWAY_COUNT) - 1;
    for (char **name = plugin->pathways; *name; name++) {
        enum pathway pathway = pathway_by_name((struct pw_text){*name, strlen(*name)});
        set |= pathway < PATHWAY_COUNT ? 1u << pathway : 0;
    }
    return set;
}

static int add_instances(struct pipeline *pipeline, uint32_t stage, const struct host_options *options)
{
    for (uint32_t i = 0; i < pipeline->config->plugin_count; i++) {
        const struct config_plugin *plugin = &pipeline->config->plugins[i];
        if (plugin->stage != stage)
            continue;
        if (pipeline->instance_count == PIPELINE_MAX_INSTANCES)
            return PW_ERROR_LIMIT;
        struct instance *instance = &pipeline->instances[pipeline->instance_count];
        int status =
            host_process_new(pipeline->loop, plugin, options, &host_events, instance, &instance->host);
        if (status < 0)
            return status;
        instance->pipeline = pipeline;
        instance->plugin = plugin;
        instance->index = pipeline->instance_count++;
        instance->pathways = configured_pathways(plugin);
        queue_init(&instance->waiting);
        queue_init(&instance->sent);
    }
    return 0;
}

int pipeline_new(uv_loop_t *loop, const struct config *config, const struct host_options *options,
                 const struct pipeline_events *events, void *owner, struct pipeline **ret_pipeline)
{
    struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
    if (!pipeline)
        return PW_ERROR_MEMORY;
    pipeline->loop = loop;
    pipeline->config = config;
    pipeline->events = events;
    pipeline->owner = owner;
    int status = add_instances(pipeline, PW_STAGE_ENRICH, options);
    pipeline->enricher_count = pipeline->instance_count;
    if (status == 0)
        status = add_instances(pipeline, PW_STAGE_ASSESS, options);
    if (status < 0) {
        pipeline_free(pipeline);
        return status;
    }
    *ret_pipeline = pipeline;
    return 0;
}

void pipeline_start(struct pipeline *pipeline)
{
    uv_prepare_init(pipeline->loop, &pipeline->flush);
    uv_timer_init(pipeline->loop, &pipeline->patience);
    pipeline->flush.data = pipeline->patience.data = pipeline;
    pipeline->handles_open = 2;
    uv_prepare_start(&pipeline->flush, flush);
    uv_timer_start(&pipeline->patience, look_for_missing, PATIENCE_TICK_MS, PATIENCE_TICK_MS);
    for (uint32_t i = 0; i < pipeline->instance_count; i++)
        host_process_start(pipeline->instances[i].host);
}

static void handle_closed(uv_handle_t *handle)
{
    struct pipeline *pipeline = handle->data;
    pipeline->handles_open--;
    pipeline_stopped_check(pipeline);
}

void pipeline_stop(struct pipeline *pipeline)
{
    if (pipeline->stopping)
        return;
    pipeline->stopping = true;
    uv_close((uv_handle_t *)&pipeline->flush, handle_closed);
    uv_close((uv_handle_t *)&pipeline->patience, handle_closed);
    for (uint32_t i = 0; i < pipeline->instance_count; i++)
        host_process_stop(pipeline->instances[i].host);
}

static void queue_release(struct queue *queue)
{
    for (struct entry *entry; (entry = queue_take(queue));)
        free(entry);
}

void pipeline_free(struct pipeline *pipeline)
{
    if (!pipeline)
        return;
    for (uint32_t i = 0; i < pipeline->instance_count; i++) {
        host_process_free(pipeline->instances[i].host);
        queue_release(&pipeline->instances[i].waiting);
        queue_release(&pipeline->instances[i].sent);
    }
    for (struct entry *entry = pipeline->spare, *next; entry; entry = next) {
        next = entry->next;
        free(entry);
    }
    json_release(&pipeline->document);
    free(pipeline);
}

uint32_t pipeline_instance_count(const struct pipeline *pipeline)
{
    return pipeline->instance_count;
}

struct host_process *pipeline_instance(const struct pipeline *pipeline, uint32_t instance)
{
    return pipeline->instances[instance].host;
}

bool pipeline_settled(const struct pipeline *pipeline)
{
    for (uint32_t i = 0; i < pipeline->instance_count; i++)
        if (!pipeline->instances[i].settled)
            return false;
    return true;
}
