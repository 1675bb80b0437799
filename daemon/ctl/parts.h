/* SPDX-License-Identifier: Apache-2.0
 *
 * parts.h: the files of a backup, copied with their hashes, on disk, and only as long as there is room.
 */
#ifndef PATHWAYD_CTL_PARTS_H
#define PATHWAYD_CTL_PARTS_H

#include <sys/types.h>
#include "ctl/manifest.h"

/* One run of copying: where it may write, how much must stay free there, whom to show how far it is. */
struct copying {
    const struct ctl *ctl;
    const char *folder; /* that is being made */
    uint64_t floor;     /* bytes that must stay free on its disk */
    const char *what;   /* shown with the progress */
    int64_t shown_ms;   /* when that was last shown … */
    uint64_t looked_at; /* … and after how many bytes the disk was looked at */
};

/* Blocks SIGINT and SIGTERM: whoever sends one finds nothing half left behind, see copying_goes_on. */
void copying_begin(struct copying *copying, const struct ctl *ctl, const char *folder, uint64_t floor);
/* Shows the progress of one part; PW_ERROR_FULL: no room is left, PW_ERROR_STATE: it is to stop. For journal_copy. */
int copying_goes_on(void *copying, uint64_t done, uint64_t total);
void copying_end(struct copying *copying); /* takes the progress off the terminal */

/* All that follows: CTL_GOOD, or another status after a sentence. */

/* The file's size and hash. */
int part_hash(struct copying *copying, const char *path, uint64_t *ret_bytes, char ret_hash[MANIFEST_HASH]);
/* Copies `from` to a new file, on disk. */
int part_copy(struct copying *copying, const char *from, const char *to, unsigned mode, uint64_t *ret_bytes,
              char ret_hash[MANIFEST_HASH]);
int part_folder(const char *path, unsigned mode);
int part_folders(const char *folder, const char *part, unsigned mode); /* those on the way to a part */
int part_sync_folder(const char *path);
int part_sync_all(const char *folder); /* it and the folders in it */
/* It and all in it becomes that account's; links are not followed. */
int part_give(const char *folder, uid_t user, gid_t group);
/* Bytes free where that folder is. */
int part_room(const char *folder, uint64_t *ret_bytes);

/* A folder and all in it, links not followed; what cannot be removed stays. */
void part_remove(const char *folder);

char *part_path(const char *folder, const char *name); /* malloc'd; NULL after a sentence */
/* `path` without slashes at its end, with a name beside it that nobody has: <folder>/.<name>.XXXXXX is made, 0700. */
int part_draft(const char *path, char **ret_draft);
char *part_parent(const char *path); /* malloc'd; NULL after a sentence */

#endif
