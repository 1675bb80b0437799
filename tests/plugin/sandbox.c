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

#include <errno.h>
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
#include "host/landlock.h"

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
      "\"pidfd_signal\":1", "\"outlive\":38", "\"setown\":38", "\"affinity\":1", "\"scheduler\":1",
      "\"priority\":1"}},
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

/* ---- the folder of the configuration ---- */

static char base[] = "/tmp/pathwayd-base-XXXXXX";
static const char *const base_folders[] = {"secrets", "packs", "lists"};
static const char *const base_files[] = {"pathwayd.conf", "secrets/password", "packs/a.json", "lists/b.json"};

/* What may be read when, by what the configuration says. */
static const struct neighbour_case {
    const char *config, *readable;
    const char
        *reached; /* of "/csSpl": the folder, pathwayd.conf, secrets, the password, the pack, the list */
} neighbour_cases[] = {
    {"{}", NULL, ""},
    {"{\"file\":\"packs/a.json\"}", NULL, "p"},
    {"{\"file\":\"./packs/../packs/a.json\",\"files\":[\"lists\"]}", NULL, "pl"},
    {"{\"file\":\"packs/missing.json\",\"text\":\"lists/b.json\"}", NULL, "l"},
    /* What holds the configuration itself is not taken as named, however it is spelt … */
    {"{\"text\":\".\",\"file\":\"/\",\"files\":[\"..\",\"./\",\"packs/..\",\"self\",\"/tmp\"]}", NULL, ""},
    {"{\"text\":\"\"}", NULL, ""},
    /* … but may be allowed. */
    {"{}", "", "/csSpl"},
    {"{}", "/packs", "p"},
};

static void expect_neighbours(struct pw_text report, const char *moment, const struct neighbour_case *given,
                              bool landlock)
{
    static const char letters[] = "/csSpl";
    static const char *const names[] = {
        "", "pathwayd.conf", "secrets", "secrets/password", "packs/a.json", "lists/b.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char expected[96];
        bool reached = !landlock || strchr(given->reached, letters[i]) != NULL;
        snprintf(expected, sizeof expected, "%s %s\\\":%d", moment, names[i], reached ? 0 : EACCES);
        assert_contains(report, expected);
    }
}

static void test_neighbours_are_not_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof neighbour_cases / sizeof neighbour_cases[0]; i++)
        for (size_t l = 0; l < LANDLOCK_LEVELS; l++) {
            struct driver driver;
            char readable[256];
            const struct neighbour_case *given = &neighbour_cases[i];
            snprintf(readable, sizeof readable, "%s%s", base, given->readable ? given->readable : "");
            driver_start_ready(&driver, &(struct load){.file = "reads_neighbour_notify",
                                                       .stage = 3,
                                                       .config = given->config,
                                                       .base = base,
                                                       .readable = given->readable ? readable : NULL,
                                                       .landlock_max = landlock_levels[l]});
            driver_work(&driver, &one_notice, 1);
            struct frame_result result = driver_expect_result(&driver);
            bool landlock = landlock_levels[l] != 0;
            expect_neighbours(result.body, "constructor", given, landlock);
            expect_neighbours(result.body, "create", given, landlock);
            expect_neighbours(result.body, "start", given, landlock);
            expect_neighbours(result.body, "handle", given, landlock);
            driver_stop_well(&driver);
        }
}

/* A thread that was begun before the sandbox was complete has no more than the others. */
static void test_early_threads_are_bound(void **state)
{
    (void)state;
    static const char *const moments[] = {"constructor", "create"};
    for (size_t l = 0; l < LANDLOCK_LEVELS; l++)
        for (uint32_t stage = 1; stage <= 3; stage += 2) {
            struct driver driver;
            const bool notify = stage == 3;
            const char *quote = notify ? "\\" : "";
            struct frame_result result = run_tried(&driver, notify ? "early_thread_notify" : "early_thread",
                                                   stage, landlock_levels[l]);
            /* Opening is denied by seccomp, to sanitized and notify plugins by Landlock alone. */
            const int open_error = !notify && !SANITIZED ? EPERM : landlock_levels[l] ? EACCES : 0;
            for (size_t m = 0; m < sizeof moments / sizeof moments[0]; m++) {
                const struct {
                    const char *what;
                    int error;
                } tries[] = {{"journal", open_error}, {"secret", open_error}, {"write", EPERM}};
                char expected[96];
                for (size_t t = 0; t < sizeof tries / sizeof tries[0]; t++) {
                    snprintf(expected, sizeof expected, "\"%s_%s%s\":%d", moments[m], tries[t].what, quote,
                             tries[t].error);
                    assert_contains(result.body, expected);
                }
                snprintf(expected, sizeof expected, "\"%s_privilege%s\":%d", moments[m], quote, EPERM);
                if (notify)
                    assert_contains(result.body, expected);
                snprintf(expected, sizeof expected, "\"%s_system%s\":%d", moments[m], quote,
                         notify || SANITIZED ? 0 : EPERM);
                assert_contains(result.body, expected);
            }
            driver_stop_well(&driver);
        }
}

/* Root reads a folder of somebody else's by privilege alone: a plugin there is loaded all the same, and what its
 * threads keep is said. */
static void test_a_closed_folder_costs_something(void **state)
{
    (void)state;
    if (geteuid() != 0 || landlock_abi(-1) < 6)
        skip(); /* other accounts have no such privilege; an older kernel has more to say */
    char folder[] = "/tmp/pathwayd-closed-XXXXXX", inner[64], file[128], command[512];
    assert_non_null(mkdtemp(folder));
    snprintf(inner, sizeof inner, "%s/plugins", folder);
    snprintf(file, sizeof file, "%s/good_notify.so", inner);
    snprintf(command, sizeof command,
             "mkdir -m 0755 %s && cp " PATHWAYD_BUILD "/tests/plugins/good_notify.so %s", inner, inner);
    assert_int_equal(system(command), 0);
    for (int closed = 0; closed < 2; closed++) {
        struct driver driver;
        assert_int_equal(chown(folder, closed ? 65534 : 0, (gid_t)-1), 0);
        driver_start(&driver, &(struct load){.file = file, .stage = 3, .landlock_max = -1});
        struct pw_text ready = driver_expect(&driver, FRAME_READY);
        bool said = memmem(ready.data, ready.length, "root's privilege", 16) != NULL;
        assert_int_equal(said, closed);
        driver_stop_well(&driver);
    }
    unlink(file);
    rmdir(inner);
    rmdir(folder);
}

/* A table cannot give its plugin what the operator has not, and the operator hears how to. */
static void test_a_default_is_no_permission(void **state)
{
    (void)state;
    if (landlock_abi(-1) == 0)
        skip();
    struct driver driver;
    driver_start(&driver,
                 &(struct load){.file = "names_secret", .stage = 1, .base = base, .landlock_max = -1});
    struct pw_text defects = driver_expect(&driver, FRAME_DEFECTS);
    assert_contains(defects, "test.conf:12:1: ");
    assert_contains(defects, "\\\"token\\\" is left out, and the plugin may not read its default, ");
    assert_contains(defects, "secrets/password: name a file here, or allow the default with the instance's "
                             "\\\"readable\\\"");
    driver_end(&driver, true);
    driver_start_ready(&driver, &(struct load){.file = "names_secret",
                                               .stage = 1,
                                               .base = base,
                                               .config = "{\"token\":\"secrets/password\"}",
                                               .landlock_max = -1});
    driver_stop_well(&driver);
}

static int make_base(void)
{
    char path[256];
    if (!mkdtemp(base))
        return -1;
    for (size_t i = 0; i < sizeof base_folders / sizeof base_folders[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", base, base_folders[i]);
        if (mkdir(path, 0755) < 0)
            return -1;
    }
    for (size_t i = 0; i < sizeof base_files / sizeof base_files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", base, base_files[i]);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || write(fd, "text", 4) != 4 || close(fd) < 0)
            return -1;
    }
    snprintf(path, sizeof path, "%s/self", base);
    return symlink(".", path) < 0 ? -1 : setenv("PATHWAYD_TEST_BASE", base, 1);
}

static void remove_base(void)
{
    char path[256];
    snprintf(path, sizeof path, "%s/self", base);
    unlink(path);
    for (size_t i = 0; i < sizeof base_files / sizeof base_files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", base, base_files[i]);
        unlink(path);
    }
    for (size_t i = 0; i < sizeof base_folders / sizeof base_folders[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", base, base_folders[i]);
        rmdir(path);
    }
    rmdir(base);
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
    if (make_base() < 0 || fd < 0 || write(fd, "journal", 7) != 7 || close(fd) != 0)
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
    remove_base();
    return same ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attempts_are_refused),
        cmocka_unit_test(test_the_journal_stays_closed),
        cmocka_unit_test(test_notify_has_the_network_and_nothing_else),
        cmocka_unit_test(test_neighbours_are_not_read),
        cmocka_unit_test(test_early_threads_are_bound),
        cmocka_unit_test(test_a_closed_folder_costs_something),
        cmocka_unit_test(test_a_default_is_no_permission),
        cmocka_unit_test(test_memory_ends),
    };
    return cmocka_run_group_tests(tests, make_journal, check_journal);
}
