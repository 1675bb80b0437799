/* SPDX-License-Identifier: Apache-2.0
 *
 * control.c: carries control requests between an NNG socket and the loop.
 *
 *   libnng's threads                      loop thread
 *   RECEIVING ──▶ queue ── uv_async ──▶ answer ──▶ SENDING ──▶ RECEIVING …
 *
 * What an operation writes goes through the journal's thread on its way to the answer:
 *
 *   … answer ── journal_submit ──▶ WRITING (journal's thread) ──▶ queue ── uv_async ──▶ answer ──▶ SENDING …
 *
 * A slot is a context with its aio and is in one place at a time, so only the queue needs the lock. uv_async
 * coalesces: each wake-up drains the queue. A client that does not read its answer is cut off, because
 * libnng's REP socket would otherwise hold every other client up behind it.
 */
#include "control/control.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "control/peer.h"
#include "control/request.h"

#define CONTROL_CONTEXTS    4u   /* requests in work; the loop answers one at a time anyway */
#define CONTROL_CONNECTIONS 32u  /* clients at once: reviewers and scripts, not load */
#define CONTROL_SEND_MS     2000 /* a client that has not taken its answer by then is disconnected */
#define CONTROL_CLOSE_MS    3000 /* libnng may never finish closing (nng #1543); then it is left to it */
#define CONTROL_HEADER      64u  /* libnng counts the protocol's own header in; it has some bytes a hop */
#define CONTROL_MODE        0600 /* only the daemon's own account and root */
#define CONTROL_MODE_SHARED 0666 /* when other accounts are configured: the uid decides, see peer.h */

enum slot_state { SLOT_RECEIVING, SLOT_QUEUED, SLOT_WRITING, SLOT_SENDING };

struct slot {
    struct control *control;
    nng_ctx ctx;
    nng_aio *aio;
    nng_pipe pipe; /* of the request in work */
    nng_msg *request;
    struct exchange *exchange; /* of what is being written */
    struct journal_task task;
    int written; /* the task's status */
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
    struct views views; /* loop thread */
    char **instances;
    uint32_t instance_count;
    uint32_t writing; /* slots whose task the journal has; loop thread */
    bool hanging_up;  /* loop thread */
    const struct config *config;
    struct journal *journal;
    struct journal_view *view;
    struct control_sources sources;
    void *owner;
    void (*stopped)(void *owner);
    void *stopped_owner;
};

/* Once it closes, only what was written comes back. */
static void enqueue(struct control *control, struct slot *slot)
{
    pthread_mutex_lock(&control->lock);
    if (!control->closing || slot->state == SLOT_WRITING) {
        slot->next = NULL;
        if (control->last)
            control->last->next = slot;
        else
            control->first = slot;
        control->last = slot;
        uv_async_send(&control->wake);
    }
    pthread_mutex_unlock(&control->lock);
}

static struct slot *dequeue(struct control *control)
{
    pthread_mutex_lock(&control->lock);
    struct slot *slot = control->first;
    if (slot) {
        control->first = slot->next;
        if (!control->first)
            control->last = NULL;
    }
    pthread_mutex_unlock(&control->lock);
    return slot;
}

static void receive(struct slot *slot)
{
    slot->state = SLOT_RECEIVING;
    nng_aio_set_timeout(slot->aio, NNG_DURATION_INFINITE);
    nng_ctx_recv(slot->ctx, slot->aio);
}

static void received(struct slot *slot)
{
    slot->request = nng_aio_get_msg(slot->aio);
    nng_aio_set_msg(slot->aio, NULL);
    slot->pipe = nng_msg_get_pipe(slot->request);
    slot->state = SLOT_QUEUED;
    enqueue(slot->control, slot);
}

/* libnng's threads. */
static void slot_moved(void *argument)
{
    struct slot *slot = argument;
    int result = nng_aio_result(slot->aio);
    if (result == NNG_ECLOSED || result == NNG_ECANCELED)
        return;
    if (slot->state == SLOT_RECEIVING && result == 0) {
        received(slot);
        return;
    }
    if (slot->state == SLOT_SENDING && result != 0) {
        nng_msg_free(nng_aio_get_msg(slot->aio));
        nng_aio_set_msg(slot->aio, NULL);
        nng_pipe_close(slot->pipe);
    }
    receive(slot);
}

/* ---- answering ---- */

static void send_answer(struct slot *slot, struct buffer *out)
{
    nng_msg *message = NULL;
    if (out->failed) {
        buffer_release(out);
        request_refuse(out, "memory", "The daemon is out of memory.");
    }
    exchange_free(slot->exchange);
    slot->exchange = NULL;
    nng_msg_free(slot->request);
    slot->request = NULL;
    if (out->failed || nng_msg_alloc(&message, 0) != 0 ||
        nng_msg_append(message, out->data, out->length) != 0) {
        /* Nothing left to answer with: hanging up tells the client more than silence would. */
        nng_msg_free(message);
        nng_pipe_close(slot->pipe);
        receive(slot);
    } else {
        slot->state = SLOT_SENDING;
        nng_aio_set_msg(slot->aio, message);
        nng_aio_set_timeout(slot->aio, CONTROL_SEND_MS);
        nng_ctx_send(slot->ctx, slot->aio);
    }
    buffer_release(out);
}

static int write_run(struct journal_writer *writer, struct journal_task *task)
{
    struct slot *slot = task->owner;
    return exchange_write(slot->exchange, writer);
}

static void write_done(struct journal_task *task, int status)
{
    struct slot *slot = task->owner;
    slot->written = status;
    enqueue(slot->control, slot);
}

static void answer_request(struct control *control, struct slot *slot)
{
    struct request_context context = {.view = control->view,
                                      .config = control->config,
                                      .sources = &control->sources,
                                      .owner = control->owner,
                                      .instances = (const char *const *)control->instances,
                                      .now_ms = journal_now(control->journal),
                                      .views = &control->views};
    if (!peer_actor(&control->peers, slot->pipe, &context.actor)) { /* nothing is done for nobody */
        nng_msg_free(slot->request);
        slot->request = NULL;
        receive(slot);
        return;
    }
    struct pw_text bytes = {nng_msg_body(slot->request), nng_msg_len(slot->request)};
    struct buffer out = {0};
    slot->exchange = exchange_new(&context, bytes);
    if (!slot->exchange)
        request_refuse(&out, "memory", "The daemon is out of memory.");
    if (slot->exchange && !exchange_begin(slot->exchange, &out)) {
        control->writing++;
        slot->state = SLOT_WRITING;
        slot->task = (struct journal_task){.run = write_run, .done = write_done, .owner = slot};
        journal_submit(control->journal, &slot->task);
        return;
    }
    send_answer(slot, &out);
}

static void answer_written(struct control *control, struct slot *slot)
{
    struct buffer out = {0};
    control->writing--;
    exchange_answer(slot->exchange, slot->written, &out);
    if (!control->closing) {
        if (control->sources.written)
            control->sources.written(control->owner);
        send_answer(slot, &out);
        return;
    }
    slot->state = SLOT_RECEIVING; /* nothing is sent any more; hang_up frees the request */
    exchange_free(slot->exchange);
    slot->exchange = NULL;
    buffer_release(&out);
}

static void leave_loop(struct control *control);
static void begin_hang_up(struct control *control);

static void woken(uv_async_t *wake)
{
    struct control *control = wake->data;
    pthread_mutex_lock(&control->lock);
    bool closing = control->closing, closed = control->closed;
    pthread_mutex_unlock(&control->lock);
    if (closed) {
        pthread_join(control->closer, NULL);
        leave_loop(control);
    }
    for (struct slot *slot = dequeue(control); slot; slot = dequeue(control))
        if (slot->state == SLOT_WRITING)
            answer_written(control, slot);
        else if (!closing)
            answer_request(control, slot);
    if (closing)
        begin_hang_up(control);
}

/* libnng's threads; counts, because libnng has no bound of its own, and asks who it is before anything was
 * read: who may not ask anything must not hold a place of those who may. */
static void pipe_changed(nng_pipe pipe, nng_pipe_ev event, void *argument)
{
    struct control *control = argument;
    bool stranger = event == NNG_PIPE_EV_ADD_PRE && !peer_is_allowed(&control->peers, pipe);
    pthread_mutex_lock(&control->lock);
    if (event == NNG_PIPE_EV_ADD_PRE)
        control->connections++;
    else
        control->connections--;
    bool crowded = event == NNG_PIPE_EV_ADD_PRE && control->connections > CONTROL_CONNECTIONS;
    pthread_mutex_unlock(&control->lock);
    if (crowded || stranger)
        nng_pipe_close(pipe);
}

static int listen_on(struct control *control, const struct config *config)
{
    nng_listener listener = NNG_LISTENER_INITIALIZER;
    bool shared = config->control_uid_count > 0 || config->person_count > 0;
    int mode = shared ? CONTROL_MODE_SHARED : CONTROL_MODE;
    int error = nng_rep0_open(&control->socket);
    if (error != 0)
        return error;
    control->opened = true;
    if ((error = nng_socket_set_size(control->socket, NNG_OPT_RECVMAXSZ,
                                     CONTROL_MAX_REQUEST + CONTROL_HEADER)) != 0 ||
        (error = nng_pipe_notify(control->socket, NNG_PIPE_EV_ADD_PRE, pipe_changed, control)) != 0 ||
        (error = nng_pipe_notify(control->socket, NNG_PIPE_EV_REM_POST, pipe_changed, control)) != 0)
        return error;
    for (uint32_t i = 0; i < CONTROL_CONTEXTS; i++) {
        struct slot *slot = &control->slots[i];
        slot->control = control;
        if ((error = nng_ctx_open(&slot->ctx, control->socket)) != 0 ||
            (error = nng_aio_alloc(&slot->aio, slot_moved, slot)) != 0)
            return error;
    }
    if ((error = nng_listener_create(&listener, control->socket, config->control)) != 0 ||
        (error = nng_listener_set_int(listener, NNG_OPT_IPC_PERMISSIONS, mode)) != 0)
        return error;
    return nng_listener_start(listener, 0);
}

static int copy_config(struct control *control, const struct config *config)
{
    control->instances = calloc(config->plugin_count + 1u, sizeof(*control->instances));
    if (!control->instances || peers_read(&control->peers, config) != 0)
        return PW_ERROR_MEMORY;
    for (uint32_t i = 0; i < config->plugin_count; i++) {
        control->instances[i] = strdup(config->plugins[i].name);
        if (!control->instances[i])
            return PW_ERROR_MEMORY;
    }
    control->instance_count = config->plugin_count;
    return 0;
}

/* Closes what libnng has; afterwards no callback of its runs any more. */
static void hang_up(struct control *control)
{
    if (control->opened)
        nng_close(control->socket);
    control->opened = false;
    for (uint32_t i = 0; i < CONTROL_CONTEXTS; i++) {
        struct slot *slot = &control->slots[i];
        if (slot->aio) {
            nng_aio_stop(slot->aio);
            if (slot->state == SLOT_SENDING && nng_aio_result(slot->aio) != 0 && nng_aio_get_msg(slot->aio))
                nng_msg_free(nng_aio_get_msg(slot->aio));
            nng_aio_free(slot->aio);
        }
        if (slot->request)
            nng_msg_free(slot->request);
        slot->aio = NULL;
        slot->request = NULL;
    }
}

static void discard(struct control *control)
{
    for (uint32_t i = 0; control->instances && control->instances[i]; i++)
        free(control->instances[i]);
    free(control->instances);
    peers_release(&control->peers);
    pthread_mutex_destroy(&control->lock);
    free(control);
}

/* A sentence with one or two names in it, for *ret_error. */
static char *said(const char *before, const char *what, const char *between, const char *why,
                  const char *after)
{
    struct buffer text = {0};
    const char *const parts[] = {before, what, between, why, after};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        buffer_string(&text, parts[i]);
    return buffer_take(&text, NULL);
}

static int control_new(uv_loop_t *loop, const struct config *config, struct control **ret_control)
{
    struct control *control = calloc(1, sizeof(*control));
    if (!control)
        return PW_ERROR_MEMORY;
    pthread_mutex_init(&control->lock, NULL);
    control->wake.data = control->patience.data = control;
    int status = copy_config(control, config);
    if (status == 0 && uv_async_init(loop, &control->wake, woken) != 0)
        status = PW_ERROR_IO;
    if (status != 0) {
        discard(control);
        return status;
    }
    uv_timer_init(loop, &control->patience);
    control->open_handles = 2;
    *ret_control = control;
    return 0;
}

int control_start(uv_loop_t *loop, const struct config *config, struct journal *journal,
                  struct journal_view *view, const struct control_sources *sources, void *owner,
                  struct control **ret_control, char **ret_error)
{
    struct control *control = NULL;
    if (strncmp(config->control, "ipc://", 6) != 0) {
        *ret_error = said("the control endpoint ", config->control, " is not an ipc:// address",
                          ": only there clients are known by their uid", "");
        return PW_ERROR_INVALID;
    }
    int status = control_new(loop, config, &control);
    if (status != 0) {
        *ret_error =
            said("the control endpoint ", config->control, " cannot be prepared: ", "out of memory", "");
        return status;
    }
    control->config = config;
    control->journal = journal;
    control->view = view;
    control->sources = *sources;
    control->owner = owner;
    int error = listen_on(control, config);
    if (error != 0) {
        *ret_error =
            said("the control endpoint ", config->control, " cannot be opened: ", nng_strerror(error),
                 error == NNG_EADDRINUSE ? "; another daemon listens there" : "");
        hang_up(control); /* nobody ever connected, so this is quick */
        leave_loop(control);
        return PW_ERROR_IO;
    }
    for (uint32_t i = 0; i < CONTROL_CONTEXTS; i++)
        receive(&control->slots[i]);
    *ret_control = control;
    return 0;
}

/* ---- stopping ------------------------------------------------------------------------------------------ */

static void handle_closed(uv_handle_t *handle)
{
    struct control *control = handle->data;
    void (*stopped)(void *) = control->stopped;
    void *owner = control->stopped_owner;
    if (--control->open_handles > 0)
        return;
    if (!control->left)
        discard(control);
    if (stopped)
        stopped(owner);
}

static void leave_loop(struct control *control)
{
    uv_close((uv_handle_t *)&control->wake, handle_closed);
    uv_close((uv_handle_t *)&control->patience, handle_closed);
}

/* A thread of its own, for the loop must not hang with libnng. */
static void *close_endpoint(void *argument)
{
    struct control *control = argument;
    hang_up(control);
    pthread_mutex_lock(&control->lock);
    control->closed = true;
    if (!control->left)
        uv_async_send(&control->wake);
    pthread_mutex_unlock(&control->lock);
    return NULL;
}

static void out_of_patience(uv_timer_t *patience)
{
    struct control *control = patience->data;
    pthread_mutex_lock(&control->lock);
    bool left = control->left = !control->closed; /* else the wake-up is on its way */
    pthread_mutex_unlock(&control->lock);
    if (!left)
        return;
    pthread_detach(control->closer);
    leave_loop(control);
}

/* What the journal has of ours comes back first: it always does. */
static void begin_hang_up(struct control *control)
{
    if (control->writing || control->hanging_up)
        return;
    control->hanging_up = true;
    if (pthread_create(&control->closer, NULL, close_endpoint, control) == 0) {
        uv_timer_start(&control->patience, out_of_patience, CONTROL_CLOSE_MS, 0);
    } else {
        hang_up(control);
        leave_loop(control);
    }
}

void control_stop(struct control *control, void (*stopped)(void *owner), void *owner)
{
    if (!control)
        return;
    pthread_mutex_lock(&control->lock);
    control->closing = true;
    pthread_mutex_unlock(&control->lock);
    control->stopped = stopped;
    control->stopped_owner = owner;
    begin_hang_up(control);
}
