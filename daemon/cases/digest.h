/* SPDX-License-Identifier: Apache-2.0
 *
 * digest.h: everything that waits for one recipient's digest as one notice: each case once, as it stands by now. What is
 * over by then is left out, and a digest of nothing is not sent.
 */
#ifndef PATHWAYD_CASES_DIGEST_H
#define PATHWAYD_CASES_DIGEST_H

#include "cases/held.h"
#include "config/config.h"

/* A channel is back after a while: whoever has several notices waiting there gets one digest in their place. That it is back
 * is noted with the notice that got through; what waits is folded a moment later. */
#define BACKLOG_LEAST      5u                    /* fewer are told as they are */
#define BACKLOG_AGE_MS     (INT64_C(15) * 60000) /* and so are those let go since */
#define BACKLOG_MARK       "backlog/"            /* a mark of the journal, followed by the channel */
#define BACKLOG_MARK_BYTES 96u
int digest_recovered(struct journal_writer *writer, const char *channel);
bool digest_is_backlog(struct journal_view *view, const struct config *config);
int digest_backlogs(struct journal_writer *writer, const struct config *config);

/* Of the recipient of list->items[index]; marks all of theirs in the list. */
int digest_write(struct journal_writer *writer, const struct config *config, struct held_list *list,
                 uint32_t index);

#endif
