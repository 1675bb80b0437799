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
#include "json/json.h"

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

static void add(struct peers *peers, uid_t uid, const char *name, const struct config_person *person,
                uint32_t roles)
{
    struct peer_account *account = &peers->accounts[peers->count++];
    *account = (struct peer_account){.uid = uid, .person = person, .roles = roles};
    put_name(account, name);
}

/* The first that fits is who it is: what `people` says of an account goes before what is true of every one. */
int peers_read(struct peers *peers, const struct config *config)
{
    const uid_t own = geteuid();
    bool all = config->person_count == 0;
    peers->accounts = calloc(config->person_count + config->control_uid_count + 3u, sizeof(*peers->accounts));
    if (!peers->accounts)
        return PW_ERROR_MEMORY;
    for (uint32_t i = 0; i < config->person_count; i++) {
        const struct config_person *person = &config->people[i];
        bool always = person->uid == 0 || person->uid == own;
        if (!person->account)
            continue;
        add(peers, person->uid, person->account, person, person->roles | (always ? ROLE_ADMINISTRATOR : 0));
    }
    for (uint32_t i = 0; i < config->control_uid_count; i++) {
        uid_t uid = config->control_uids[i];
        bool always = uid == 0 || uid == own;
        add(peers, uid, config->control_names ? config->control_names[i] : NULL, NULL,
            all      ? ROLE_ALL
            : always ? ROLE_ADMINISTRATOR
                     : 0);
    }
    add(peers, 0, "root", NULL, all ? ROLE_ALL : ROLE_ADMINISTRATOR);
    add(peers, own, own == 0 ? "root" : NULL, NULL, all ? ROLE_ALL : ROLE_ADMINISTRATOR);
    peers->page = config->page_server.served ? config->page_server.account : (uid_t)-1;
    if (config->page_server.served)
        add(peers, peers->page, NULL, NULL, 0);
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
    const char *reviewer = account->person ? account->person->reviewer : NULL;
    *ret_actor = (struct actor){.name = {account->name, strlen(account->name)},
                                .also = text_of(account->person ? account->person->sign_in : NULL),
                                .person = actor_is_person(account->uid),
                                .speaks = account->uid == peers->page,
                                .roles = account->roles,
                                .reviewer = {reviewer, reviewer ? strlen(reviewer) : 0},
                                .queues = account->person ? account->person->queues : NULL};
    return true;
}
