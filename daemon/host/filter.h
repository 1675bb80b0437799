/* SPDX-License-Identifier: Apache-2.0
 *
 * filter.h: the system calls that a plugin may make (seccomp).
 *
 * An allow-list, because a plugin's needs are few and known (memory, time, threads, reading files), while the
 * kernel's calls are many and grow: what nobody has thought of is denied on the day it appears. What is not
 * on the list answers ENOSYS, as on a kernel that lacks it, so that libc falls back; what a plugin might
 * really try and must not (refused_calls) answers EPERM, so that its author sees a refusal and not a riddle.
 *
 * Two steps: the first before dlopen, since constructors run there; the second, after `start`, takes away
 * what only loading needed. Filters only ever add up.
 */
#ifndef PATHWAYD_HOST_FILTER_H
#define PATHWAYD_HOST_FILTER_H

#include <stdbool.h>

/* 0, or a negative code: the kernel or libseccomp cannot. `network`: sockets are allowed (stage notify). */
int filter_load_first(bool network);
/* No more opening of files; with `network` (resolver, certificates) they stay open to reading. */
int filter_load_second(bool network);

#endif
