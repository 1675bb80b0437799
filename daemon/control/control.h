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
 * ops: status · metrics (a string) · drained · event.list {after,limit,type,engagement} · event.show {source,id,before | sequence} ·
 * why {source,id,before | sequence} ·
 * finding.list {after,limit,pathway,rule,min_level,engagement} · report {from,to,by} ·
 * case.list
 * {after,limit,state,min_level,queue,assignee,mine,overdue,open,urgent,text} · case.show {case}
 *
 * Acts on a case, each {case | engagement, revision} and: case.assign {reviewer,note} · case.take ·
 * case.ask {unit,question,answer_by} · case.answer {question,text} · case.comment {text} · case.attach {reference,note} ·
 * case.statement {reference,text} · case.hold {until,reason} · case.appeal {party,reason} · case.close {note} ·
 * case.mitigation {mitigation,what,value} · case.refer {to,reason} · case.refer_second ·
 * case.decide {disposition,code,reason,costs,benefits,mitigations,displacement,review_by} · case.second · case.reopen {reason} ·
 * case.dissent {text}. Where a revision is given that the case has no more, the answer has "code": "changed" and
 * "revision", the case's own.
 *
 * silence.add {case,rule,pathway,unit,until,reason} · silence.end {silence} · silence.list {after,limit} ·
 * pack.propose {choice,body,pack,reason} · pack.second {change} · pack.withdraw {change} · pack.history
 * {after,limit,pack} · pack.change {change} · plugin.list · pending.list {instance} · pause {what:"dispatch"} · resume ·
 * reload. Who may ask for which is in access.c.
 * Any request may have "as", the name under which somebody signed in at the reviewers' page: from the page's account, and
 * no other, it is then theirs. `limit` is at most 1,000. An event named by source and id is looked for piece by piece: with "result": null,
 * ask again with `before` set to `next`. `report` is what `pathwayctl report --json` prints, of the one table that `by` names
 * where it does; it may be a minute old, and while another is being made the answer has "code": "busy".
 * Requests are read on libnng's threads and answered on the loop; what takes long is worked on by a thread of libuv's.
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
    void (*metrics)(void *owner, struct buffer *out); /* text, see metrics/exposition.h */
    bool (*drained)(void *owner); /* every accepted event assessed, every due notice handed over */
    int (*pause)(void *owner, bool paused);
    int (*reload)(void *owner, char **ret_error);
    void (*written)(void *owner); /* what was asked for is on disk: there may be notices */
};

/* `config` stays until `stopped`; `journal` is what operations that write go through. */
int control_start(uv_loop_t *loop, const struct config *config, struct journal *journal,
                  struct journal_view *view, const struct control_sources *sources, void *owner,
                  struct control **ret_control, char **ret_error);
/* Ends in `stopped`, NULL or not, when what is being written is and what is worked on was told to end, and after a few
 * seconds at most: a libnng that hangs keeps what it has. */
void control_stop(struct control *control, void (*stopped)(void *owner), void *owner);

#endif
