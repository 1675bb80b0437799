/* SPDX-License-Identifier: Apache-2.0
 *
 * shared.h: pieces that several views show alike: a level, a list of words, by when.
 */
#ifndef PATHWAYD_PAGE_SHARED_H
#define PATHWAYD_PAGE_SHARED_H

#include "page/html.h"
#include "page/inquiry.h"

/* The level of a case or finding, and whether it asks. */
void shared_level(struct buffer *out, const struct answer *answer, uint32_t node);
/* The words of a list, with commas. */
void shared_list(struct buffer *out, const struct answer *answer, uint32_t node, const char *key);
/* A cost, benefit or mitigation of the vocabulary as letters say it, else by its own words. */
void shared_weighing(struct buffer *out, struct pw_text word);
/* By when it is to be decided, and that this is past; nothing without such a day. */
void shared_due(struct buffer *out, struct pw_text instant, int64_t now_ms);

#endif
