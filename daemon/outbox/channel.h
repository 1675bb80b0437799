/* SPDX-License-Identifier: Apache-2.0
 *
 * channel.h: one notify instance as the outbox sees it: its host, and the one notice it is working on.
 *
 *            a due notice, host up            answer, or the host died
 *     IDLE ───────────────────────▶ SENT ──────────────────────────▶ SETTLING ──▶ IDLE
 *                                                                     │    ▲
 *                                                                     └────┘ the journal could not: again
 * later
 *
 * One notice at a time bounds memory whatever the backlog: what waits, waits in the journal. Loop thread
 * only.
 */
#ifndef PATHWAYD_OUTBOX_CHANNEL_H
#define PATHWAYD_OUTBOX_CHANNEL_H

#include "outbox/outbox.h"
#include "outbox/settlement.h"

enum channel_state { CHANNEL_IDLE, CHANNEL_SENT, CHANNEL_SETTLING };

struct channel;

/* What a channel needs of the outbox; the same for all channels. */
struct channel_surroundings {
    uv_loop_t *loop;
    struct journal *journal;
    struct journal_view *view;
    const struct host_options *options;
    int64_t (*clock_ms)(void *);
    const struct outbox_events *events;
    void *owner;                                                 /* of the events, and the clock's context */
    void (*submit)(void *outbox, struct settlement *settlement); /* journal it; channel_settled follows */
    void (*closed)(void *outbox, struct channel *channel); /* host, timer and settlement are done with */
    void *outbox;
};

/* `surroundings` and `plugin` are borrowed and outlive the channel. */
int channel_new(const struct channel_surroundings *surroundings, const struct config_plugin *plugin,
                struct channel **ret_channel);
void channel_start(struct channel *channel);
void channel_pump(struct channel *channel); /* looks for a due notice if there is nothing under way */
/* The settlement is on disk (status 0) or could not be written; loop thread. */
void channel_settled(struct channel *channel, int status);
void channel_stop(struct channel *channel); /* ends in `closed` */
void channel_free(struct channel *channel); /* after `closed`, or before start; NULL is fine */
bool channel_idle(const struct channel *channel);
uint64_t channel_failures(const struct channel *channel); /* attempts, since it started */
struct host_process *channel_host(const struct channel *channel);

#endif
