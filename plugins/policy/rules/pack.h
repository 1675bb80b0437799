/* SPDX-License-Identifier: Apache-2.0
 *
 * pack.h: one pathway's rules of a pack, read from its file and compiled into flat arrays.
 *
 * Everything that can be wrong with a pack is said at start, with file, line, column and what would be right;
 * after that, evaluation cannot fail. Texts point into the parsed file, which the pack keeps.
 *
 * Owner: pack_read makes a pack, pack_free ends it. Read only in between; one thread.
 */
#ifndef POLICY_RULES_PACK_H
#define POLICY_RULES_PACK_H

#include <pathwayd/plugin.h>
#include "rules/field.h"
#include "rules/money.h"
#include "rules/truth.h"

#define PACK_NONE UINT32_MAX

/* Far more than an office can read; past them a file is a mistake, not a pack. */
#define PACK_MAX_BYTES      (4u << 20)
#define PACK_MAX_RULES      1024u
#define PACK_MAX_CONDITIONS 65536u
#define PACK_MAX_DEPTH      32u /* the evaluator recurses once a level */
#define PACK_ERROR_SIZE     640u

struct policy;

struct span { /* a range of one of the pack's arrays */
    uint32_t first, count;
};

enum condition_op {
    CONDITION_ALL,       /* every child */
    CONDITION_ANY,       /* some child */
    CONDITION_NOT,       /* not the child */
    CONDITION_KNOWN_YES, /* the child is yes, and not merely unknown */
    CONDITION_UNKNOWN,   /* the child is unknown */
    CONDITION_USE,       /* a named condition */
    CONDITION_WORDS,     /* a field holds one of the words */
    CONDITION_PRESENT,   /* a field was given at all */
    CONDITION_MATCH,     /* a list match passes the filter */
    CONDITION_QUESTION,  /* what facts and answer together say */
    CONDITION_ANSWER,    /* the given answer alone */
    CONDITION_TYPE,      /* the event is of these types */
    CONDITION_SWITCH,    /* the institution's switch stands so */
    CONDITION_PARTNER,   /* a partner passes the filter, listed or not */
    CONDITION_FUNDING,   /* a source gave so much, alone or in a period */
    CONDITION_ENGAGEMENT /* an earlier event of the same engagement passes */
};

struct condition {
    enum condition_op op;
    uint32_t subject; /* field, filter, question …; for a switch, the position asked for */
    uint32_t child;   /* first child, or PACK_NONE */
    uint32_t next;    /* next sibling, or PACK_NONE */
    struct span words;
    uint64_t types;
};

/* What a list match must be; an empty span asks nothing. */
struct filter {
    struct span category, effect, basis, list, source, relation, relation_not;
    uint32_t current; /* FILTER_CURRENT_* */
    uint32_t months;  /* as in a partner filter */
};
#define FILTER_CURRENT_ANY 0u
#define FILTER_CURRENT_YES 1u /* not said to be over */
#define FILTER_CURRENT_NO  2u /* said to be over */

/* What a partner must be, whether a list names it or not; an empty span asks nothing. Countries are for reporting
 * duties alone (R24, R46). */
struct partner_filter {
    struct span relation, kind, country, country_not;
    uint32_t current; /* FILTER_CURRENT_* */
    uint32_t months;  /* the relation stands, or ended no longer ago; 0: whenever */
};

/* How much a source gave. Amounts in other currencies make a sum unknown, not wrong. */
struct funding {
    money at_least;
    struct pw_text currency;
    uint32_t period;               /* FUNDING_* */
    uint32_t from_month, from_day; /* FUNDING_YEAR: when it begins */
    uint64_t types;                /* which events count */
    struct partner_filter from;
};
#define FUNDING_ALONE         0u /* this event's amount */
#define FUNDING_YEAR          1u
#define FUNDING_HALF_YEAR     2u
#define FUNDING_TWELVE_MONTHS 3u /* up to and with this event */

/* Earlier events of the same engagement; the condition's child is valued on each. */
struct earlier {
    uint64_t types;
    uint32_t months; /* how far back; 0: whenever */
};

/* A statutory date: so many days after the event, or by the part of the year it falls into. */
struct deadline {
    bool given;
    uint32_t days_after;
    struct span terms;
};
struct term {
    uint32_t from_month, from_day, to_month, to_day, by_month, by_day; /* by: the next such day after `to` */
};

/* A piece of an explanation: literal text, then the value of a placeholder. Pieces of one group (in brackets)
 * are left out together when a placeholder among them has no value. */
struct segment {
    struct pw_text literal;
    uint32_t placeholder; /* enum placeholder */
    uint32_t group;       /* 0: always there */
};

struct request { /* something nobody has said yet, and who can */
    uint32_t when;
    struct span what; /* segments */
    struct pw_text who;
};

struct outcome {
    uint32_t when; /* PACK_NONE: always */
    uint32_t level;
    bool asks; /* needs_information */
    struct pw_text label, answerable_by;
    struct span explanation; /* segments */
    struct span requests;
    struct deadline due;
};

#define QUESTION_COUNT 3u
struct question {
    uint32_t facts; /* the condition by which facts alone say yes */
};

struct rule {
    struct pw_text id;
    char *version; /* the pack's, and the rule's edition (edition.h) */
    uint32_t kind; /* PW_KIND_* */
    uint64_t types;
    uint32_t when;         /* PACK_NONE: always */
    struct span outcomes;  /* the first whose condition is yes counts … */
    bool every;            /* … or every such one is said, as a finding of its own */
    uint32_t when_unknown; /* outcome for a condition that is unknown, or PACK_NONE */
    bool whole_partner;    /* evidence: every match of the partner, not only those that fired */
    struct span requirements, costs, benefits, mitigations;
};

/* A file of JSON with comments, in memory. */
struct pack_file {
    const struct pw_document_api *documents;
    struct pw_document *document;
    char *bytes;
    size_t length;
};

struct pack {
    const struct pw_document_api *documents;
    struct pack_file file;
    struct pw_text name, version, regime;
    bool shadow;                          /* on trial: what it says is recorded and counts for nothing */
    bool tried;                           /* takes the place of its regime's active packs */
    int64_t effective_from, effective_to; /* ms; [from, to) */
    struct pw_text effective_text;
    uint32_t seven_sons; /* SWITCH_* */
    bool asked[QUESTION_COUNT];
    struct question questions[QUESTION_COUNT];

    struct condition *conditions;
    struct filter *filters;
    struct partner_filter *partners;
    struct funding *fundings;
    struct earlier *earliers;
    struct term *terms;
    struct pw_text *words;
    struct segment *segments;
    struct request *requests;
    struct outcome *outcomes;
    struct rule *rules;
    uint32_t condition_count, condition_room, filter_count, filter_room, word_count, word_room, segment_count,
        segment_room, request_count, request_room, outcome_count, outcome_room, rule_count, rule_room,
        partner_count, partner_room, funding_count, funding_room, earlier_count, earlier_room, term_count,
        term_room;

    uint32_t verify;   /* the rule verify.affiliation, or PACK_NONE */
    uint32_t *by_type; /* rule numbers, type after type, so that an event costs only what applies to it */
    struct span of_type[64];
};

#define SWITCH_EXTRA_SCRUTINY 0u
#define SWITCH_BAN            1u

/* Reads and checks what `file` says of a policy's pathway: nothing (no rules) is fine. On failure a negative code
 * and a sentence in `error`. */
int32_t pack_read(const struct pw_host *host, const struct policy *policy, const char *file,
                  uint32_t seven_sons, struct pack **ret_pack, char error[PACK_ERROR_SIZE]);
void pack_free(struct pack *pack); /* NULL is fine */

/* On failure nothing is left to close. */
int32_t pack_file_open(const struct pw_host *host, const char *name, struct pack_file *ret_file,
                       char error[PACK_ERROR_SIZE]);
void pack_file_close(struct pack_file *file);

/* "none" … "prohibited"; PW_LEVEL_COUNT when unknown. */
uint32_t pack_level(struct pw_text name);

#endif
