/* SPDX-License-Identifier: Apache-2.0
 *
 * reader.h: the state of reading a pack: where we are, where the compiled pieces go, and how an error names
 * its place. Private to the pack reader.
 */
#ifndef POLICY_RULES_READER_H
#define POLICY_RULES_READER_H

#include "rules/pack.h"
#include "rules/policy.h"

struct definition { /* a named condition: {"define": {"tie": …}} */
    struct pw_text name;
    uint32_t condition;
    uint64_t edition; /* edition.h */
};
#define READER_MAX_DEFINITIONS 64u

/* Valuing a condition takes so many steps at most, with what it uses: definitions that use each other twice would
 * otherwise double their cost from one to the next. */
#define READER_MAX_STEPS 65536u

struct place { /* of a condition, by its number */
    uint32_t node, steps;
};

struct reader {
    const struct pw_document_api *documents;
    const struct pw_document *document;
    const struct policy *policy;
    const char *file;
    const char *bytes;
    size_t length;
    size_t root; /* where the root value begins in bytes */
    struct pack *pack;
    struct pw_text rule; /* the rule being read, for messages; empty outside */
    uint32_t question;   /* the question being defined, or QUESTION_COUNT */
    bool asks;           /* the pathway defines questions */
    bool duty;           /* inside a rule of kind duty, which alone may read a country */
    uint32_t definition_count;
    struct definition definitions[READER_MAX_DEFINITIONS];
    uint64_t question_editions[QUESTION_COUNT];
    struct place *places; /* of the conditions */
    uint32_t place_count, place_room;
    uint32_t *entries; /* the outcomes' nodes, by their number */
    uint32_t entry_count, entry_room;
    char *error; /* PACK_ERROR_SIZE */
};

/* For messages about the places of `file`, which outlives the reader. */
void reader_begin(struct reader *reader, const struct pw_host *host, const struct pack_file *file,
                  const char *name, char error[PACK_ERROR_SIZE]);

/* Writes "file:line:column: rule …: sentence" for the value at `node`; returns PW_ERROR_INVALID. */
int32_t reader_fail(struct reader *reader, uint32_t node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int32_t reader_memory(struct reader *reader);
uint32_t reader_line(const struct reader *reader, uint32_t node);

/* The members of an object by a NULL-terminated list of known names, PW_NODE_NONE where absent; unknown names
 * are errors. */
int32_t reader_members(struct reader *reader, uint32_t node, const char *what, const char *const *names,
                       uint32_t *ret_nodes);

/* A non-empty string. */
int32_t reader_text(struct reader *reader, uint32_t node, const char *what, struct pw_text *ret_text);

/* One non-empty string, true or false, into the pack's words. */
int32_t reader_word(struct reader *reader, uint32_t node, const char *what, const char *choices);

/* An array of them; each one of `choices` when those are given. */
int32_t reader_words(struct reader *reader, uint32_t node, const char *what, const char *choices,
                     struct span *ret_words);

/* Conditions and texts (condition.c, explanation.c). An absent condition is PACK_NONE. */
int32_t reader_condition(struct reader *reader, uint32_t node, uint32_t *ret_condition);
int32_t reader_types(struct reader *reader, uint32_t node, uint64_t *ret_types);
int32_t reader_explanation(struct reader *reader, uint32_t node, struct span *ret_segments);

/* Conditions with a file of their own: `nodes` are the values of the operator's keys. */
int32_t reader_partner(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition);
int32_t reader_funding(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition);
int32_t reader_engagement(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition);
int32_t reader_condition_within(struct reader *reader, uint32_t node, uint32_t depth,
                                uint32_t *ret_condition);
int32_t reader_partner_filter(struct reader *reader, uint32_t node, struct partner_filter *ret_filter);
int32_t reader_current(struct reader *reader, uint32_t node, uint32_t *ret_current);
int32_t reader_months(struct reader *reader, uint32_t node, uint32_t *ret_months);
int32_t reader_deadline(struct reader *reader, uint32_t node, struct deadline *ret_deadline);

/* Rules (rule.c), and that each of them can speak (never.c). */
int32_t reader_rules(struct reader *reader, uint32_t node);
int32_t reader_never(struct reader *reader);

/* Appends a zeroed element to one of the pack's arrays; NULL when out of memory. */
void *pack_append(void *array_of_pointers, uint32_t *count, uint32_t *room, size_t size);

#define READER_FMT(text) (int)((text).length > 80 ? 80 : (text).length), ((text).data ? (text).data : "")

#endif
