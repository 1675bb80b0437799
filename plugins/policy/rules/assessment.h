/* SPDX-License-Identifier: Apache-2.0
 *
 * assessment.h: one event with its facts, seen as rules see it, and the values of conditions on it.
 *
 * Weak matches (an acronym, a fuzzy name, a machine-made affiliation) are set apart: conditions are first
 * valued without them, and a second time with them only to see what would rest on them alone (R09).
 *
 * Owner: an instance of a policy keeps one and reuses it for every event; everything it points to belongs to
 * the host and ends with the call.
 */
#ifndef POLICY_RULES_ASSESSMENT_H
#define POLICY_RULES_ASSESSMENT_H

#include "rules/pack.h"

#define ASSESSMENT_MAX_MATCHES 256u /* as many facts as a host lets enrichers emit for one event */

struct match {
    struct pw_text source, list, entry, entry_name, category, effect, basis, snapshot, text, pointer;
    struct pw_text note; /* what the enricher adds for a reader; may be empty */
    uint32_t partner;    /* its node in the event, or PW_NODE_NONE */
    struct pw_text relation;
    bool over;    /* the partner's tie is said to be past */
    bool stale;   /* the list's snapshot is older than the office allows */
    bool machine; /* the affiliation was made by a machine */
    bool weak;
};

struct assessment {
    const struct pack *pack;
    const struct pw_document_api *documents;
    const struct pw_document *event;
    uint32_t type; /* index in event_types */
    uint32_t home[HOME_COUNT];
    bool with_weak;                     /* which of the two readings is being valued */
    int8_t question[2][QUESTION_COUNT]; /* remembered values; -1: not asked yet */
    uint32_t match_count, weak_count;
    struct match matches[ASSESSMENT_MAX_MATCHES];
};

/* Reads event and facts. */
void assessment_read(struct assessment *assessment, const struct pack *pack,
                     const struct pw_message *message);

/* The value of a condition; PACK_NONE is yes. */
enum truth assessment_value(struct assessment *assessment, uint32_t condition);

/* What the facts and the given answer say of Q1 (0), Q2 (1), Q3 (2). */
enum truth assessment_question(struct assessment *assessment, uint32_t question);
enum truth assessment_answer(const struct assessment *assessment, uint32_t question);

/* Whether two matches are about one partner; of the affiliation as printed, about one entry. */
bool assessment_same_partner(const struct match *a, const struct match *b);

/* Whether a match passes a filter in the present reading. */
bool assessment_passes(const struct assessment *assessment, const struct match *match,
                       const struct filter *filter);

/* The node of a field in the event, or PW_NODE_NONE. */
uint32_t assessment_field(const struct assessment *assessment, uint32_t field);
/* Which of the words a field holds first; PACK_NONE when none. */
uint32_t assessment_word(const struct assessment *assessment, const struct condition *condition);
/* The word of a field by its short name, for a policy's limits; empty when absent. */
struct pw_text assessment_text(const struct assessment *assessment, const char *field_name);

#endif
