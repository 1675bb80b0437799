/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_open.c: what journal_open and journal_view_open accept and refuse: empty, newer, foreign and
 * damaged files, a second daemon, migrations, folders that cannot be written.
 */
#include "journal_scratch.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "journal/duplicate.h"
#include "journal/schema.h"
#include "journal/view.h"

static struct scratch scratch;

static int set_up(void **state)
{
    (void)state;
    scratch_folder(&scratch);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static void expect_refused(int status, const char *word)
{
    char *error = NULL;
    assert_int_equal(scratch_open_with(&scratch, 1, NULL, &error), status);
    assert_non_null(error);
    if (!strstr(error, word))
        fail_msg("no '%s' in '%s'", word, error);
    free(error);
}

static void fill(int count)
{
    char id[32];
    scratch_open(&scratch);
    for (int i = 0; i < count; i++) {
        snprintf(id, sizeof(id), "id-%d", i);
        append_one(scratch.journal, "urn:hr", id,
                   "{\"text\":\"some words that fill a page little by little\"}");
    }
    scratch_close(&scratch);
}

static void change(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(scratch.path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void overwrite(off_t offset, const void *bytes, size_t length)
{
    int file = open(scratch.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, bytes, length, offset), length);
    close(file);
}

static void an_empty_file_is_version_zero(void **state)
{
    struct stat found;
    (void)state;
    overwrite(0, "", 0);
    fill(3);
    assert_int_equal(scratch_counts(&scratch).events, 3);
    assert_int_equal(scratch_counts(&scratch).schema, schema_step_count);
    unlink(scratch.path);
    fill(1);
    assert_int_equal(stat(scratch.path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
}

static void a_newer_version_is_refused(void **state)
{
    struct journal_view *view = NULL;
    char *error = NULL;
    (void)state;
    fill(1);
    change("PRAGMA user_version = 99");
    expect_refused(PW_ERROR_UNSUPPORTED, "newer pathwayd");
    assert_int_equal(journal_view_open(scratch.path, &view, &error), PW_ERROR_UNSUPPORTED);
    free(error);
}

static void what_is_no_journal_is_refused(void **state)
{
    (void)state;
    overwrite(
        0, "This is a letter to the dean, and it is long enough to fill a header of a hundred bytes, nearly.",
        96);
    expect_refused(PW_ERROR_CORRUPT, ".recover");
    unlink(scratch.path);
    change("CREATE TABLE students(name)");
    expect_refused(PW_ERROR_CORRUPT, "not a journal of pathwayd");
}

static void damage_is_refused_with_the_remedy(void **state)
{
    char zeroes[4096] = {0}, *error = NULL;
    struct journal_view *view = NULL;
    (void)state;
    fill(200);
    overwrite(0, zeroes, 100);
    expect_refused(PW_ERROR_CORRUPT, "restore a backup");
    assert_int_equal(journal_view_open(scratch.path, &view, &error), PW_ERROR_CORRUPT);
    assert_non_null(strstr(error, ".recover"));
    free(error);
}

/* Whatever page is lost whole: refused, or not looked at in the cheap check, but never a crash, and then the
 * full check finds it unless the page held no event and no record. */
static void any_lost_page(void **state)
{
    char garbage[4096];
    struct stat size;
    int refused = 0;
    (void)state;
    memset(garbage, 0xa5, sizeof(garbage));
    fill(100);
    assert_int_equal(stat(scratch.path, &size), 0);
    for (off_t page = 1; page < size.st_size / 4096; page++) {
        char *error = NULL, kept[4096];
        int file = open(scratch.path, O_RDWR | O_CLOEXEC);
        assert_int_equal(pread(file, kept, sizeof(kept), page * 4096), 4096);
        assert_int_equal(pwrite(file, garbage, sizeof(garbage), page * 4096), 4096);
        close(file);
        int status = scratch_open_with(&scratch, 1, NULL, &error);
        assert_true(status == 0 || status == PW_ERROR_CORRUPT);
        refused += status != 0;
        scratch_close(&scratch);
        free(error);
        overwrite(page * 4096, kept, sizeof(kept));
    }
    assert_true(refused >= 3); /* head, event_key and the newest events and records are always looked at */
    scratch_open(&scratch);
}

static void lost_rows_are_noticed(void **state)
{
    static const char *const losses[] = {
        "DELETE FROM event WHERE seq = 20",
        "DELETE FROM event_key WHERE seq = 7",
        "DELETE FROM audit WHERE n = 21",
        "DELETE FROM head",
        "DELETE FROM meta",
        "UPDATE event SET body = '{}' WHERE seq = 15",
        "UPDATE audit SET detail = '{}' WHERE n=21",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(losses) / sizeof(*losses); i++) {
        fill(20);
        change(losses[i]);
        expect_refused(PW_ERROR_CORRUPT, "restore a backup");
        unlink(scratch.path);
    }
}

static void one_daemon_a_file(void **state)
{
    struct scratch second;
    (void)state;
    scratch_open(&scratch);
    second = scratch;
    second.journal = NULL;
    char *error = NULL;
    assert_int_equal(scratch_open_with(&second, 1, NULL, &error), PW_ERROR_BUSY);
    assert_non_null(strstr(error, "Another pathwayd"));
    free(error);
    snprintf(second.path, sizeof(second.path), "%s/link", scratch.folder);
    assert_int_equal(symlink(scratch.path, second.path), 0);
    assert_int_equal(scratch_open_with(&second, 1, NULL, &error), PW_ERROR_BUSY);
    free(error);
    unlink(second.path);
    scratch_close(&scratch);
    scratch_open(&scratch);
}

static void a_missing_folder_is_said(void **state)
{
    struct journal_view *view = NULL;
    char *error = NULL, path[96];
    (void)state;
    assert_int_equal(journal_view_open(scratch.path, &view, &error), PW_ERROR_NOT_FOUND);
    free(error);
    snprintf(path, sizeof(path), "%s", scratch.path);
    snprintf(scratch.path, sizeof(scratch.path), "%s/none/journal", scratch.folder);
    expect_refused(PW_ERROR_IO, "No such file");
    snprintf(scratch.path, sizeof(scratch.path), "%s", path);
}

/* ---- equal hashes -------------------------------------------------------------------------------------- */

static void a_collision_is_no_duplicate(void **state)
{
    char sql[128];
    (void)state;
    fill(2);
    struct journal_view *view = scratch_view(&scratch);
    uint64_t hash = duplicate_hash(view->hash_key, text("urn:hr"), text("new"));
    journal_view_close(view);
    snprintf(sql, sizeof(sql), "UPDATE event_key SET key = %lld", (long long)hash);
    change(sql);
    scratch_open(&scratch);
    struct journal_event event = append_one(scratch.journal, "urn:hr", "new", "{}");
    assert_int_equal(event.status, 0);
    assert_int_equal(event.sequence, 3);
    event = append_one(scratch.journal, "urn:hr", "new", "{}");
    assert_int_equal(event.status, 1);
    assert_int_equal(event.sequence, 3);
}

/* ---- migrations ---------------------------------------------------------------------------------------- */

static void steps_run_once_and_in_order(void **state)
{
    static const struct schema_step steps[] = {
        {1, "CREATE TABLE one(a)"}, {2, "CREATE TABLE two(a); INSERT INTO two VALUES(1)"}, {3, "NOT SQL"}};
    struct store store;
    uint64_t number = 0;
    char *error = NULL;
    (void)state;
    assert_int_equal(store_open(&store, scratch.path, STORE_WRITE, NULL), 0);
    assert_int_equal(schema_upgrade(&store, steps, 1, 0, NULL), 0);
    assert_int_equal(schema_upgrade(&store, steps, 2, 1, NULL), 0);
    assert_int_equal(store_number(&store, "PRAGMA user_version", &number), 0);
    assert_int_equal(number, 2);
    assert_int_equal(store_execute(&store, "BEGIN"), 0);
    assert_true(schema_upgrade(&store, steps, 3, 2, &error) < 0);
    assert_non_null(strstr(error, "version 3"));
    assert_int_equal(store_execute(&store, "ROLLBACK"), 0);
    assert_int_equal(store_number(&store, "SELECT count(*) FROM two", &number), 0);
    assert_int_equal(number, 1);
    free(error);
    store_close(&store);
}

static void released_steps_count_up(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < schema_step_count; i++)
        assert_int_equal(schema_steps[i].version, i + 1);
}

/* ---- views --------------------------------------------------------------------------------------------- */

static void a_view_sees_what_a_killed_daemon_left(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        scratch_open(&scratch);
        append_one(scratch.journal, "urn:hr", "a", "{}");
        _exit(0); /* without closing: the event stands in the -wal file alone */
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(scratch_counts(&scratch).events, 1);
    scratch_open(&scratch);
    assert_int_equal(append_one(scratch.journal, "urn:hr", "a", "{}").status, 1);
}

static int read_as_nobody(void)
{
    struct journal_view *view = NULL;
    struct journal_counts counts = {0};
    if (setgid(65534) < 0 || setuid(65534) < 0)
        return 9;
    if (journal_view_open(scratch.path, &view, NULL) != 0 || journal_count(view, &counts) != 0)
        return 1;
    journal_view_close(view);
    return counts.events == 3 ? 0 : 2;
}

static void a_folder_that_cannot_be_written(void **state)
{
    int status = 0;
    (void)state;
    if (geteuid() != 0) {
        print_message("skipped: only root can become a user that may read but not write\n");
        skip();
    }
    fill(3);
    assert_int_equal(chmod(scratch.path, 0644), 0);
    assert_int_equal(chmod(scratch.folder, 0755), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(read_as_nobody());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_file_is_version_zero, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newer_version_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_journal_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damage_is_refused_with_the_remedy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_lost_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lost_rows_are_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_daemon_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_folder_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_collision_is_no_duplicate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(steps_run_once_and_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(released_steps_count_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_view_sees_what_a_killed_daemon_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_written, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("journal_open", tests, NULL, NULL);
}
