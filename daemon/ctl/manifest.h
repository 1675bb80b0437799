/* SPDX-License-Identifier: Apache-2.0
 *
 * manifest.h: what a backup holds. A backup is a folder:
 *
 *     journal.db                  the journal at one instant
 *     packs/000001/… , current    every generation of packs, and which is in force
 *     lists/000007/… , current    the lists in force; attempts.json beside them
 *     manifest.json               each file with its size and BLAKE2b-256; the last event, the audit chain's head
 *     manifest.b2sum              the manifest's own hash; `b2sum -c manifest.b2sum` checks it
 *
 * Owner: a manifest owns its texts; manifest_release. One thread.
 */
#ifndef PATHWAYD_CTL_MANIFEST_H
#define PATHWAYD_CTL_MANIFEST_H

#include "ctl/ctl.h"

#define MANIFEST_JOURNAL "journal.db"
#define MANIFEST_PARTS   4096u /* files; a generation has some dozens */
#define MANIFEST_HASH    65    /* hex, and its end */

struct manifest_part {
    char *path; /* in the backup */
    uint64_t bytes;
    char hash[MANIFEST_HASH];
};

struct manifest_link {
    char *path, *to;
};

struct manifest {
    int64_t made_ms;
    uint64_t schema;
    uint64_t sequence;   /* of the newest event; 0: there is none */
    int64_t received_ms; /* when that was received */
    uint64_t audit_records;
    char audit_head[MANIFEST_HASH];
    struct manifest_part *parts;
    struct manifest_link *links;
    uint32_t part_count, link_count;
};

/* All: CTL_GOOD, or another status after a sentence. */
int manifest_add(struct manifest *manifest, const char *path, uint64_t bytes, const char hash[MANIFEST_HASH]);
int manifest_add_link(struct manifest *manifest, const char *path, const char *to);
/* Writes both files into the folder, on disk. */
int manifest_write(const struct manifest *manifest, const char *folder);
/* CTL_USAGE: it is no backup; CTL_BAD: it is damaged. Every path in it stays within the folder. */
int manifest_read(const char *folder, struct manifest *ret_manifest);
void manifest_release(struct manifest *manifest); /* zeroed is fine */

#endif
