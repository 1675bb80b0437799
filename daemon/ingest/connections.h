/* SPDX-License-Identifier: Apache-2.0
 *
 * connections.h: the connections of one feed: which there are, which of them take no answers, and since when
 * those that were hung up on have been on their way out. libnng tells of a connection's end once, and a slot may
 * hear of a failure on it later than that, so a note is made only of a connection that is still known. Any
 * thread.
 *
 * A client that does not read its answers is not hung up on: it may be sending, and libnng 1.5.2 loses a
 * connection that is closed between the header and the body of a message (nng #1543), and with it every close
 * after that. It is deaf instead: its requests are dropped unread, but for one at a time, whose answer shows
 * whether it reads again.
 */
#ifndef PATHWAYD_INGEST_CONNECTIONS_H
#define PATHWAYD_INGEST_CONNECTIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Connections over the cap, hung up on and not gone yet; so many at once mean that nothing is cleared away. */
#define CONNECTIONS_LEAVING 32u
/* Requests of deaf clients in work at once, of all of a feed; the other slots are for who listens. */
#define CONNECTIONS_TRIALS 16u

struct connection {
    int id;             /* libnng's, of the pipe */
    int64_t hung_up_ms; /* monotonic; 0: not */
    bool deaf, on_trial;
};

struct connections {
    pthread_mutex_t lock;
    struct connection *rows;
    uint32_t count, capacity;
    uint32_t trials; /* slots that have one */
};

/* `cap`: how many the feed allows. */
int connections_prepare(struct connections *connections, uint32_t cap);
void connections_release(struct connections *connections); /* all zero is fine */

/* false when there is no room: the caller closes it, and it is not known. */
bool connections_add(struct connections *connections, int id);
void connections_remove(struct connections *connections, int id);
/* Notes that it is being hung up on; the caller ends it. Not for one that something was read from. */
void connections_hang_up(struct connections *connections, int id, int64_t now_ms);
/* true when one that was hung up on before `ms` is still known. */
bool connections_linger(struct connections *connections, int64_t ms);

/* Whether a request of it is to be read. When *ret_trial, it is a deaf one's, and connections_tried must follow. */
bool connections_admit(struct connections *connections, int id, bool *ret_trial);
/* The end of a trial: was the answer taken? */
void connections_tried(struct connections *connections, int id, bool taken);
/* An answer was not taken in time. true when it is known and was not deaf before. */
bool connections_deafen(struct connections *connections, int id);

#endif
