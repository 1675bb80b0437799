/* SPDX-License-Identifier: Apache-2.0
 *
 * fetch.h: one published file by https:// or file://, only if it is not the one we have (RFC 9110 section 13).
 */
#ifndef PATHWAYD_CTL_FETCH_H
#define PATHWAYD_CTL_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#define FETCH_MAX_BYTES  (2048ll << 20) /* ten times the registry's dump */
#define FETCH_ETAG_BYTES 256
#define FETCH_WHY_BYTES  512

struct fetch {
    const char *url;
    const char *ca_file; /* PEM; NULL: the system's CAs */
    int file;            /* where it goes; owner: the caller */
    bool progress;       /* on standard error */
    /* In: of the copy we have, "" and -1 when there is none. Out: of the one fetched. */
    char etag[FETCH_ETAG_BYTES];
    int64_t modified_s;
    bool unchanged;            /* out: nothing was fetched */
    uint64_t bytes;            /* out */
    char why[FETCH_WHY_BYTES]; /* out, on failure: a sentence */
};

/* Blocks. 0, or PW_ERROR_IO with a sentence. */
int fetch_run(struct fetch *fetch);

#endif
