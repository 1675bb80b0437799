/* SPDX-License-Identifier: Apache-2.0
 *
 * Tries to end the daemon, directly and by the detours that the kernel has.
 */
#define _GNU_SOURCE 1
#include "bad.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifndef FIOSETOWN
#define FIOSETOWN 0x8901
#endif

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    struct attempts attempts = {0};
    siginfo_t info = {.si_signo = SIGKILL, .si_code = SI_QUEUE};
    pid_t parent = getppid();
    const unsigned long one_cpu = 1;
    int pair[2];
    (void)message;
    attempts_add(&attempts, "kill", kill(parent, SIGKILL));
    attempts_add(&attempts, "kill_group", kill(0, SIGKILL));
    attempts_add(&attempts, "tkill", syscall(SYS_tkill, parent, SIGKILL));
    attempts_add(&attempts, "tgkill", syscall(SYS_tgkill, parent, parent, SIGKILL));
    attempts_add(&attempts, "queue", syscall(SYS_rt_sigqueueinfo, parent, SIGKILL, &info));
    attempts_add(&attempts, "pidfd", syscall(SYS_pidfd_open, parent, 0));
    attempts_add(&attempts, "pidfd_signal", syscall(SYS_pidfd_send_signal, 3, SIGKILL, NULL, 0));
    attempts_add(&attempts, "outlive", prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0));
    attempts_add(&attempts, "limits",
                 syscall(SYS_prlimit64, parent, 7, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", NULL));
    attempts_add(&attempts, "affinity", syscall(SYS_sched_setaffinity, parent, sizeof one_cpu, &one_cpu));
    attempts_add(&attempts, "scheduler", syscall(SYS_sched_setscheduler, parent, 0, &(int){0}));
    attempts_add(&attempts, "priority", syscall(SYS_setpriority, 0, parent, 19));
    if (pipe(pair) == 0) {
        attempts_add(&attempts, "setown", fcntl(pair[0], F_SETOWN, parent));
        attempts_add(&attempts, "setown_ioctl", ioctl(pair[0], FIOSETOWN, &parent));
        attempts_add(&attempts, "setsig", fcntl(pair[0], F_SETSIG, SIGKILL));
        close(pair[0]);
        close(pair[1]);
    }
    return attempts_emit(&attempts, bad->host, BAD_STAGE);
}

BAD_PLUGIN(.handle = handle)
