/* SPDX-License-Identifier: Apache-2.0
 *
 * group.h: the items of one request, in order: what is put on the wire, and which answer belongs to which
 * item.
 *
 *   FILLING ──▶ IN_FLIGHT ──▶ SETTLED
 *                 ▲   │ no answer, busy
 *                 └───┴── WAITING
 */
#ifndef PATHWAYD_CTL_GROUP_H
#define PATHWAYD_CTL_GROUP_H

#include "ctl/intake.h"

enum group_state { GROUP_FILLING, GROUP_IN_FLIGHT, GROUP_WAITING, GROUP_SETTLED };

struct group {
    enum group_state state;
    struct item *items;
    uint32_t count, room;
    size_t bytes;       /* of the open items as a message */
    int64_t wait_until; /* WAITING: when to send again, monotonic ms */
    int64_t moved_ms;   /* when something of it was last settled */
};

int group_init(struct group *group, uint32_t room); /* PW_ERROR_MEMORY */
void group_clear(struct group *group);              /* empty and FILLING again */
void group_release(struct group *group);

/* Whether one more open item of this length fits below the bytes a request may have. */
bool group_fits(const struct group *group, size_t length, uint32_t max_bytes);
void group_add(struct group *group, struct item item); /* takes the item */
uint32_t group_open_count(const struct group *group);

/* The open items as one message: the event itself, or with `array` a JSON array of them. */
void group_message(const struct group *group, bool array, struct buffer *out);

/* Gives each open item its acknowledgement; busy ones stay open. *ret_retry_after: the longest wait asked
 * for, in seconds, when there are such. PW_ERROR_INVALID with a static word when it is no answer to this
 * message. */
int group_answer(struct group *group, struct pw_text answer, uint32_t *ret_retry_after, const char **ret_why);

/* Gives every open item up. */
void group_give_up(struct group *group, const char *why);

#endif
