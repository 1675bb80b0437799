/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd/finding.h: what an assess plugin says of one event. One finding per rule that fired.
 *
 * A finding is about an institution or an activity, never about a person (R23), recommends and never decides
 * (R02, R06), and explains itself (R62). The host copies everything during `emit_finding`; the plugin keeps
 * ownership of all it passed and may free it as soon as that call returns.
 */
#ifndef PATHWAYD_FINDING_H
#define PATHWAYD_FINDING_H

#include <stddef.h>
#include <pathwayd/text.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PW_KIND_JUDGEMENT 1u /* a weighing, open to a person's reasons */
#define PW_KIND_LEGAL     2u /* a legal prohibition or licence duty (R10, R30) */
#define PW_KIND_DUTY      3u /* a statutory reporting duty with a deadline; at most PW_LEVEL_SUGGESTED (R46) */
#define PW_KIND_VERIFY    4u /* rests on a weak match: verify the affiliation first (R09) */
#define PW_KIND_SYSTEM    5u /* about pathwayd itself, e.g. a plugin that is not available */

/* Why a list entry is thought to be meant (R09). `basis` is one of id_exact, name_exact, alias_exact,
 * acronym, name_fuzzy; empty for evidence that is not a list match. */
struct pw_evidence {
    struct pw_text source;     /* the list file's or importer's name, e.g. "seven-sons" */
    struct pw_text list;       /* the publisher's own code, e.g. "EL" */
    struct pw_text entry;      /* the publisher's id of the entry */
    struct pw_text entry_name; /* as the publisher prints it */
    struct pw_text snapshot;   /* date of the snapshot, YYYY-MM-DD */
    struct pw_text basis;
    struct pw_text text;    /* the words of the event that matched */
    struct pw_text pointer; /* where they stand, e.g. "/data/partner/0/name" */
};

/* Something nobody has said yet, and who can say it (requirements: the three questions). */
struct pw_unknown {
    struct pw_text what; /* a question in plain words */
    struct pw_text who;  /* "researcher", "department", "export control office" … */
};

struct pw_finding {
    uint32_t struct_size; /* sizeof(struct pw_finding) of the plugin's build */
    uint32_t kind;        /* PW_KIND_* */
    uint32_t level;       /* PW_LEVEL_*; the host refuses what the pathway can never say (P4 above note) */
    uint32_t needs_information; /* 0 or 1 */
    struct pw_text rule;        /* dotted name, e.g. "research.q2_seven_sons": at most 128 of a-z 0-9 . _ - */
    struct pw_text regime;      /* "paper", "us-export" … */
    struct pw_text label;       /* the regime's own word for the level; may be empty */
    struct pw_text explanation; /* plain sentences: why, what to do next, who can answer */
    struct pw_text answerable_by;
    struct pw_text trace; /* JSON text: the conditions and their values; may be empty */
    const struct pw_text *requirements;
    const struct pw_evidence *evidence;
    const struct pw_unknown *unknowns;
    const struct pw_text *costs;       /* e.g. "C1.knowhow_beyond_paper" */
    const struct pw_text *benefits;    /* e.g. "B1.access_knowledge" (R04) */
    const struct pw_text *mitigations; /* e.g. "M1.screen_military_affiliation" */
    uint32_t requirement_count;
    uint32_t evidence_count;
    uint32_t unknown_count;
    uint32_t cost_count;
    uint32_t benefit_count;
    uint32_t mitigation_count;
    /* Since ABI 1.1. */
    /* Of the pack that spoke, and what tells editions of the rule apart: "2.0.0+1a2b3c4d" (R07); may be empty. */
    struct pw_text version;
    struct pw_text due; /* a statutory date, YYYY-MM-DD (R46); empty for none */
    uint32_t shadow;    /* 1: on trial; recorded, counts for nothing and tells nobody */
    uint32_t reserved;
    /* Since ABI 1.2. */
    /* What each entry says, in the order of `evidence`, e.g. "military, needs_licence": when it says something else,
     * decisions that relied on it are looked at again (R36). NULL: nothing is told of it. */
    const struct pw_text *contents;
};
#define PW_FINDING_SIZE_1_0 offsetof(struct pw_finding, version)

#ifdef __cplusplus
}
#endif
#endif
