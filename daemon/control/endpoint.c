/* SPDX-License-Identifier: Apache-2.0
 *
 * endpoint.c: libnng's side of the control endpoint: who connects, what is received and sent, and hanging up.
 */
#include "control/control_private.h"

#include <nng/protocol/reqrep0/rep.h>

#define CONTROL_CONNECTIONS 32u  /* clients at once: reviewers and scripts, not load */
#define CONTROL_SEND_MS     2000 /* a client that has not taken its answer by then is disconnected */
#define CONTROL_HEADER      64u  /* libnng counts the protocol's own header in; it has some bytes a hop */
#define CONTROL_MODE        0600 /* only the daemon's own account and root */
#define CONTROL_MODE_SHARED 0666 /* when other accounts are configured: the uid decides, see peer.h */

void endpoint_receive(struct slot *slot)
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
    control_enqueue(slot->control, slot);
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
    endpoint_receive(slot);
}

void endpoint_send(struct slot *slot, struct buffer *out)
{
    nng_msg *message = NULL;
    if (out->failed || nng_msg_alloc(&message, 0) != 0 ||
        nng_msg_append(message, out->data, out->length) != 0) {
        /* Nothing left to answer with: hanging up tells the client more than silence would. */
        nng_msg_free(message);
        nng_pipe_close(slot->pipe);
        endpoint_receive(slot);
        return;
    }
    slot->state = SLOT_SENDING;
    nng_aio_set_msg(slot->aio, message);
    nng_aio_set_timeout(slot->aio, CONTROL_SEND_MS);
    nng_ctx_send(slot->ctx, slot->aio);
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

int endpoint_listen(struct control *control, const struct config *config)
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

void endpoint_hang_up(struct control *control)
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
