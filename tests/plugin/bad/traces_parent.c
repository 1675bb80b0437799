/* SPDX-License-Identifier: Apache-2.0
 *
 * Tries to look into the daemon and to write there.
 */
#define _GNU_SOURCE 1
#include "bad.h"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static struct attempts attempts;

static __attribute__((constructor)) void constructor(void)
{
    char path[64], byte;
    struct iovec here = {&byte, 1}, there = {&attempts, 1};
    pid_t parent = getppid();
    snprintf(path, sizeof path, "/proc/%d/mem", (int)parent);
    attempts_add(&attempts, "ptrace", ptrace(PTRACE_ATTACH, parent, NULL, NULL));
    attempts_add(&attempts, "seize", ptrace(PTRACE_SEIZE, parent, NULL, NULL));
    attempts_add(&attempts, "read_memory", process_vm_readv(parent, &here, 1, &there, 1, 0));
    attempts_add(&attempts, "write_memory", process_vm_writev(parent, &here, 1, &there, 1, 0));
    attempts_add(&attempts, "memory_file", open(path, O_RDWR | O_CLOEXEC));
    attempts_add(&attempts, "compare", syscall(SYS_kcmp, parent, getpid(), 0, 0, 0));
    attempts_add(&attempts, "bpf", syscall(SYS_bpf, 0, NULL, 0));
    attempts_add(&attempts, "perf", syscall(SYS_perf_event_open, NULL, parent, -1, -1, 0));
    attempts_add(&attempts, "userfaultfd", syscall(SYS_userfaultfd, 0));
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    (void)message;
    return attempts_emit(&attempts, bad->host, BAD_STAGE);
}

BAD_PLUGIN(.handle = handle)
