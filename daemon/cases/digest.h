/* SPDX-License-Identifier: Apache-2.0
 *
 * digest.h: everything that waits for one recipient's digest as one notice: each case once, as it stands by now. What is
 * over by then is left out, and a digest of nothing is not sent.
 */
#ifndef PATHWAYD_CASES_DIGEST_H
#define PATHWAYD_CASES_DIGEST_H

#include "cases/held.h"
#include "config/config.h"

/* A channel is back after a while: whoever has several notices waiting there gets one digest in their place. */
#define BACKLOG_LEAST  5u                    /* fewer are told as they are */
#define BACKLOG_AGE_MS (INT64_C(15) * 60000) /* and so are those let go since */
int digest_backlog(struct journal_writer *writer, const struct config *config, struct pw_text channel);

/* Of the recipient of list->items[index]; marks all of theirs in the list. */
int digest_write(struct journal_writer *writer, const struct config *config, struct held_list *list,
                 uint32_t index);

#endif
