/* SPDX-License-Identifier: Apache-2.0
 *
 * control_private.h: the control endpoint's state, shared by control.c (the loop's side) and endpoint.c (libnng's).
 */
#ifndef PATHWAYD_CONTROL_CONTROL_PRIVATE_H
#define PATHWAYD_CONTROL_CONTROL_PRIVATE_H

#include <nng/nng.h>
#include <pthread.h>
#include "control/peer.h"
#include "control/request.h"

#define CONTROL_CONTEXTS                                                                                     \
    4u /* requests in work: the loop answers one at a time anyway, and one may be a report */

enum slot_state { SLOT_RECEIVING, SLOT_QUEUED, SLOT_WRITING, SLOT_WORKING, SLOT_SENDING };

struct slot {
    struct control *control;
    nng_ctx ctx;
    nng_aio *aio;
    nng_pipe pipe; /* of the request in work */
    nng_msg *request;
    struct exchange *exchange; /* of what is being written, or worked on */
    struct journal_task task;
    uv_work_t work;
    int status; /* the task's, or the work's */
    enum slot_state state;
    struct slot *next;
};

struct control {
    nng_socket socket;
    bool opened;
    struct slot slots[CONTROL_CONTEXTS];
    pthread_mutex_t lock; /* of the queue, closing, closed, left, connections */
    struct slot *first, *last;
    bool closing; /* no request is taken any more */
    bool closed;  /* libnng has nothing of this any more */
    bool left;    /* it was not waited for: whatever it still has stays */
    uint32_t connections;
    uv_async_t wake;
    uv_timer_t patience;
    uint32_t open_handles; /* of the loop */
    pthread_t closer;
    struct peers peers;
    struct views views;     /* loop thread */
    struct reports reports; /* loop thread, but for reports.stop */
    char **instances;
    uint32_t instance_count;
    uint32_t away;   /* slots whose exchange another thread has: WRITING, WORKING; loop thread */
    bool hanging_up; /* loop thread */
    const struct config *config;
    struct journal *journal;
    struct journal_view *view;
    struct control_sources sources;
    void *owner;
    void (*stopped)(void *owner);
    void *stopped_owner;
};

/* Brings a slot to the loop, from any thread. Once it closes, only what was written comes back. */
void control_enqueue(struct control *control, struct slot *slot);

/* 0 or libnng's error; what it opened is closed by endpoint_hang_up. */
int endpoint_listen(struct control *control, const struct config *config);
void endpoint_receive(struct slot *slot);
/* What cannot be sent is hung up on. `out` stays the caller's. */
void endpoint_send(struct slot *slot, struct buffer *out);
/* Closes what libnng has; afterwards no callback of its runs any more. It may never come back. */
void endpoint_hang_up(struct control *control);

#endif
