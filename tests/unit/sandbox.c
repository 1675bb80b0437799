/* SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox's steps one by one, each in a child that looks at what is left to it. What plugins can do
 * inside is tried in tests/plugin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pathwayd/plugin.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dispatch/pathway.h"
#include "host/caps.h"
#include "host/elf.h"
#include "host/sandbox.h"

#define PATIENCE_MS 10000 /* for what takes a millisecond on an idle machine */

static void test_landlock_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(landlock_abi(0), 0);
    assert_in_range(landlock_abi(2), 0, 2);
    assert_in_range(landlock_abi(-1), landlock_abi(2), LANDLOCK_ABI_KNOWN);
    assert_int_equal(landlock_abi(1000), landlock_abi(-1));
}

/* ---- the parent's end ---- */

static void test_a_parent_that_is_gone_already(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(sandbox_follow_parent(getppid() + 1) == PW_ERROR_STATE && sandbox_follow_parent(getppid()) == 0
                  ? 0
                  : 1);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void follow_until_killed(int alive)
{
    sandbox_follow_parent(getppid());
    if (write(alive, "r", 1) != 1)
        _exit(1);
    for (int i = 0; i < PATIENCE_MS / 10; i++) /* ends by itself if the kernel does not end it */
        poll(NULL, 0, 10);
    if (write(alive, "s", 1) != 1)
        _exit(1);
    _exit(0);
}

static void test_it_ends_with_its_parent(void **state)
{
    (void)state;
    int ends[2];
    char said[4];
    assert_int_equal(pipe(ends), 0);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0) {
        if (fork() == 0)
            follow_until_killed(ends[1]);
        close(ends[1]);
        _exit(read(ends[0], said, 1) == 1 ? 0 : 1); /* dies as soon as the other follows it */
    }
    close(ends[1]);
    int status;
    assert_int_equal(waitpid(parent, &status, 0), parent);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    struct pollfd waiting = {.fd = ends[0], .events = POLLIN};
    assert_int_equal(poll(&waiting, 1, 2 * PATIENCE_MS), 1);
    assert_int_equal(read(ends[0], said, 1), 0); /* the end of the pipe, and not "s", the survivor's word */
    close(ends[0]);
}

/* ---- both steps ---- */

static bool limited_to(__rlimit_resource_t resource, rlim_t most)
{
    struct rlimit limit;
    return getrlimit(resource, &limit) == 0 && limit.rlim_cur <= most && limit.rlim_max <= most;
}

static uint32_t capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    syscall(SYS_capget, &header, data);
    return data[0].effective | data[0].permitted | data[1].effective | data[1].permitted;
}

/* A process of the same account without any privilege, which everybody there could change: what is refused is then the
 * filter's doing. Ends with this one. */
static pid_t start_other(void)
{
    const pid_t here = getpid();
    pid_t other = fork();
    assert_true(other >= 0);
    if (other > 0)
        return other;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[2] = {{0}};
    syscall(SYS_capset, &header, none);
    for (sandbox_follow_parent(here);;)
        pause();
}

/* What is asked of a process: oneself may be, another may not. */
static bool others_are_out_of_reach(long other)
{
    cpu_set_t cpus;
    struct sched_param parameters;
    void *head;
    size_t size;
    if (syscall(SYS_sched_getaffinity, 0, sizeof cpus, &cpus) <= 0 ||
        syscall(SYS_sched_setaffinity, 0, sizeof cpus, &cpus) != 0 || getpgid(0) < 0 || getsid(0) < 0 ||
        sched_getscheduler(0) < 0 || sched_getparam(0, &parameters) != 0 ||
        syscall(SYS_get_robust_list, 0, &head, &size) != 0)
        return false;
    const struct {
        int got, expected;
    } tries[] = {
        {syscall(SYS_sched_setaffinity, other, sizeof cpus, &cpus) < 0 ? errno : 0, EPERM},
        {syscall(SYS_sched_setaffinity, other | 1l << 32, sizeof cpus, &cpus) < 0 ? errno : 0, EPERM},
        {syscall(SYS_sched_getaffinity, other, sizeof cpus, &cpus) < 0 ? errno : 0, ENOSYS},
        {syscall(SYS_sched_getscheduler, other) < 0 ? errno : 0, ENOSYS},
        {syscall(SYS_sched_getparam, other, &parameters) < 0 ? errno : 0, ENOSYS},
        {syscall(SYS_get_robust_list, other, &head, &size) < 0 ? errno : 0, ENOSYS},
        {syscall(SYS_getpgid, other) < 0 ? errno : 0, ENOSYS},
        {syscall(SYS_getsid, other) < 0 ? errno : 0, ENOSYS},
        {syscall(SYS_sched_setscheduler, other, SCHED_OTHER, &parameters) < 0 ? errno : 0, EPERM},
        {syscall(SYS_sched_setparam, other, &parameters) < 0 ? errno : 0, EPERM},
        {syscall(SYS_setpriority, PRIO_PROCESS, other, 1) < 0 ? errno : 0, EPERM},
        {syscall(SYS_setpgid, other, 0) < 0 ? errno : 0, EPERM},
        {syscall(SYS_prlimit64, other, RLIMIT_NOFILE, NULL, NULL) < 0 ? errno : 0, ENOSYS},
        {syscall(SYS_tgkill, other, other, 0) < 0 ? errno : 0, EPERM},
        {syscall(SYS_kill, other, 0) < 0 ? errno : 0, EPERM},
    };
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
        if (tries[i].got != tries[i].expected) {
            fprintf(stderr, "attempt %zu: errno %d, expected %d\n", i, tries[i].got, tries[i].expected);
            return false;
        }
    return true;
}

/* Each check has a number, which is the child's exit status when it fails. */
static int inside(uint32_t stage, int landlock_max, pid_t other)
{
    struct load_request request = {.file = (char *)"/usr/lib/x.so",
                                   .base = (char *)"",
                                   .readable = PW_NODE_NONE,
                                   .stage = stage,
                                   .memory_mb = 512,
                                   .landlock_max = landlock_max};
    struct sandbox sandbox = {0};
    const char *why = NULL;
    int journal = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    int kept = fcntl(journal, F_DUPFD, 100);
    if (journal < 0 || kept < 100 || sandbox_enter_first(&sandbox, &request, &why) < 0)
        return 1;
    if (!sandbox.no_new_privs || !sandbox.seccomp || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return 2;
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return 3;
    if (!limited_to(RLIMIT_NOFILE, 64) || !limited_to(RLIMIT_CORE, 0) || !limited_to(RLIMIT_FSIZE, 0))
        return 4;
    if (sandbox.memory_mb && !limited_to(RLIMIT_AS, 512u << 20))
        return 5;
    if (fcntl(kept, F_GETFD) >= 0)
        return 6;
    if (capabilities() & ~(stage == PW_STAGE_NOTIFY ? 0 : 1u << CAP_DAC_READ_SEARCH))
        return 7;
    if (open("/usr/share", O_RDONLY | O_CLOEXEC) < 0)
        return 8;
    if ((open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0) != (sandbox.landlock == 0))
        return 9;
    const bool certificates = open("/etc/ssl/certs", O_RDONLY | O_CLOEXEC) >= 0;
    if (sandbox.landlock > 0 && access("/etc/ssl/certs", F_OK) == 0 &&
        certificates != (stage == PW_STAGE_NOTIFY))
        return 16;
    if (sandbox.landlock > 0 && open("/etc/ssl/private", O_RDONLY | O_CLOEXEC) >= 0)
        return 17;
    if (open("/dev/null", O_WRONLY | O_CLOEXEC) >= 0 || errno != EPERM)
        return 10;
    if ((sandbox.missing_count > 0) != (sandbox.landlock < 6 || sandbox.memory_mb == 0))
        return 11;
    if (!others_are_out_of_reach(other))
        return 15;
    if (sandbox_enter_second(&request, &why) < 0 || capabilities() != 0)
        return 12;
    bool opens = open("/usr/share", O_RDONLY | O_CLOEXEC) >= 0;
    if (sandbox.memory_mb && opens != (stage == PW_STAGE_NOTIFY))
        return 13;
    return kill(getpid(), 0) < 0 && errno == EPERM ? 0 : 14;
}

static void test_both_steps(void **state)
{
    (void)state;
    static const int levels[] = {0, 1, 2, 3, 4, 5, 6, 7, -1};
    pid_t other = start_other();
    for (uint32_t stage = PW_STAGE_ENRICH; stage <= PW_STAGE_NOTIFY; stage++)
        for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
            pid_t child = fork();
            assert_true(child >= 0);
            if (child == 0)
                _exit(inside(stage, levels[i], other));
            int status;
            assert_int_equal(waitpid(child, &status, 0), child);
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                fail_msg("stage %u, Landlock %d: wait status %d, check %d", stage, levels[i], status,
                         WEXITSTATUS(status));
        }
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
}

/* ---- what a pathway can never say is the same on both sides of the socket ---- */

static void test_caps_agree_with_the_pathways(void **state)
{
    (void)state;
    for (size_t i = 0; i < PATHWAY_COUNT; i++) {
        const struct cap *cap = cap_of((struct pw_text){pathways[i].name, strlen(pathways[i].name)});
        assert_non_null(cap);
        assert_int_equal(cap->max_level, pathways[i].max_level);
        assert_int_equal(cap->may_ask, pathways[i].may_ask);
    }
    assert_null(cap_of(PW_TEXT("")));
    assert_null(cap_of(PW_TEXT("researc")));
    assert_null(cap_of(PW_TEXT("research2")));
}

/* ---- LOAD ---- */

static void test_requests_are_bounded(void **state)
{
    (void)state;
    struct load_request request = {0};
    const char *why = NULL;
    assert_int_equal(
        load_request_read(&request,
                          PW_TEXT("{\"file\":\"/a.so\",\"stage\":2,\"memory_mb\":1,\"landlock_max\":-7,"
                                  "\"config\":{\"a\": 1.50},\"check\":true}"),
                          &why),
        0);
    assert_int_equal(request.memory_mb, LOAD_REQUEST_MEMORY_MB_LEAST);
    assert_int_equal(request.landlock_max, -1);
    assert_true(request.check && !request.describe_only);
    assert_string_equal(request.instance, "");
    assert_int_equal(request.config.length, 11); /* as it was spelt */
    load_request_release(&request);
    static const char *const wrong[] = {"",
                                        "[]",
                                        "{\"file\":\"a.so\",\"stage\":1}",
                                        "{\"file\":\"/a.so\"}",
                                        "{\"file\":\"/a.so\",\"stage\":4}",
                                        "{\"stage\":1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        why = NULL;
        assert_int_equal(load_request_read(&request, (struct pw_text){wrong[i], strlen(wrong[i])}, &why),
                         PW_ERROR_INVALID);
        assert_non_null(why);
        load_request_release(&request);
    }
}

/* ---- files that are nearly ELF ---- */

static unsigned char *read_self(size_t *ret_length)
{
    FILE *file = fopen("/proc/self/exe", "rb");
    unsigned char *bytes = malloc(16u << 20);
    assert_non_null(file);
    assert_non_null(bytes);
    *ret_length = fread(bytes, 1, 16u << 20, file);
    fclose(file);
    return bytes;
}

static void check_copy(const unsigned char *bytes, size_t length)
{
    struct defects defects = {0};
    unsigned char *exact = malloc(length ? length : 1); /* the sanitizer sees a read past the end */
    memcpy(exact, bytes, length);
    elf_check(exact, length, &defects);
    assert_true(defects.count > 0); /* a program exports main or lacks pw_plugin's manners in some way */
    free(exact);
    defect_release(&defects);
}

static void test_broken_elf_is_survived(void **state)
{
    (void)state;
    size_t length;
    unsigned char *bytes = read_self(&length);
    for (size_t cut = 0; cut < 2048 && cut < length; cut += 7)
        check_copy(bytes, cut);
    for (size_t at = 16; at < 1024; at += 3) { /* header and segments; the section table stands at the end */
        unsigned char kept = bytes[at];
        bytes[at] = (unsigned char)(kept ^ (at % 2 ? 0xff : 0x40));
        struct defects defects = {0};
        elf_check(bytes, length, &defects);
        bytes[at] = kept;
        defect_release(&defects);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_landlock_is_bounded),
        cmocka_unit_test(test_a_parent_that_is_gone_already),
        cmocka_unit_test(test_it_ends_with_its_parent),
        cmocka_unit_test(test_both_steps),
        cmocka_unit_test(test_caps_agree_with_the_pathways),
        cmocka_unit_test(test_requests_are_bounded),
        cmocka_unit_test(test_broken_elf_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
