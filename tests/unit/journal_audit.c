/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_audit.c: whatever is changed in a journal behind pathwayd's back, `audit verify` names it.
 */
#include "journal_scratch.h"

#include <fcntl.h>
#include <sqlite3.h>

static struct scratch scratch;

static int stage(struct journal_writer *writer, void *context)
{
    (void)context;
    int status = journal_cursor_set(writer, "assess", 1);
    return status ? status
                  : journal_audit(writer, "case.opened", text("{\"case\":1,\"level\":\"required\"}"));
}

/* Records: 1 schema, 2 append of 1, 3 case.opened, 4 stage, 5 append of 2 and 3, 6 append of 4. */
static int set_up(void **state)
{
    struct journal_event events[2] = {event_of("urn:hr", "b", "{\"body\":\"second\"}"),
                                      event_of("urn:hr", "c", "{}")};
    (void)state;
    scratch_new(&scratch);
    append_one(scratch.journal, "urn:hr", "a", "{\"body\":\"first\"}");
    assert_int_equal(run_errand(scratch.journal, stage, NULL), 0);
    append_events(scratch.journal, events, 2);
    append_one(scratch.journal, "urn:hr", "d", "{}");
    scratch_close(&scratch);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

static void tamper(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(scratch.path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_true(sqlite3_total_changes(db) > 0);
    sqlite3_close(db);
}

static void expect_broken(uint64_t record, const char *word)
{
    char start[64], *error = NULL;
    uint64_t records = 0;
    assert_int_equal(scratch_verify(&scratch, &records, &error), PW_ERROR_CORRUPT);
    snprintf(start, sizeof(start), "Audit record %llu is broken", (unsigned long long)record);
    if (strncmp(error, start, strlen(start)) != 0 || !strstr(error, word))
        fail_msg("expected '%s … %s', got '%s'", start, word, error);
    free(error);
}

static void an_untouched_journal_is_intact(void **state)
{
    struct journal_view *view = scratch_view(&scratch);
    char head[65], newest[65], *error = NULL;
    uint64_t records = 0, number = 0;
    (void)state;
    assert_int_equal(journal_audit_verify(view, NULL, NULL, &records, head, &error), 0);
    assert_int_equal(records, 6);
    assert_int_equal(journal_audit_head(view, &number, newest), 0);
    assert_int_equal(number, 6);
    assert_string_equal(head, newest);
    journal_view_close(view);
}

struct tampering {
    const char *sql;
    uint64_t record;
    const char *word;
};
static const struct tampering tamperings[] = {
    {"UPDATE event SET body = '{\"body\":\"secone\"}' WHERE seq = 2", 5, "body"},
    {"UPDATE event SET body = body || ' ' WHERE seq = 4", 6, "body"},
    {"UPDATE event SET digest = zeroblob(32) WHERE seq = 1", 2, "body"},
    {"UPDATE event SET engagement = 'other' WHERE seq = 3", 5, "changed"},
    {"UPDATE event SET received = received + 1 WHERE seq = 3", 5, "changed"},
    {"UPDATE event SET type = 'x' WHERE seq = 1", 2, "changed"},
    {"UPDATE name SET name = 'visa' WHERE name = 'hr'", 2, "changed"},
    {"DELETE FROM event WHERE seq = 2", 5, "missing"},
    {"DELETE FROM event WHERE seq = 4", 6, "missing"},
    {"UPDATE audit SET detail = '{\"case\":1,\"level\":\"requiree\"}' WHERE n = 3", 3, "content"},
    {"UPDATE audit SET at = at + 1 WHERE n = 3", 3, "content"},
    {"UPDATE audit SET kind = 'case.closed' WHERE n = 3", 3, "content"},
    {"UPDATE audit SET hash = zeroblob(32) WHERE n = 4", 4, "content"},
    {"UPDATE audit SET prev = zeroblob(32) WHERE n = 4", 4, "before"},
    {"DELETE FROM audit WHERE n = 3", 3, "missing"},
    {"DELETE FROM audit WHERE n = 6", 6, "missing"},
    {"DELETE FROM audit WHERE n >= 4", 4, "missing"},
    {"DELETE FROM audit", 1, "missing"},
    {"UPDATE head SET audit_hash = zeroblob(32)", 6, "last"},
    {"UPDATE head SET audit_n = 5", 5, "last"},
    {"UPDATE head SET last_seq = 5", 6, "newest"},
};

static void every_tampering_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(tamperings) / sizeof(*tamperings); i++) {
        tamper(tamperings[i].sql);
        expect_broken(tamperings[i].record, tamperings[i].word);
        scratch_remove(&scratch);
        set_up(NULL);
    }
}

/* The affiliation is kept outside the digests so that it can be purged. */
static void a_purged_affiliation_is_no_tampering(void **state)
{
    uint64_t records;
    (void)state;
    tamper("UPDATE event SET affiliation = ''");
    assert_int_equal(scratch_verify(&scratch, &records, NULL), 0);
}

static void one_flipped_byte_of_the_file(void **state)
{
    char bytes[65536];
    int file = open(scratch.path, O_RDWR | O_CLOEXEC);
    ssize_t length = read(file, bytes, sizeof(bytes));
    (void)state;
    assert_true(length > 0);
    char *place = memmem(bytes, (size_t)length, ":\"second\"", 9);
    assert_non_null(place);
    assert_int_equal(pwrite(file, "S", 1, place + 2 - bytes), 1);
    close(file);
    expect_broken(5, "body");
}

static int forge(struct journal_writer *writer, void *context)
{
    return journal_audit(writer, context, text("{\"first\":5,\"last\":5,\"digest\":\"\"}"));
}

static int malformed(struct journal_writer *writer, void *context)
{
    return journal_audit(writer, "case.opened", text(context));
}

static void a_stage_cannot_forge_the_journals_own(void **state)
{
    (void)state;
    scratch_open(&scratch);
    assert_int_equal(run_errand(scratch.journal, forge, "append"), PW_ERROR_INVALID);
    assert_int_equal(run_errand(scratch.journal, forge, "stage"), PW_ERROR_INVALID);
    assert_int_equal(run_errand(scratch.journal, malformed, "words"), PW_ERROR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_untouched_journal_is_intact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_tampering_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_purged_affiliation_is_no_tampering, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_flipped_byte_of_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stage_cannot_forge_the_journals_own, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("journal_audit", tests, NULL, NULL);
}
