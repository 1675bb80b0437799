/* SPDX-License-Identifier: Apache-2.0
 *
 * dispatch.h: the stage between journal and cases. Reads stored events in order, sends them through the
 * pipeline, and commits facts, findings, what is still owed, the case join and its own cursor in one
 * transaction, so that a crash at any instant repeats work but neither loses nor doubles it.
 *
 *     events ──▶ pipeline ──▶ commit in order ──▶ cursor "dispatch"
 *                    │ an instance is away
 *                    ▼
 *                 pending ──▶ it is back: asked again, `unavailable` withdrawn
 *                    └──────▶ away longer than the outage limit: finding system.plugin_unavailable
 *
 * An instance that is away pauses its own share only; everybody else's goes on.
 * Loop thread, but for the commits, which run on the journal's.
 */
#ifndef PATHWAYD_DISPATCH_DISPATCH_H
#define PATHWAYD_DISPATCH_DISPATCH_H

#include "dispatch/pipeline.h"
#include "journal/journal.h"

struct dispatch;

struct dispatch_events {
    /* An event's standing findings changed: the next stage's turn, in the same transaction. Journal thread.
     */
    int (*judged)(void *owner, struct journal_writer *writer, uint64_t sequence, struct pw_text body);
    void (*log)(void *owner, uint32_t severity, const char *instance, struct pw_text line); /* loop thread */
    void (*committed)(void *owner); /* notices may be waiting; loop thread */
    void (*stopped)(void *owner);
};

/* `config` and `journal` outlive the dispatch. */
int dispatch_new(uv_loop_t *loop, const struct config *config, struct journal *journal,
                 const struct host_options *options, const struct dispatch_events *events, void *owner,
                 struct dispatch **ret_dispatch, char **ret_error);
void dispatch_start(struct dispatch *dispatch);
void dispatch_wake(struct dispatch *dispatch); /* events were stored; any thread, until dispatch_stop */
void dispatch_pause(struct dispatch *dispatch, bool paused);
struct dispatch_figures {
    uint64_t judged,
        last; /* sequence numbers: all up to `judged` are judged, `last` is the newest that was accepted */
    uint32_t in_flight;
    bool paused;
};
struct dispatch_figures dispatch_figures(const struct dispatch *dispatch);
/* The plugin hosts it has, in the configuration's order. */
uint32_t dispatch_host_count(const struct dispatch *dispatch);
const struct host_process *dispatch_host(const struct dispatch *dispatch, uint32_t index);
bool dispatch_is_paused(const struct dispatch *dispatch);
void dispatch_stop(struct dispatch *dispatch); /* ends in `stopped` */
void dispatch_free(struct dispatch *dispatch); /* after `stopped`; NULL is fine */

/* Everything stored has been assessed by every instance that is there. */
bool dispatch_drained(const struct dispatch *dispatch);
/* Members "dispatch": {"cursor","last","in_flight","paused"}. */
void dispatch_describe(const struct dispatch *dispatch, struct buffer *out);
void dispatch_describe_plugins(const struct dispatch *dispatch,
                               struct buffer *out); /* elements of a JSON array, no brackets */

#endif
