/* SPDX-License-Identifier: Apache-2.0
 *
 * shelf.h: where the office's lists stand: <state_dir>/lists, one folder a generation, never changed once it is there.
 *
 *     lists/current ──▶ 000007/   all.snap        what the enricher reads
 *                                 csl.list …      what was kept of each source, to compile from
 *                                 manifest.json   where it came from, when, how much
 *           000006/, 000005/      to go back to, and to compare with
 *           attempts.json         what the last try at each source came to
 *
 * `current` is replaced in one step, so a reader finds a whole generation or another whole one.
 */
#ifndef PATHWAYD_CTL_SHELF_H
#define PATHWAYD_CTL_SHELF_H

#include <cjson/cJSON.h>
#include "ctl/ctl.h"

#define SHELF_SNAPSHOT    "all.snap"
#define SHELF_KEPT_SUFFIX ".list"
#define SHELF_KEPT        3 /* generations, the current one included */

struct shelf {
    char *folder;
    int lock;        /* -1: read only */
    long current;    /* 0: there is none */
    cJSON *manifest; /* of the current generation, or an empty one */
    cJSON *attempts; /* {"NAME":{"at","error"}}; without error: it was good */
    char *draft;     /* folder of the generation being made, or NULL */
};

/* Both: CTL_GOOD, or another status after a sentence. `writing` takes the lock: one keeper at a time. */
int shelf_open(struct ctl *ctl, bool writing, struct shelf *ret_shelf);
void shelf_close(struct shelf *shelf); /* a draft is removed; a zeroed one is fine */

/* A source of a manifest; NULL when it has none of this name. */
cJSON *shelf_source(const cJSON *manifest, const char *name);

/* Paths, malloc'd: of a file in a generation, of one in the draft. NULL: out of memory, which was said. */
char *shelf_path(const struct shelf *shelf, long generation, const char *file);
char *shelf_draft(struct shelf *shelf, const char *file); /* makes the folder when there is none */

/* A generation's manifest; NULL after a sentence. */
cJSON *shelf_manifest(const struct shelf *shelf, long generation);
/* The newest generation before that one; 0: there is none. */
long shelf_before(const struct shelf *shelf, long generation);

/* Makes the draft the current generation, and removes those past SHELF_KEPT. */
int shelf_publish(struct shelf *shelf, cJSON *manifest);
/* Makes an old generation the current one. */
int shelf_switch(struct shelf *shelf, long generation);
int shelf_save_attempts(struct shelf *shelf);

/* Has the running daemon read its lists again, or says why it will not. */
int shelf_tell_daemon(struct ctl *ctl, const struct shelf *shelf);

#endif
