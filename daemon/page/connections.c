/* SPDX-License-Identifier: Apache-2.0
 *
 * connections.c: see connections.h. Hanging up is shutdown(2): the file is closed by whose it is.
 */
#include "page/connections.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

struct connection {
    int file;
    int64_t since_ms;
    struct connection *before, *after;
};

struct connections {
    pthread_mutex_t lock;
    struct connection *first;
};

struct connections *connections_new(void)
{
    struct connections *connections = calloc(1, sizeof(*connections));
    if (connections)
        pthread_mutex_init(&connections->lock, NULL);
    return connections;
}

void connections_free(struct connections *connections)
{
    if (!connections)
        return;
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

struct connection *connection_begin(struct connections *connections, int file, int64_t now_ms)
{
    struct connection *connection = malloc(sizeof(*connection));
    if (!connection)
        return NULL;
    pthread_mutex_lock(&connections->lock);
    *connection = (struct connection){.file = file, .since_ms = now_ms, .after = connections->first};
    if (connections->first)
        connections->first->before = connection;
    connections->first = connection;
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

void connection_end(struct connections *connections, struct connection *connection)
{
    if (!connection)
        return;
    pthread_mutex_lock(&connections->lock);
    if (connection->before)
        connection->before->after = connection->after;
    else
        connections->first = connection->after;
    if (connection->after)
        connection->after->before = connection->before;
    pthread_mutex_unlock(&connections->lock);
    free(connection);
}

void connection_goes_on(struct connections *connections, struct connection *connection, int64_t now_ms)
{
    if (!connection)
        return;
    pthread_mutex_lock(&connections->lock);
    connection->since_ms = now_ms;
    pthread_mutex_unlock(&connections->lock);
}

uint32_t connections_sweep(struct connections *connections, int64_t now_ms)
{
    uint32_t count = 0;
    pthread_mutex_lock(&connections->lock);
    for (struct connection *connection = connections->first; connection; connection = connection->after)
        if (now_ms - connection->since_ms > CONNECTION_MOST_MS) {
            shutdown(connection->file, SHUT_RDWR);
            connection->since_ms = now_ms;
            count++;
        }
    pthread_mutex_unlock(&connections->lock);
    return count;
}
