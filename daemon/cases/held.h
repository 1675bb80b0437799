/* SPDX-License-Identifier: Apache-2.0
 *
 * held.h: notices read out of the journal to be worked on: rows live during their reading, these until they are released.
 */
#ifndef PATHWAYD_CASES_HELD_H
#define PATHWAYD_CASES_HELD_H

#include "journal/journal.h"

struct held {
    struct journal_notice notice; /* its texts are in `bytes` */
    const char *channel;          /* NUL-terminated */
    const char *became;           /* the state it was given; NULL: it was not looked at */
    char *bytes;
};
/* PW_ERROR_MEMORY leaves nothing. */
int held_copy(struct held *held, const struct journal_notice *notice);
void held_release(struct held *held); /* a zeroed one is fine */
void held_became(struct held *held, struct pw_text state);

struct held_list {
    struct held *items;
    uint32_t count, capacity;
};
/* Those whose time has come, at most so many. */
int held_read(struct held_list *list, struct journal_view *view, int64_t now_ms, uint32_t limit);
int held_add(void *list, const struct journal_notice *notice); /* a journal_notice_row */
void held_list_release(struct held_list *list);

/* One audit record of what became of them. */
int held_audit(struct journal_writer *writer, const struct held_list *list);

#endif
