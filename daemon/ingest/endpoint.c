/* SPDX-License-Identifier: Apache-2.0
 *
 * endpoint.c: a feed's socket: how it listens, who may connect, how many.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/supplemental/tls/tls.h>
#include "ingest/feed.h"

#define MAX_PEM_BYTES (1u << 20) /* a certificate chain or a bundle of CAs */

void feed_log(struct feed *feed, const char *what)
{
    struct ingest *ingest = feed->ingest;
    int64_t now = ingest->clock_ms(ingest->owner), last = atomic_load(&feed->logged_ms);
    char line[256];
    if (!ingest->events.log || (last != 0 && now >= last && now - last < INGEST_LOG_MS))
        return;
    if (!atomic_compare_exchange_strong(&feed->logged_ms, &last, now))
        return; /* another thread is saying it */
    int length = snprintf(line, sizeof line, "feed \"%s\": %s", feed->config->name, what);
    if (length > 0)
        ingest->events.log(
            ingest->owner, PW_LOG_WARNING,
            (struct pw_text){line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1});
}

/* ---- who may connect ----------------------------------------------------------------------------------- */

static bool is_ipc(const struct feed *feed)
{
    return strncmp(feed->config->listen, "ipc://", 6) == 0;
}

/* The socket's mode keeps most away; the uid is asked as well, since it is the feed's identity. */
static bool may_connect(const struct feed *feed, nng_pipe pipe)
{
    uint64_t uid;
    if (!is_ipc(feed))
        return true;
    if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &uid) != 0)
        return false;
    if (uid == 0 || uid == geteuid())
        return true;
    for (uint32_t i = 0; i < feed->config->peer_uid_count; i++)
        if (uid == feed->config->peer_uids[i])
            return true;
    return false;
}

int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Before anything was read, so nothing can be lost in closing. */
static void hang_up(struct feed *feed, nng_pipe pipe)
{
    connections_hang_up(&feed->connections, nng_pipe_id(pipe), monotonic_ms());
    nng_pipe_close(pipe);
}

static void turn_away(struct feed *feed, nng_pipe pipe, const char *why)
{
    hang_up(feed, pipe);
    atomic_fetch_add(&feed->counters.turned_away, 1);
    feed_log(feed, why);
}

static void connected(nng_pipe pipe, nng_pipe_ev event, void *argument)
{
    struct feed *feed = argument;
    (void)event;
    unsigned before = atomic_fetch_add(&feed->counters.connections, 1);
    if (!connections_add(&feed->connections, nng_pipe_id(pipe)))
        nng_pipe_close(pipe); /* over the cap by far: who was turned away before is not gone yet */
    else if (atomic_load(&feed->ingest->stopping))
        hang_up(feed, pipe);
    else if (!may_connect(feed, pipe))
        turn_away(feed, pipe, "a process of an account that may not connect was turned away");
    else if (before >= feed->connection_cap)
        turn_away(feed, pipe, "a connection over the limit was turned away");
}

static void disconnected(nng_pipe pipe, nng_pipe_ev event, void *argument)
{
    struct feed *feed = argument;
    (void)event;
    connections_remove(&feed->connections, nng_pipe_id(pipe));
    atomic_fetch_sub(&feed->counters.connections, 1);
}

/* ---- TLS ----------------------------------------------------------------------------------------------- */

/* A sentence about the feed, for ret_error. */
static int failed(const struct feed *feed, char **ret_error, const char *what, const char *why)
{
    if (asprintf(ret_error, "feed \"%s\": %s: %s", feed->config->name, what, why) < 0)
        *ret_error = NULL;
    return PW_ERROR_IO;
}

static char *read_pem(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = file ? malloc(MAX_PEM_BYTES + 1) : NULL;
    size_t length = text ? fread(text, 1, MAX_PEM_BYTES + 1, file) : 0;
    bool good = text && !ferror(file) && length <= MAX_PEM_BYTES;
    int error = good ? 0 : !file || (text && ferror(file)) ? errno : text ? EFBIG : ENOMEM;
    if (file)
        fclose(file);
    if (good) {
        text[length] = '\0';
        return text;
    }
    free(text);
    errno = error;
    return NULL;
}

static void free_key(char *key)
{
    if (key)
        explicit_bzero(key, strlen(key));
    free(key);
}

static int set_certificate(struct feed *feed, nng_tls_config *tls, char **ret_error)
{
    const struct config_feed *config = feed->config;
    char *certificate = read_pem(config->tls_cert), *key = NULL;
    int status = 0, result;
    if (!certificate)
        return failed(feed, ret_error, config->tls_cert, strerror(errno));
    key = read_pem(config->tls_key);
    if (!key)
        status = failed(feed, ret_error, config->tls_key, strerror(errno));
    else if ((result = nng_tls_config_own_cert(tls, certificate, key, NULL)) != 0)
        status = failed(feed, ret_error, "certificate or key is of no use", nng_strerror(result));
    free_key(key);
    free(certificate);
    return status;
}

static int set_client_ca(struct feed *feed, nng_tls_config *tls, char **ret_error)
{
    char *ca = read_pem(feed->config->tls_client_ca);
    if (!ca)
        return failed(feed, ret_error, feed->config->tls_client_ca, strerror(errno));
    int result = nng_tls_config_ca_chain(tls, ca, NULL);
    free(ca);
    return result == 0 ? 0 : failed(feed, ret_error, "the client CA is of no use", nng_strerror(result));
}

static int set_tls(struct feed *feed, char **ret_error)
{
    nng_tls_config *tls;
    int result = nng_tls_config_alloc(&tls, NNG_TLS_MODE_SERVER), status = 0;
    if (result != 0)
        return failed(feed, ret_error, "TLS", nng_strerror(result));
    /* Older engines know no TLS 1.3. */
    if (nng_tls_config_version(tls, NNG_TLS_1_2, NNG_TLS_1_3) != 0)
        result = nng_tls_config_version(tls, NNG_TLS_1_2, NNG_TLS_1_2);
    if (result == 0)
        result = nng_tls_config_auth_mode(tls, NNG_TLS_AUTH_MODE_REQUIRED);
    if (result != 0)
        status = failed(feed, ret_error, "TLS", nng_strerror(result));
    if (status == 0)
        status = set_certificate(feed, tls, ret_error);
    if (status == 0)
        status = set_client_ca(feed, tls, ret_error);
    if (status == 0 && (result = nng_listener_set_ptr(feed->listener, NNG_OPT_TLS_CONFIG, tls)) != 0)
        status = failed(feed, ret_error, "TLS", nng_strerror(result));
    nng_tls_config_free(tls); /* the listener holds its own reference */
    return status;
}

/* ---- listening ----------------------------------------------------------------------------------------- */

/* libnng removes whatever it finds at the path when nobody answers there; only a socket may go that way. */
static int check_path(const struct feed *feed, char **ret_error)
{
    struct stat state;
    const char *path = feed->config->listen + strlen("ipc://");
    if (lstat(path, &state) == 0 && !S_ISSOCK(state.st_mode))
        return failed(feed, ret_error, path, "is in the way: it is not a socket");
    return 0;
}

static int set_transport(struct feed *feed, char **ret_error)
{
    const char *url = feed->config->listen;
    int result = 0;
    if (is_ipc(feed))
        result = nng_listener_set_int(feed->listener, NNG_OPT_IPC_PERMISSIONS, (int)feed->config->mode);
    else /* a peer that vanished must not hold its place for ever */
        result = nng_listener_set_bool(feed->listener, NNG_OPT_TCP_KEEPALIVE, true);
    if (result != 0 && result != NNG_ENOTSUP)
        return failed(feed, ret_error, url, nng_strerror(result));
    if (is_ipc(feed))
        return check_path(feed, ret_error);
    return strncmp(url, "tls+", 4) == 0 ? set_tls(feed, ret_error) : 0;
}

static int set_socket(struct feed *feed)
{
    int result =
        nng_socket_set_size(feed->socket, NNG_OPT_RECVMAXSZ, feed->ingest->largest + INGEST_SLACK_BYTES);
    if (result == 0)
        result = nng_pipe_notify(feed->socket, NNG_PIPE_EV_ADD_PRE, connected, feed);
    if (result == 0)
        result = nng_pipe_notify(feed->socket, NNG_PIPE_EV_REM_POST, disconnected, feed);
    return result;
}

int feed_open(struct feed *feed, char **ret_error)
{
    const char *url = feed->config->listen;
    if (connections_prepare(&feed->connections, feed->connection_cap) < 0)
        return PW_ERROR_MEMORY;
    int result = nng_rep0_open(&feed->socket);
    if (result != 0)
        return failed(feed, ret_error, url, nng_strerror(result));
    feed->opened = true;
    result = set_socket(feed);
    if (result == 0)
        result = nng_listener_create(&feed->listener, feed->socket, url);
    if (result != 0)
        return failed(feed, ret_error, url, nng_strerror(result));
    int status = set_transport(feed, ret_error);
    if (status < 0)
        return status;
    result = nng_listener_start(feed->listener, 0);
    return result == 0 ? 0 : failed(feed, ret_error, url, nng_strerror(result));
}

void feed_close(struct feed *feed)
{
    for (uint32_t i = 0; feed->slots && i < INGEST_CONTEXTS; i++)
        slot_close(&feed->slots[i]);
    free(feed->slots);
    connections_release(&feed->connections);
}
