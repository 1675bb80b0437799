/* SPDX-License-Identifier: Apache-2.0
 *
 * screener.h: which entries of the loaded lists a ROR id, a name or a sentence stands for.
 *
 * An id decides first. A name matches whole, or not at all; a sentence (an affiliation as printed) is
 * searched for names and other names of two tokens or more. An abbreviation matches a whole name only, is
 * never reportable, and is rejected where a stated id or country says that somebody else is meant. Persons
 * are never screened.
 *
 * Owner: the screener owns lists and index; a result borrows from both and from the query. One thread at a
 * time.
 */
#ifndef INSTITUTIONS_SCREENER_H
#define INSTITUTIONS_SCREENER_H

#include "folding.h"
#include "index.h"
#include "listing.h"

#define SCREENER_MAX_LISTS    64u
#define SCREENER_MAX_MATCHES  64u /* of one query: more than the entries that share a name on any list */
#define SCREENER_MAX_REJECTED 32u
#define SCREENER_REASON_BYTES 160u

/* Where the words that matched stand. */
enum field { FIELD_NAME, FIELD_ROR, FIELD_SENTENCE };

struct screener_query {
    struct pw_text name;     /* matches whole */
    struct pw_text sentence; /* is searched */
    struct pw_text ror, country;
    int64_t as_of; /* ms; entries that ended before it match nothing. INT64_MIN: do not ask */
};

struct match {
    uint32_t entry; /* of the screener */
    enum basis basis;
    enum field field;
    uint32_t from, to; /* bytes of that field */
    bool other_ror;    /* the query's ROR id is not one of the entry's */
};

struct rejection {
    struct pw_text name; /* the words of the query */
    char because[SCREENER_REASON_BYTES];
};

struct screening {
    struct match matches[SCREENER_MAX_MATCHES];
    uint32_t count;
    struct rejection rejected[SCREENER_MAX_REJECTED];
    uint32_t rejected_count;
    bool full; /* there were more of either than fit */
};

struct screener {
    const struct pw_document_api *api;
    struct folding *folding;
    struct listing *listings[SCREENER_MAX_LISTS];
    uint32_t listing_count;
    struct screener_entry {
        const struct listing *listing;
        const struct listing_entry *entry;
    } * entries; /* of all lists, in order */
    uint32_t entry_count, entry_capacity;
    struct index names, rors;
    struct folded folded; /* of the query at hand */
};

/* Takes memory and ICU's data. 0, PW_ERROR_MEMORY or PW_ERROR_UNSUPPORTED. */
int screener_open(struct screener *screener, const struct pw_document_api *api);
void screener_close(struct screener *screener); /* accepts a zeroed or half-built one */

/* Adds a list, which is the screener's from now on, even after a failure. On failure a sentence in ret_error.
 */
int screener_add(struct screener *screener, struct listing *listing, char ret_error[LISTING_ERROR_BYTES]);

/* 0, PW_ERROR_MEMORY, or PW_ERROR_LIMIT for a name or sentence past FOLDING_MAX_BYTES. */
int screener_screen(struct screener *screener, const struct screener_query *query,
                    struct screening *ret_screening);

/* Strong enough for a policy, whatever the list. */
bool match_reportable(const struct match *match);

#endif
