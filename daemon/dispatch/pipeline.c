/* SPDX-License-Identifier: Apache-2.0
 *
 * The in-memory way of an event through its plugins (what an instance does with it: instance.c). Everything that became ready during one turn of the loop is sent before the loop sleeps,
 * so batches form by themselves under load and a lone event never waits for company.
 */
#include "dispatch/pipeline_private.h"

#include <pathwayd/plugin.h>

#include <stdlib.h>

#define PATIENCE_TICK_MS 200u /* how often hosts are looked at */

/* ---- an assessment's way ---- */

static void finish(struct pipeline *pipeline, struct assessment *assessment)
{
    pipeline->in_flight--;
    pipeline->in_flight_bytes -= assessment->bytes;
    pipeline->events->done(pipeline->owner, assessment);
    if (pipeline->full && pipeline_has_room(pipeline)) {
        pipeline->full = false;
        if (pipeline->events->room)
            pipeline->events->room(pipeline->owner);
    }
}

void pipeline_charge(struct pipeline *pipeline, struct assessment *assessment, size_t bytes)
{
    assessment->bytes += bytes;
    pipeline->in_flight_bytes += bytes;
}

void pipeline_advance(struct pipeline *pipeline, struct assessment *assessment)
{
    uint32_t enrichers = assessment->enrichers;
    if (assessment_open(assessment, 0, enrichers))
        return;
    if (!assessment_lacking(assessment, enrichers) && !assessment->facts.length) {
        assessment_join_facts(assessment, enrichers);
        pipeline_charge(pipeline, assessment, assessment->facts.length);
        for (uint32_t i = enrichers; i < assessment->part_count; i++)
            instance_enqueue(&pipeline->instances[assessment->parts[i].instance], assessment, i);
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
    assessment->enrichers = assessment->enriched ? 0 : pipeline->enricher_count;
    for (uint32_t i = 0; i < assessment->enrichers; i++)
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
    pipeline_charge(pipeline, assessment, assessment->event.length);
    for (uint32_t i = 0; i < assessment->enrichers; i++)
        instance_enqueue(&pipeline->instances[i], assessment, i);
    pipeline_advance(pipeline, assessment);
    return 0;
}

bool pipeline_has_room(const struct pipeline *pipeline)
{
    return !pipeline->stopping && pipeline->in_flight < MAX_IN_FLIGHT &&
           pipeline->in_flight_bytes < MAX_IN_FLIGHT_BYTES;
}

void pipeline_stopped_check(struct pipeline *pipeline)
{
    for (uint32_t i = 0; i < pipeline->instance_count; i++)
        if (!pipeline->instances[i].stopped)
            return;
    if (pipeline->handles_open > 0)
        return;
    for (uint32_t i = 0; i < pipeline->instance_count; i++)
        pipeline->instances[i].away = true;
    for (uint32_t i = 0; i < pipeline->instance_count; i++)
        instance_give_up(&pipeline->instances[i]);
    if (pipeline->events->stopped)
        pipeline->events->stopped(pipeline->owner);
}

/* ---- life ---- */

static int add_instances(struct pipeline *pipeline, uint32_t stage, const struct host_options *options)
{
    for (uint32_t i = 0; i < pipeline->config->plugin_count; i++) {
        const struct config_plugin *plugin = &pipeline->config->plugins[i];
        if (plugin->stage != stage)
            continue;
        if (pipeline->instance_count == PIPELINE_MAX_INSTANCES)
            return PW_ERROR_LIMIT;
        struct instance *instance = &pipeline->instances[pipeline->instance_count];
        int status = host_process_new(pipeline->loop, plugin, options, &instance_host_events, instance,
                                      &instance->host);
        if (status < 0)
            return status;
        instance_init(instance, pipeline, plugin);
        instance->index = pipeline->instance_count++;
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

static void flush(uv_prepare_t *prepare)
{
    struct pipeline *pipeline = prepare->data;
    for (uint32_t i = 0; i < pipeline->instance_count; i++)
        instance_flush(&pipeline->instances[i]);
}

static void look_for_missing(uv_timer_t *timer)
{
    struct pipeline *pipeline = timer->data;
    for (uint32_t i = 0; i < pipeline->instance_count; i++)
        instance_look(&pipeline->instances[i]);
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

void pipeline_free(struct pipeline *pipeline)
{
    if (!pipeline)
        return;
    for (uint32_t i = 0; i < pipeline->instance_count; i++)
        instance_release(&pipeline->instances[i]);
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

uint32_t pipeline_earlier(const struct pipeline *pipeline)
{
    uint32_t wants = 0;
    for (uint32_t i = pipeline->enricher_count; i < pipeline->instance_count; i++)
        wants |= pipeline->instances[i].earlier;
    return wants;
}

uint64_t pipeline_lists(const struct pipeline *pipeline)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < pipeline->enricher_count; i++) {
        if (!pipeline->instances[i].lists || pipeline->instances[i].away)
            return 0;
        hash = hash * 1099511628211u + pipeline->instances[i].lists;
    }
    return hash & INT64_MAX; /* the journal keeps it as a signed number */
}

bool pipeline_settled(const struct pipeline *pipeline)
{
    for (uint32_t i = 0; i < pipeline->instance_count; i++)
        if (!pipeline->instances[i].settled)
            return false;
    return true;
}
