/* SPDX-License-Identifier: Apache-2.0
 *
 * server.h: HTTP around page_answer, by libmicrohttpd, on a socket of this machine.
 */
#ifndef PATHWAYD_PAGE_SERVER_H
#define PATHWAYD_PAGE_SERVER_H

#include "page/page.h"

#define SERVER_THREADS     4u              /* each asks the daemon one thing at a time */
#define SERVER_CONNECTIONS 12288u          /* at once, if the machine allows so many files */
#define SERVER_IDLE_S      15u             /* without a byte */
#define SERVER_MEMORY      ((size_t)12288) /* of a connection: its request's head, 6 KiB, and the reply's */
#define SERVER_BODIES      ((size_t)64 << 20) /* of all forms being received; more are refused */
#define SIGN_IN_BYTES      ((size_t)4096)
#define SERVER_SHUT_MS     250 /* between two looks at who takes too long */

/* Serves until SIGTERM or SIGINT. 0, or PW_ERROR_IO or PW_ERROR_INVALID with a sentence, malloc'd. `listening`, once it
 * does, gets the port, 0 for a Unix socket. */
int server_run(struct page *page, void (*listening)(const struct page *page, uint16_t port),
               char **ret_error);

#endif
