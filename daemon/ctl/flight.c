/* SPDX-License-Identifier: Apache-2.0
 *
 * flight.c: a cooked REQ socket with a context a slot. libnng's own resending is off (it is slow with many
 * requests and hides what happens); the caller sends again, and the daemon knows what it has.
 */
#include "ctl/flight.h"

#include <errno.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/tls/tls.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include "ctl/ctl.h"
#include "json/buffer.h"

#define FLIGHT_MAX_ANSWER (64u << 20) /* an answer names every dropped field of 1,000 events at worst */
#define FLIGHT_DIAL_MS    200         /* between two tries to connect */
#define FLIGHT_MAX_PEM    (1u << 20)

enum slot_state { SLOT_FREE, SLOT_SENDING, SLOT_RECEIVING, SLOT_DONE };

struct slot {
    struct flight *flight;
    nng_ctx ctx;
    nng_aio *aio;
    nng_msg *answer;
    enum slot_state state; /* under the lock once in flight */
    int error;
    bool opened;
};

struct flight {
    nng_socket socket;
    bool opened;
    int event;
    int32_t timeout_ms;
    pthread_mutex_t lock;
    uint32_t count;
    struct slot *slots;
};

static void complete(struct slot *slot, int error, nng_msg *answer)
{
    uint64_t one = 1;
    pthread_mutex_lock(&slot->flight->lock);
    slot->error = error;
    slot->answer = answer;
    slot->state = SLOT_DONE;
    pthread_mutex_unlock(&slot->flight->lock);
    ssize_t written = write(slot->flight->event, &one, sizeof(one));
    (void)written; /* only fails when the counter is full, and then it is readable anyway */
}

/* libnng's threads. */
static void moved(void *argument)
{
    struct slot *slot = argument;
    int error = nng_aio_result(slot->aio);
    if (slot->state == SLOT_SENDING && error == 0) {
        pthread_mutex_lock(&slot->flight->lock);
        slot->state = SLOT_RECEIVING;
        pthread_mutex_unlock(&slot->flight->lock);
        nng_ctx_recv(slot->ctx, slot->aio);
        return;
    }
    if (slot->state == SLOT_SENDING) {
        nng_msg_free(nng_aio_get_msg(slot->aio));
        nng_aio_set_msg(slot->aio, NULL);
    }
    complete(slot, error, error == 0 ? nng_aio_get_msg(slot->aio) : NULL);
}

static char *read_pem(const char *file)
{
    struct buffer text = {0};
    char chunk[4096];
    FILE *stream = fopen(file, "re");
    size_t got;
    if (!stream) {
        ctl_complain("%s cannot be read: %s", file, strerror(errno));
        return NULL;
    }
    while ((got = fread(chunk, 1, sizeof(chunk), stream)) > 0 && text.length < FLIGHT_MAX_PEM)
        buffer_append(&text, chunk, got);
    fclose(stream);
    return buffer_take(&text, NULL);
}

static int set_own(nng_tls_config *tls, const struct flight_options *options)
{
    char *cert = read_pem(options->tls_cert), *key = read_pem(options->tls_key);
    int error = cert && key ? nng_tls_config_own_cert(tls, cert, key, NULL) : NNG_EINVAL;
    if (cert && key && error != 0)
        ctl_complain("%s and %s are not a certificate and its key: %s", options->tls_cert, options->tls_key,
                     nng_strerror(error));
    free(cert);
    free(key);
    return error;
}

static int set_trust(nng_tls_config *tls, const struct flight_options *options)
{
    char *ca = read_pem(options->tls_ca);
    int error = ca ? nng_tls_config_ca_chain(tls, ca, NULL) : NNG_EINVAL;
    if (ca && error != 0)
        ctl_complain("%s is no certificate authority: %s", options->tls_ca, nng_strerror(error));
    free(ca);
    return error;
}

static int set_tls(nng_dialer dialer, const struct flight_options *options)
{
    nng_tls_config *tls = NULL;
    if (!options->tls_ca || !options->tls_cert || !options->tls_key) {
        ctl_complain("%s is a TLS endpoint and wants --tls-ca, --tls-cert and --tls-key", options->url);
        return PW_ERROR_INVALID;
    }
    if (nng_tls_config_alloc(&tls, NNG_TLS_MODE_CLIENT) != 0)
        return PW_ERROR_MEMORY;
    int error = nng_tls_config_auth_mode(tls, NNG_TLS_AUTH_MODE_REQUIRED);
    if (error == 0 && options->tls_name)
        error = nng_tls_config_server_name(tls, options->tls_name);
    if (error == 0)
        error = set_trust(tls, options);
    if (error == 0)
        error = set_own(tls, options);
    if (error == 0)
        error = nng_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, tls);
    nng_tls_config_free(tls); /* the dialer holds its own reference */
    return error == 0 ? 0 : PW_ERROR_INVALID;
}

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether a daemon that starts, or starts again, may cure it. */
static bool may_pass(int error)
{
    static const int passing[] = {NNG_ECONNREFUSED, NNG_ENOENT,     NNG_ETIMEDOUT,
                                  NNG_EAGAIN,       NNG_ECONNRESET, NNG_ECONNABORTED,
                                  NNG_ECLOSED,      NNG_ECONNSHUT,  NNG_EUNREACHABLE};
    for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
        if (error == passing[i])
            return true;
    return false;
}

/* The first connection is given up no sooner than a later one. */
static int start_dialer(nng_dialer dialer, const struct flight_options *options)
{
    const struct timespec pause = {.tv_nsec = FLIGHT_DIAL_MS * 1000000L};
    int64_t begun = monotonic_ms();
    bool said = false;
    for (;;) {
        int error = nng_dialer_start(dialer, 0);
        if (error == 0 || !may_pass(error) || monotonic_ms() - begun >= options->give_up_ms)
            return error;
        if (!said)
            ctl_complain("nobody takes events at %s yet: %s; trying on for %lld seconds", options->url,
                         nng_strerror(error), (long long)(options->give_up_ms / 1000));
        said = true;
        nanosleep(&pause, NULL);
    }
}

static int dial(struct flight *flight, const struct flight_options *options)
{
    nng_dialer dialer = NNG_DIALER_INITIALIZER;
    int error = nng_dialer_create(&dialer, flight->socket, options->url);
    if (error != 0) {
        ctl_complain("%s is not an address of a feed (ipc://, tcp://, tls+tcp://): %s", options->url,
                     nng_strerror(error));
        return PW_ERROR_INVALID;
    }
    if (strncmp(options->url, "tls+tcp", 7) == 0) {
        int status = set_tls(dialer, options);
        if (status != 0)
            return status;
    }
    error = start_dialer(dialer, options);
    if (error == 0)
        return 0;
    ctl_complain(
        "nobody takes events at %s: %s. Is pathwayd running, and may this account (or certificate) feed it?",
        options->url, nng_strerror(error));
    return PW_ERROR_IO;
}

static int prepare(struct flight *flight, const struct flight_options *options)
{
    flight->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    flight->slots = calloc(options->slots, sizeof(*flight->slots));
    if (flight->event < 0 || !flight->slots || nng_req0_open(&flight->socket) != 0)
        return PW_ERROR_MEMORY;
    flight->opened = true;
    flight->count = options->slots;
    nng_socket_set_ms(flight->socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
    nng_socket_set_size(flight->socket, NNG_OPT_RECVMAXSZ, FLIGHT_MAX_ANSWER);
    for (uint32_t i = 0; i < flight->count; i++) {
        flight->slots[i].flight = flight;
        if (nng_aio_alloc(&flight->slots[i].aio, moved, &flight->slots[i]) != 0)
            return PW_ERROR_MEMORY;
        nng_aio_set_timeout(flight->slots[i].aio, flight->timeout_ms);
    }
    return 0;
}

int flight_open(const struct flight_options *options, struct flight **ret_flight)
{
    struct flight *flight = calloc(1, sizeof(*flight));
    if (!flight) {
        ctl_complain("out of memory");
        return PW_ERROR_MEMORY;
    }
    flight->event = -1;
    flight->timeout_ms = options->timeout_ms;
    pthread_mutex_init(&flight->lock, NULL);
    int status = prepare(flight, options);
    if (status != 0)
        ctl_complain("out of memory");
    else
        status = dial(flight, options);
    if (status != 0) {
        flight_close(flight);
        return status;
    }
    *ret_flight = flight;
    return 0;
}

static void *close_all(void *argument)
{
    struct flight *flight = argument;
    if (flight->opened)
        nng_close(flight->socket);
    for (uint32_t i = 0; i < flight->count; i++) {
        if (flight->slots[i].aio) {
            nng_aio_stop(flight->slots[i].aio);
            nng_aio_free(flight->slots[i].aio);
        }
        nng_msg_free(flight->slots[i].answer);
    }
    if (flight->event >= 0)
        close(flight->event);
    pthread_mutex_destroy(&flight->lock);
    free(flight->slots);
    free(flight);
    return NULL;
}

/* libnng 1.5.2 can lock itself up while it closes a socket with requests under way (its issues 1543 and 1813),
 * so a thread of its own closes. */
bool flight_close(struct flight *flight)
{
    pthread_t thread;
    struct timespec until;
    if (!flight)
        return true;
    if (pthread_create(&thread, NULL, close_all, flight) != 0)
        return false;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += FLIGHT_CLOSE_MS / 1000;
    return pthread_timedjoin_np(thread, NULL, &until) == 0;
}

int flight_descriptor(const struct flight *flight)
{
    return flight->event;
}

void flight_drain(struct flight *flight)
{
    uint64_t count;
    ssize_t got = read(flight->event, &count, sizeof(count));
    (void)got; /* nothing there is fine too */
}

/* A fresh context for every request after trouble: libnng 1.5.2 may still be busy with the old one. */
static int fresh_context(struct flight *flight, struct slot *slot)
{
    if (slot->opened && slot->error == 0)
        return 0;
    if (slot->opened)
        nng_ctx_close(slot->ctx);
    slot->opened = nng_ctx_open(&slot->ctx, flight->socket) == 0;
    return slot->opened ? 0 : PW_ERROR_MEMORY;
}

int flight_send(struct flight *flight, uint32_t number, struct pw_text bytes)
{
    struct slot *slot = &flight->slots[number];
    nng_msg *message = NULL;
    nng_msg_free(slot->answer);
    slot->answer = NULL;
    if (fresh_context(flight, slot) != 0 || nng_msg_alloc(&message, 0) != 0)
        return PW_ERROR_MEMORY;
    if (nng_msg_append(message, bytes.data, bytes.length) != 0) {
        nng_msg_free(message);
        return PW_ERROR_MEMORY;
    }
    slot->error = 0;
    slot->state = SLOT_SENDING;
    nng_aio_set_msg(slot->aio, message);
    nng_ctx_send(slot->ctx, slot->aio);
    return 0;
}

int flight_answer(struct flight *flight, uint32_t number, struct pw_text *ret_answer, const char **ret_why)
{
    struct slot *slot = &flight->slots[number];
    pthread_mutex_lock(&flight->lock);
    bool done = slot->state == SLOT_DONE;
    pthread_mutex_unlock(&flight->lock);
    if (!done)
        return 0;
    slot->state = SLOT_FREE;
    if (slot->error != 0) {
        *ret_why = nng_strerror(slot->error);
        return PW_ERROR_BUSY;
    }
    *ret_answer = (struct pw_text){nng_msg_body(slot->answer), nng_msg_len(slot->answer)};
    return 1;
}
