/* SPDX-License-Identifier: Apache-2.0
 *
 * sendmsg.c: a client that is gone before it was greeted must not end an endpoint.
 *
 * libnng 1.5.2 reads EPIPE as "closed" and takes the failure of one greeting for that of its listener or dialer,
 * and one that is closed never accepts or dials again: whoever connects and hangs up at once shuts a feed for
 * everybody. ECONNRESET says as much about the client and is passed over. A program's own symbol comes before
 * libc's, so libnng sends through this one.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((visibility("default"))) ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    long sent = syscall(SYS_sendmsg, fd, message, flags);
    if (sent < 0 && errno == EPIPE)
        errno = ECONNRESET;
    return sent;
}
