/* SPDX-License-Identifier: Apache-2.0
 *
 * reply.h: what a chat platform means by its answer, where that is more than the status says.
 *
 *     slack, mattermost   took a post only when the body is "ok"; a page of somebody's proxy is no delivery
 *     teams               a 2xx may carry "Webhook message delivery failed … returned HTTP error 429": the
 *                         status that counts is that one; any but the refusals in reply.c is passing trouble
 *     all                 a 4xx says why in a word ("no_service", "invalid_payload"), which the operator reads
 *
 * The webhook's address is a secret. A server's words are kept only when they repeat no piece of it.
 */
#ifndef CHAT_REPLY_H
#define CHAT_REPLY_H

#include "format.h"
#include "http/http.h"

#define REPLY_WORD_UNITS   200u
#define REPLY_SECRET_PIECE 9u /* letters and digits in a row; "services" has 8, tokens have 24 and more */

/* Changes outcome, operator_needed and message of what http_send left in `verdict`. */
void reply_judge(const struct format *format, struct pw_text url, struct http_verdict *verdict);

#endif
