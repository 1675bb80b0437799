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
 * What takes long is worked on by one of libuv's threads, meanwhile the loop goes on:
 *
 *   … answer ── uv_queue_work ──▶ WORKING (libuv's thread) ──▶ answer ──▶ SENDING …
 *
 * A slot is a context with its aio and is in one place at a time, so only the queue needs the lock. uv_async
 * coalesces: each wake-up drains the queue. A client that does not read its answer is cut off, because
 * libnng's REP socket would otherwise hold every other client up behind it. What libnng does is in endpoint.c.
 */
#include "control/control_private.h"

#include <stdlib.h>
#include <string.h>

#define CONTROL_CLOSE_MS 3000 /* libnng may never finish closing (nng #1543); then it is left to it */

void control_enqueue(struct control *control, struct slot *slot)
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

/* ---- answering ---- */

static void send_answer(struct slot *slot, struct buffer *out)
{
    if (out->failed) {
        buffer_release(out);
        request_refuse(out, "memory", "The daemon is out of memory.");
    }
    exchange_free(slot->exchange);
    slot->exchange = NULL;
    nng_msg_free(slot->request);
    slot->request = NULL;
    endpoint_send(slot, out);
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
    slot->status = status;
    control_enqueue(slot->control, slot);
}

static void work_run(uv_work_t *work)
{
    struct slot *slot = work->data;
    slot->status = exchange_work(slot->exchange);
}

static void work_done(uv_work_t *work, int status);

/* Whoever has the exchange from here on, answer_returned gets it back. */
static void send_away(struct control *control, struct slot *slot, enum exchange_step step)
{
    control->away++;
    if (step == EXCHANGE_WRITE) {
        slot->state = SLOT_WRITING;
        slot->task = (struct journal_task){.run = write_run, .done = write_done, .owner = slot};
        journal_submit(control->journal, &slot->task);
        return;
    }
    slot->state = SLOT_WORKING;
    slot->work.data = slot;
    uv_queue_work(control->wake.loop, &slot->work, work_run, work_done); /* fails without a function only */
}

static void answer_request(struct control *control, struct slot *slot)
{
    struct request_context context = {.view = control->view,
                                      .config = control->config,
                                      .sources = &control->sources,
                                      .owner = control->owner,
                                      .instances = (const char *const *)control->instances,
                                      .now_ms = journal_now(control->journal),
                                      .views = &control->views,
                                      .reports = &control->reports};
    if (!peer_actor(&control->peers, slot->pipe, &context.actor)) { /* nothing is done for nobody */
        nng_msg_free(slot->request);
        slot->request = NULL;
        endpoint_receive(slot);
        return;
    }
    struct pw_text bytes = {nng_msg_body(slot->request), nng_msg_len(slot->request)};
    struct buffer out = {0};
    slot->exchange = exchange_new(&context, bytes);
    if (!slot->exchange)
        request_refuse(&out, "memory", "The daemon is out of memory.");
    enum exchange_step step = slot->exchange ? exchange_begin(slot->exchange, &out) : EXCHANGE_ANSWERED;
    if (step == EXCHANGE_ANSWERED)
        send_answer(slot, &out);
    else
        send_away(control, slot, step);
}

static void answer_returned(struct control *control, struct slot *slot)
{
    struct buffer out = {0};
    bool written = slot->state == SLOT_WRITING;
    control->away--;
    exchange_answer(slot->exchange, slot->status, &out);
    if (!control->closing) {
        if (written && control->sources.written)
            control->sources.written(control->owner);
        send_answer(slot, &out);
        return;
    }
    slot->state = SLOT_RECEIVING; /* nothing is sent any more; endpoint_hang_up frees the request */
    exchange_free(slot->exchange);
    slot->exchange = NULL;
    buffer_release(&out);
}

static void leave_loop(struct control *control);
static void begin_hang_up(struct control *control);

static void work_done(uv_work_t *work, int status)
{
    struct slot *slot = work->data;
    (void)status; /* it is not cancelled but stopped, and comes back by itself */
    answer_returned(slot->control, slot);
    if (slot->control->closing)
        begin_hang_up(slot->control);
}

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
            answer_returned(control, slot);
        else if (!closing)
            answer_request(control, slot);
    if (closing)
        begin_hang_up(control);
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

static void discard(struct control *control)
{
    for (uint32_t i = 0; control->instances && control->instances[i]; i++)
        free(control->instances[i]);
    free(control->instances);
    peers_release(&control->peers);
    reports_release(&control->reports);
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
    int error = endpoint_listen(control, config);
    if (error != 0) {
        *ret_error =
            said("the control endpoint ", config->control, " cannot be opened: ", nng_strerror(error),
                 error == NNG_EADDRINUSE ? "; another daemon listens there" : "");
        endpoint_hang_up(control); /* nobody ever connected, so this is quick */
        leave_loop(control);
        return PW_ERROR_IO;
    }
    for (uint32_t i = 0; i < CONTROL_CONTEXTS; i++)
        endpoint_receive(&control->slots[i]);
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
    endpoint_hang_up(control);
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

/* What other threads have of ours comes back first: it always does. */
static void begin_hang_up(struct control *control)
{
    if (control->away || control->hanging_up)
        return;
    control->hanging_up = true;
    if (pthread_create(&control->closer, NULL, close_endpoint, control) == 0) {
        uv_timer_start(&control->patience, out_of_patience, CONTROL_CLOSE_MS, 0);
    } else {
        endpoint_hang_up(control);
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
    atomic_store(&control->reports.stop, true);
    control->stopped = stopped;
    control->stopped_owner = owner;
    begin_hang_up(control);
}
