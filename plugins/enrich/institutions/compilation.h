/* SPDX-License-Identifier: Apache-2.0
 *
 * compilation.h: what `pathwayctl list compile` asks for: several published files into one snapshot.
 */
#ifndef INSTITUTIONS_COMPILATION_H
#define INSTITUTIONS_COMPILATION_H

#include "answer.h"
#include "importer.h"

/* Zeroed but for api and folding, which are borrowed, it is ready. */
struct compilation {
    const struct pw_document_api *api;
    const struct folding *folding;
    struct compilation_task *tasks;
    uint32_t count;
    bool distil;  /* one list, to be written as a list file instead of a snapshot (distil.h) */
    bool lenient; /* rows whose meaning is not known are passed over */
    char *bytes;  /* the snapshot or list, once it has been run; a list that is kept as it is: nothing */
    size_t length;
    bool done;
};

/* Opens "NAME=FORMAT:PATH". On failure a sentence. */
int compilation_add(struct compilation *compilation, struct pw_text text,
                    char ret_error[LISTING_ERROR_BYTES]);

/* Reads everything and compiles; *answer gets {"bytes","sources":[{"name","format","snapshot","entries",
 * "organisations","names","skipped","lists":{code: entries}}]}. */
int compilation_run(struct compilation *compilation, struct answer *answer,
                    char ret_error[LISTING_ERROR_BYTES]);
void compilation_release(struct compilation *compilation);

#endif
