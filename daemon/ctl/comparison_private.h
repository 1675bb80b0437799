/* SPDX-License-Identifier: Apache-2.0
 *
 * comparison_private.h: the counts, shared by comparison.c (which keeps them) and comparison_print.c.
 */
#ifndef PATHWAYD_CTL_COMPARISON_PRIVATE_H
#define PATHWAYD_CTL_COMPARISON_PRIVATE_H

#include "ctl/comparison.h"

#include "json/buffer.h"
#include "json/json.h"

struct compared_rule {
    enum pathway pathway;
    char name[132];
    uint64_t before, after; /* events on which it speaks */
    uint64_t appears, goes, raised, lowered, asking;
};

struct compared_unit {
    char name[68]; /* "": the events name none */
    uint64_t events, changed;
};

struct compared_engagement {
    struct case_join before, after;
    struct buffer changes; /* a line for each rule that changes on one of its events */
    char id[];
};

struct comparison {
    uint64_t events, changed_events, engagement_count;
    uint64_t pathways[PATHWAY_COUNT]; /* findings that change */
    struct compared_rule *rules;
    uint32_t rule_count;
    struct compared_unit *units;
    uint32_t unit_count;
    void *engagements; /* a tree, by id */
};

#endif
