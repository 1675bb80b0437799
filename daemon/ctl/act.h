/* SPDX-License-Identifier: Apache-2.0
 *
 * act.h: one act on a case, asked of the daemon, and what is said when somebody was faster.
 */
#ifndef PATHWAYD_CTL_ACT_H
#define PATHWAYD_CTL_ACT_H

#include <cjson/cJSON.h>
#include "ctl/words.h"
#include "json/buffer.h"

/* Begins the request: the operation, the case (the first argument), and the revision of --revision. CTL_GOOD, or
 * CTL_USAGE. */
int act_begin(const struct ctl *ctl, struct buffer *request, const char *op);
void act_option(const struct ctl *ctl, struct buffer *request, const char *option, const char *key);

/* Asks what `request` says, closes and releases it; *ret_answer is the caller's, the result under "result". When the case
 * has changed meanwhile, the command that would do it now is printed, and text that is nowhere else is saved. `words` may
 * be NULL. */
int act_ask(struct ctl *ctl, struct buffer *request, const struct words *words, cJSON **ret_answer);

#endif
