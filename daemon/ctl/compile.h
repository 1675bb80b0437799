/* SPDX-License-Identifier: Apache-2.0
 *
 * compile.h: has the enricher that screens institutions read published files, in a plugin host of its own which may read
 * those and nothing else: into one snapshot, or one of them into a list file (plugins/enrich/institutions/distil.h).
 */
#ifndef PATHWAYD_CTL_COMPILE_H
#define PATHWAYD_CTL_COMPILE_H

#include <cjson/cJSON.h>
#include "ctl/ctl.h"

#define COMPILE_WHY_BYTES 1200

struct compile_job {
    char **tasks;                /* NAME=FORMAT:PATH with absolute paths; NULL-terminated */
    bool distil;                 /* one list, as a list file; nothing for one that is kept as it is */
    bool quiet;                  /* the plugin's sentence goes into `why` and is not printed */
    bool lenient;                /* rows of a source that is not known are passed over */
    const char *target;          /* replaced only by a whole new one */
    cJSON *summary;              /* out: see pathwayd/list.h; the caller's */
    uint64_t bytes;              /* out: of the target */
    char why[COMPILE_WHY_BYTES]; /* out, when it is quiet and failed */
};

/* CTL_GOOD, or another status after a sentence. */
int compile_run(struct ctl *ctl, struct compile_job *job);

/* "NAME=FORMAT:PATH" with the path made absolute; malloc'd. NULL after a sentence. */
char *compile_task(const char *argument);

#endif
