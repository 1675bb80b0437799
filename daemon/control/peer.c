/* SPDX-License-Identifier: Apache-2.0
 *
 * peer.c: what the kernel and /proc say of a process that connected.
 */
#include "control/peer.h"

#include <pathwayd/plugin.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void put_name(struct peer_account *account, const char *name)
{
    const struct passwd *known = name ? NULL : getpwuid(account->uid);
    if (name || known)
        snprintf(account->name, sizeof(account->name), "%s", name ? name : known->pw_name);
    else
        snprintf(account->name, sizeof(account->name), "uid %u", (unsigned)account->uid);
}

int peers_read(struct peers *peers, const uid_t *uids, char *const *names, uint32_t count)
{
    const uid_t always[] = {0, geteuid()};
    peers->accounts = calloc(count + 2u, sizeof(*peers->accounts));
    if (!peers->accounts)
        return PW_ERROR_MEMORY;
    for (; peers->count < count + 2u; peers->count++) {
        bool named = peers->count < count;
        struct peer_account *account = &peers->accounts[peers->count];
        account->uid = named ? uids[peers->count] : always[peers->count - count];
        put_name(account, named && names ? names[peers->count] : account->uid == 0 ? "root" : NULL);
    }
    return 0;
}

void peers_release(struct peers *peers)
{
    free(peers->accounts);
    *peers = (struct peers){0};
}

static const struct peer_account *find(const struct peers *peers, nng_pipe pipe)
{
    uint64_t uid;
    if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &uid) != 0)
        return NULL;
    for (uint32_t i = 0; i < peers->count; i++)
        if ((uint64_t)peers->accounts[i].uid == uid)
            return &peers->accounts[i];
    return NULL;
}

bool peer_is_allowed(const struct peers *peers, nng_pipe pipe)
{
    const struct peer_account *account = find(peers, pipe);
    /* Plugin hosts have the daemon's uid and cannot change it, so only there the parent matters. Other accounts'
     * processes need not even be visible: systemd's ProtectProc= hides them. */
    return account && (account->uid != geteuid() || !is_child(pipe));
}

bool peer_actor(const struct peers *peers, nng_pipe pipe, struct actor *ret_actor)
{
    const struct peer_account *account = find(peers, pipe);
    if (!account)
        return false;
    *ret_actor = (struct actor){{account->name, strlen(account->name)},
                                account->uid >= PEER_FIRST_PERSON && account->uid != PEER_NOBODY};
    return true;
}
