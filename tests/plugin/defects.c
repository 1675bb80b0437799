/* SPDX-License-Identifier: Apache-2.0
 *
 * Plugins that do not load, and plugins that take their host down with them: one defect each, and for each
 * the exact sentence or the exact end of the process.
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

/* ---- what does not even start ---- */

static const struct refused {
    struct load load;
    const char *phase;
    const char *sentences[8]; /* all of them, in one DEFECTS */
} refused[] = {
    {{.file = "nowhere", .stage = 1}, "load", {"cannot be opened: No such file or directory."}},
    {{.file = "/etc", .stage = 1}, "load", {"The file /etc is not a regular file."}},
    {{.file = PATHWAYD_BUILD "/CMakeCache.txt", .stage = 1}, "load", {"does not load"}},
    {{.file = "no_symbol", .stage = 1}, "load", {"The symbol pw_plugin is not exported"}},
    {{.file = "wrong_magic", .stage = 1},
     "load",
     {"magic is 0x4b434148; this host expects 0x49504450 (PW_PLUGIN_MAGIC)."}},
    {{.file = "wrong_major", .stage = 1}, "load", {"abi_major is 2; this host speaks 1"}},
    {{.file = "short_struct", .stage = 1}, "load", {"struct_size is ", "of struct pw_plugin has "}},
    {{.file = "missing_slot", .stage = 1}, "load", {"The slot is missing: int32_t handle("}},
    {{.file = "malformed_name", .stage = 1}, "load", {"name is \\\"../Bad\\\""}},
    {{.file = "good_enrich", .stage = 2},
     "load",
     {"stage is 1 (enrich); the configuration uses it as 2 (assess)."}},
    {{.file = "no_pathways", .stage = 2}, "load", {"pathways is missing"}},
    {{.file = "unknown_pathway", .stage = 2}, "load", {"pathways names \\\"telepathy\\\""}},
    {{.file = "undefined_symbol", .stage = 1}, "load", {"undefined symbol: n"}},
    {{.file = "many_defects", .stage = 1},
     "load",
     {"abi_major is 7", "config_field_size is 12",
      "stage is 3 (notify); the configuration uses it as 1 (enrich)."}},
    {{.file = "create_fails", .stage = 1}, "create", {"create failed with code -2"}},
    {{.file = "start_fails", .stage = 1}, "start", {"The well is dry."}},
    {{.file = "good_enrich", .stage = 1, .config = "{\"wrod\": \"a\",\n \"number\": 70}"},
     "config",
     {"/etc/pathwayd/test.conf:12:", "wrod", "/etc/pathwayd/test.conf:13:"}},
    /* what only `plugin check` asks */
    {{.file = "undefined_symbol", .stage = 1, .check = true}, "load", {"nobody_defines_this", "nor_this"}},
    {{.file = "exports_more", .stage = 1, .check = true}, "load", {"The symbol leaked_helper is exported"}},
    {{.file = "executable_stack", .stage = 1, .check = true}, "load", {"asks for an executable stack"}},
    {{.file = "careless_config", .stage = 1, .check = true},
     "load",
     {"\\\"depth\\\": the default deep is not JSON", "\\\"mode\\\": a choice needs choices", "type is 77",
      "\\\"mode\\\" is declared twice", "\\\"list\\\" has no help"}},
};

static void assert_refused(const struct refused *expected)
{
    struct driver driver;
    char phase[64];
    driver_start(&driver, &expected->load);
    struct pw_text defects = driver_expect(&driver, FRAME_DEFECTS);
    snprintf(phase, sizeof phase, "\"phase\":\"%s\"}", expected->phase);
    assert_contains(defects, phase);
    for (size_t i = 0; expected->sentences[i]; i++)
        assert_contains(defects, expected->sentences[i]);
    int status = driver_end(&driver, false);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
}

static void test_defects_are_sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        for (size_t l = 0; l < 3; l += 2) {
            struct refused with = refused[i];
            with.load.landlock_max = landlock_levels[l];
            assert_refused(&with);
        }
}

static void test_good_plugins_pass_the_check(void **state)
{
    (void)state;
    static const char *const good[] = {"good_enrich", "good_assess", "good_notify"};
    for (uint32_t i = 0; i < 3; i++) {
        struct driver driver;
        driver_start_ready(
            &driver, &(struct load){.file = good[i], .stage = i + 1, .landlock_max = -1, .check = true});
        driver_stop_well(&driver);
    }
}

static void copy_file(const char *from, const char *to, mode_t mode)
{
    char command[2048];
    snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);
    assert_int_equal(chmod(to, mode), 0);
}

static void test_files_that_others_could_write(void **state)
{
    (void)state;
    char folder[] = "/tmp/pathwayd-place-XXXXXX", file[64], sentence[128];
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/good.so", folder);
    const struct {
        mode_t folder, file;
        const char *what, *name, *by;
    } cases[] = {
        {0755, 0666, "file", "/good.so", "everybody (mode 0666)"},
        {0755, 0646, "file", "/good.so", "everybody (mode 0646)"},
        {0755, 0664, "file", "/good.so", "its group (mode 0664)"},
        {0777, 0644, "folder", "", "everybody (mode 0777)"},
        {0757, 0644, "folder", "", "everybody (mode 0757)"},
        {0775, 0644, "folder", "", "its group (mode 0775)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        copy_file(PATHWAYD_BUILD "/tests/plugins/good_enrich.so", file, cases[i].file);
        assert_int_equal(chmod(folder, cases[i].folder), 0);
        snprintf(sentence, sizeof sentence, "The %s %s%s can be written by %s", cases[i].what, folder,
                 cases[i].name, cases[i].by);
        assert_refused(&(struct refused){{.file = file, .stage = 1, .landlock_max = -1}, "load", {sentence}});
    }
    assert_int_equal(chmod(folder, 0755), 0);
    copy_file(PATHWAYD_BUILD "/tests/plugins/good_enrich.so", file, 0644);
    struct driver driver;
    driver_start_ready(&driver, &(struct load){.file = file, .stage = 1, .landlock_max = -1});
    driver_stop_well(&driver);
    if (geteuid() == 0) {
        assert_int_equal(chown(file, 12345, 12345), 0);
        assert_refused(&(struct refused){
            {.file = file, .stage = 1, .landlock_max = -1}, "load", {"belongs to user 12345"}});
    }
    unlink(file);
    rmdir(folder);
}

/* ---- crashes and hangs ---- */

enum place { LOADING, HANDLING, STOPPING };

static const struct fatal {
    const char *file;
    enum place place;
    int signal; /* 0: it exits with 0 */
    bool hangs;
} fatal[] = {
    {"crash_in_constructor", LOADING, SIGSEGV, false},
    {"crash_in_create", LOADING, SIGSEGV, false},
    {"crash_in_start", LOADING, SIGSEGV, false},
    {"crash_in_handle", HANDLING, SIGSEGV, false},
    {"crash_in_destroy", STOPPING, SIGSEGV, false},
    {"hang_in_constructor", LOADING, SIGKILL, true},
    {"hang_in_create", LOADING, SIGKILL, true},
    {"hang_in_start", LOADING, SIGKILL, true},
    {"hang_in_handle", HANDLING, SIGKILL, true},
    {"hang_in_destroy", STOPPING, SIGKILL, true},
    {"exit_in_handle", HANDLING, 0, false},
    {"abort_in_handle", HANDLING, SIGABRT, false},
};

static void assert_end(const struct fatal *expected, int status)
{
    bool own_report =
        SANITIZED && expected->signal == SIGSEGV; /* sanitizers turn it into a report and an exit */
    if (own_report)
        assert_true(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) != 0));
    else if (expected->signal)
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == expected->signal);
    else
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void assert_fatal(const struct fatal *expected)
{
    struct driver driver;
    enum frame_type type = 0;
    struct pw_text body;
    int said = 0;
    driver_start(&driver, &(struct load){.file = expected->file, .stage = 1, .landlock_max = -1});
    if (expected->place != LOADING)
        driver_expect(&driver, FRAME_READY);
    if (expected->place == HANDLING)
        driver_work(&driver, &one_event, 1);
    if (expected->place == STOPPING)
        driver_say(&driver, FRAME_STOP, NULL);
    int wait = expected->hangs ? DRIVER_HANG_MS : DRIVER_ANSWER_MS;
    enum heard heard = driver_hear(&driver, wait, &type, &body, &said);
    assert_int_equal(heard, expected->hangs ? HEARD_NOTHING : HEARD_END);
    assert_end(expected, driver_end(&driver, expected->hangs));
}

static void test_crashes_and_hangs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
        assert_fatal(&fatal[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defects_are_sentences),
        cmocka_unit_test(test_good_plugins_pass_the_check),
        cmocka_unit_test(test_files_that_others_could_write),
        cmocka_unit_test(test_crashes_and_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
