/* SPDX-License-Identifier: Apache-2.0
 *
 * screener.h: which list entries a ROR id, a name or a sentence stands for.
 *
 * An id decides first. A name matches whole, or not at all; a sentence (an affiliation as printed) is searched for all
 * the organisations in it (resolver.h). What is listed under any name of such an organisation is a match. An
 * abbreviation is reportable only in a sentence that names its country and no organisation beside it, and where nobody
 * else there is called so. Persons are never screened.
 *
 * Owner: the screener owns lists and snapshots; a result borrows from both and from the query. One thread at a time.
 */
#ifndef INSTITUTIONS_SCREENER_H
#define INSTITUTIONS_SCREENER_H

#include "compiler.h"
#include "resolver.h"

#define SCREENER_MAX_LISTS    64u
#define SCREENER_MAX_MATCHES  64u /* of one query: more than the entries that share a name on any list */
#define SCREENER_MAX_REJECTED 32u
#define SCREENER_MAX_RELATED  16u /* a ministry has hundreds of parts; the first few say enough */
#define SCREENER_REASON_BYTES RESOLVER_REASON_BYTES

/* Where the words that matched stand. */
enum field { FIELD_NAME, FIELD_ROR, FIELD_SENTENCE };

struct screener_query {
    struct pw_text name;     /* matches whole */
    struct pw_text sentence; /* is searched */
    struct pw_text ror, country;
    int64_t as_of; /* ms; entries that ended before it match nothing. INT64_MIN: do not ask */
};

struct match {
    uint32_t snapshot, entry, organisation;
    enum basis basis;
    enum field field;
    uint32_t from, to; /* bytes of that field */
    bool weak;         /* not strong enough for a policy */
    bool other_ror;    /* the query's ROR id is not one of the entry's */
};

/* A list entry that is not about an organisation of the query, but about its parent or a part of it. It is never a match:
 * it says where to look. */
struct related {
    uint32_t snapshot, organisation; /* of the query */
    uint32_t relative, entry;
    enum relation kind;
    enum field field;
    uint32_t from, to;
};

struct rejection {
    struct pw_text name; /* the words of the query */
    char because[SCREENER_REASON_BYTES];
};

struct screening {
    struct match matches[SCREENER_MAX_MATCHES];
    uint32_t count;
    struct resolved
        organisations[RESOLVER_MAX_FOUND]; /* listed or not, as spans of the field they stand in */
    uint32_t organisation_count;
    struct related related[SCREENER_MAX_RELATED];
    uint32_t related_count;
    struct rejection rejected[SCREENER_MAX_REJECTED];
    uint32_t rejected_count;
    bool full; /* there was more than could be weighed, or more matches than fit: some may be missing */
    bool cut;  /* there were more organisations or rejections, which only explain */
};

struct screener {
    const struct pw_document_api *api;
    struct folding *folding;
    struct listing *listings[SCREENER_MAX_LISTS]; /* until sealed */
    uint32_t listing_count;
    struct snapshot snapshots[RESOLVER_MAX_SNAPSHOTS]; /* the lists as one, then the files */
    uint32_t snapshot_count;
    struct resolver resolver;
    struct phrase phrase;
};

/* Takes memory and ICU's data. 0, PW_ERROR_MEMORY or PW_ERROR_UNSUPPORTED. */
int screener_open(struct screener *screener, const struct pw_document_api *api);
void screener_close(struct screener *screener); /* accepts a zeroed or half-built one */

/* Adds a list, which is the screener's from now on, even after a failure; or a compiled snapshot. On failure a sentence
 * in ret_error. */
int screener_add(struct screener *screener, struct listing *listing, char ret_error[LISTING_ERROR_BYTES]);
int screener_add_snapshot(struct screener *screener, const char *path, char ret_error[LISTING_ERROR_BYTES]);

/* Ends the adding: before it nothing can be screened. */
int screener_seal(struct screener *screener, char ret_error[LISTING_ERROR_BYTES]);

/* 0, PW_ERROR_MEMORY, or PW_ERROR_LIMIT for a name or sentence past FOLDING_MAX_BYTES. */
int screener_screen(struct screener *screener, const struct screener_query *query,
                    struct screening *ret_screening);

/* Strong enough for a policy, whatever the list. */
bool match_reportable(const struct match *match);

static inline const struct snapshot_entry *match_entry(const struct screener *screener,
                                                       const struct match *match)
{
    return &screener->snapshots[match->snapshot].entries[match->entry];
}

#endif
