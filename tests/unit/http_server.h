/* SPDX-License-Identifier: Apache-2.0
 *
 * A scripted web server on loopback, for the tests of what speaks HTTP: it answers each request with the next line of its
 * script and keeps what it heard. What a real server cannot be made to do (hang, talk without end or nonsense) it does.
 */
#ifndef TESTS_HTTP_SERVER_H
#define TESTS_HTTP_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVER_HEARD_BYTES (4u << 20)
#define SERVER_ANSWERS     16u

/* What is sent after an answer's text. */
enum server_then { THEN_WAIT_FOR_MORE, THEN_HANG_UP, THEN_SILENCE, THEN_TRICKLE, THEN_FLOOD };

struct server_answer {
    const char *text;
    enum server_then then;
};

struct server {
    struct server_answer answers[SERVER_ANSWERS]; /* the last one with a text is repeated */
    int listener;
    uint16_t port;
    pthread_t thread;
    atomic_bool stop;
    atomic_int connections, requests;
    atomic_ulong flooded; /* bytes */
    char *heard;          /* of the request heard last: headers and body; read after server_stop */
    size_t heard_length;
};

/* Waits a moment; false when the client hung up or the test ends. */
static inline bool server_client_waits(struct server *server, int fd)
{
    char byte;
    usleep(20000);
    ssize_t peeked = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return !atomic_load(&server->stop) && peeked != 0;
}

static inline void server_drip(struct server *server, int fd, enum server_then then)
{
    static const char flood[1u << 20];
    if (then == THEN_FLOOD) {
        ssize_t sent = 1;
        while (sent > 0 && !atomic_load(&server->stop) && atomic_load(&server->flooded) < (1ul << 30)) {
            sent = send(fd, flood, sizeof flood, MSG_NOSIGNAL);
            atomic_fetch_add(&server->flooded, sent > 0 ? (unsigned long)sent : 0);
        }
        return;
    }
    while (server_client_waits(server, fd))
        if (then == THEN_TRICKLE && send(fd, "x", 1, MSG_NOSIGNAL) != 1)
            return;
}

static inline bool server_hear_byte(struct server *server, int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    while (poll(&poll_fd, 1, 20) == 0)
        if (atomic_load(&server->stop))
            return false;
    if (server->heard_length + 1u >= SERVER_HEARD_BYTES ||
        recv(fd, server->heard + server->heard_length, 1, 0) != 1)
        return false;
    server->heard[++server->heard_length] = '\0';
    return true;
}

static inline bool server_hear(struct server *server, int fd)
{
    size_t body = 0;
    server->heard_length = 0;
    do {
        if (!server_hear_byte(server, fd))
            return false;
    } while (server->heard_length < 4u ||
             memcmp(server->heard + server->heard_length - 4u, "\r\n\r\n", 4) != 0);
    const char *length = strcasestr(server->heard, "\r\nContent-Length: ");
    if (length != NULL)
        body = strtoul(length + 18, NULL, 10);
    while (body > 0) {
        ssize_t got = server->heard_length + body < SERVER_HEARD_BYTES
                          ? recv(fd, server->heard + server->heard_length, body, 0)
                          : -1;
        if (got <= 0)
            return false;
        server->heard_length += (size_t)got;
        body -= (size_t)got;
    }
    server->heard[server->heard_length] = '\0';
    return true;
}

static inline void server_converse(struct server *server, int fd)
{
    enum server_then then = THEN_WAIT_FOR_MORE;
    while (then == THEN_WAIT_FOR_MORE && server_hear(server, fd)) {
        size_t turn = (size_t)atomic_fetch_add(&server->requests, 1);
        turn = turn < SERVER_ANSWERS ? turn : SERVER_ANSWERS - 1u;
        while (turn > 0 && server->answers[turn].text == NULL)
            turn--;
        const char *text = server->answers[turn].text != NULL ? server->answers[turn].text : "";
        then = server->answers[turn].then;
        if (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
            return;
    }
    if (then != THEN_WAIT_FOR_MORE && then != THEN_HANG_UP)
        server_drip(server, fd, then);
}

static inline void *server_serve(void *owner)
{
    struct server *server = owner;
    struct pollfd poll_fd = {.fd = server->listener, .events = POLLIN};
    while (!atomic_load(&server->stop)) {
        if (poll(&poll_fd, 1, 20) <= 0)
            continue;
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0)
            continue;
        atomic_fetch_add(&server->connections, 1);
        server_converse(server, fd);
        close(fd);
    }
    return NULL;
}

/* One answer for every request; more may be put into `answers` before the first request. To be freed by server_free. */
static inline struct server *server_start(const char *text, enum server_then then)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    struct server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    server->answers[0] = (struct server_answer){text, then};
    server->heard = calloc(1, SERVER_HEARD_BYTES);
    assert_non_null(server->heard);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 8), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &length), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, server_serve, server), 0);
    return server;
}

static inline void server_stop(struct server *server)
{
    atomic_store(&server->stop, true);
    pthread_join(server->thread, NULL);
    close(server->listener);
}

static inline void server_free(struct server *server)
{
    free(server->heard);
    free(server);
}

#endif
