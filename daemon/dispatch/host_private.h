/* SPDX-License-Identifier: Apache-2.0
 *
 * host_private.h: a plugin host's state, shared by host_process.c (its life) and host_wire.c (what is said).
 */
#ifndef PATHWAYD_DISPATCH_HOST_PRIVATE_H
#define PATHWAYD_DISPATCH_HOST_PRIVATE_H

#include "dispatch/host_process.h"

/* Room for one libuv read; frames longer than this grow the buffer up to FRAME_MAX_BYTES. */
#define READ_CHUNK_BYTES (64u << 10)
#define WHY_BYTES        2048u

/* Sequence numbers sent and not answered, in order; a ring that doubles. `batch` numbers the WORK frame, so
 * that the items of the frame being worked on are known when the host dies. */
struct sent {
    uint64_t sequence;
    uint64_t batch;
};

struct host_process {
    uv_loop_t *loop;
    const struct config_plugin *plugin;
    struct host_options options;
    const struct host_events *events;
    void *owner;

    enum host_state state;
    bool stopping;   /* no restart after this end */
    bool ending;     /* killed or dead; waiting for exit and close */
    bool delivering; /* inside an owner's callback: a failure is only noted */
    bool exited, pipe_closed, process_closed;
    bool outside;
    bool timer_closed;

    uv_process_t process;
    uv_pipe_t pipe;
    uv_timer_t timer; /* start deadline, answer deadline, stop deadline or back-off, by state */

    struct buffer input;
    char *chunk;
    struct sent *sent;
    uint32_t sent_first, sent_count, sent_capacity;
    uint64_t batch;

    uint32_t backoff_ms;
    uint64_t up_since, down_since;
    uint64_t restarts, handled;
    uint64_t handled_before; /* as it stood when the host came up last */
    char why[WHY_BYTES];     /* the reason of the end under way */
    char last_error[WHY_BYTES];
    struct buffer ready;
};

/* Ends the child now; `why` NULL: whatever its exit status will say. */
void host_end(struct host_process *host, const char *why);
/* Starts, restarts or ends the deadline for the next answer. */
void host_watch_answers(struct host_process *host);

int host_send_load(struct host_process *host);
int host_write_frames(struct host_process *host, struct buffer *frames); /* takes the buffer's bytes */
void host_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buffer);
void host_readable(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes);

/* How many of the unanswered items were in the frame being worked on. */
uint32_t host_suspects(const struct host_process *host);

#endif
