/* SPDX-License-Identifier: Apache-2.0
 *
 * client.h: the other end of the control endpoint: one connection, one question at a time. pathwayctl and pathwayd-page
 * ask by it. Each thread has a connection of its own.
 */
#ifndef PATHWAYD_CONTROL_CLIENT_H
#define PATHWAYD_CONTROL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <pathwayd/text.h>

#define CLIENT_TIMEOUT_MS 30000       /* the daemon answers in milliseconds, or something is wrong */
#define CLIENT_MAX_ANSWER (64u << 20) /* far above the daemon's own bound */

struct client;

/* 0, or an error of libnng; then there is none. `lasting`: it connects when the daemon is there, and again whenever it
 * comes back; else the daemon has to be there now. */
int client_open(const char *url, bool lasting, struct client **ret_client);
void client_close(struct client *client); /* NULL is fine */
/* How long it waits for an answer, and for the daemon to be there at all. */
void client_patience(struct client *client, int answer_ms, int there_ms);

/* 0, or an error of libnng; then what was asked may have been done or not. *ret_bytes is for client_free. */
int client_ask(struct client *client, struct pw_text request, char **ret_bytes, size_t *ret_length);
void client_free(char *bytes, size_t length);

#endif
