/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.h: matches as JSON: the value of a `list.match` fact, and the answer of `screen`. Bytes in the
 * event's own spelling may be anything; what is written is JSON whatever they are.
 */
#ifndef INSTITUTIONS_ANSWER_H
#define INSTITUTIONS_ANSWER_H

#include "screener.h"

/* Growing text with a sticky failure: look once, at the end. Zeroed is empty. */
struct answer {
    char *data;
    size_t length, capacity;
    bool failed;
};

/* What all matches of one event have in common. */
struct answer_terms {
    int64_t as_of;      /* ms; INT64_MIN: staleness is not asked about */
    int64_t max_age_ms; /* a snapshot older than this is stale */
};

bool answer_stale(const struct listing *listing, const struct answer_terms *terms);

/* The value of a list.match fact (include/pathwayd/fact.h). `words` is the field that matched, `pointer`
 * where it stands. Members beyond fact.h, where they say something: "stale": true, "note": a sentence. */
void answer_fact(struct answer *answer, const struct screener *screener, const struct match *match,
                 const struct answer_terms *terms, struct pw_text words, struct pw_text pointer);

/* The answer of pathwayd.list/1 (include/pathwayd/list.h). */
void answer_screening(struct answer *answer, const struct screener *screener, struct pw_text query,
                      const struct screening *screening);

void answer_release(struct answer *answer);

#endif
