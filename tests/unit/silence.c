/* SPDX-License-Identifier: Apache-2.0
 *
 * silence.c: a feed that is expected to speak and does not is noted once, across restarts, with whatever is written in the
 * same transaction, and so is that it speaks again.
 */
#include "journal_scratch.h"

#include <pathwayd/plugin.h>
#include <stdatomic.h>

#include "ingest/silence.h"

#define HOUR INT64_C(3600000)

static struct scratch scratch;
static _Atomic int64_t now_ms;
static struct config_feed feeds[2];
static struct config config = {.feeds = feeds, .feed_count = 2};
static struct journal_view *view;
static struct silence *silence;
static uv_loop_t loop;
static char said[1024];
static atomic_int noted_count, refuse;
static bool stopped;

static int64_t clock_now(void *context)
{
    (void)context;
    return atomic_load(&now_ms);
}

static void open_journal(void)
{
    struct journal_options options = {.path = scratch.path, .min_free_bytes = 1, .clock_ms = clock_now};
    char *error = NULL;
    if (journal_open(&options, &scratch.journal, &error) != 0)
        fail_msg("%s", error);
    view = scratch_view(&scratch);
}

static void hear(const char *feed)
{
    static int number;
    char id[16];
    snprintf(id, sizeof(id), "%d", number++);
    struct journal_event event = event_of("urn:hr", id, "{}");
    event.feed = text(feed);
    event.received_ms = atomic_load(&now_ms);
    append_events(scratch.journal, &event, 1);
    assert_int_equal(event.status, 0);
}

static int note(void *owner, struct journal_writer *writer, const struct silence_change *change)
{
    (void)owner;
    if (atomic_load(&refuse)) {
        atomic_store(&refuse, 0);
        journal_mark_set(writer, "undone", 1);
        return PW_ERROR_IO;
    }
    atomic_fetch_add(&noted_count, 1);
    return journal_mark_set(writer, "alarm", change->silent ? 1 : 2);
}

static void log_said(void *owner, uint32_t severity, struct pw_text line)
{
    (void)owner;
    size_t length = strlen(said);
    snprintf(said + length, sizeof(said) - length, "%s%.*s\n", severity == PW_LOG_WARNING ? "! " : "",
             (int)line.length, line.data);
}

static void on_stopped(void *owner)
{
    (void)owner;
    stopped = true;
}

static const struct silence_events events = {.noted = note, .log = log_said, .stopped = on_stopped};

static void begin(void)
{
    assert_int_equal(silence_new(&loop, &config, scratch.journal, view, &events, NULL, &silence), 0);
}

static void end(void)
{
    stopped = false;
    silence_stop(silence);
    while (uv_run(&loop, UV_RUN_DEFAULT) != 0)
        ;
    assert_true(stopped);
}

static void give_up(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

/* Looks twice, and gives the journal time to say what came of it. */
static void look(void)
{
    uv_timer_t limit;
    bool over = false;
    uv_timer_init(&loop, &limit);
    limit.data = &over;
    uv_timer_start(&limit, give_up, 600, 0);
    silence_look(silence);
    while (!over)
        uv_run(&loop, UV_RUN_ONCE);
    over = false;
    uv_timer_start(&limit, give_up, 600, 0);
    silence_look(silence);
    while (!over)
        uv_run(&loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&limit, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
}

static uint64_t mark(const char *name)
{
    uint64_t value = 0;
    journal_mark_get(view, name, &value);
    return value;
}

static int set_up(void **state)
{
    (void)state;
    feeds[0] = (struct config_feed){.name = (char *)(uintptr_t) "hr", .expected_within_h = 24};
    feeds[1] = (struct config_feed){.name = (char *)(uintptr_t) "lab"};
    scratch_folder(&scratch);
    atomic_store(&now_ms, 1767225600000);
    atomic_store(&noted_count, 0);
    said[0] = '\0';
    uv_loop_init(&loop);
    open_journal();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    journal_view_close(view);
    scratch_remove(&scratch);
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}

static void a_feed_falls_silent_and_speaks_again(void **state)
{
    struct buffer out = {0};
    (void)state;
    hear("hr");
    begin();
    atomic_fetch_add(&now_ms, 24 * HOUR);
    look();
    assert_string_equal(said, ""); /* to the hour it is not late */
    assert_int_equal(silence_of(silence, 0).silent_since_ms, 0);
    atomic_store(&refuse, 1); /* what comes with it cannot be written: all of it once more */
    atomic_fetch_add(&now_ms, 1);
    look();
    assert_string_equal(said, "! feed \"hr\" is silent: nothing was accepted since 2026-01-01T00:00:00Z, and "
                              "something is expected within 24 h\n");
    assert_int_equal(silence_of(silence, 0).silent_since_ms, 1767225600000);
    assert_int_equal(atomic_load(&noted_count), 1);
    assert_int_equal(mark("alarm"), 1);
    assert_int_equal(mark("undone"), 0);
    json_write_begin(&out, '{');
    silence_describe(silence, 0, &out);
    json_write_end(&out, '}');
    assert_string_equal(out.data, "{\"last_accepted\":\"2026-01-01T00:00:00Z\",\"expected_within_h\":24,"
                                  "\"silent_since\":\"2026-01-01T00:00:00Z\"}");
    buffer_release(&out);
    end();

    said[0] = '\0';
    atomic_fetch_add(&now_ms, HOUR);
    begin(); /* a restart says nothing again, but knows */
    assert_int_equal(silence_of(silence, 0).silent_since_ms, 1767225600000);
    look();
    assert_string_equal(said, "");
    hear("lab"); /* another feed's voice is not its own */
    look();
    assert_string_equal(said, "");
    hear("hr");
    look();
    assert_string_equal(said, "feed \"hr\" speaks again, after 25 h\n");
    assert_int_equal(silence_of(silence, 0).silent_since_ms, 0);
    assert_int_equal(atomic_load(&noted_count), 2);
    assert_int_equal(mark("alarm"), 2);
    assert_int_equal(silence_of(silence, 1).heard_ms, 1767225600000 + 25 * HOUR + 1);
    end();
}

static void one_that_never_spoke_is_expected_since_it_was_seen(void **state)
{
    (void)state;
    begin();
    look();
    end();
    atomic_fetch_add(&now_ms, 25 * HOUR);
    begin();
    look();
    assert_string_equal(said, ""); /* who waited for the daemon is heard first */
    atomic_fetch_add(&now_ms, SILENCE_GRACE_MS);
    look();
    assert_string_equal(said, "! feed \"hr\" is silent: nothing was ever accepted from it, expected since "
                              "2026-01-01T00:00:00Z, and something is expected within 24 h\n");
    assert_int_equal(silence_of(silence, 0).heard_ms, 0);
    end();
    said[0] = '\0';
    feeds[0].expected_within_h = 48;
    begin();
    look();
    assert_string_equal(said, "feed \"hr\" is not overdue any more: it is now expected within 48 h\n");
    end();
}

static void a_feed_nobody_expects_is_never_silent(void **state)
{
    (void)state;
    feeds[0].expected_within_h = 0;
    hear("hr");
    begin();
    atomic_fetch_add(&now_ms, 10000 * HOUR);
    look();
    end();
    assert_string_equal(said, "");
    assert_int_equal(atomic_load(&noted_count), 0);
}

/* A clock that is set back makes nobody late. */
static void time_that_runs_back_is_no_silence(void **state)
{
    (void)state;
    hear("hr");
    begin();
    atomic_fetch_add(&now_ms, -1000 * HOUR);
    look();
    end();
    assert_string_equal(said, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_feed_falls_silent_and_speaks_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_never_spoke_is_expected_since_it_was_seen, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_feed_nobody_expects_is_never_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(time_that_runs_back_is_no_silence, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
