/* SPDX-License-Identifier: Apache-2.0
 *
 * peer.h: who may use the control endpoint: root, the daemon's own account and those of `control.uids`, but no
 * process the daemon itself started. A notify plugin's host may connect to sockets and runs under the daemon's
 * account: without that exception, a plugin could act as the operator. Any thread.
 */
#ifndef PATHWAYD_CONTROL_PEER_H
#define PATHWAYD_CONTROL_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <nng/nng.h>

/* A peer of which not enough can be learned is not allowed. */
bool peer_is_allowed(nng_pipe pipe, const uid_t *uids, uint32_t uid_count);

#endif
