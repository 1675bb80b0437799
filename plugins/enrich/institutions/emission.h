/* SPDX-License-Identifier: Apache-2.0
 *
 * emission.h: the facts of one event, collected and then handed to the host. The host takes so many facts and
 * so many bytes and no more; whatever an event does to produce more, it is the weakest matches that are left
 * out, and the last fact says how many: "left_out".
 */
#ifndef INSTITUTIONS_EMISSION_H
#define INSTITUTIONS_EMISSION_H

#include <pathwayd/host.h>
#include "answer.h"

/* Under the host's 256 facts and 256 KiB (host.h), with room for what it writes around each. */
#define EMISSION_MAX_FACTS     250u
#define EMISSION_MAX_BYTES     (200u << 10)
#define EMISSION_POINTER_BYTES 32u

/* 64 partners and a sentence, each with all the matches it can have. */
#define EMISSION_MAX_PENDING (65u * (SCREENER_MAX_MATCHES + SCREENER_MAX_RELATED))

struct emission {
    struct answer values; /* of all facts, one behind the other */
    struct pending {
        char pointer[EMISSION_POINTER_BYTES];
        const char *fact;    /* its name */
        size_t from, length; /* in values */
        uint32_t strength;   /* greater is stronger */
        bool kept;
    } * pending;
    uint32_t count, capacity;
    struct answer_terms terms;
    bool full;  /* there was more than could be screened */
    bool shows; /* something was found that is strong enough for a policy */
};

void emission_begin(struct emission *emission, int64_t as_of, int64_t max_age_ms);

/* Screens one query and collects its matches; `pointer` is what of the event it is about. */
int emission_screen(struct emission *emission, struct screener *screener, const struct screener_query *query,
                    const char *pointer);

/* Hands over what was collected, in the order of the event. PW_ERROR_LIMIT where there was more than could be screened
 * and nothing was found on which a policy would look at the event. */
int emission_end(struct emission *emission, const struct pw_host *host);

void emission_release(struct emission *emission);

#endif
