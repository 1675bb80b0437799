/* SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox, from inside: plugins that try, and what the kernel said to them: without Landlock, with
 * Landlock at Debian 12's ABI, and at the newest there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pathwayd/plugin.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver.h"

/* ---- the sandbox ---- */

static const struct tried {
    const char *file;
    uint32_t stage;
    const char *exactly[24]; /* members of what it reports: errno by name of the attempt */
} tried[] = {
    {"fork_bomb", 1, {"\"fork\":1", "\"clone\":1", "\"clone3\":38", "\"execve\":1", "\"namespace\":1"}},
    {"descriptor_hog", 1, {"\"under_64\":24"}},
    {"writes_file",
     1,
     {"\"append\":1", "\"truncate_open\":1", "\"create\":1", "\"nameless\":1", "\"truncate\":1",
      "\"unlink\":1", "\"rename\":1", "\"link\":1", "\"symlink\":1", "\"mkdir\":1", "\"mknod\":1",
      "\"chmod\":1", "\"chown\":1", "\"times\":1", "\"xattr\":1", "\"io_uring\":1"}},
    {"connects_out",
     1,
     {"\"start_tcp\":1", "\"tcp\":1", "\"udp\":1", "\"local\":1", "\"pair\":1", "\"connect\":1", "\"bind\":1",
      "\"sendmsg\":1"}},
    {"kills_parent",
     1,
     {"\"kill\":1", "\"kill_group\":1", "\"tkill\":1", "\"tgkill\":1", "\"queue\":1", "\"pidfd\":1",
      "\"pidfd_signal\":1", "\"outlive\":38", "\"setown\":38"}},
    {"traces_parent",
     1,
     {"\"ptrace\":1", "\"seize\":1", "\"read_memory\":1", "\"write_memory\":1", "\"memory_file\":1",
      "\"bpf\":1", "\"perf\":1", "\"userfaultfd\":1"}},
    {"early_service",
     1,
     {"\"create_fact\":6", "\"start_fact\":6", "\"start_finding\":6", "\"handle_finding\":6"}},
};

static struct frame_result run_tried(struct driver *driver, const char *file, uint32_t stage, int landlock)
{
    driver_start_ready(driver, &(struct load){.file = file, .stage = stage, .landlock_max = landlock});
    driver_work(driver, stage == 3 ? &one_notice : &one_event, 1);
    struct frame_result result = driver_expect_result(driver);
    assert_int_equal(result.status, 0);
    return result;
}

static void test_attempts_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++)
        for (size_t l = 0; l < 3; l++) {
            struct driver driver;
            struct frame_result result =
                run_tried(&driver, tried[i].file, tried[i].stage, landlock_levels[l]);
            for (size_t e = 0; tried[i].exactly[e]; e++)
                assert_contains(result.body, tried[i].exactly[e]);
            if (memmem(result.body.data, result.body.length, "\":0", 3))
                fail_msg("something succeeded: %.*s", (int)result.body.length, result.body.data);
            driver_stop_well(&driver);
        }
}

/* Reading before `start` has returned is what only Landlock denies; everything else seccomp denies as well.
 */
static void test_the_journal_stays_closed(void **state)
{
    (void)state;
    for (size_t l = 0; l < 3; l++) {
        struct driver driver;
        struct frame_result result = run_tried(&driver, "opens_journal", 1, landlock_levels[l]);
        bool landlock = landlock_levels[l] != 0;
        assert_contains(result.body, landlock ? "\"constructor_read\":13" : "\"constructor_read\":0");
        assert_contains(result.body, landlock ? "\"start_read\":13" : "\"start_read\":0");
        if (!SANITIZED)
            assert_contains(result.body, "\"handle_read\":1,");
        assert_contains(result.body, "\"constructor_write\":1,\"constructor_both\":1");
        assert_contains(result.body, "\"start_write\":1,\"start_both\":1");
        assert_contains(result.body, "\"handle_write\":1,\"handle_both\":1");
        assert_contains(result.body, "\"openat2\":38");
        driver_stop_well(&driver);
    }
}

static void test_notify_has_the_network_and_nothing_else(void **state)
{
    (void)state;
    for (size_t l = 0; l < 3; l++) {
        struct driver driver;
        struct frame_result result = run_tried(&driver, "connects_out_notify", 3, landlock_levels[l]);
        assert_contains(result.body, "\\\"tcp\\\":0");
        assert_contains(result.body, "\\\"local\\\":0");
        driver_stop_well(&driver);
        result = run_tried(&driver, "opens_journal_notify", 3, landlock_levels[l]);
        bool landlock = landlock_levels[l] != 0;
        assert_contains(result.body, landlock ? "\\\"handle_read\\\":13" : "\\\"handle_read\\\":0");
        assert_contains(result.body, "\\\"handle_write\\\":1");
        driver_stop_well(&driver);
    }
}

static void test_memory_ends(void **state)
{
    (void)state;
    if (SANITIZED)
        skip(); /* such a build maps terabytes of shadow and says that it limits nothing */
    struct driver driver;
    driver_start_ready(
        &driver, &(struct load){.file = "memory_hog", .stage = 1, .landlock_max = -1, .memory_mb = 128});
    driver_work(&driver, &one_event, 1);
    struct frame_result result = driver_expect_result(&driver);
    assert_int_equal(result.status, PW_ERROR_MEMORY);
    assert_contains(result.body, "memory ended in time");
    driver_end(&driver, true);
}

static char journal[] = "/tmp/pathwayd-journal-XXXXXX";

static int make_journal(void **state)
{
    (void)state;
    int fd = mkstemp(journal);
    if (fd < 0 || write(fd, "journal", 7) != 7 || close(fd) != 0)
        return -1;
    return setenv("PATHWAYD_TEST_JOURNAL", journal, 1);
}

/* The journal is as it was: what the reports say is not the plugin's word alone. */
static int check_journal(void **state)
{
    (void)state;
    char bytes[16];
    struct stat status;
    int fd = open(journal, O_RDONLY | O_CLOEXEC);
    bool same = fd >= 0 && read(fd, bytes, sizeof bytes) == 7 && memcmp(bytes, "journal", 7) == 0 &&
                fstat(fd, &status) == 0 && (status.st_mode & 07777) == 0600 &&
                access("/tmp/pathwayd-test", F_OK) != 0;
    close(fd);
    unlink(journal);
    return same ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attempts_are_refused),
        cmocka_unit_test(test_the_journal_stays_closed),
        cmocka_unit_test(test_notify_has_the_network_and_nothing_else),
        cmocka_unit_test(test_memory_ends),
    };
    return cmocka_run_group_tests(tests, make_journal, check_journal);
}
