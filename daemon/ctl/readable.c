/* SPDX-License-Identifier: Apache-2.0
 *
 * readable.c: libuv sets whatever it polls non-blocking, so it polls an epoll descriptor that watches the
 * input.
 */
#include "ctl/readable.h"

#include <sys/epoll.h>
#include <unistd.h>

int readable_init(struct readable *readable, uv_loop_t *loop, const struct source *source,
                  void (*ready)(void *owner), void *owner)
{
    struct epoll_event event = {.events = EPOLLIN};
    *readable = (struct readable){.epoll = epoll_create1(EPOLL_CLOEXEC), .ready = ready, .owner = owner};
    if (readable->epoll < 0)
        return PW_ERROR_IO;
    /* Regular files cannot be watched, and need not be. */
    readable->watched = !source_is_file(source) &&
                        epoll_ctl(readable->epoll, EPOLL_CTL_ADD, source_descriptor(source), &event) == 0;
    if (readable->watched && uv_poll_init(loop, &readable->poll, readable->epoll) != 0)
        readable->watched = false;
    readable->poll.data = readable;
    return 0;
}

static void polled(uv_poll_t *poll, int status, int events)
{
    struct readable *readable = poll->data;
    (void)status; /* an error is seen, and said, by the read */
    (void)events;
    uv_poll_stop(poll);
    readable->ready(readable->owner);
}

void readable_once(struct readable *readable)
{
    uv_poll_start(&readable->poll, UV_READABLE, polled);
}

static void closed(uv_handle_t *handle)
{
    struct readable *readable = handle->data;
    close(readable->epoll);
}

void readable_close(struct readable *readable)
{
    if (readable->watched)
        uv_close((uv_handle_t *)&readable->poll, closed);
    else if (readable->epoll >= 0)
        close(readable->epoll);
    readable->watched = false;
}
