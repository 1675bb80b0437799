/* SPDX-License-Identifier: Apache-2.0
 *
 * filter.c: the tables behind filter.h, and their way into the kernel. System calls are named, not numbered:
 * one that this machine or libseccomp does not know is left out, and so denied.
 */
#include "host/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pathwayd/text.h>

#define CALLS(list) list, sizeof(list) / sizeof((list)[0])

static const char *const allowed_calls[] = {
    /* memory */
    "brk", "mmap", "munmap", "mprotect", "mremap", "madvise", "mincore", "mlock", "mlock2", "munlock",
    "msync", "membarrier",
    /* time */
    "clock_gettime", "clock_getres", "gettimeofday", "time", "times", "nanosleep", "clock_nanosleep", "alarm",
    "setitimer", "getitimer", "timer_create", "timer_settime", "timer_gettime", "timer_getoverrun",
    "timer_delete", "timerfd_create", "timerfd_settime", "timerfd_gettime",
    /* threads and their end */
    "futex", "futex_waitv", "set_robust_list", "rseq", "set_tid_address", "arch_prctl", "sched_yield",
    "sched_get_priority_max", "sched_get_priority_min", "exit", "exit_group", "restart_syscall",
    /* signals to oneself */
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait", "rt_sigsuspend",
    "sigaltstack", "pause", "signalfd4",
    /* descriptors that are open already; the daemon's socket is one */
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "preadv2", "pwritev", "close",
    "close_range", "lseek", "dup", "dup2", "dup3", "pipe", "pipe2", "poll", "ppoll", "select", "pselect6",
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd",
    "eventfd2", "fadvise64", "readahead",
    /* looking at files (open itself is below) */
    "fstat", "newfstatat", "stat", "lstat", "statx", "fstatfs", "statfs", "access", "faccessat", "faccessat2",
    "readlink", "readlinkat", "getcwd", "getdents", "getdents64",
    /* who and where one is */
    "getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getgroups", "getresuid",
    "getresgid", "getpgrp", "uname", "sysinfo", "getrusage", "getrlimit", "getcpu", "getrandom",
    /* the second step; all of these can only ever take away */
    "capget", "capset", "seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"};

/* Refused by name: other processes, new programs, privileges, kernel surface, and every change of a file, so
 * that nothing is written even where the kernel has no Landlock. */
static const char *const refused_calls[] = {"ptrace",
                                            "process_vm_readv",
                                            "process_vm_writev",
                                            "process_madvise",
                                            "kcmp",
                                            "kill",
                                            "tkill",
                                            "pidfd_open",
                                            "pidfd_send_signal",
                                            "pidfd_getfd",
                                            "rt_sigqueueinfo",
                                            "rt_tgsigqueueinfo",
                                            "fork",
                                            "vfork",
                                            "execve",
                                            "execveat",
                                            "io_uring_setup",
                                            "io_uring_enter",
                                            "io_uring_register",
                                            "userfaultfd",
                                            "bpf",
                                            "perf_event_open",
                                            "mount",
                                            "umount2",
                                            "move_mount",
                                            "open_tree",
                                            "fsopen",
                                            "fsconfig",
                                            "fsmount",
                                            "fspick",
                                            "mount_setattr",
                                            "pivot_root",
                                            "chroot",
                                            "unshare",
                                            "setns",
                                            "keyctl",
                                            "add_key",
                                            "request_key",
                                            "name_to_handle_at",
                                            "open_by_handle_at",
                                            "memfd_create",
                                            "memfd_secret",
                                            "personality",
                                            "setuid",
                                            "setgid",
                                            "setreuid",
                                            "setregid",
                                            "setresuid",
                                            "setresgid",
                                            "setgroups",
                                            "setfsuid",
                                            "setfsgid",
                                            "setrlimit",
                                            "setpriority",
                                            "sched_setscheduler",
                                            "sched_setparam",
                                            "sched_setattr",
                                            "setpgid",
                                            "setsid",
                                            "shmget",
                                            "shmat",
                                            "semget",
                                            "msgget",
                                            "mq_open",
                                            "mq_unlink",
                                            "inotify_init",
                                            "inotify_init1",
                                            "inotify_add_watch",
                                            "fanotify_init",
                                            "fanotify_mark",
                                            "syslog",
                                            "reboot",
                                            "kexec_load",
                                            "kexec_file_load",
                                            "init_module",
                                            "finit_module",
                                            "delete_module",
                                            "swapon",
                                            "swapoff",
                                            "acct",
                                            "quotactl",
                                            "settimeofday",
                                            "clock_settime",
                                            "adjtimex",
                                            "clock_adjtime",
                                            "sethostname",
                                            "setdomainname",
                                            "vhangup",
                                            "creat",
                                            "unlink",
                                            "unlinkat",
                                            "rename",
                                            "renameat",
                                            "renameat2",
                                            "truncate",
                                            "ftruncate",
                                            "fallocate",
                                            "mkdir",
                                            "mkdirat",
                                            "rmdir",
                                            "link",
                                            "linkat",
                                            "symlink",
                                            "symlinkat",
                                            "mknod",
                                            "mknodat",
                                            "chmod",
                                            "fchmod",
                                            "fchmodat",
                                            "fchmodat2",
                                            "chown",
                                            "fchown",
                                            "lchown",
                                            "fchownat",
                                            "utime",
                                            "utimes",
                                            "utimensat",
                                            "futimesat",
                                            "setxattr",
                                            "lsetxattr",
                                            "fsetxattr",
                                            "setxattrat",
                                            "removexattr",
                                            "lremovexattr",
                                            "fremovexattr",
                                            "removexattrat",
                                            "copy_file_range",
                                            "sendfile",
                                            "splice",
                                            "tee",
                                            "vmsplice",
                                            "flock"};

static const char *const socket_calls[] = {
    "socketpair", "connect",    "bind",       "listen",      "accept",     "accept4",
    "sendto",     "sendmsg",    "sendmmsg",   "recvfrom",    "recvmsg",    "recvmmsg",
    "shutdown",   "setsockopt", "getsockopt", "getsockname", "getpeername"};

/* Their first argument names a process or thread, and 0 is the caller: others are none of a plugin's business. */
static const char *const own_calls[] = {
    "sched_getaffinity", "sched_setaffinity", "sched_getparam", "sched_getscheduler",
    "get_robust_list",   "getpgid",           "getsid"};

/* clone3 and openat2 are on no list on purpose: their flags stand behind a pointer, where a filter cannot see
 * them; the caller gets ENOSYS and uses the older call. */

/* fcntl and ioctl can make the kernel send signals to any process (F_SETOWN, FIOSETOWN), so they are cut down
 * to what libc and NNG use. */
static const uint64_t fcntl_commands[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL};
static const uint64_t ioctl_commands[] = {FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, 0x5401 /* TCGETS: isatty */};
/* PR_SET_PDEATHSIG and PR_SET_DUMPABLE would undo the sandbox and are not here. */
static const uint64_t prctl_options[] = {PR_SET_NAME,      PR_GET_NAME,         PR_GET_DUMPABLE,
                                         PR_GET_PDEATHSIG, PR_GET_NO_NEW_PRIVS, PR_SET_NO_NEW_PRIVS,
                                         PR_SET_SECCOMP,   0x53564d41 /* PR_SET_VMA */};
static const uint64_t socket_families[] = {AF_UNIX, AF_INET, AF_INET6};

#define OPEN_TO_WRITE (O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))
#define NAMESPACES                                                                                           \
    ((uint64_t)(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
                CLONE_NEWNET | CLONE_VFORK))

static int add(scmp_filter_ctx filter, uint32_t action, const char *call, unsigned int count,
               const struct scmp_arg_cmp *arguments)
{
    int number = seccomp_syscall_resolve_name(call);
    if (number == __NR_SCMP_ERROR)
        return 0;
    int status = seccomp_rule_add_array(filter, action, number, count, arguments);
    return status == -EDOM || status == -EEXIST ? 0 : status; /* not of this architecture; there already */
}

static int add_calls(scmp_filter_ctx filter, uint32_t action, const char *const *calls, size_t count)
{
    int status = 0;
    for (size_t i = 0; i < count && status == 0; i++)
        status = add(filter, action, calls[i], 0, NULL);
    return status;
}

/* Allows a call for certain values of one argument; every other value is as good as unlisted. */
static int allow_values(scmp_filter_ctx filter, const char *call, unsigned int argument,
                        const uint64_t *values, size_t count)
{
    int status = 0;
    for (size_t i = 0; i < count && status == 0; i++) {
        const struct scmp_arg_cmp is = {argument, SCMP_CMP_MASKED_EQ, UINT32_MAX, values[i]};
        status = add(filter, SCMP_ACT_ALLOW, call, 1, &is);
    }
    return status;
}

/* Opening is allowed when none of the writing flags is set, and refused for each of them that is. */
static int add_open(scmp_filter_ctx filter, const char *call, unsigned int argument)
{
    const struct scmp_arg_cmp reading = {argument, SCMP_CMP_MASKED_EQ, OPEN_TO_WRITE, 0};
    int status = add(filter, SCMP_ACT_ALLOW, call, 1, &reading);
    for (uint64_t bit = 1; bit <= OPEN_TO_WRITE && status == 0; bit <<= 1) {
        const struct scmp_arg_cmp writing = {argument, SCMP_CMP_MASKED_EQ, bit, bit};
        if (bit & OPEN_TO_WRITE)
            status = add(filter, SCMP_ACT_ERRNO(EPERM), call, 1, &writing);
    }
    return status;
}

/* Of others ENOSYS, which libc takes for a kernel that cannot tell (pthread_getattr_np asks for a thread's affinity); to
 * change others is refused in so many words. */
static int add_own(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp self = {0, SCMP_CMP_EQ, 0, 0}, other = {0, SCMP_CMP_NE, 0, 0};
    int status = 0;
    for (size_t i = 0; i < sizeof own_calls / sizeof own_calls[0] && status == 0; i++)
        status = add(filter, SCMP_ACT_ALLOW, own_calls[i], 1, &self);
    return status ? status : add(filter, SCMP_ACT_ERRNO(EPERM), "sched_setaffinity", 1, &other);
}

static int add_processes(scmp_filter_ctx filter)
{
    const uint64_t self = (uint64_t)getpid();
    const struct scmp_arg_cmp thread = {0, SCMP_CMP_MASKED_EQ, CLONE_THREAD | NAMESPACES, CLONE_THREAD};
    const struct scmp_arg_cmp process = {0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0};
    const struct scmp_arg_cmp own = {0, SCMP_CMP_EQ, self, 0};
    const struct scmp_arg_cmp other = {0, SCMP_CMP_NE, self, 0};
    /* prlimit64 may ask about oneself and set nothing. */
    const struct scmp_arg_cmp asking[] = {{0, SCMP_CMP_EQ, 0, 0}, {2, SCMP_CMP_EQ, 0, 0}};
    int status = add(filter, SCMP_ACT_ALLOW, "clone", 1, &thread);
    if (status == 0)
        status = add(filter, SCMP_ACT_ERRNO(EPERM), "clone", 1, &process);
    if (status == 0)
        status = add(filter, SCMP_ACT_ALLOW, "tgkill", 1, &own);
    if (status == 0)
        status = add(filter, SCMP_ACT_ERRNO(EPERM), "tgkill", 1, &other);
    if (status == 0)
        status = add(filter, SCMP_ACT_ALLOW, "prlimit64", 2, asking);
    return status;
}

static int add_sockets(scmp_filter_ctx filter, bool network)
{
    if (network) {
        int status = add_calls(filter, SCMP_ACT_ALLOW, CALLS(socket_calls));
        return status ? status : allow_values(filter, "socket", 0, CALLS(socket_families));
    }
    int status = add_calls(filter, SCMP_ACT_ERRNO(EPERM), CALLS(socket_calls));
    return status ? status : add(filter, SCMP_ACT_ERRNO(EPERM), "socket", 0, NULL);
}

static int add_first(scmp_filter_ctx filter, bool network)
{
    int status = add_calls(filter, SCMP_ACT_ALLOW, CALLS(allowed_calls));
    if (status == 0)
        status = add_calls(filter, SCMP_ACT_ERRNO(EPERM), CALLS(refused_calls));
    if (status == 0)
        status = add_open(filter, "open", 1);
    if (status == 0)
        status = add_open(filter, "openat", 2);
    if (status == 0)
        status = add_processes(filter);
    if (status == 0)
        status = add_own(filter);
    if (status == 0)
        status = allow_values(filter, "fcntl", 1, CALLS(fcntl_commands));
    if (status == 0)
        status = allow_values(filter, "ioctl", 1, CALLS(ioctl_commands));
    if (status == 0)
        status = allow_values(filter, "prctl", 0, CALLS(prctl_options));
    return status ? status : add_sockets(filter, network);
}

static scmp_filter_ctx new_filter(uint32_t otherwise)
{
    scmp_filter_ctx filter = seccomp_init(otherwise);
    if (!filter)
        return NULL;
    /* Threads that a constructor has started are bound too; no_new_privs is set already; a tree instead of a
     * list keeps the price of a call small; another architecture's numbers mean other calls. */
    if (seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) < 0 ||
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) < 0 ||
        seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) < 0) {
        seccomp_release(filter);
        return NULL;
    }
    seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    return filter;
}

static int load(scmp_filter_ctx filter, int status)
{
    if (status == 0)
        status = seccomp_load(filter);
    seccomp_release(filter);
    return status == 0 ? 0 : PW_ERROR_UNSUPPORTED;
}

int filter_load_first(bool network)
{
    scmp_filter_ctx filter = new_filter(SCMP_ACT_ERRNO(ENOSYS));
    if (!filter)
        return PW_ERROR_UNSUPPORTED;
    return load(filter, add_first(filter, network));
}

int filter_load_second(bool network)
{
    static const char *const opening[] = {"open", "openat"};
    if (network)
        return 0;
    scmp_filter_ctx filter = new_filter(SCMP_ACT_ALLOW);
    if (!filter)
        return PW_ERROR_UNSUPPORTED;
    return load(filter, add_calls(filter, SCMP_ACT_ERRNO(EPERM), CALLS(opening)));
}
