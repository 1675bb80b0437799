/* SPDX-License-Identifier: Apache-2.0
 *
 * client.c: see client.h. A request is never sent twice by itself: it may be an act.
 */
#include "control/client.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <stdlib.h>

#define CLIENT_RETRY_MS 100 /* between attempts to connect */

struct client {
    nng_socket socket;
};

static int dial(struct client *client, const char *url, bool lasting)
{
    nng_dialer dialer = NNG_DIALER_INITIALIZER;
    client_patience(client, CLIENT_TIMEOUT_MS, CLIENT_TIMEOUT_MS);
    nng_socket_set_ms(client->socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
    nng_socket_set_size(client->socket, NNG_OPT_RECVMAXSZ, CLIENT_MAX_ANSWER);
    nng_socket_set_ms(client->socket, NNG_OPT_RECONNMINT, CLIENT_RETRY_MS);
    nng_socket_set_ms(client->socket, NNG_OPT_RECONNMAXT, CLIENT_RETRY_MS);
    return nng_dial(client->socket, url, &dialer, lasting ? NNG_FLAG_NONBLOCK : 0);
}

int client_open(const char *url, bool lasting, struct client **ret_client)
{
    struct client *client = calloc(1, sizeof(*client));
    if (!client)
        return NNG_ENOMEM;
    int error = nng_req0_open(&client->socket);
    if (error != 0) {
        free(client);
        return error;
    }
    error = dial(client, url, lasting);
    if (error != 0)
        client_close(client);
    else
        *ret_client = client;
    return error;
}

void client_close(struct client *client)
{
    if (!client)
        return;
    nng_close(client->socket);
    free(client);
}

void client_patience(struct client *client, int answer_ms, int there_ms)
{
    nng_socket_set_ms(client->socket, NNG_OPT_RECVTIMEO, answer_ms);
    nng_socket_set_ms(client->socket, NNG_OPT_SENDTIMEO, there_ms);
}

int client_ask(struct client *client, struct pw_text request, char **ret_bytes, size_t *ret_length)
{
    int error = nng_send(client->socket, (void *)(uintptr_t)request.data, request.length, 0);
    return error != 0 ? error : nng_recv(client->socket, ret_bytes, ret_length, NNG_FLAG_ALLOC);
}

void client_free(char *bytes, size_t length)
{
    if (bytes)
        nng_free(bytes, length);
}
