/* SPDX-License-Identifier: Apache-2.0
 *
 * ground.h: what a conclusion rests on: the conditions that decided, the list matches among them, and a
 * compact trace of both for the finding.
 */
#ifndef POLICY_RULES_GROUND_H
#define POLICY_RULES_GROUND_H

#include "rules/assessment.h"

/* A finding is stored per event; a longer trace would say more than anybody reads. */
#define GROUND_TRACE_SIZE 384u

struct ground {
    struct assessment *assessment;
    uint32_t grounds;                              /* GROUND_* of the conditions that are yes */
    uint64_t matched[ASSESSMENT_MAX_MATCHES / 64]; /* which matches */
    uint32_t depth;    /* above 0: inside a question, which stands for its conditions */
    uint32_t lead;     /* the match that decided last, which an explanation names; PACK_NONE */
    uint32_t left_out; /* trace entries that did not fit */
    uint32_t gifts;    /* of the last sum that decided; 0: none did */
    bool converted;    /* it holds amounts in other currencies */
    size_t total_length;
    char total[MONEY_SIZE];
    size_t length;
    char trace[GROUND_TRACE_SIZE];
};

void ground_begin(struct ground *ground, struct assessment *assessment);
/* Adds a condition with its present value; PACK_NONE adds nothing. */
void ground_add(struct ground *ground, uint32_t condition);
/* Adds one entry of the trace: a name, an operand (may be empty), a value. */
void ground_note(struct ground *ground, const char *name, struct pw_text operand, const char *value);
/* The trace as a JSON array. */
struct pw_text ground_trace(struct ground *ground);

static inline bool ground_has(const struct ground *ground, uint32_t match)
{
    return ground->matched[match / 64] >> (match % 64) & 1;
}

static inline void ground_set(struct ground *ground, uint32_t match, bool value)
{
    uint64_t bit = UINT64_C(1) << (match % 64);
    ground->matched[match / 64] =
        value ? ground->matched[match / 64] | bit : ground->matched[match / 64] & ~bit;
}

#endif
