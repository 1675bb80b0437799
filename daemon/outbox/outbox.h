/* SPDX-License-Identifier: Apache-2.0
 *
 * outbox.h: hands due notices to the notify plugins and settles what they say, at least once, with back-off
 * per notice; one recipient's trouble never delays another's. Loop thread.
 */
#ifndef PATHWAYD_OUTBOX_OUTBOX_H
#define PATHWAYD_OUTBOX_OUTBOX_H

#include "dispatch/host_process.h"
#include "journal/journal.h"

struct outbox;

#define OUTBOX_RETRY_MIN_S 30u   /* after the first failure; doubled … */
#define OUTBOX_RETRY_MAX_S 3600u /* … up to here, for ever: nothing is lost */

struct outbox_events {
    void (*log)(void *owner, uint32_t severity, const char *instance, struct pw_text line);
    void (*stopped)(void *owner);
};

int outbox_new(uv_loop_t *loop, const struct config *config, struct journal *journal,
               const struct host_options *options, int64_t (*clock_ms)(void *),
               const struct outbox_events *events, void *owner, struct outbox **ret_outbox);
void outbox_start(struct outbox *outbox);
void outbox_wake(struct outbox *outbox); /* new notices may be there; loop thread */
void outbox_stop(struct outbox *outbox); /* ends in `stopped` */
void outbox_free(struct outbox *outbox);
bool outbox_idle(const struct outbox *outbox); /* nothing due now and nothing under way */
/* The channels it has, in the configuration's order: their hosts, and how many attempts failed since they started. */
uint32_t outbox_channel_count(const struct outbox *outbox);
const struct host_process *outbox_host(const struct outbox *outbox, uint32_t index);
uint64_t outbox_failures(const struct outbox *outbox, uint32_t index);
void outbox_describe(const struct outbox *outbox,
                     struct buffer *out); /* JSON array of host_process_describe */

#endif
