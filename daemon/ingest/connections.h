/* SPDX-License-Identifier: Apache-2.0
 *
 * connections.h: the connections of one feed: which there are, and since when those that were hung up on have
 * been on their way out. libnng tells of a connection's end once, and a slot may hear of a failure on it later
 * than that, so hanging up is noted only for a connection that is still known. Any thread.
 */
#ifndef PATHWAYD_INGEST_CONNECTIONS_H
#define PATHWAYD_INGEST_CONNECTIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Connections over the cap, hung up on and not gone yet; so many at once mean that nothing is cleared away. */
#define CONNECTIONS_LEAVING 32u

struct connection {
    int id;             /* libnng's, of the pipe */
    int64_t hung_up_ms; /* monotonic; 0: not */
};

struct connections {
    pthread_mutex_t lock;
    struct connection *rows;
    uint32_t count, capacity;
};

/* `cap`: how many the feed allows. */
int connections_prepare(struct connections *connections, uint32_t cap);
void connections_release(struct connections *connections); /* all zero is fine */

/* false when there is no room: the caller closes it, and it is not known. */
bool connections_add(struct connections *connections, int id);
void connections_remove(struct connections *connections, int id);
/* Notes that it is being hung up on. true when it is known and this is the first time: the caller ends it. */
bool connections_hang_up(struct connections *connections, int id, int64_t now_ms);
/* true when one that was hung up on before `ms` is still known. */
bool connections_linger(struct connections *connections, int64_t ms);

#endif
