/* SPDX-License-Identifier: Apache-2.0
 *
 * readable.h: tells the loop when a command's input can be read, without making the descriptor non-blocking:
 * standard input is shared with whoever started us.
 */
#ifndef PATHWAYD_CTL_READABLE_H
#define PATHWAYD_CTL_READABLE_H

#include <uv.h>
#include "ctl/source.h"

struct readable {
    uv_poll_t poll;
    int epoll;
    bool watched; /* false: a file, which can always be read */
    void (*ready)(void *owner);
    void *owner;
};

int readable_init(struct readable *readable, uv_loop_t *loop, const struct source *source,
                  void (*ready)(void *owner), void *owner);
void readable_once(struct readable *readable); /* calls `ready` once, when there is something or the end */
void readable_close(struct readable *readable);

#endif
