/* SPDX-License-Identifier: Apache-2.0
 *
 * peer.h: who may use the control endpoint, who it is, and as what: root, the daemon's own account and those of `people`
 * and `control.uids`, but no process the daemon itself started. Without `people` each may do everything. With them, each of
 * those has the roles that stand there; root and the daemon's account are administrators, and who is only in `control.uids`
 * has none; nor has the account of the reviewers' page, which asks for those who signed in there (access.h). A notify
 * plugin's host may connect to sockets and runs under the daemon's
 * account: without that exception, a plugin could act as the operator.
 */
#ifndef PATHWAYD_CONTROL_PEER_H
#define PATHWAYD_CONTROL_PEER_H

#include <nng/nng.h>
#include <sys/types.h>
#include "cases/actor.h"

#define PEER_NAME 64u /* bytes of an account's name */

struct peer_account {
    uid_t uid;
    char name[PEER_NAME];
    uint32_t roles;
    const struct config_person *person; /* NULL: not among the people */
};
struct peers {
    struct peer_account *accounts; /* those that may */
    uint32_t count;
    uid_t page; /* (uid_t)-1: there is none */
};

/* Of people, control.uids, the page's account, root and the daemon's own account. `config` stays as long as they do; PW_ERROR_MEMORY. */
int peers_read(struct peers *peers, const struct config *config);
void peers_release(struct peers *peers);

/* A peer of which not enough can be learned is not allowed. Any thread. */
bool peer_is_allowed(const struct peers *peers, nng_pipe pipe);

/* Who is at the other end; the name lives as long as `peers`. false: it has hung up, and nobody can say. Any thread. */
bool peer_actor(const struct peers *peers, nng_pipe pipe, struct actor *ret_actor);

#endif
