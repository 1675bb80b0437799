/* SPDX-License-Identifier: Apache-2.0
 *
 * sandbox.h: what a plugin host gives up, in two steps.
 *
 *     before dlopen   new privileges, outliving the daemon, being traced, further descriptors, capabilities,
 *                     memory and descriptors without end, writing any file, reading most, processes, and
 *                     (enrich, assess) the network
 *     after start     (enrich, assess) opening files at all
 *
 * A plugin's constructor, create and start may begin threads (NNG's, for one), and what a thread gives up with capset or
 * landlock_restrict_self it gives up for itself alone. So nothing rests on a later step but what binds every thread:
 * seccomp with TSYNC. A notify plugin, which opens files as long as it lives, is confined once, before its first
 * instruction, to what it will ever need.
 *
 * Landlock is used as far as the kernel has it, and what it therefore cannot do is said in `missing`. seccomp
 * is not optional: without it no plugin is loaded.
 */
#ifndef PATHWAYD_HOST_SANDBOX_H
#define PATHWAYD_HOST_SANDBOX_H

#include <sys/types.h>
#include "host/landlock.h"
#include "host/load_request.h"
#include "json/buffer.h"

#define SANDBOX_MAX_MISSING 8u

struct sandbox {
    int landlock; /* ABI in force */
    bool landlock_net, seccomp, no_new_privs;
    uint32_t memory_mb; /* 0: no limit */
    const char *missing[SANDBOX_MAX_MISSING];
    uint32_t missing_count;
};

/* As early as possible: ends this process when its parent does. PW_ERROR_STATE: the parent is gone already.
 */
int sandbox_follow_parent(pid_t parent);

/* Both: 0, or PW_ERROR_UNSUPPORTED with *ret_why a static sentence; then nothing of the plugin's may run. */
int sandbox_enter_first(struct sandbox *sandbox, const struct load_request *request, const char **ret_why);
int sandbox_enter_second(const struct load_request *request, const char **ret_why);

/* The READY frame's "sandbox" object. */
void sandbox_write(const struct sandbox *sandbox, struct buffer *out);

#endif
