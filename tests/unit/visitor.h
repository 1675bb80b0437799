/* SPDX-License-Identifier: Apache-2.0
 *
 * visitor.h: a process of another account, or a child of ours, at an ipc endpoint's door.
 */
#ifndef PATHWAYD_TESTS_VISITOR_H
#define PATHWAYD_TESTS_VISITOR_H

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define VISITOR_MS 500 /* who is not hung up on by then was let in */

/* In a child of that account: 0 when it was let in, 1 when hung up on. Only system calls: it is a fork of a
 * process with threads. */
static inline int visit_as(const char *url, uid_t uid)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct pollfd hung_up = {.events = POLLIN};
    char theirs[16];
    int status;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", url + strlen("ipc://"));
    pid_t child = fork();
    if (child == 0) {
        hung_up.fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (setuid(uid) != 0 || connect(hung_up.fd, (struct sockaddr *)&address, sizeof address) != 0)
            _exit(2);
        if (send(hung_up.fd, "\0SP\0\0\x30\0\0", 8, MSG_NOSIGNAL) != 8 ||
            recv(hung_up.fd, theirs, 8, MSG_WAITALL) != 8)
            _exit(1);
        _exit(poll(&hung_up, 1, VISITOR_MS) > 0 && recv(hung_up.fd, theirs, 1, 0) <= 0 ? 1 : 0);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
