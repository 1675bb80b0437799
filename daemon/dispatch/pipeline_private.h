/* SPDX-License-Identifier: Apache-2.0
 *
 * pipeline_private.h: the pipeline's state, shared by pipeline.c (an event's way) and instance.c (one plugin
 * instance's queues, answers and failures).
 */
#ifndef PATHWAYD_DISPATCH_PIPELINE_PRIVATE_H
#define PATHWAYD_DISPATCH_PIPELINE_PRIVATE_H

#include "dispatch/assessment.h"
#include "dispatch/queue.h"

/* Assessments under way at once: enough to keep every host in batches, little enough to bound memory. */
#define MAX_IN_FLIGHT       1024u
#define MAX_IN_FLIGHT_BYTES (16u << 20) /* events, facts and answers; past it nothing is pushed … */
#define MAX_ANSWERED_BYTES                                                                                   \
    (32u << 20) /* … and past this no answer is kept: it is owed and asked again later */

/* Events remembered to have been worked on when a host died, an instance; the oldest is forgotten first. */
#define SUSPICIONS_MAX 256u

struct suspicion {
    uint64_t sequence;
    enum pathway pathway;
    uint32_t weight;
};

/*  waiting ──batches──▶ sent ──answers──▶ done
 *     ▲                  │ the host dies: what it was working on is doubted, the rest waits again
 *     └──────────────────┤
 *  doubted ──alone──▶ sent ──dies again──▶ poison                                        */
struct instance {
    struct pipeline *pipeline;
    struct host_process *host;
    const struct config_plugin *plugin;
    uint32_t index;
    uint32_t pathways; /* bit set it judges; all until it said or the configuration says */
    uint32_t earlier;  /* PW_EARLIER_*: what it wants to be told; all, until it has said */
    uint64_t lists;    /* enricher, once up: a hash of its word for what it screens against, never 0 */
    bool away;         /* declared down: its parts are missing at once */
    bool settled;      /* was up or failed at least once */
    bool stopped;
    bool alone;       /* what is sent is a doubted item */
    uint32_t batches; /* sent since a doubted item was */
    struct queue waiting, doubted, sent;
    struct suspicion suspicions[SUSPICIONS_MAX]; /* a ring, so that being away does not clear anybody */
    uint32_t suspicion_first, suspicion_count;
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

/* pipeline.c */
/* Moves the assessment on as far as its parts allow; it may be the owner's again afterwards. */
void pipeline_advance(struct pipeline *pipeline, struct assessment *assessment);
/* Counts bytes that an assessment has come to hold. */
void pipeline_charge(struct pipeline *pipeline, struct assessment *assessment, size_t bytes);
void pipeline_stopped_check(struct pipeline *pipeline);

/* instance.c */
extern const struct host_events instance_host_events;
void instance_init(struct instance *instance, struct pipeline *pipeline, const struct config_plugin *plugin);
void instance_release(struct instance *instance);
/* Puts a part into its instance's queue, or makes it missing when that is away. */
void instance_enqueue(struct instance *instance, struct assessment *assessment, uint32_t part);
/* Sends what waits, as far as the host takes it. */
void instance_flush(struct instance *instance);
/* At the end: everything it still has goes back to its owner, as missing. */
void instance_give_up(struct instance *instance);
/* Declares a host that has been of no use for too long away. */
void instance_look(struct instance *instance);

#endif
