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

#include "rules/money.h"
#include "rules/pack.h"
#include "rules/rates.h"

#define ASSESSMENT_MAX_MATCHES 256u /* as many facts as a host lets enrichers emit for one event */

/* How a partner stands to the work. */
struct tie {
    struct pw_text relation;
    struct pw_text to; /* the day it ended, or will; may be empty */
    bool over;         /* said to be past */
};

struct match {
    struct pw_text source, list, entry, entry_name, category, effect, basis, snapshot, text, pointer;
    struct pw_text note; /* what the enricher adds for a reader; may be empty */
    uint32_t partner;    /* its node in the event, or PW_NODE_NONE */
    struct tie tie;
    bool stale;   /* the list's snapshot is older than the office allows */
    bool machine; /* the affiliation was made by a machine */
    bool weak;
};

/* The event whose fields are read: the one at hand, or an earlier one while conditions are valued on that. */
struct scene {
    const struct pw_document *event;
    uint32_t type; /* index in event_types */
    uint32_t home[HOME_COUNT];
};

#define ASSESSMENT_MAX_EARLIER 64u /* earlier events of an engagement that the host tells of */

struct assessment {
    const struct pack *pack;
    const struct rates *rates; /* an empty table keeps currencies apart */
    const struct pw_document_api *documents;
    const struct pw_document *facts;
    int64_t day; /* that the event is judged by (date.h) */
    struct scene scene;
    bool with_weak;                     /* which of the two readings is being valued */
    int8_t question[2][QUESTION_COUNT]; /* remembered values; -1: not asked yet */
    uint32_t match_count, weak_count;
    struct match matches[ASSESSMENT_MAX_MATCHES];
    uint32_t earlier_count;
    bool earlier_left_out;                    /* there were more than the host tells of */
    uint32_t earlier[ASSESSMENT_MAX_EARLIER]; /* their nodes in `facts`, in the order of time */
};

/* Reads event and facts; for as many packs as there are. */
void assessment_read(struct assessment *assessment, const struct pw_message *message);
/* Forgets what the last pack made of them. */
void assessment_use(struct assessment *assessment, const struct pack *pack);

/* Lets conditions read another event: an object with "type", "time" and "data". */
struct scene assessment_scene(const struct assessment *assessment, const struct pw_document *document,
                              uint32_t event);

/* The value of a condition; PACK_NONE is yes. */
enum truth assessment_value(struct assessment *assessment, uint32_t condition);

/* What the facts and the given answer say of Q1 (0), Q2 (1), Q3 (2). */
enum truth assessment_question(struct assessment *assessment, uint32_t question);
enum truth assessment_answer(const struct assessment *assessment, uint32_t question);

/* Whether two matches are about one partner; of the affiliation as printed, about one entry. */
bool assessment_same_partner(const struct match *a, const struct match *b);

/* Whether a match passes a filter in the present reading. */
enum truth assessment_passes(const struct assessment *assessment, const struct match *match,
                             const struct filter *filter);

/* Whether `word` is one of `words`; an empty span asks nothing. */
bool assessment_among(const struct assessment *assessment, struct span words, struct pw_text word);

/* The partner that a pointer ("/data/partner/3" and below) is about, or PW_NODE_NONE. */
uint32_t assessment_partner_of(const struct assessment *assessment, struct pw_text pointer);

/* A partner's tie, and whether it stands as asked. */
struct tie assessment_tie(const struct assessment *assessment, uint32_t partner);
enum truth assessment_tie_stands(const struct assessment *assessment, const struct tie *tie, uint32_t current,
                                 uint32_t months);

/* Values of conditions with a file of their own (partner.c, funding.c, engagement.c). */
enum truth assessment_partner(const struct assessment *assessment, const struct partner_filter *filter);
enum truth assessment_partner_is(const struct assessment *assessment, uint32_t partner,
                                 const struct partner_filter *filter);
/* What was given, for the trace: the greatest sum in the currency asked for. */
struct sum {
    money total; /* in the currency asked for */
    uint32_t gifts;
    bool vague;     /* something counts whose worth in that currency nobody said */
    bool converted; /* something was given in another currency */
};
/* ret_sum may be NULL. */
enum truth assessment_funding(const struct assessment *assessment, const struct funding *funding,
                              struct sum *ret_sum);
/* *ret_event: index of the earlier event that decided, or PACK_NONE. */
enum truth assessment_engagement(struct assessment *assessment, const struct condition *condition,
                                 uint32_t *ret_event);

/* The node of a field in the event, or PW_NODE_NONE. */
uint32_t assessment_field(const struct assessment *assessment, uint32_t field);
/* Which of the words a field holds first; PACK_NONE when none. */
uint32_t assessment_word(const struct assessment *assessment, const struct condition *condition);
/* The word of a field by its short name, for a policy's limits; empty when absent. */
struct pw_text assessment_text(const struct assessment *assessment, const char *field_name);

#endif
