/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd-host: the process in which one plugin runs. pathwayd and pathwayctl start it; see session.h for
 * its life and sandbox.h for what it gives up.
 */
#include "host/session.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef PATHWAYD_SANITIZED
/* Leak checking at exit wants a second process and ptrace, and an outside symbolizer a program: the sandbox
 * denies both. Plugins may leak; a report names the offset in the plugin's file. */
#define SANITIZER_OPTIONS "detect_leaks=0:external_symbolizer_path="
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
    return SANITIZER_OPTIONS;
}

__attribute__((visibility("default"))) const char *__tsan_default_options(void)
{
    return SANITIZER_OPTIONS;
}
#endif

static int refuse(void)
{
    fputs("pathwayd-host runs one plugin for pathwayd and is started by it; to try a plugin by hand, use "
          "\"pathwayctl plugin check FILE.so\".\n",
          stderr);
    return SESSION_EXIT_USAGE;
}

static int is_socket(int fd)
{
    int type;
    socklen_t length = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
}

int main(int argc, char **argv)
{
    pid_t parent = getppid();
    struct session session = {0};
    if (argc != 3 || strcmp(argv[1], "--fd") != 0 || strcmp(argv[2], "3") != 0 || !is_socket(FRAME_FD))
        return refuse();
    /* Not exit: a plugin's exit handlers and destructors are not asked for, and cannot change the status. */
    _exit(session_run(&session, FRAME_FD, parent));
}
