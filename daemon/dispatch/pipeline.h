/* SPDX-License-Identifier: Apache-2.0
 *
 * pipeline.h: enrich, then assess, one event after another through the plugin hosts, all in memory. The
 * daemon feeds it from the journal, pathwayctl assess from a file. Loop thread only.
 *
 * An assessment comes back when every instance it needs has answered, or when those that have not are down:
 * then they are listed as missing, and what to do about it (wait, report) is the owner's business. An
 * enricher that is missing stops the assessment before the policies see the event: facts that are not there
 * would read as "no match", a silent pass.
 */
#ifndef PATHWAYD_DISPATCH_PIPELINE_H
#define PATHWAYD_DISPATCH_PIPELINE_H

#include "dispatch/host_process.h"
#include "dispatch/pathway.h"

#define PIPELINE_MAX_INSTANCES 32u

struct pipeline;

enum part_state { PART_UNNEEDED, PART_WAITING, PART_SENT, PART_DONE, PART_MISSING, PART_POISON };

/* One instance's share: an enricher (pathway PATHWAY_COUNT) or a policy on one pathway. */
struct part {
    uint32_t instance; /* index into the pipeline's instances */
    enum pathway pathway;
    enum part_state state;
    const char *why; /* poison: what it did, for a sentence; static */
    char *result;    /* JSON array of facts or findings */
    size_t result_length;
};

struct assessment {
    uint64_t sequence;
    int64_t as_of;
    struct pw_text event;       /* the stored body; the owner's, alive until done */
    struct pw_text affiliation; /* the owner's */
    uint32_t pathways;          /* bit set */
    struct pw_text past;        /* facts that are known beforehand, without brackets; the owner's */
    bool enriched;              /* … and all there are: no enricher is asked */
    uint32_t enrichers;         /* how many of the parts are theirs */
    struct buffer facts;        /* the joined facts document, once enriched */
    struct part *parts;         /* enrichers first, in configured order, then policies */
    uint32_t part_count;
    size_t bytes;  /* that it holds: event, facts, answers */
    uint32_t only; /* bit set of instances to ask; 0: all (re-assessment of what was missing) */
    void *owner;
    struct assessment *next; /* the pipeline's */
};

struct pipeline_events {
    void (*done)(void *owner,
                 struct assessment *assessment); /* back to its owner; free with assessment_free */
    void (*changed)(void *owner, uint32_t instance, bool up); /* an instance came up or went down */
    void (*room)(void *owner);                                /* more can be pushed */
    void (*log)(void *owner, uint32_t severity, const char *instance, struct pw_text line);
    void (*stopped)(void *owner);
};

int pipeline_new(uv_loop_t *loop, const struct config *config, const struct host_options *options,
                 const struct pipeline_events *events, void *owner, struct pipeline **ret_pipeline);
void pipeline_start(struct pipeline *pipeline);
void pipeline_stop(struct pipeline *pipeline); /* ends in `stopped` */
void pipeline_free(struct pipeline *pipeline);
bool pipeline_has_room(const struct pipeline *pipeline);
int pipeline_push(struct pipeline *pipeline, struct assessment *assessment);
void assessment_free(struct assessment *assessment);

uint32_t pipeline_instance_count(const struct pipeline *pipeline); /* enrich and assess instances */
struct host_process *pipeline_instance(const struct pipeline *pipeline, uint32_t instance);
/* Everything started and either up or failed at least once. */
bool pipeline_settled(const struct pipeline *pipeline);

/* What the policies want to be told of what came before (PW_EARLIER_*); all, while one of them has not said yet. */
uint32_t pipeline_earlier(const struct pipeline *pipeline);

/* What the enrichers screen against, as a number; 0 while one of them has not said yet, or is away. */
uint64_t pipeline_lists(const struct pipeline *pipeline);

/* The finding that stands in for an instance that could not be asked (rule system.plugin_unavailable), as
 * JSON. */
void pipeline_unavailable_finding(struct buffer *out, const char *instance, enum pathway pathway, bool poison,
                                  const char *why);

#endif
