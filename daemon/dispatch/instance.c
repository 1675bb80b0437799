/* SPDX-License-Identifier: Apache-2.0
 *
 * instance.c: one plugin instance as the pipeline sees it: what waits for it, what it was sent, what it answered,
 * and what it may have died of. An event that was being worked on when its host died is doubted and asked alone
 * from then on; when the host dies of it again, it is poison. Whatever else waits goes first, so that events
 * nobody doubts are not kept waiting by those that kill.
 */
#include "dispatch/pipeline_private.h"

#include <pathwayd/plugin.h>

#include <stdlib.h>
#include <string.h>

/* Sent and unanswered per host: one batch being worked on, one on its way. */
#define MAX_OUTSTANDING (2u * FRAME_MAX_BATCH)

/* A doubted item has its turn after so many batches, however much waits. */
#define BATCHES_A_DOUBT 8u

/* A host that is of no use for longer than this is away: the others go on without it. */
#define PATIENCE_MS 2000u

/* How much an item is doubted: set aside as poison after two deaths of its own making, or ten from outside. */
#define WEIGHT_OWN     5u
#define WEIGHT_OUTSIDE 1u
#define WEIGHT_POISON  10u

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

static struct part *part_of(const struct entry *entry)
{
    return &entry->assessment->parts[entry->part];
}

/* ---- suspicion ---- */

static struct suspicion *find_suspicion(struct instance *instance, uint64_t sequence, enum pathway pathway)
{
    for (uint32_t i = 0; i < instance->suspicion_count; i++) {
        struct suspicion *at = &instance->suspicions[(instance->suspicion_first + i) % SUSPICIONS_MAX];
        if (at->sequence == sequence && at->pathway == pathway)
            return at;
    }
    return NULL;
}

static uint32_t weigh(struct instance *instance, const struct entry *entry, uint32_t weight)
{
    uint64_t sequence = entry->assessment->sequence;
    enum pathway pathway = part_of(entry)->pathway;
    struct suspicion *at = find_suspicion(instance, sequence, pathway);
    if (!at) {
        if (instance->suspicion_count == SUSPICIONS_MAX) {
            instance->suspicion_first = (instance->suspicion_first + 1) % SUSPICIONS_MAX;
            instance->suspicion_count--;
        }
        at =
            &instance->suspicions[(instance->suspicion_first + instance->suspicion_count++) % SUSPICIONS_MAX];
        *at = (struct suspicion){sequence, pathway, 0};
    }
    at->weight += weight;
    return at->weight;
}

/* Cleared, or set aside: either way it is not doubted any more. The oldest takes its place in the ring. */
static void forget_suspicion(struct instance *instance, const struct entry *entry)
{
    struct suspicion *at = find_suspicion(instance, entry->assessment->sequence, part_of(entry)->pathway);
    if (!at)
        return;
    *at = instance->suspicions[instance->suspicion_first];
    instance->suspicion_first = (instance->suspicion_first + 1) % SUSPICIONS_MAX;
    instance->suspicion_count--;
}

/* ---- sending ---- */

void instance_enqueue(struct instance *instance, struct assessment *assessment, uint32_t part)
{
    struct entry *entry = instance->away ? NULL : entry_get(instance->pipeline);
    if (!entry) { /* away, or out of memory: owed, and made good later from the journal */
        assessment->parts[part].state = PART_MISSING;
        return;
    }
    assessment->parts[part].state = PART_WAITING;
    entry->assessment = assessment;
    entry->part = part;
    bool doubted = find_suspicion(instance, assessment->sequence, assessment->parts[part].pathway) != NULL;
    queue_append(doubted ? &instance->doubted : &instance->waiting, entry);
}

static struct frame_item item_of(const struct instance *instance, const struct entry *entry)
{
    const struct assessment *assessment = entry->assessment;
    enum pathway pathway = part_of(entry)->pathway;
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

/* Sends up to `most` of a queue; how many. */
static uint32_t send_from(struct instance *instance, struct queue *queue, uint32_t most)
{
    struct frame_item items[FRAME_MAX_BATCH];
    struct queue batch;
    uint32_t count = 0;
    queue_init(&batch);
    while (queue->first && count < most) {
        struct entry *entry = queue_take(queue);
        items[count++] = item_of(instance, entry);
        queue_append(&batch, entry);
    }
    if (!count || host_process_send(instance->host, items, count) < 0) {
        queue_prepend(queue, &batch);
        return 0;
    }
    for (struct entry *entry; (entry = queue_take(&batch));) {
        part_of(entry)->state = PART_SENT;
        queue_append(&instance->sent, entry);
    }
    return count;
}

/* A batch of what waits; or, when nothing does or it is time, a doubted item with nothing else on its way. */
static bool send_batch(struct instance *instance)
{
    bool doubt =
        instance->doubted.first && (!instance->waiting.first || instance->batches >= BATCHES_A_DOUBT);
    if (instance->sent.count && (instance->alone || doubt))
        return false;
    if (doubt) {
        instance->alone = send_from(instance, &instance->doubted, 1) == 1;
        instance->batches = 0;
        return false;
    }
    instance->alone = false;
    if (instance->sent.count >= MAX_OUTSTANDING || !send_from(instance, &instance->waiting, FRAME_MAX_BATCH))
        return false;
    instance->batches++;
    return true;
}

void instance_flush(struct instance *instance)
{
    while (host_process_state(instance->host) == HOST_UP && send_batch(instance))
        ;
}

/* ---- answers ---- */

static void set_aside(struct instance *instance, struct entry *entry, const char *why)
{
    struct assessment *assessment = entry->assessment;
    forget_suspicion(instance, entry);
    part_of(entry)->state = PART_POISON;
    part_of(entry)->why = why;
    entry_put(instance->pipeline, entry);
    pipeline_advance(instance->pipeline, assessment);
}

/* A little more doubted: it waits for a turn of its own, or is set aside. */
static void suspect(struct instance *instance, struct entry *entry, uint32_t weight)
{
    if (weigh(instance, entry, weight) >= WEIGHT_POISON) {
        set_aside(instance, entry, "it failed on it repeatedly");
        return;
    }
    part_of(entry)->state = PART_WAITING;
    queue_append(&instance->doubted, entry);
}

/* Keeps an answer's bytes; without room for them the part is owed and asked again when there is. */
static void keep(struct instance *instance, struct entry *entry, struct pw_text answer)
{
    struct pipeline *pipeline = instance->pipeline;
    struct part *part = part_of(entry);
    char *copy = NULL;
    if (pipeline->in_flight_bytes + answer.length <= MAX_ANSWERED_BYTES)
        copy = malloc(answer.length + 1);
    part->state = copy ? PART_DONE : PART_MISSING;
    if (!copy)
        return;
    memcpy(copy, answer.data, answer.length);
    copy[answer.length] = '\0';
    part->result = copy;
    part->result_length = answer.length;
    pipeline_charge(pipeline, entry->assessment, answer.length);
}

static void host_result(void *owner, struct host_process *host, const struct frame_result *result)
{
    struct instance *instance = owner;
    struct pipeline *pipeline = instance->pipeline;
    struct entry *entry = queue_take(&instance->sent);
    struct assessment *assessment = entry->assessment;
    if (result->status < 0) {
        pipeline->events->log(pipeline->owner, PW_LOG_WARNING, instance->plugin->name, result->body);
        suspect(instance, entry, WEIGHT_OWN);
        return;
    }
    const char *fault = assessment_answer_fault(&pipeline->document, result->body, part_of(entry)->pathway);
    if (fault) {
        suspect(instance, entry, WEIGHT_OWN);
        host_process_fail(host, fault);
        return;
    }
    forget_suspicion(instance, entry);
    keep(instance, entry, json_raw(&pipeline->document, PW_NODE_ROOT));
    entry_put(pipeline, entry);
    pipeline_advance(pipeline, assessment);
}

/* ---- hosts coming and going ---- */

/* Takes a queue apart; `keep_part` says which entries stay. The others get `state`. */
static void drop(struct instance *instance, struct queue *queue, enum part_state state,
                 uint32_t kept_pathways)
{
    struct queue rest = *queue;
    if (!rest.first)
        return;
    queue_init(queue);
    for (struct entry *entry; (entry = queue_take(&rest));) {
        struct assessment *assessment = entry->assessment;
        enum pathway pathway = part_of(entry)->pathway;
        if (pathway < PATHWAY_COUNT && (kept_pathways & (1u << pathway))) {
            queue_append(queue, entry);
            continue;
        }
        part_of(entry)->state = state;
        entry_put(instance->pipeline, entry);
        pipeline_advance(instance->pipeline, assessment);
    }
}

/* What a policy judges, once it has said so; it is not asked about anything else, whatever was queued before. */
static void learn_pathways(struct instance *instance, const struct pw_document *ready)
{
    if (instance->plugin->stage != PW_STAGE_ASSESS)
        return;
    uint32_t list = json_member(ready, PW_NODE_ROOT, "pathways");
    uint32_t declared = 0;
    for (uint32_t node = json_first(ready, list); node != PW_NODE_NONE; node = json_next(ready, node)) {
        enum pathway pathway = pathway_by_name(json_text(ready, node));
        declared |= pathway < PATHWAY_COUNT ? 1u << pathway : 0;
    }
    if (!instance->plugin->pathways)
        instance->pathways = declared;
    drop(instance, &instance->waiting, PART_UNNEEDED, instance->pathways);
    drop(instance, &instance->doubted, PART_UNNEEDED, instance->pathways);
}

static void learn_earlier(struct instance *instance, const struct pw_document *ready)
{
    int64_t wants = 0;
    (void)json_integer(ready, json_member(ready, PW_NODE_ROOT, "earlier"), &wants);
    instance->earlier = (uint32_t)wants & (PW_EARLIER_ENGAGEMENT | PW_EARLIER_FUNDING);
}

static void learn_lists(struct instance *instance, const struct pw_document *ready)
{
    instance->lists = text_hash(TEXT_HASH_SEED, json_text(ready, json_member(ready, PW_NODE_ROOT, "lists")));
}

static void host_up(void *owner, struct host_process *host, const struct pw_document *ready)
{
    struct instance *instance = owner;
    struct pipeline *pipeline = instance->pipeline;
    (void)host;
    learn_pathways(instance, ready);
    learn_lists(instance, ready);
    learn_earlier(instance, ready);
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
    uint32_t weight = host_process_killed_from_outside(host) ? WEIGHT_OUTSIDE : WEIGHT_OWN;
    (void)unanswered;
    queue_init(&again);
    instance->settled = true;
    instance->alone = false;
    if (!pipeline->stopping)
        pipeline->events->log(pipeline->owner, PW_LOG_ERROR, instance->plugin->name,
                              (struct pw_text){why, strlen(why)});
    for (struct entry *entry; (entry = queue_take(&instance->sent));) {
        if (suspects > 0) {
            suspects--;
            suspect(instance, entry, weight);
        } else {
            part_of(entry)->state = PART_WAITING;
            queue_append(&again, entry);
        }
    }
    queue_prepend(&instance->waiting, &again);
}

static void declare_away(struct instance *instance)
{
    struct pipeline *pipeline = instance->pipeline;
    instance->away = true;
    if (pipeline->events->changed)
        pipeline->events->changed(pipeline->owner, instance->index, false);
    drop(instance, &instance->waiting, PART_MISSING, 0);
    drop(instance, &instance->doubted, PART_MISSING, 0);
}

void instance_give_up(struct instance *instance)
{
    drop(instance, &instance->waiting, PART_MISSING, 0);
    drop(instance, &instance->doubted, PART_MISSING, 0);
    drop(instance, &instance->sent, PART_MISSING, 0);
}

void instance_look(struct instance *instance)
{
    if (!instance->away && instance->settled && host_process_state(instance->host) != HOST_UP &&
        uv_now(instance->pipeline->loop) - host_process_down_since(instance->host) > PATIENCE_MS)
        declare_away(instance);
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

const struct host_events instance_host_events = {
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

void instance_init(struct instance *instance, struct pipeline *pipeline, const struct config_plugin *plugin)
{
    instance->pipeline = pipeline;
    instance->plugin = plugin;
    instance->pathways = configured_pathways(plugin);
    instance->earlier = PW_EARLIER_ENGAGEMENT | PW_EARLIER_FUNDING;
    queue_init(&instance->waiting);
    queue_init(&instance->doubted);
    queue_init(&instance->sent);
}

static void queue_release(struct queue *queue)
{
    for (struct entry *entry; (entry = queue_take(queue));)
        free(entry);
}

void instance_release(struct instance *instance)
{
    host_process_free(instance->host);
    queue_release(&instance->waiting);
    queue_release(&instance->doubted);
    queue_release(&instance->sent);
}
