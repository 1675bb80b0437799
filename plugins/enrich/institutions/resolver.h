/* SPDX-License-Identifier: Apache-2.0
 *
 * resolver.h: which organisations a text names. Everything that any snapshot has a name for competes for the text, so
 * that a longer, more specific organisation wins over the name inside its own; what was said of countries and towns
 * decides between namesakes and against look-alikes; what lost says to whom and why.
 *
 * One thread at a time.
 */
#ifndef INSTITUTIONS_RESOLVER_H
#define INSTITUTIONS_RESOLVER_H

#include "phrase.h"
#include "snapshot.h"

#define RESOLVER_MAX_SNAPSHOTS 64u
#define RESOLVER_MAX_CANDIDATES                                                                              \
    4096u /* names that a text holds anywhere, one inside the other: eight to each letter of an event's */
#define RESOLVER_MAX_FOUND     64u
#define RESOLVER_MAX_REJECTED  32u
#define RESOLVER_REASON_BYTES  200u
#define RESOLVER_MAX_COUNTRIES 16u

struct resolved {
    uint32_t snapshot, organisation;
    enum basis basis;     /* of the organisation: name, alias or acronym */
    uint32_t key;         /* the name's key in its snapshot */
    uint32_t from, to;    /* bytes of the text */
    uint32_t first, last; /* words of the phrase */
    bool supported;       /* the text names its country */
    bool unsure;          /* a whole name that says little ("Information Technology"), and no country to it */
};

struct resolver_rejection {
    uint32_t from, to;
    char because[RESOLVER_REASON_BYTES];
};

struct resolver {
    const struct folding *folding;
    const struct snapshot *snapshots; /* the owner's */
    uint32_t snapshot_count;
    struct phrase phrase;
    struct candidate *candidates;
    uint32_t candidate_count;
    uint16_t countries[RESOLVER_MAX_COUNTRIES]; /* two letters each */
    uint32_t country_count;
    bool explicit_country;
    char given[2]; /* the country asked about; "" none */
    struct resolved found[RESOLVER_MAX_FOUND];
    uint32_t found_count;
    struct resolver_rejection rejected[RESOLVER_MAX_REJECTED];
    uint32_t rejected_count;
    bool full; /* there were more candidates, or listed organisations, than fit */
    bool cut;  /* there were more rejections */
};

int resolver_open(struct resolver *resolver, const struct folding *folding, const struct snapshot *snapshots,
                  uint32_t count);
void resolver_close(struct resolver *resolver);

/* Finds the organisations in `text`; with `whole` the text is a name and matches whole or not at all. `country`, if
 * given, is as good as if the text named it. 0, PW_ERROR_LIMIT or PW_ERROR_MEMORY. */
int resolver_resolve(struct resolver *resolver, struct pw_text text, struct pw_text country, bool whole);

#endif
