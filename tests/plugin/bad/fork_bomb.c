/* SPDX-License-Identifier: Apache-2.0
 *
 * Multiplies, by every call that makes a process, and starts other programs.
 */
#define _GNU_SOURCE 1
#include "bad.h"

#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    struct attempts attempts = {0};
    char *const arguments[] = {"true", NULL};
    pid_t child;
    (void)message;
    for (int i = 0; i < 8; i++)
        if (fork() == 0)
            for (;;)
                pause();
    attempts_add(&attempts, "fork", fork());
#ifdef SYS_fork
    attempts_add(&attempts, "raw_fork", syscall(SYS_fork));
#endif
    attempts_add(&attempts, "clone", syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
    attempts_add(&attempts, "namespace", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
    attempts_add(&attempts, "clone3", syscall(SYS_clone3, NULL, 0));
    attempts_add(&attempts, "execve", execve("/bin/true", arguments, NULL));
    errno = posix_spawn(&child, "/bin/true", NULL, NULL, arguments, NULL);
    attempts_add(&attempts, "spawn", errno == 0 ? 0 : -1);
    return attempts_emit(&attempts, bad->host, BAD_STAGE);
}

BAD_PLUGIN(.handle = handle)
