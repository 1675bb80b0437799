/* SPDX-License-Identifier: Apache-2.0
 *
 * call.h: one question to the running daemon over its control endpoint.
 */
#ifndef PATHWAYD_CTL_CALL_H
#define PATHWAYD_CTL_CALL_H

#include <cjson/cJSON.h>
#include "ctl/ctl.h"
#include "json/buffer.h"

struct call; /* a connection */

/* CTL_GOOD; else the sentence was printed. The configuration is read to find the endpoint. */
int call_open(struct ctl *ctl, struct call **ret_call);
void call_close(struct call *call); /* NULL is fine */

/* Asks; *ret_answer is the whole answer {"ok":true,"result":…}, the caller's to cJSON_Delete. On {"ok":false}
 * and on trouble the sentence is printed and CTL_BAD returned (CTL_USAGE for a bad request). */
int call_ask(struct call *call, const struct buffer *request, cJSON **ret_answer);

/* The same where it may not be there: *ret_answer is NULL then, and nothing is printed. */
int call_find(struct call *call, const struct buffer *request, cJSON **ret_answer);

/* Opens, asks, closes, and says nothing: the daemon may be changing over. CTL_GOOD, or CTL_BAD: ask again. */
int call_quietly(struct ctl *ctl, const struct buffer *request, cJSON **ret_answer);

/* Opens, asks, closes; whatever the daemon said is in *ret_answer, and a refusal is nothing that was printed. */
int call_try(struct ctl *ctl, const struct buffer *request, cJSON **ret_answer);
/* CTL_GOOD, or what the answer's refusal comes to, after its sentence. */
int call_refused(const cJSON *answer);

/* Opens, asks, closes. */
int call_request(struct ctl *ctl, const struct buffer *request, cJSON **ret_answer);

/* The same of an operation without fields. */
int call_once(struct ctl *ctl, const char *op, cJSON **ret_answer);

/* All pages of a list, each row handed to `row`; `limit` 0: all. The request has no limit and no after. */
int call_pages(struct ctl *ctl, const char *op, const char *const *keys, const char *const *values,
               uint64_t after, uint64_t limit, void (*row)(void *to, const cJSON *item), void *to);

#endif
