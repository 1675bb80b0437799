/* SPDX-License-Identifier: Apache-2.0
 *
 * listen.h: sockets for the HTTP servers, pathwayctl's metrics and the reviewers' page, neither of which is the daemon.
 */
#ifndef PATHWAYD_HTTP_LISTEN_H
#define PATHWAYD_HTTP_LISTEN_H

#include <stdint.h>

/* At "127.0.0.1:9943", "[::1]:9943" or "unix:/FILE"; a socket's file that is left over is replaced, and one that somebody
 * still listens on is not. 0; PW_ERROR_INVALID: that is no address; PW_ERROR_IO: there one cannot listen; *ret_error is a
 * malloc'd sentence then. */
int listen_at(const char *address, int *ret_file, char **ret_error);

/* The port it listens on, which is another than the address says when that says 0; 0 for a Unix socket. */
uint16_t listen_port(int file);

#endif
