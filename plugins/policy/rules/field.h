/* SPDX-License-Identifier: Apache-2.0
 *
 * field.h: what of an event a rule may read. The table is an allow-list: a field that is not in it does not
 * exist for rules. That is how nothing about a person's origin (R58) and no country (R24, R46) can ever
 * decide: neither stands here, and a pack that names one is refused at start. Nor is there a field to predict anybody's
 * loyalty or future employer from (R53).
 *
 * Constant tables, no state.
 */
#ifndef POLICY_RULES_FIELD_H
#define POLICY_RULES_FIELD_H

#include <stdbool.h>
#include <pathwayd/text.h>

/* What a conclusion rests on. A hold must rest on more than access and context (R15). */
#define GROUND_CONTEXT       1u  /* role, unit, kind of event: never a reason by itself */
#define GROUND_ACCESS        2u  /* Q1: what the partner would get */
#define GROUND_PARTNER       4u  /* Q2: a list match or an answer about the partner */
#define GROUND_USE           8u  /* Q3: what it is for */
#define GROUND_TERMS         16u /* what the agreement says */
#define GROUND_DETERMINATION 32u /* what an authority or an export control office decided */

enum field_kind {
    FIELD_WORD,  /* one word of a vocabulary; true and false count as words */
    FIELD_WORDS, /* an array of them */
    FIELD_TEXT   /* free text: only its presence can be asked */
};

/* Members of `data` that hold the fields, so that one walk over an event finds them all. */
enum field_home {
    HOME_ROLE,
    HOME_STUDY_LEVEL,
    HOME_VISA_CLASS,
    HOME_COVERED_INDIVIDUAL,
    HOME_TECHNOLOGY_AREAS,
    HOME_PUBLICATION_INTENT,
    HOME_TRANSFER_MODE,
    HOME_RESOURCES,
    HOME_APPLICATIONS,
    HOME_QUESTIONS,
    HOME_FUNDING,
    HOME_AGREEMENT,
    HOME_DETERMINATION,
    HOME_PRECAUTIONS,
    HOME_DISCLOSURE_STATE,
    HOME_LOCATION,
    HOME_PUBLIC_BENEFIT,
    HOME_PARTNER,
    HOME_COUNT
};

struct field {
    const char *pointer; /* as rules write it: "/data/agreement/clauses" */
    const char *name;    /* short name, for traces and as a placeholder in explanations */
    const char *choices; /* the vocabulary's words separated by "|"; NULL: an open list that packs define */
    const char *below;   /* pointer below the home: "/clauses", or "" */
    enum field_home home;
    enum field_kind kind;
    uint32_t ground; /* GROUND_* */
    bool dotted;     /* "quantum" also means "quantum.sensing" */
};

extern const struct field fields[];
extern const uint32_t field_count;
extern const char *const field_homes[HOME_COUNT]; /* member names of `data` */

/* Index in `fields`, or field_count. */
uint32_t field_by_pointer(struct pw_text pointer);
uint32_t field_by_name(struct pw_text name);

/* HOME_COUNT when `key` is no home. */
enum field_home field_home_of(struct pw_text key);

/* Whether `word` is one of the words of `choices` ("a|b|c"). */
bool field_choice(const char *choices, struct pw_text word);

/* The event types of the vocabulary, without prefix and version, NULL-terminated; at most 63, so that a set
 * of types is one 64-bit word. */
extern const char *const event_types[];
#define EVENT_TYPE_OTHER 63u /* the bit of a type that is not in the table */

/* The index of a full CloudEvents type ("org.pathwayd.agreement.signed.v1"), whatever its prefix and version,
 * or EVENT_TYPE_OTHER. */
uint32_t event_type_index(struct pw_text type);

/* The bits of the types that `pattern` names ("agreement.signed", "hr.appointment.*", "*"); 0 when none. */
uint64_t event_type_bits(struct pw_text pattern);

/* The vocabulary's words for what can be asked of a list match and of its partner. */
extern const char match_categories[], match_effects[], match_bases[], partner_relations[];

bool text_same(struct pw_text text, const char *literal);
bool text_same_text(struct pw_text a, struct pw_text b);

#endif
