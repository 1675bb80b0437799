/* SPDX-License-Identifier: Apache-2.0
 *
 * powerloss_disk.h: a disk that loses power, as an SQLite storage layer.
 *
 * Files work as usual until the cut. At the cut every file becomes what a disk might have kept: all that was
 * synced before, and of all that was written, cut short, made or deleted since, whatever chance decides, in
 * sectors of 512 bytes. From then on every operation fails. disk_restore then puts the survivors in place of
 * the files.
 */
#ifndef PATHWAYD_TESTS_POWERLOSS_DISK_H
#define PATHWAYD_TESTS_POWERLOSS_DISK_H

#include <stdbool.h>
#include <stdint.h>

#define DISK_NAME "powerloss" /* the storage layer's name */

struct disk;

/* Registers the storage layer; one at a time. NULL: out of memory. */
struct disk *disk_new(void);
void disk_free(struct disk *disk);

/* The power goes before the `operations`th write, truncation, deletion or sync from now; 0: never. */
void disk_arm(struct disk *disk, uint64_t operations, uint64_t seed);
void disk_cut(struct disk *disk); /* now, unless it is cut already */
bool disk_is_cut(struct disk *disk);

/* Puts the survivors in place and the power back. */
void disk_restore(struct disk *disk);

/* Forgets every file; the folder is about to be removed. */
void disk_forget(struct disk *disk);

/* A disk that says it has synced and has not: as SQLite with synchronous = OFF. */
void disk_set_lying(struct disk *disk, bool lying);

/* The next syncs fail. */
void disk_fail_syncs(struct disk *disk, uint32_t count);

#endif
