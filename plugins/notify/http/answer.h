/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.h: what a server's answer means, without a connection: the table of http.h, and Retry-After.
 */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include <time.h>
#include "http/http.h"

/* What Retry-After asks for (RFC 9110, 10.2.3: seconds, or a date, which is taken relative to `now`), in seconds, at most
 * HTTP_MAX_WAIT_S. 0: nothing that one could keep to. */
uint32_t http_wait(struct pw_text retry_after, time_t now);

/* Fills in outcome, retry_after, operator_needed, status and message. `wait` is what http_wait said. */
void http_judge(long status, uint32_t wait, struct http_verdict *verdict);

/* Passing trouble without a status; `trouble` is shown with what is not printable made '?'. */
void http_trouble(const char *trouble, bool operator_needed, struct http_verdict *verdict);

/* A request that can never be made. */
void http_impossible(const char *why, struct http_verdict *verdict);

#endif
