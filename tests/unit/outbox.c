/* SPDX-License-Identifier: Apache-2.0
 *
 * The outbox on a real journal, with plugin hosts that do what a notice's body tells them: answer, refuse,
 * die, keep silent. (The real host process and the real plugins are tested in tests/integration.) The wall
 * clock is the test's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <pathwayd/plugin.h>
#include "journal/journal.h"
#include "json/json.h"
#include "outbox/outbox.h"
#include "outbox/settlement.h"

#define START_MS    1767322800000 /* 2026-01-02T03:00:00Z */
#define MAX_SENT    4096
#define PATIENCE_MS 20000
#define LATE_MS     300

struct sent {
    char channel[16];
    uint64_t number;
};

struct bench {
    uv_loop_t loop;
    uv_timer_t patience;
    struct journal *journal;
    struct journal_view *view;
    struct outbox *outbox;
    struct config config;
    struct config_plugin plugins[2];
    struct host_options options;
    char folder[64], path[96];
    int64_t now_ms;
    struct sent sent[MAX_SENT];
    uint32_t sent_count;
    bool stopped, out_of_patience;
    char log[16384];
    size_t log_length;
    uint32_t log_lines;
};

/* ---- plugin hosts that obey the notice ----------------------------------------------------------------- */

struct host_process {
    uv_timer_t timer;
    const struct host_events *events;
    const struct config_plugin *plugin;
    struct bench *bench;
    void *owner;
    enum host_state state;
    uint64_t sequence;
    char body[256];
    bool busy, stopping, outside, dying;
};

static struct bench *bench_now; /* the fake's way to the test, since host_process_new has no room for it */

static void answer(struct host_process *host, int32_t status, const char *body)
{
    const struct frame_result result = {
        .sequence = host->sequence, .status = status, .body = {body, strlen(body)}};
    host->busy = false;
    host->events->result(host->owner, host, &result);
}

static void die(struct host_process *host, uint32_t suspects)
{
    host->busy = false;
    host->state = HOST_DOWN;
    host->events->down(host->owner, host, "the plugin host was ended by signal 11", 1, suspects);
}

static void on_timer(uv_timer_t *timer);

static bool outage_is_over;

static void obey(struct host_process *host)
{
    const char *body = host->body;
    host->outside = strstr(body, "outside") != NULL;
    if (strstr(body, "silent") != NULL)
        return;
    if (strstr(body, "late") != NULL && !host->dying) { /* dies a little later */
        host->dying = true;
        uv_timer_start(&host->timer, on_timer, LATE_MS, 0);
        return;
    }
    if (strstr(body, "outage") != NULL)
        body = outage_is_over ? "done" : "retry";
    if (strstr(body, "done") != NULL)
        answer(host, 0, "{\"outcome\":1,\"retry_after\":0,\"message\":\"250 taken\"}");
    else if (strstr(body, "retry") != NULL)
        answer(host, 0, "{\"outcome\":2,\"retry_after\":0,\"message\":\"451 later\"}");
    else if (strstr(body, "patience") != NULL)
        answer(host, 0, "{\"outcome\":2,\"retry_after\":7200,\"message\":\"450 grey\"}");
    else if (strstr(body, "fail") != NULL)
        answer(host, 0, "{\"outcome\":3,\"retry_after\":0,\"message\":\"550 no such user\"}");
    else if (strstr(body, "garbage") != NULL)
        answer(host, 0, "{\"outcome\":9}");
    else if (strstr(body, "trouble") != NULL)
        answer(host, PW_ERROR_IO, "the disk is on fire");
    else if (strstr(body, "crash") != NULL || host->dying)
        die(host, 1);
    else if (host->outside)
        die(host, 1);
}

static void soon(struct host_process *host)
{
    uv_timer_start(&host->timer, on_timer, 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
    struct host_process *host = timer->data;
    if (host->stopping)
        return;
    if (host->state != HOST_UP) {
        host->state = HOST_UP;
        host->events->up(host->owner, host, NULL);
        return;
    }
    if (host->busy)
        obey(host);
    if (host->state != HOST_UP && !host->stopping)
        soon(host); /* restarted */
}

int host_process_new(uv_loop_t *loop, const struct config_plugin *plugin, const struct host_options *options,
                     const struct host_events *events, void *owner, struct host_process **ret_host)
{
    (void)options;
    struct host_process *host = calloc(1, sizeof *host);
    assert_non_null(host);
    host->events = events;
    host->plugin = plugin;
    host->owner = owner;
    host->bench = bench_now;
    uv_timer_init(loop, &host->timer);
    host->timer.data = host;
    *ret_host = host;
    return 0;
}

void host_process_start(struct host_process *host)
{
    soon(host);
}

static void on_closed(uv_handle_t *handle)
{
    struct host_process *host = handle->data;
    host->state = HOST_STOPPED;
    host->events->stopped(host->owner, host);
}

void host_process_stop(struct host_process *host)
{
    assert_false(host->stopping);
    host->stopping = true;
    uv_close((uv_handle_t *)&host->timer, on_closed);
}

static void on_freed(uv_handle_t *handle)
{
    free(handle->data);
}

void host_process_free(struct host_process *host)
{
    if (host == NULL)
        return;
    if (host->state == HOST_STOPPED)
        free(host);
    else
        uv_close((uv_handle_t *)&host->timer, on_freed);
}

int host_process_send(struct host_process *host, const struct frame_item *items, uint32_t count)
{
    struct bench *bench = host->bench;
    assert_int_equal(count, 1);
    assert_false(host->busy); /* one at a time: memory is bounded whatever the backlog */
    assert_int_equal(host->state, HOST_UP);
    if (items->notice.length >= sizeof host->body)
        return PW_ERROR_LIMIT;
    host->busy = true;
    host->sequence = items->sequence;
    bool again = host->outside && bench->sent_count > 0 &&
                 bench->sent[bench->sent_count - 1u].number == items->sequence;
    snprintf(host->body, sizeof host->body, "%.*s", (int)items->notice.length, items->notice.data);
    if (again)
        snprintf(host->body, sizeof host->body, "done");
    assert_true(bench->sent_count < MAX_SENT);
    struct sent *sent = &bench->sent[bench->sent_count++];
    snprintf(sent->channel, sizeof sent->channel, "%s", host->plugin->name);
    sent->number = items->sequence;
    soon(host);
    return 0;
}

enum host_state host_process_state(const struct host_process *host)
{
    return host->state;
}

bool host_process_killed_from_outside(const struct host_process *host)
{
    return host->outside;
}

void host_process_describe(const struct host_process *host, struct buffer *out)
{
    json_write_begin(out, '{');
    json_member_string(out, "instance", host->plugin->name);
    json_write_end(out, '}');
}

/* ---- the bench ----------------------------------------------------------------------------------------- */

static int64_t clock_ms(void *owner)
{
    const struct bench *bench = owner;
    return bench->now_ms;
}

static int64_t journal_clock(void *context)
{
    (void)context;
    return START_MS;
}

static void on_log(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    struct bench *bench = owner;
    int wrote = snprintf(bench->log + bench->log_length, sizeof bench->log - bench->log_length,
                         "%u %s: %.*s\n", severity, instance, (int)line.length, line.data);
    if (wrote > 0 && (size_t)wrote < sizeof bench->log - bench->log_length)
        bench->log_length += (size_t)wrote;
    bench->log_lines++;
}

static void on_stopped(void *owner)
{
    struct bench *bench = owner;
    bench->stopped = true;
}

static const struct outbox_events outbox_events = {.log = on_log, .stopped = on_stopped};

static void on_patience(uv_timer_t *timer)
{
    struct bench *bench = timer->data;
    bench->out_of_patience = true;
}

static void open_outbox(struct bench *bench)
{
    bench_now = bench;
    bench->stopped = false;
    assert_int_equal(outbox_new(&bench->loop, &bench->config, bench->journal, &bench->options, clock_ms,
                                &outbox_events, bench, &bench->outbox),
                     0);
    outbox_start(bench->outbox);
}

static void run_until(struct bench *bench, bool (*condition)(struct bench *bench))
{
    bench->out_of_patience = false;
    uv_timer_start(&bench->patience, on_patience, PATIENCE_MS, 0);
    while (!bench->out_of_patience && !condition(bench))
        uv_run(&bench->loop, UV_RUN_ONCE);
    uv_timer_stop(&bench->patience);
    if (bench->out_of_patience)
        fail_msg("nothing more happened; log:\n%s", bench->log);
}

static bool is_stopped(struct bench *bench)
{
    return bench->stopped;
}

static bool is_idle(struct bench *bench)
{
    return outbox_idle(bench->outbox);
}

static bool has_complained(struct bench *bench)
{
    return strstr(bench->log, "could not note") != NULL;
}

static void close_outbox(struct bench *bench)
{
    outbox_stop(bench->outbox);
    run_until(bench, is_stopped);
    outbox_free(bench->outbox);
    bench->outbox = NULL;
}

static void settle_down(struct bench *bench)
{
    outbox_wake(bench->outbox);
    run_until(bench, is_idle);
}

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    char *error = NULL;
    assert_non_null(bench);
    bench->now_ms = START_MS;
    snprintf(bench->folder, sizeof bench->folder, "/tmp/pathwayd-outbox-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    snprintf(bench->path, sizeof bench->path, "%s/journal.db", bench->folder);
    const struct journal_options options = {
        .path = bench->path, .min_free_bytes = 1, .clock_ms = journal_clock};
    if (journal_open(&options, &bench->journal, &error) != 0)
        fail_msg("%s", error);
    if (journal_view_open(bench->path, &bench->view, &error) != 0)
        fail_msg("%s", error);
    static char names[2][8] = {"mail", "chat"};
    for (int i = 0; i < 2; i++)
        bench->plugins[i] = (struct config_plugin){.name = names[i], .stage = PW_STAGE_NOTIFY};
    bench->config = (struct config){.journal = bench->path, .plugins = bench->plugins, .plugin_count = 2};
    uv_loop_init(&bench->loop);
    uv_timer_init(&bench->loop, &bench->patience);
    bench->patience.data = bench;
    open_outbox(bench);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    char command[128];
    if (bench->outbox != NULL)
        close_outbox(bench);
    uv_close((uv_handle_t *)&bench->patience, NULL);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&bench->loop), 0); /* no handle is left behind */
    journal_view_close(bench->view);
    journal_close(bench->journal);
    snprintf(command, sizeof command, "rm -rf '%s'", bench->folder);
    assert_int_equal(system(command), 0);
    free(bench);
    return 0;
}

/* ---- notices in the journal ---------------------------------------------------------------------------- */

struct adding {
    struct journal_task task;
    const char *channel, *body;
    char prefix[32];
    uint32_t count;
    int status;
    uv_sem_t done;
};

static int add_notices(struct journal_writer *writer, struct journal_task *task)
{
    struct adding *adding = task->owner;
    for (uint32_t i = 0; i < adding->count; i++) {
        char id[64];
        snprintf(id, sizeof id, "%s-%u", adding->prefix, i);
        const struct journal_notice notice = {.case_id = 1,
                                              .revision = 1,
                                              .notice_id = {id, strlen(id)},
                                              .channel = {adding->channel, strlen(adding->channel)},
                                              .reviewer = PW_TEXT("alice"),
                                              .address = PW_TEXT("alice@example.edu"),
                                              .state = PW_TEXT("waiting"),
                                              .body = {adding->body, strlen(adding->body)},
                                              .told_ms = START_MS - 20 * 60000,
                                              .created_ms = START_MS,
                                              .next_ms = START_MS};
        int status = journal_notice_add(writer, &notice);
        if (status != 0)
            return status;
    }
    return 0;
}

static void on_added(struct journal_task *task, int status)
{
    struct adding *adding = task->owner;
    adding->status = status;
    uv_sem_post(&adding->done);
}

static void add(struct bench *bench, const char *channel, const char *prefix, const char *body,
                uint32_t count)
{
    struct adding adding = {.channel = channel, .body = body, .count = count};
    snprintf(adding.prefix, sizeof adding.prefix, "%s", prefix);
    adding.task = (struct journal_task){.run = add_notices, .done = on_added, .owner = &adding};
    uv_sem_init(&adding.done, 0);
    journal_submit(bench->journal, &adding.task);
    uv_sem_wait(&adding.done);
    uv_sem_destroy(&adding.done);
    assert_int_equal(adding.status, 0);
}

struct seen {
    const char *notice_id;
    bool found;
    char state[16], error[600];
    uint32_t attempts;
    int64_t next_ms;
    uint64_t number;
};

static int look(void *to, const struct journal_notice *notice)
{
    struct seen *seen = to;
    if (!text_is(notice->notice_id, seen->notice_id))
        return 0;
    seen->found = true;
    seen->attempts = notice->attempts;
    seen->next_ms = notice->next_ms;
    seen->number = notice->notice_number;
    snprintf(seen->state, sizeof seen->state, "%.*s", TEXT_FMT(notice->state));
    snprintf(seen->error, sizeof seen->error, "%.*s", TEXT_FMT(notice->error));
    return 1;
}

static struct seen notice_now(struct bench *bench, const char *notice_id)
{
    struct seen seen = {.notice_id = notice_id};
    assert_true(journal_notices_of_case(bench->view, 1, look, &seen) >= 0);
    assert_true(seen.found);
    return seen;
}

static uint32_t times_sent(const struct bench *bench, uint64_t number)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < bench->sent_count; i++)
        count += bench->sent[i].number == number;
    return count;
}

/* ---- tests --------------------------------------------------------------------------------------------- */

static void a_notice_is_delivered_once(void **state)
{
    struct bench *bench = *state;
    struct journal_counts before = {0};
    struct journal_counts after = {0};
    add(bench, "mail", "n", "done", 1);
    assert_int_equal(journal_count(bench->view, &before), 0);
    settle_down(bench);
    settle_down(bench);
    struct seen seen = notice_now(bench, "n-0");
    assert_string_equal(seen.state, "delivered");
    assert_string_equal(seen.error, "250 taken");
    assert_int_equal(seen.attempts, 1);
    assert_int_equal(bench->sent_count, 1);
    assert_int_equal(journal_count(bench->view, &after), 0);
    assert_int_equal(after.notices_delivered, 1);
    assert_true(after.audit_records > before.audit_records);
}

static void a_refused_notice_is_set_aside(void **state)
{
    struct bench *bench = *state;
    add(bench, "mail", "n", "fail", 1);
    settle_down(bench);
    assert_string_equal(notice_now(bench, "n-0").state, "failed");
    assert_non_null(strstr(bench->log, "550 no such user"));
    bench->now_ms += 86400000;
    settle_down(bench);
    assert_int_equal(bench->sent_count, 1);
}

static void passing_trouble_is_tried_again_with_back_off(void **state)
{
    struct bench *bench = *state;
    static const int64_t waits_s[] = {30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600};
    add(bench, "mail", "n", "retry", 1);
    for (uint32_t i = 0; i < sizeof waits_s / sizeof waits_s[0]; i++) {
        settle_down(bench);
        struct seen seen = notice_now(bench, "n-0");
        assert_string_equal(seen.state, "waiting");
        assert_int_equal(seen.attempts, i + 1u);
        assert_int_equal(seen.next_ms - bench->now_ms, waits_s[i] * 1000);
        bench->now_ms = seen.next_ms - 1;
        settle_down(bench);
        assert_int_equal(bench->sent_count, i + 1u); /* not a moment too early */
        bench->now_ms = seen.next_ms;
    }
    assert_true(bench->log_lines < 8); /* an outage does not fill the log */
}

static void the_other_side_may_ask_for_more_time(void **state)
{
    struct bench *bench = *state;
    add(bench, "mail", "n", "patience", 1);
    settle_down(bench);
    assert_int_equal(notice_now(bench, "n-0").next_ms - bench->now_ms, 7200000);
}

static void a_far_retry_delays_nobody(void **state)
{
    struct bench *bench = *state;
    add(bench, "mail", "dead", "patience", 3);
    settle_down(bench);
    add(bench, "mail", "n", "done", 2);
    settle_down(bench);
    assert_string_equal(notice_now(bench, "n-0").state, "delivered");
    assert_string_equal(notice_now(bench, "n-1").state, "delivered");
    assert_string_equal(notice_now(bench, "dead-0").state, "waiting");
}

/* Among many that are due again, a fresh notice waits for one attempt at most. */
static void fresh_notices_overtake_old_trouble(void **state)
{
    struct bench *bench = *state;
    add(bench, "mail", "dead", "retry", 20);
    settle_down(bench);
    assert_int_equal(bench->sent_count, 20);
    bench->now_ms += 60000;
    add(bench, "mail", "n", "done", 3);
    settle_down(bench);
    for (int i = 0; i < 3; i++) {
        char id[16];
        snprintf(id, sizeof id, "n-%d", i);
        uint64_t number = notice_now(bench, id).number;
        uint32_t place = 20;
        while (place < bench->sent_count && bench->sent[place].number != number)
            place++;
        assert_true(place < 20u + 2u * ((uint32_t)i + 1u));
    }
}

static void a_silent_channel_does_not_hold_up_another(void **state)
{
    struct bench *bench = *state;
    add(bench, "chat", "stuck", "silent", 1);
    add(bench, "mail", "n", "done", 3);
    outbox_wake(bench->outbox);
    for (int i = 0; i < 200 && strcmp(notice_now(bench, "n-2").state, "delivered") != 0; i++) {
        uv_run(&bench->loop, UV_RUN_NOWAIT);
        usleep(5000);
    }
    assert_string_equal(notice_now(bench, "n-2").state, "delivered");
    assert_false(outbox_idle(bench->outbox));
    close_outbox(bench); /* after the grace time, and the notice stays for the next start */
    assert_string_equal(notice_now(bench, "stuck-0").state, "waiting");
    assert_int_equal(notice_now(bench, "stuck-0").attempts, 0);
}

/* The host takes its notice with it after the stop began: nothing is left to wait for. */
static void a_death_while_stopping_ends_the_wait(void **state)
{
    struct bench *bench = *state;
    add(bench, "mail", "n", "late", 1);
    outbox_wake(bench->outbox);
    for (int i = 0; i < 200 && bench->sent_count == 0; i++) {
        uv_run(&bench->loop, UV_RUN_NOWAIT);
        usleep(5000);
    }
    close_outbox(bench);
    assert_int_equal(bench->sent_count, 1);
    assert_string_equal(notice_now(bench, "n-0").state, "waiting");
    assert_int_equal(notice_now(bench, "n-0").attempts, 0);
}

static void a_killer_is_tried_twice_and_set_aside(void **state)
{
    struct bench *bench = *state;
    add(bench, "mail", "killer", "crash", 1);
    add(bench, "mail", "n", "done", 2);
    settle_down(bench);
    struct seen seen = notice_now(bench, "killer-0");
    assert_string_equal(seen.state, "waiting");
    assert_memory_equal(seen.error, SETTLEMENT_DIED, sizeof SETTLEMENT_DIED - 1u);
    assert_string_equal(notice_now(bench, "n-1").state, "delivered");
    close_outbox(bench);
    open_outbox(bench); /* a restart does not forget the first time */
    bench->now_ms = seen.next_ms;
    settle_down(bench);
    seen = notice_now(bench, "killer-0");
    assert_string_equal(seen.state, "failed");
    assert_int_equal(times_sent(bench, seen.number), 2);
    assert_non_null(strstr(bench->log, "killer-0 is set aside as failed"));
}

static void a_kill_from_outside_blames_nobody(void **state)
{
    struct bench *bench = *state;
    add(bench, "mail", "n", "outside", 1);
    settle_down(bench);
    struct seen seen = notice_now(bench, "n-0");
    assert_string_equal(seen.state, "delivered");
    assert_int_equal(seen.attempts, 1);
    assert_int_equal(times_sent(bench, seen.number), 2);
}

static void nonsense_from_a_plugin_is_trouble(void **state)
{
    struct bench *bench = *state;
    add(bench, "mail", "garbage", "garbage", 1);
    add(bench, "mail", "trouble", "trouble", 1);
    settle_down(bench);
    assert_string_equal(notice_now(bench, "garbage-0").state, "waiting");
    assert_non_null(strstr(notice_now(bench, "garbage-0").error, "did not say"));
    assert_string_equal(notice_now(bench, "trouble-0").state, "waiting");
    assert_non_null(strstr(notice_now(bench, "trouble-0").error, "the disk is on fire"));
}

static void a_notice_too_large_is_set_aside(void **state)
{
    struct bench *bench = *state;
    char body[600];
    memset(body, 'x', sizeof body - 1u);
    body[sizeof body - 1u] = '\0';
    add(bench, "mail", "large", body, 1);
    add(bench, "mail", "n", "done", 1);
    settle_down(bench);
    assert_string_equal(notice_now(bench, "large-0").state, "failed");
    assert_string_equal(notice_now(bench, "n-0").state, "delivered");
}

static void a_backlog_goes_out_once_and_in_order(void **state)
{
    struct bench *bench = *state;
    add(bench, "mail", "m", "done", 1000);
    add(bench, "chat", "c", "done", 1000);
    settle_down(bench);
    uint64_t last[2] = {0, 0};
    assert_int_equal(bench->sent_count, 2000);
    for (uint32_t i = 0; i < bench->sent_count; i++) {
        uint64_t *before = &last[strcmp(bench->sent[i].channel, "mail") == 0];
        assert_true(bench->sent[i].number > *before);
        *before = bench->sent[i].number;
    }
    struct journal_counts counts = {0};
    assert_int_equal(journal_count(bench->view, &counts), 0);
    assert_int_equal(counts.notices_delivered, 2000);
}

/* What is to be done then is in cases/digest.h. */
static void a_channel_that_is_back_is_noted(void **state)
{
    struct bench *bench = *state;
    uint64_t back = 0;
    outage_is_over = false;
    add(bench, "mail", "n", "outage", 1);
    add(bench, "chat", "c", "done", 1);
    settle_down(bench);
    assert_int_equal(journal_mark_get(bench->view, "backlog/mail", &back), 0);
    assert_int_equal(back, 0);
    outage_is_over = true;
    bench->now_ms += 3600000;
    settle_down(bench);
    assert_string_equal(notice_now(bench, "n-0").state, "delivered");
    assert_int_equal(journal_mark_get(bench->view, "backlog/mail", &back), 0);
    assert_int_equal(back, 1);
    back = 0;
    assert_int_equal(journal_mark_get(bench->view, "backlog/chat", &back), 0);
    assert_int_equal(back, 0); /* it was never away */
}

/* The plugin took it, the disk did not: it is noted later, and not sent again. */
static void a_settlement_waits_for_the_disk(void **state)
{
    struct bench *bench = *state;
    struct rlimit limit;
    add(bench, "mail", "n", "done", 1);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const struct rlimit full = {.rlim_cur = 1, .rlim_max = limit.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    outbox_wake(bench->outbox);
    run_until(bench, has_complained);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_string_equal(notice_now(bench, "n-0").state, "waiting");
    settle_down(bench);
    assert_string_equal(notice_now(bench, "n-0").state, "delivered");
    assert_int_equal(bench->sent_count, 1);
}

static void what_was_due_at_the_start_goes_out(void **state)
{
    struct bench *bench = *state;
    close_outbox(bench);
    add(bench, "mail", "n", "done", 1);
    open_outbox(bench);
    run_until(bench, is_idle); /* nobody woke it */
    assert_string_equal(notice_now(bench, "n-0").state, "delivered");
}

static void stopping_without_starting_ends(void **state)
{
    struct bench *bench = *state;
    close_outbox(bench);
    bench->stopped = false;
    assert_int_equal(outbox_new(&bench->loop, &bench->config, bench->journal, &bench->options, clock_ms,
                                &outbox_events, bench, &bench->outbox),
                     0);
    close_outbox(bench);
}

static void channels_are_described(void **state)
{
    struct bench *bench = *state;
    struct buffer out = {0};
    outbox_describe(bench->outbox, &out);
    assert_string_equal(out.data, "[{\"instance\":\"mail\"},{\"instance\":\"chat\"}]");
    buffer_release(&out);
}

static void a_plugins_words_are_cut_and_cleaned(void **state)
{
    (void)state;
    static struct settlement settlement;
    const struct attempt attempt = {.notice_number = 1};
    char words[2000];
    for (size_t i = 0; i + 3u <= sizeof words; i += 3u)
        memcpy(words + i, "航", 3);
    const struct frame_result result = {.status = PW_ERROR_IO, .body = {words, 1998}};
    settlement_of_result(&settlement, &attempt, &result, START_MS);
    size_t length = strlen(settlement.error);
    assert_true(length <= SETTLEMENT_ERROR_BYTES && length > SETTLEMENT_ERROR_BYTES - 8u);
    assert_memory_equal(settlement.error + length - 3, "航", 3);
    const struct frame_result lines = {.status = PW_ERROR_IO, .body = PW_TEXT("one\r\ntwo\x1b[31m")};
    settlement_of_result(&settlement, &attempt, &lines, START_MS);
    assert_string_equal(settlement.error, "the plugin could not handle it: one  two [31m");
}

#define BENCH_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_notice_is_delivered_once),
        BENCH_TEST(a_channel_that_is_back_is_noted),
        BENCH_TEST(a_refused_notice_is_set_aside),
        BENCH_TEST(passing_trouble_is_tried_again_with_back_off),
        BENCH_TEST(the_other_side_may_ask_for_more_time),
        BENCH_TEST(a_far_retry_delays_nobody),
        BENCH_TEST(fresh_notices_overtake_old_trouble),
        BENCH_TEST(a_silent_channel_does_not_hold_up_another),
        BENCH_TEST(a_death_while_stopping_ends_the_wait),
        BENCH_TEST(a_killer_is_tried_twice_and_set_aside),
        BENCH_TEST(a_kill_from_outside_blames_nobody),
        BENCH_TEST(nonsense_from_a_plugin_is_trouble),
        BENCH_TEST(a_notice_too_large_is_set_aside),
        BENCH_TEST(a_backlog_goes_out_once_and_in_order),
        BENCH_TEST(a_settlement_waits_for_the_disk),
        BENCH_TEST(what_was_due_at_the_start_goes_out),
        BENCH_TEST(stopping_without_starting_ends),
        BENCH_TEST(channels_are_described),
        cmocka_unit_test(a_plugins_words_are_cut_and_cleaned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
