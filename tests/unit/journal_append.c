/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_append.c: storing events: sequence numbers, duplicates across batches, groups and restarts, many
 * threads, closing.
 */
#include "journal_scratch.h"

#include <sqlite3.h>

#include "journal/duplicate.h"

static void first_event_gets_sequence_one(void **state)
{
    struct scratch scratch;
    (void)state;
    scratch_new(&scratch);
    struct journal_event event = append_one(scratch.journal, "urn:hr", "a", "{\"x\":1}");
    assert_int_equal(event.status, 0);
    assert_int_equal(event.sequence, 1);
    assert_int_equal(journal_last_sequence(scratch.journal), 1);
    scratch_remove(&scratch);
}

static void duplicate_names_the_first(void **state)
{
    struct scratch scratch;
    (void)state;
    scratch_new(&scratch);
    append_one(scratch.journal, "urn:hr", "a", "{}");
    append_one(scratch.journal, "urn:hr", "b", "{}");
    struct journal_event same = append_one(scratch.journal, "urn:hr", "a", "{}");
    struct journal_event other = append_one(scratch.journal, "urn:hr", "a", "{\"y\":2}");
    struct journal_event elsewhere = append_one(scratch.journal, "urn:h", "ra", "{}");
    assert_int_equal(same.status, 1);
    assert_int_equal(same.sequence, 1);
    assert_false(same.content_differs);
    assert_int_equal(other.status, 1);
    assert_true(other.content_differs);
    assert_int_equal(elsewhere.status, 0);
    assert_int_equal(elsewhere.sequence, 3);
    scratch_remove(&scratch);
}

/* The affiliation is stored apart, so that it can be purged; while it is there it is part of the event. */
static void an_affiliation_counts_until_it_is_purged(void **state)
{
    struct scratch scratch;
    sqlite3 *db;
    (void)state;
    scratch_new(&scratch);
    append_one(scratch.journal, "urn:hr", "a", "{}");
    struct journal_event other = event_of("urn:hr", "a", "{}");
    other.affiliation = text("Dept. of Chemistry");
    append_events(scratch.journal, &other, 1);
    assert_int_equal(other.status, 1);
    assert_true(other.content_differs);
    other.affiliation = text("");
    append_events(scratch.journal, &other, 1);
    assert_true(other.content_differs);
    scratch_close(&scratch);
    assert_int_equal(sqlite3_open(scratch.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE event SET affiliation = ''", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    scratch_open(&scratch);
    other.affiliation = text("Dept. of Chemistry");
    append_events(scratch.journal, &other, 1);
    assert_int_equal(other.status, 1);
    assert_false(other.content_differs);
    scratch_remove(&scratch);
}

static void duplicates_in_one_batch(void **state)
{
    struct scratch scratch;
    struct journal_event events[3];
    (void)state;
    scratch_new(&scratch);
    events[0] = event_of("urn:hr", "a", "{}");
    events[1] = event_of("urn:hr", "a", "{\"y\":2}");
    events[2] = event_of("urn:hr", "b", "{}");
    append_events(scratch.journal, events, 3);
    assert_int_equal(events[0].status, 0);
    assert_int_equal(events[1].status, 1);
    assert_int_equal(events[1].sequence, 1);
    assert_true(events[1].content_differs);
    assert_int_equal(events[2].sequence, 2);
    scratch_remove(&scratch);
}

static void duplicates_outlive_a_restart(void **state)
{
    struct scratch scratch;
    char id[32];
    (void)state;
    scratch_new(&scratch);
    for (int i = 0; i < 500; i++) {
        snprintf(id, sizeof(id), "id-%d", i);
        append_one(scratch.journal, "urn:hr", id, "{}");
    }
    scratch_close(&scratch);
    scratch_open(&scratch);
    assert_int_equal(journal_last_sequence(scratch.journal), 500);
    for (int i = 0; i < 500; i++) {
        snprintf(id, sizeof(id), "id-%d", i);
        struct journal_event event = append_one(scratch.journal, "urn:hr", id, "{}");
        assert_int_equal(event.status, 1);
        assert_int_equal(event.sequence, i + 1);
    }
    assert_int_equal(append_one(scratch.journal, "urn:hr", "new", "{}").sequence, 501);
    scratch_remove(&scratch);
}

static int see_event(void *to, const struct journal_event *event)
{
    const struct journal_event *expected = to;
    assert_int_equal(event->sequence, expected->sequence);
    assert_int_equal(event->received_ms, expected->received_ms);
    assert_true(text_same(event->feed, "hr"));
    assert_true(text_same(event->source, "urn:hr"));
    assert_true(text_same(event->id, "ünï"));
    assert_true(text_same(event->type, "org.pathwayd.hr.appointment.proposed.v1"));
    assert_true(text_same(event->engagement_id, "engagement-1"));
    assert_true(text_same(event->body, "{\"x\": 1.50}"));
    assert_true(text_same(event->affiliation, "Dept. of Physics"));
    return 7;
}

static void an_event_comes_back_as_it_was(void **state)
{
    struct scratch scratch;
    uint64_t sequence = 0;
    (void)state;
    scratch_new(&scratch);
    struct journal_event event = append_one(scratch.journal, "urn:hr", "ünï", "{\"x\": 1.50}");
    append_one(scratch.journal, "urn:hr", "b", "{}");
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(journal_events_read(view, 0, 10, see_event, &event), 7);
    assert_int_equal(journal_event_find(view, text("urn:hr"), text("b"), &sequence), 0);
    assert_int_equal(sequence, 2);
    assert_int_equal(journal_event_find(view, text("urn:hr"), text("c"), &sequence), PW_ERROR_NOT_FOUND);
    journal_view_close(view);
    scratch_remove(&scratch);
}

static void an_event_is_looked_for_piece_by_piece(void **state)
{
    struct scratch scratch;
    uint64_t sequence = 0, before = 0;
    char id[16];
    (void)state;
    scratch_new(&scratch);
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(journal_event_search(view, text("urn:hr"), text("1"), 3, &before, &sequence),
                     PW_ERROR_NOT_FOUND);
    assert_int_equal(before, 0);
    for (int i = 1; i <= 10; i++) {
        snprintf(id, sizeof(id), "%d", i);
        append_one(scratch.journal, "urn:hr", id, "{}");
    }
    static const struct {
        const char *id;
        uint64_t before, after; /* 0: found */
    } steps[] = {{"10", 0, 0}, {"8", 0, 0}, {"7", 0, 8},  {"7", 8, 0},  {"1", 8, 5},
                 {"1", 5, 2},  {"1", 2, 0}, {"1", 99, 8}, {"10", 10, 7}};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        before = steps[i].before;
        sequence = 0;
        int status = journal_event_search(view, text("urn:hr"), text(steps[i].id), 3, &before, &sequence);
        assert_int_equal(status, steps[i].after ? PW_ERROR_NOT_FOUND : 0);
        assert_int_equal(steps[i].after ? before : sequence,
                         steps[i].after ? steps[i].after : strtoull(steps[i].id, NULL, 10));
    }
    before = 4;
    assert_int_equal(journal_event_search(view, text("urn:hr"), text("11"), 3, &before, &sequence),
                     PW_ERROR_NOT_FOUND);
    assert_int_equal(before, 0); /* there are no more */
    journal_view_close(view);
    scratch_remove(&scratch);
}

#define THREADS    8
#define PER_THREAD 200

struct sender {
    struct journal *journal;
    int number;
    uint64_t stored, duplicates;
};

/* Every id is sent by two threads: one of them must be told "duplicate". */
static void *send(void *context)
{
    struct sender *sender = context;
    char id[32];
    for (int i = 0; i < PER_THREAD; i++) {
        snprintf(id, sizeof(id), "%d-%d", sender->number / 2, i);
        struct journal_event event = append_one(sender->journal, "urn:hr", id, "{}");
        sender->stored += event.status == 0;
        sender->duplicates += event.status == 1;
    }
    return NULL;
}

static void threads_append_at_once(void **state)
{
    struct scratch scratch;
    struct sender senders[THREADS];
    pthread_t threads[THREADS];
    uint64_t stored = 0, duplicates = 0, records;
    (void)state;
    scratch_new(&scratch);
    for (int i = 0; i < THREADS; i++) {
        senders[i] = (struct sender){.journal = scratch.journal, .number = i};
        pthread_create(&threads[i], NULL, send, &senders[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        stored += senders[i].stored;
        duplicates += senders[i].duplicates;
    }
    assert_int_equal(stored, THREADS / 2 * PER_THREAD);
    assert_int_equal(duplicates, THREADS / 2 * PER_THREAD);
    assert_int_equal(journal_last_sequence(scratch.journal), stored);
    assert_int_equal(scratch_verify(&scratch, &records, NULL), 0);
    scratch_remove(&scratch);
}

static void on_stored(void *context, uint64_t last)
{
    uint64_t *seen = context;
    *seen = last;
}

/* done of the first append queues the second while the journal is closing. */
struct late {
    struct journal *journal;
    struct journal_append append;
    struct journal_event event;
    struct gate closing, answered;
};

static void late_done(struct journal_append *append)
{
    gate_open(append->owner, 0);
}

static int wait_for_close(struct journal_writer *writer, void *context)
{
    struct late *late = context;
    (void)writer;
    gate_wait(&late->closing);
    usleep(
        100000); /* journal_close has begun by then: it is the next call of the thread that opened the gate */
    late->event = event_of("urn:hr", "late", "{}");
    late->append = (struct journal_append){
        .events = &late->event, .count = 1, .done = late_done, .owner = &late->answered};
    journal_append(late->journal, &late->append);
    return 0;
}

static int late_run(struct journal_writer *writer, struct journal_task *task)
{
    return wait_for_close(writer, task->owner);
}

static void nothing_done(struct journal_task *task, int status)
{
    (void)task;
    (void)status;
}

static void closing_refuses_what_comes_late(void **state)
{
    struct scratch scratch;
    struct late late;
    uint64_t seen = 0;
    (void)state;
    scratch_new(&scratch);
    journal_on_stored(scratch.journal, on_stored, &seen);
    late.journal = scratch.journal;
    gate_begin(&late.closing);
    gate_begin(&late.answered);
    append_one(scratch.journal, "urn:hr", "early", "{}");
    struct journal_task task = {.run = late_run, .done = nothing_done, .owner = &late};
    journal_submit(scratch.journal, &task);
    gate_open(&late.closing, 0);
    scratch_close(&scratch);
    gate_wait(&late.answered);
    assert_int_equal(late.event.status, PW_ERROR_STATE);
    assert_int_equal(seen, 1);
    scratch_remove(&scratch);
}

/* ---- the duplicate index by itself --------------------------------------------------------------------- */

static uint64_t spread(uint64_t number)
{
    return number * 0x9e3779b97f4a7c15u;
}

static void index_finds_what_it_holds(void **state)
{
    struct duplicates *index = NULL;
    (void)state;
    assert_int_equal(duplicates_new(&index), 0);
    for (uint64_t i = 1; i <= 200000; i++)
        assert_int_equal(duplicates_add(index, spread(i), i), 0);
    for (uint64_t i = 1; i <= 200000; i += 3)
        duplicates_remove(index, spread(i), i);
    for (uint64_t i = 1; i <= 200000; i++) {
        size_t place = 0;
        uint64_t sequence = 0;
        bool there = duplicates_next(index, spread(i), &place, &sequence);
        assert_int_equal(there, i % 3 != 1);
        if (there)
            assert_int_equal(sequence, i);
    }
    assert_int_equal(duplicates_count(index), 200000 - 66667);
    duplicates_free(index);
}

static void index_holds_equal_hashes(void **state)
{
    struct duplicates *index = NULL;
    uint64_t sum = 0, sequence;
    size_t place = 0;
    (void)state;
    assert_int_equal(duplicates_new(&index), 0);
    for (uint64_t i = 1; i <= 1000; i++)
        assert_int_equal(duplicates_add(index, 42, i), 0);
    duplicates_remove(index, 42, 500);
    while (duplicates_next(index, 42, &place, &sequence))
        sum += sequence;
    assert_int_equal(sum, 1000 * 1001 / 2 - 500);
    duplicates_free(index);
}

static void index_keeps_to_its_bound(void **state)
{
    struct duplicates *index = NULL;
    (void)state;
    assert_int_equal(duplicates_new(&index), 0);
    for (uint64_t i = 1; i <= 1000000; i++) {
        duplicates_add(index, spread(i), i);
        if (i >= 100000 && i % 10000 == 0)
            assert_true(duplicates_bytes(index) <= 48 * i);
    }
    duplicates_free(index);
}

static void hash_tells_source_from_id(void **state)
{
    uint8_t key[DUPLICATE_KEY_BYTES] = {1}, other[DUPLICATE_KEY_BYTES] = {2};
    (void)state;
    assert_true(duplicate_hash(key, text("ab"), text("c")) != duplicate_hash(key, text("a"), text("bc")));
    assert_true(duplicate_hash(key, text("a"), text("b")) != duplicate_hash(other, text("a"), text("b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_event_gets_sequence_one),
        cmocka_unit_test(duplicate_names_the_first),
        cmocka_unit_test(an_affiliation_counts_until_it_is_purged),
        cmocka_unit_test(duplicates_in_one_batch),
        cmocka_unit_test(duplicates_outlive_a_restart),
        cmocka_unit_test(an_event_comes_back_as_it_was),
        cmocka_unit_test(an_event_is_looked_for_piece_by_piece),
        cmocka_unit_test(threads_append_at_once),
        cmocka_unit_test(closing_refuses_what_comes_late),
        cmocka_unit_test(index_finds_what_it_holds),
        cmocka_unit_test(index_holds_equal_hashes),
        cmocka_unit_test(index_keeps_to_its_bound),
        cmocka_unit_test(hash_tells_source_from_id),
    };
    return cmocka_run_group_tests_name("journal_append", tests, NULL, NULL);
}
