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

/* What all matches of one query have in common. */
struct answer_terms {
    int64_t as_of;      /* ms; INT64_MIN: staleness is not asked about */
    int64_t max_age_ms; /* a snapshot older than this is stale */
    bool full;          /* there was more in it than could be screened */
};

bool answer_stale(int64_t snapshot_ms, const struct answer_terms *terms);

/* The value of a list.match fact (include/pathwayd/fact.h). `words` is the field that matched, `pointer`
 * where it stands. Members beyond fact.h, where they say something: "stale": true, "note": sentences. */
void answer_fact(struct answer *answer, const struct screener *screener, const struct match *match,
                 const struct answer_terms *terms, struct pw_text words, struct pw_text pointer);

/* The value of a list.related fact (include/pathwayd/fact.h). */
void answer_related(struct answer *answer, const struct screener *screener, const struct related *related);

/* The answer of pathwayd.list/1 (include/pathwayd/list.h). */
void answer_screening(struct answer *answer, const struct screener *screener, struct pw_text query,
                      const struct screening *screening);

/* JSON of one's own: raw text, or piece by piece, with commas where they belong. */
void answer_raw(struct answer *answer, const char *json);
void answer_open(struct answer *answer, char bracket); /* '{' or '[' */
void answer_close(struct answer *answer, char bracket);
void answer_key(struct answer *answer, const char *key);
void answer_text(struct answer *answer, struct pw_text text);

void answer_release(struct answer *answer);

#endif
