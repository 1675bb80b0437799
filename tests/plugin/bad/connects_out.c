/* SPDX-License-Identifier: Apache-2.0
 *
 * Tries to reach the world: TCP, UDP and a socket in the file system, in start and in handle.
 */
#define _GNU_SOURCE 1
#include "bad.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct attempts attempts;

static void try_all(const char *tcp, const char *udp, const char *local, const char *pair)
{
    int ends[2];
    attempts_add(&attempts, tcp, socket(AF_INET, SOCK_STREAM, 0));
    attempts_add(&attempts, udp, socket(AF_INET6, SOCK_DGRAM, 0));
    attempts_add(&attempts, local, socket(AF_UNIX, SOCK_STREAM, 0));
    attempts_add(&attempts, pair, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

/* The daemon's own socket is the one that is there: it must not become another. */
static void try_inherited(void)
{
    const struct sockaddr_in port = {.sin_family = AF_INET, .sin_port = 0x1000};
    struct msghdr message = {0};
    attempts_add(&attempts, "connect", connect(3, (const struct sockaddr *)&port, sizeof port));
    attempts_add(&attempts, "bind", bind(3, (const struct sockaddr *)&port, sizeof port));
    attempts_add(&attempts, "sendmsg", sendmsg(3, &message, 0));
}

static int32_t start(void *instance, const struct pw_document *config)
{
    (void)instance;
    (void)config;
    try_all("start_tcp", "start_udp", "start_local", "start_pair");
    return PW_OK;
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    (void)message;
    try_all("tcp", "udp", "local", "pair");
    try_inherited();
    return attempts_emit(&attempts, bad->host, BAD_STAGE);
}

BAD_PLUGIN(.start = start, .handle = handle)
