/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_copy.c: a copy of a journal in use is a whole journal of one instant, and is not left half; what is counted
 * apart is what is there, also in a journal that was made before anything was counted.
 */
#include "journal_scratch.h"

#include <pathwayd/plugin.h>
#include <sys/stat.h>

#include "journal/schema.h"

static struct scratch scratch;
static char copy_path[96];

static int set_up(void **state)
{
    (void)state;
    scratch_new(&scratch);
    snprintf(copy_path, sizeof(copy_path), "%.60s/copy", scratch.folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(copy_path);
    scratch_remove(&scratch);
    return 0;
}

/* ---- copies -------------------------------------------------------------------------------------------- */

static void append_some(int from, int to)
{
    char id[32];
    for (int i = from; i < to; i++) {
        snprintf(id, sizeof(id), "e-%d", i);
        assert_int_equal(append_one(scratch.journal, "urn:hr", id, "{}").status, 0);
    }
}

/* Appends while it is being copied: none of that may be in the copy. */
static int append_more(void *to, uint64_t done, uint64_t total)
{
    int *calls = to;
    assert_true(done <= total && total > 0);
    append_some(100 + *calls * 10, 110 + *calls * 10);
    (*calls)++;
    return 0;
}

static void a_copy_is_of_one_instant(void **state)
{
    struct scratch copy = {0};
    struct journal_view *view = scratch_view(&scratch);
    struct stat found;
    uint64_t records = 0;
    char *error = NULL;
    int calls = 0;
    (void)state;
    append_some(0, 50);
    assert_int_equal(journal_copy(view, copy_path, append_more, &calls, &error), 0);
    journal_view_close(view);
    assert_true(calls > 0);
    assert_int_equal(stat(copy_path, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
    snprintf(copy.path, sizeof(copy.path), "%s", copy_path);
    assert_int_equal(scratch_counts(&copy).events, 50);
    assert_int_equal(scratch_verify(&copy, &records, &error), 0);
    assert_int_equal(records, 51);
    /* A view left nothing beside it, and a daemon takes it up. */
    char name[160];
    snprintf(name, sizeof(name), "%s-wal", copy_path);
    assert_int_not_equal(access(name, F_OK), 0);
    scratch_open(&copy);
    assert_int_equal(append_one(copy.journal, "urn:hr", "e-7", "{}").status, 1);
    assert_int_equal(append_one(copy.journal, "urn:hr", "new", "{}").sequence, 51);
    scratch_close(&copy);
    snprintf(name, sizeof(name), "%s.lock", copy_path);
    unlink(name);
    assert_int_equal(scratch_counts(&scratch).events, 50 + 10 * calls);
}

static int stop_at_once(void *to, uint64_t done, uint64_t total)
{
    (void)to;
    (void)done;
    (void)total;
    return 7;
}

static void a_copy_is_whole_or_not_there(void **state)
{
    struct journal_view *view = scratch_view(&scratch);
    char *error = NULL;
    (void)state;
    assert_int_equal(journal_copy(view, copy_path, stop_at_once, NULL, &error), 7);
    assert_non_null(strstr(error, "stopped"));
    free(error);
    error = NULL;
    assert_int_not_equal(access(copy_path, F_OK), 0);
    FILE *other = fopen(copy_path, "w");
    assert_non_null(other);
    fclose(other);
    assert_true(journal_copy(view, copy_path, NULL, NULL, &error) < 0);
    assert_non_null(strstr(error, "cannot be made"));
    free(error);
    assert_int_equal(access(copy_path, F_OK), 0); /* it was somebody else's */
    journal_view_close(view);
    append_some(0, 1); /* and the view's transaction is over */
}

static void a_journal_in_use_is_not_claimed(void **state)
{
    char *error = NULL;
    int claim = -1, again = -1;
    (void)state;
    assert_int_equal(journal_claim(scratch.path, &claim, &error), PW_ERROR_BUSY);
    free(error);
    error = NULL;
    scratch_close(&scratch);
    assert_int_equal(journal_claim(scratch.path, &claim, &error), 0);
    assert_int_equal(journal_claim(scratch.path, &again, NULL), PW_ERROR_BUSY);
    assert_int_equal(scratch_open_with(&scratch, 1, NULL, &error), PW_ERROR_BUSY);
    free(error);
    journal_unclaim(claim);
    scratch_open(&scratch);
}

/* ---- counts -------------------------------------------------------------------------------------------- */

#define SAID_BYTES 512u

static int say_share(void *to, const struct journal_share *share)
{
    char *said = to;
    size_t length = strlen(said);
    snprintf(said + length, SAID_BYTES - length, "%.*s/%.*s/%u=%d ", (int)share->name.length,
             share->name.data, (int)share->word.length, share->word.data, share->number, (int)share->count);
    return 0;
}

static void check_shares(int (*read)(struct journal_view *, journal_share_row *, void *),
                         const char *expected)
{
    char said[SAID_BYTES] = "";
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(read(view, say_share, said), 0);
    journal_view_close(view);
    assert_string_equal(said, expected);
}

static int find_twice(struct journal_writer *writer, void *context)
{
    const char *body = context;
    struct journal_finding findings[2] = {
        {.rule = PW_TEXT("research.q1"), .level = 3, .body = text(body)},
        {.rule = PW_TEXT("research.q2"), .level = 1, .body = PW_TEXT("{}")}};
    return journal_findings_put(writer, 1, "research", "research", findings, *body == '-' ? 0 : 2);
}

static void findings_are_counted_as_they_stand(void **state)
{
    (void)state;
    append_some(0, 1);
    run_errand(scratch.journal, find_twice, "{\"a\":1}");
    check_shares(journal_standing_read, "research.q1//3=1 research.q2//1=1 ");
    run_errand(scratch.journal, find_twice, "{\"a\":2}"); /* one worded anew */
    check_shares(journal_standing_read, "research.q1//3=1 research.q2//1=1 ");
    run_errand(scratch.journal, find_twice, "-");
    check_shares(journal_standing_read, "");
    run_errand(scratch.journal, find_twice, "{\"a\":1}"); /* they stand again */
    check_shares(journal_standing_read, "research.q1//3=1 research.q2//1=1 ");
}

struct owe {
    const char *reason; /* NULL: not any more */
    uint64_t sequence;
};

static int owe(struct journal_writer *writer, void *context)
{
    const struct owe *what = context;
    struct journal_pending pending = {.sequence = what->sequence,
                                      .instance = PW_TEXT("lab"),
                                      .pathway = PW_TEXT("lab"),
                                      .since_ms = 1,
                                      .reason = text(what->reason ? what->reason : "")};
    return what->reason ? journal_pending_put(writer, &pending)
                        : journal_pending_remove(writer, what->sequence, "lab", "lab", 0);
}

static void what_is_owed_is_counted(void **state)
{
    (void)state;
    run_errand(scratch.journal, owe, &(struct owe){"unavailable", 1});
    run_errand(scratch.journal, owe, &(struct owe){"unavailable", 2});
    check_shares(journal_owing_read, "lab//0=2 ");
    run_errand(scratch.journal, owe, &(struct owe){"poison", 2});
    run_errand(scratch.journal, owe, &(struct owe){"poison", 2});
    check_shares(journal_owing_read, "lab//0=1 lab//1=1 ");
    run_errand(scratch.journal, owe, &(struct owe){NULL, 1});
    run_errand(scratch.journal, owe, &(struct owe){"list", 2});
    check_shares(journal_owing_read, "lab//0=1 lab//1=0 ");
}

static int tell(struct journal_writer *writer, void *context)
{
    const char *id = context;
    struct journal_notice notice = {.notice_id = text(id),
                                    .channel = PW_TEXT("email"),
                                    .state = PW_TEXT("waiting"),
                                    .created_ms = 1000 + id[0]};
    return journal_notice_add(writer, &notice);
}

static int deliver(struct journal_writer *writer, void *context)
{
    return journal_notice_settle(writer, *(uint64_t *)context, "delivered", 1, 0, PW_TEXT(""));
}

static int64_t oldest(void)
{
    int64_t created = 0;
    struct journal_view *view = scratch_view(&scratch);
    int status = journal_notice_oldest(view, PW_TEXT("email"), &created);
    journal_view_close(view);
    return status == PW_ERROR_NOT_FOUND ? -1 : created;
}

static void notices_are_counted_by_state(void **state)
{
    uint64_t number = 1;
    (void)state;
    assert_int_equal(oldest(), -1);
    run_errand(scratch.journal, tell, "a");
    run_errand(scratch.journal, tell, "b");
    check_shares(journal_telling_read, "email/waiting/0=2 ");
    assert_int_equal(oldest(), 1000 + 'a');
    run_errand(scratch.journal, deliver, &number);
    check_shares(journal_telling_read, "email/delivered/0=1 email/waiting/0=1 ");
    assert_int_equal(oldest(), 1000 + 'b');
}

static int64_t heard(const char *feed)
{
    int64_t received = 0;
    struct journal_view *view = scratch_view(&scratch);
    int status = journal_heard(view, text(feed), &received);
    journal_view_close(view);
    return status == PW_ERROR_NOT_FOUND ? -1 : received;
}

static void each_feed_is_heard_for_itself(void **state)
{
    (void)state;
    struct journal_event events[4] = {event_of("urn:a", "1", "{}"), event_of("urn:b", "1", "{}"),
                                      event_of("urn:a", "2", "{}"), event_of("urn:a", "2", "{}")};
    assert_int_equal(heard("a"), -1);
    for (int i = 0; i < 4; i++) {
        events[i].feed = i == 1 ? PW_TEXT("b") : PW_TEXT("a");
        events[i].received_ms = 100 + i;
    }
    append_events(scratch.journal, events, 4);
    assert_int_equal(heard("a"), 102); /* the last was a duplicate, and nothing new */
    assert_int_equal(heard("b"), 101);
    append_events(scratch.journal, &events[0], 1);
    assert_int_equal(heard("a"), 102);
}

/* ---- a journal of before ------------------------------------------------------------------------------- */

static void what_was_there_before_is_counted(void **state)
{
    static const char rows[] =
        "INSERT INTO name VALUES(1, 'hr'), (2, 'lab'), (3, 'email');"
        "INSERT INTO event VALUES(1, 10, 1, 's', 'a', 't', '', '', '', ''), (2, 20, 1, 's', 'b', 't', '', "
        "'', '', '');"
        "INSERT INTO finding VALUES(1048576, NULL, 2, 2, 'lab.x', 4, 0, 0, ''), (1048577, NULL, 2, 2, "
        "'lab.x', 4, 0, "
        "1, ''), (2097152, NULL, 2, 2, 'lab.x', 4, 0, 0, '');"
        "INSERT INTO pending VALUES(2, 1, 2, 'poison', 1, 0);"
        "INSERT INTO notice VALUES(1, 1, 1, 'n1', 3, '', '', 'waiting', '', '', 0, 5, 5);";
    struct store store;
    uint64_t rule = 0, owed = 0, told = 0, received = 0;
    (void)state;
    scratch_remove(&scratch);
    scratch_folder(&scratch);
    snprintf(copy_path, sizeof(copy_path), "%.60s/copy", scratch.folder);
    assert_int_equal(store_open(&store, scratch.path, STORE_WRITE, NULL), 0);
    assert_int_equal(schema_upgrade(&store, schema_steps, 3, 0, NULL), 0);
    assert_int_equal(store_execute(&store, rows), 0);
    assert_int_equal(schema_upgrade(&store, schema_steps, schema_step_count, 3, NULL), 0);
    /* One that was withdrawn before anything was counted stands again. */
    assert_int_equal(store_execute(&store, "UPDATE finding SET withdrawn = 0 WHERE id = 1048577"), 0);
    assert_int_equal(
        store_number(&store, "SELECT count FROM standing WHERE rule = 'lab.x' AND level = 4", &rule), 0);
    assert_int_equal(store_number(&store, "SELECT count FROM owing WHERE instance = 2 AND poison = 1", &owed),
                     0);
    assert_int_equal(store_number(&store, "SELECT count FROM telling WHERE state = 'waiting'", &told), 0);
    assert_int_equal(store_number(&store, "SELECT received FROM heard WHERE feed = 1", &received), 0);
    assert_int_equal(rule, 3);
    assert_int_equal(owed, 1);
    assert_int_equal(told, 1);
    assert_int_equal(received, 20);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_copy_is_of_one_instant, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_is_whole_or_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_journal_in_use_is_not_claimed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(findings_are_counted_as_they_stand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_owed_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(notices_are_counted_by_state, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_feed_is_heard_for_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_there_before_is_counted, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
