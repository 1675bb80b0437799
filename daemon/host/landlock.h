/* SPDX-License-Identifier: Apache-2.0
 *
 * landlock.h: file and network rules by Landlock, as far as the kernel knows it. Debian 12's headers stop at
 * ABI 1, so the kernel's structures are declared here; the ABI is asked for at run time.
 *
 *     ABI  1: files   2: refer   3: truncate   4: TCP bind and connect   5: device ioctl   6: signals and
 *          abstract sockets   7: audit (nothing to restrict)
 */
#ifndef PATHWAYD_HOST_LANDLOCK_H
#define PATHWAYD_HOST_LANDLOCK_H

#include <stdbool.h>

#define LANDLOCK_ABI_KNOWN 7 /* a newer kernel offers at least what this one did */

/* The ABI to use: the kernel's, at most `most` (-1: no bound) and at most LANDLOCK_ABI_KNOWN; 0: none. */
int landlock_abi(int most);

/* A ruleset under construction; a negative descriptor: none. */
struct landlock {
    int fd;
    int abi;
};

/* Denies everything that the ABI can deny, except what is then allowed. `network`: TCP stays allowed. */
int landlock_begin(struct landlock *landlock, int abi, bool network);
/* Allows reading `path` and all below it; a path that does not exist needs no permission. */
int landlock_allow_read(struct landlock *landlock, const char *path);
/* The same, and sockets may be made below it (a notify plugin that listens on a path). */
int landlock_allow_sockets(struct landlock *landlock, const char *path);
/* Applies it to this thread and closes it. */
int landlock_restrict(struct landlock *landlock);

#endif
