/* SPDX-License-Identifier: Apache-2.0
 *
 * connections.h: how long a connection may take for each thing: for its request, for the reply, between two. libmicrohttpd
 * counts only how long nothing came; who sends a byte now and then (slow loris) is hung up on here.
 */
#ifndef PATHWAYD_PAGE_CONNECTIONS_H
#define PATHWAYD_PAGE_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define CONNECTION_MOST_MS INT64_C(30000) /* for one thing: a form of some KiB, a page of some dozen */

struct connections;
struct connection;

struct connections *connections_new(void); /* NULL: out of memory */
void connections_free(struct connections *connections);

/* All are for any thread. NULL: out of memory. The file stays open until connection_end. */
struct connection *connection_begin(struct connections *connections, int file, int64_t now_ms);
void connection_end(struct connections *connections, struct connection *connection);
/* It has done what it was at, and begins the next. */
void connection_goes_on(struct connections *connections, struct connection *connection, int64_t now_ms);
/* Hangs up on those that took too long; how many. */
uint32_t connections_sweep(struct connections *connections, int64_t now_ms);

#endif
