/* SPDX-License-Identifier: Apache-2.0
 *
 * connections.c: a table rather than one mark a feed, because one connection's end says nothing of another's:
 * a mark taken back by the wrong end hides a hang, one set after its connection's end is never taken back.
 */
#include "ingest/connections.h"

#include <stdlib.h>
#include <pathwayd/text.h>

int connections_prepare(struct connections *connections, uint32_t cap)
{
    connections->count = connections->trials = 0;
    connections->capacity = cap + CONNECTIONS_LEAVING;
    connections->rows = calloc(connections->capacity, sizeof *connections->rows);
    if (!connections->rows)
        return PW_ERROR_MEMORY;
    pthread_mutex_init(&connections->lock, NULL);
    return 0;
}

void connections_release(struct connections *connections)
{
    if (!connections->rows)
        return;
    pthread_mutex_destroy(&connections->lock);
    free(connections->rows);
    connections->rows = NULL;
}

/* Under the lock. */
static struct connection *find(const struct connections *connections, int id)
{
    for (uint32_t i = 0; i < connections->count; i++)
        if (connections->rows[i].id == id)
            return &connections->rows[i];
    return NULL;
}

bool connections_add(struct connections *connections, int id)
{
    pthread_mutex_lock(&connections->lock);
    bool room = connections->count < connections->capacity;
    if (room)
        connections->rows[connections->count++] = (struct connection){.id = id};
    pthread_mutex_unlock(&connections->lock);
    return room;
}

void connections_remove(struct connections *connections, int id)
{
    pthread_mutex_lock(&connections->lock);
    struct connection *row = find(connections, id);
    if (row)
        *row = connections->rows[--connections->count];
    pthread_mutex_unlock(&connections->lock);
}

void connections_hang_up(struct connections *connections, int id, int64_t now_ms)
{
    pthread_mutex_lock(&connections->lock);
    struct connection *row = find(connections, id);
    if (row && row->hung_up_ms == 0)
        row->hung_up_ms = now_ms;
    pthread_mutex_unlock(&connections->lock);
}

bool connections_linger(struct connections *connections, int64_t ms)
{
    bool linger = false;
    pthread_mutex_lock(&connections->lock);
    for (uint32_t i = 0; i < connections->count && !linger; i++)
        linger = connections->rows[i].hung_up_ms != 0 && connections->rows[i].hung_up_ms < ms;
    pthread_mutex_unlock(&connections->lock);
    return linger;
}

bool connections_admit(struct connections *connections, int id, bool *ret_trial)
{
    pthread_mutex_lock(&connections->lock);
    struct connection *row = find(connections, id);
    bool deaf = row && row->deaf;
    *ret_trial = deaf && !row->on_trial && connections->trials < CONNECTIONS_TRIALS;
    if (*ret_trial) {
        row->on_trial = true;
        connections->trials++;
    }
    pthread_mutex_unlock(&connections->lock);
    return !deaf || *ret_trial;
}

void connections_tried(struct connections *connections, int id, bool taken)
{
    pthread_mutex_lock(&connections->lock);
    struct connection *row = find(connections, id);
    connections->trials--; /* also when the connection has ended meanwhile */
    if (row) {
        row->on_trial = false;
        row->deaf = !taken;
    }
    pthread_mutex_unlock(&connections->lock);
}

bool connections_deafen(struct connections *connections, int id)
{
    pthread_mutex_lock(&connections->lock);
    struct connection *row = find(connections, id);
    bool first = row && !row->deaf;
    if (first)
        row->deaf = true;
    pthread_mutex_unlock(&connections->lock);
    return first;
}
