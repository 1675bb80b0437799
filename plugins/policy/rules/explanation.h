/* SPDX-License-Identifier: Apache-2.0
 *
 * explanation.h: explanation texts with {placeholders}, checked at start and filled in per finding (R62).
 *
 * "{institution} matches {list}[, entry {entry}]." A part in brackets is left out when a placeholder in it
 * has no value. Values come from the evidence and from the vocabulary's words, never from fields about a
 * person (R23).
 */
#ifndef POLICY_RULES_EXPLANATION_H
#define POLICY_RULES_EXPLANATION_H

#include "rules/assessment.h"

enum placeholder {
    PLACEHOLDER_NONE,
    PLACEHOLDER_INSTITUTION, /* the partner as the event names it */
    PLACEHOLDER_ENTRY_NAME,
    PLACEHOLDER_ENTRY,
    PLACEHOLDER_LIST,
    PLACEHOLDER_SNAPSHOT,
    PLACEHOLDER_BASIS,
    PLACEHOLDER_TEXT,
    PLACEHOLDER_RELATION,
    PLACEHOLDER_MACHINE, /* "machine" when a machine made the affiliation */
    PLACEHOLDER_TOTAL,   /* what the source gave, in the currency asked for */
    PLACEHOLDER_GIFTS,   /* in how many gifts and contracts */
    PLACEHOLDER_DUE,     /* the statutory date */
    PLACEHOLDER_OTHERS,  /* how many further matches the evidence holds; no value for none */
    PLACEHOLDER_FIELD    /* from here on: a field's words */
};

/* How long one value may get in a sentence: a name is a name, and the whole finding stays small. */
#define EXPLANATION_VALUE_SIZE 160u

struct buffer_piece { /* a fixed buffer with its fill */
    char *data;
    size_t length, room;
};

/* What the values are taken from, beside the event. */
struct told {
    const struct match *evidence; /* may be NULL */
    uint32_t others, gifts;
    struct pw_text total, due; /* may be empty */
};

/* Fills in the segments. What does not fit is left off at a character's edge. */
struct pw_text explanation_fill(const struct assessment *assessment, struct span segments,
                                const struct told *told, struct buffer_piece *into);

/* Adds text behind what was filled in. */
void explanation_add(struct buffer_piece *into, struct pw_text text);

/* Cuts text to at most `size` bytes without splitting a character. */
struct pw_text explanation_cut(struct pw_text text, size_t size);

#endif
