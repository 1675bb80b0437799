/* SPDX-License-Identifier: Apache-2.0
 *
 * listing.h: one list file in the `simple` format (conf/lists/README.md), read and checked. A file is taken
 * whole or refused whole: half a list would read as "no match".
 *
 * All texts borrow from the file's bytes and document, which the listing owns.
 */
#ifndef INSTITUTIONS_LISTING_H
#define INSTITUTIONS_LISTING_H

#include <pathwayd/document.h>
#include "ror.h"

#define LISTING_MAX_BYTES   (64u << 20) /* ten times the largest list known */
#define LISTING_MAX_TEXT    512u        /* bytes of a name, as in events */
#define LISTING_MAX_NAMES   1000u       /* of one entry; the most known is 95 */
#define LISTING_MAX_RORS    16u         /* of one entry */
#define LISTING_ERROR_BYTES 1024u

/* Names are in category_names and effect_names, in this order. */
enum category {
    CATEGORY_SEVEN_SONS,
    CATEGORY_MILITARY,
    CATEGORY_SECURITY,
    CATEGORY_DEFENCE_INDUSTRY,
    CATEGORY_CIVILIAN,
    CATEGORY_OTHER,
    CATEGORY_COUNT
};
enum effect { EFFECT_INFORMS, EFFECT_NEEDS_LICENCE, EFFECT_FORBIDS_DEALING, EFFECT_COUNT };
extern const char *const category_names[CATEGORY_COUNT];
extern const char *const effect_names[EFFECT_COUNT];

/* How a text came to mean an entry, in order of strength: the words of requirements R09. */
enum basis { BASIS_ID, BASIS_NAME, BASIS_ALIAS, BASIS_ACRONYM, BASIS_FUZZY, BASIS_COUNT };
extern const char *const basis_names[BASIS_COUNT];

struct listing_entry {
    struct pw_text id, name, list, country, valid_until;
    uint32_t aliases, abbreviations; /* nodes of listing.document, arrays or PW_NODE_NONE */
    enum category category;
    enum effect effect;
    int64_t ends_ms; /* the first instant after valid_until; INT64_MAX when there is none */
    char (*rors)[ROR_LENGTH + 1];
    uint32_t ror_count;
};

struct listing {
    const struct pw_document_api *api;
    char *path;
    char *bytes;
    struct pw_document *document;
    struct pw_text source, list, snapshot;
    int64_t snapshot_ms; /* the day's beginning, UTC */
    struct listing_entry *entries;
    uint32_t entry_count;
};

/* Reads and checks the file. On failure a negative code and a sentence, NUL-terminated, in ret_error. */
int listing_load(const struct pw_document_api *api, struct pw_text path, struct listing **ret_listing,
                 char ret_error[LISTING_ERROR_BYTES]);
/* The same on bytes at hand, named `path` in sentences; copies them. */
int listing_read(const struct pw_document_api *api, struct pw_text path, struct pw_text bytes,
                 struct listing **ret_listing, char ret_error[LISTING_ERROR_BYTES]);
struct listing *listing_free(struct listing *listing); /* NULL is fine; returns NULL */

/* "YYYY-MM-DD" to the instant it begins in UTC; PW_ERROR_INVALID for what is no day of the calendar. */
int listing_date(struct pw_text text, int64_t *ret_ms);

#endif
