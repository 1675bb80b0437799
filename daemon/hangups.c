/* SPDX-License-Identifier: Apache-2.0
 *
 * hangups.c: how libnng hears that a client is gone: by reading, and in no other way.
 *
 * libnng 1.5.2 does not bear a failure to send:
 *  - It reads EPIPE as "closed" and takes the failure of one greeting for that of its listener or dialer, and one
 *    that is closed never accepts or dials again: whoever connects and hangs up at once shuts a feed for everybody.
 *  - A send that fails closes its connection from another thread than the one that may be reading from it. Between
 *    the header and the body of a message, the read is lost by that (nng #1543), the thread that clears connections
 *    away waits for it for ever, and no connection of the process is cleared away any more.
 * So to a client that is gone a send succeeds, and of an error its poller is told as of something to read. Whatever
 * is left is read, then the end, by the one thread that may close for it. Nobody is misled: a client that is gone has
 * taken no answer, and sends again what it has no answer to.
 *
 * A program's own symbols come before libc's, so libnng calls these two.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static ssize_t (*next_sendmsg)(int, const struct msghdr *, int);
static int (*next_epoll_wait)(int, struct epoll_event *, int, int);

/* Not the system calls themselves: a sanitizer's functions stand between, and want to be told. */
__attribute__((constructor)) static void find_next(void)
{
    void *const found[] = {dlsym(RTLD_NEXT, "sendmsg"), dlsym(RTLD_NEXT, "epoll_wait")};
    if (!found[0] || !found[1])
        abort(); /* libc has both */
    /* ISO C knows no function in a void *, POSIX does. */
    memcpy(&next_sendmsg, &found[0], sizeof next_sendmsg);
    memcpy(&next_epoll_wait, &found[1], sizeof next_epoll_wait);
}

__attribute__((visibility("default"))) ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    ssize_t sent = next_sendmsg(fd, message, flags);
    if (sent >= 0 || (errno != EPIPE && errno != ECONNRESET))
        return sent;
    sent = 0;
    for (size_t i = 0; i < message->msg_iovlen; i++)
        sent += (ssize_t)message->msg_iov[i].iov_len;
    return sent;
}

/* libuv polls as well, on threads of its own, and must be told everything. */
static bool is_libnng(const void *caller)
{
    Dl_info info;
    return dladdr(caller, &info) != 0 && info.dli_fname && strstr(info.dli_fname, "libnng");
}

__attribute__((visibility("default"))) int epoll_wait(int fd, struct epoll_event *events, int most, int ms)
{
    static _Thread_local enum { UNKNOWN, LIBNNG, OTHER } caller;
    if (caller == UNKNOWN)
        caller = is_libnng(__builtin_return_address(0)) ? LIBNNG : OTHER;
    int count = next_epoll_wait(fd, events, most, ms);
    for (int i = 0; caller == LIBNNG && i < count; i++)
        if (events[i].events & EPOLLERR)
            events[i].events = (events[i].events & ~(uint32_t)EPOLLERR) | EPOLLIN | EPOLLOUT;
    return count;
}
