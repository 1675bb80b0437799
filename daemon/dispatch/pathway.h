/* SPDX-License-Identifier: Apache-2.0
 *
 * pathway.h: the five pathways and the legal gate, which event goes to which (requirements: The five
 * pathways), and what each can never say: limits in the code, not in configuration (R42, R43, R46).
 */
#ifndef PATHWAYD_DISPATCH_PATHWAY_H
#define PATHWAYD_DISPATCH_PATHWAY_H

#include "config/config.h"
#include "event/event.h"

enum pathway {
    PATHWAY_RESEARCH,
    PATHWAY_CONFERENCE,
    PATHWAY_ENROLMENT,
    PATHWAY_PUBLICATION,
    PATHWAY_LAB,
    PATHWAY_LEGAL, /* the gate: law kept apart from judgement; an event family's, beside its pathways */
    PATHWAY_COUNT
};

struct pathway_info {
    const char *name;             /* "research" */
    const char *id;               /* "P1"; "" for the gate */
    uint32_t max_level;           /* what a finding of this pathway can be at most */
    bool may_ask;                 /* needs_information allowed (not P2, P4) */
    const char *costs, *benefits; /* JSON arrays of what is at stake (requirements: Costs, benefits): what
                                     pathwayd itself says of a pathway carries both (R04) */
};
extern const struct pathway_info pathways[PATHWAY_COUNT];

/* PATHWAY_COUNT when unknown. */
enum pathway pathway_by_name(struct pw_text name);

/* Bit set (1u << pathway) for a stored event, by family, visa_class, role, unit and agreement kind, and the
 * configuration's overrides. 0: unrouted. */
uint32_t pathway_route(const struct config *config, const struct pw_document *event);

/* "none" … "prohibited". */
extern const char *const level_names[PW_LEVEL_COUNT];
uint32_t level_by_name(struct pw_text name); /* PW_LEVEL_COUNT when unknown */

#endif
