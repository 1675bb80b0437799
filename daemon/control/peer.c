/* SPDX-License-Identifier: Apache-2.0
 *
 * peer.c: what the kernel and /proc say of a process that connected.
 */
#include "control/peer.h"

#include <stdio.h>
#include <unistd.h>

/* false when the process cannot be looked at, or is gone. */
static bool find_parent(uint64_t pid, long *ret_parent)
{
    char path[64], line[256];
    bool found = false;
    snprintf(path, sizeof(path), "/proc/%llu/status", (unsigned long long)pid);
    FILE *status = fopen(path, "re");
    if (!status)
        return false;
    while (!found && fgets(line, sizeof(line), status))
        found = sscanf(line, "PPid: %ld", ret_parent) == 1;
    fclose(status);
    return found;
}

/* A host has no children of its own (its sandbox sees to that), so nobody further up need be asked. */
static bool is_child(nng_pipe pipe)
{
    uint64_t pid;
    long parent;
    return nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_PID, &pid) != 0 || !find_parent(pid, &parent) ||
           parent == (long)getpid();
}

bool peer_is_allowed(nng_pipe pipe, const uid_t *uids, uint32_t uid_count)
{
    uint64_t uid;
    if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &uid) != 0)
        return false;
    /* Plugin hosts have the daemon's uid and cannot change it, so only there the parent matters. Other accounts'
     * processes need not even be visible: systemd's ProtectProc= hides them. */
    if (uid == (uint64_t)geteuid())
        return !is_child(pipe);
    if (uid == 0)
        return true;
    for (uint32_t i = 0; i < uid_count; i++)
        if ((uint64_t)uids[i] == uid)
            return true;
    return false;
}
