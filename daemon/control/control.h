/* SPDX-License-Identifier: Apache-2.0
 *
 * control.h: the control endpoint: an NNG REP socket on ipc, JSON in and out. Who may not use it (peer.h) is hung
 * up on before anything is read. pathwayctl is its client. One request, one answer:
 *
 *     {"op": "status"}                                     → {"ok": true, "result": {…}}
 *     {"op": "event.list", "after": 0, "limit": 100}       → {"ok": true, "result": [ … ], "next": 100}
 *     anything wrong                                       → {"ok": false, "code": "not_found", "error":
 * "sentence"}
 *
 * ops: status · drained · event.list {after,limit,type,engagement} · event.show {source,id,before | sequence} ·
 * why {source,id,before | sequence} · finding.list {after,limit,pathway,rule,min_level,engagement} · case.list {after,limit,state,min_level} ·
 * case.show {case} · case.decide {case,revision,disposition,reason,costs,benefits,mitigations,displacement,review_by} ·
 * pack.propose {choice,body,pack,reason} · pack.second {change} · pack.withdraw {change} · pack.history
 * {after,limit,pack} · pack.change {change} · case.second {case} · case.reopen {case,reason} · case.dissent {case,text} · plugin.list · pending.list {instance} · pause {what:"dispatch"} · resume · reload
 * `limit` is at most 1,000. An event named by source and id is looked for piece by piece: with "result": null,
 * ask again with `before` set to `next`. Requests are read on libnng's threads and answered on the loop.
 */
#ifndef PATHWAYD_CONTROL_CONTROL_H
#define PATHWAYD_CONTROL_CONTROL_H

#include <uv.h>
#include "config/config.h"
#include "journal/journal.h"

#define CONTROL_MAX_REQUEST (1u << 20)
#define CONTROL_MAX_LIMIT   1000u

struct control;

/* What the rest of the daemon contributes. Loop thread. */
struct control_sources {
    void (*status)(void *owner, struct buffer *out);  /* members of the status object, without braces */
    void (*plugins)(void *owner, struct buffer *out); /* JSON array */
    bool (*drained)(void *owner); /* every accepted event assessed, every due notice handed over */
    int (*pause)(void *owner, bool paused);
    int (*reload)(void *owner, char **ret_error);
    void (*written)(void *owner); /* what was asked for is on disk: there may be notices */
};

/* `config` stays until `stopped`; `journal` is what operations that write go through. */
int control_start(uv_loop_t *loop, const struct config *config, struct journal *journal,
                  struct journal_view *view, const struct control_sources *sources, void *owner,
                  struct control **ret_control, char **ret_error);
/* Ends in `stopped`, NULL or not, when what is being written is, and after a few seconds at most: a libnng that hangs
 * keeps what it has. */
void control_stop(struct control *control, void (*stopped)(void *owner), void *owner);

#endif
