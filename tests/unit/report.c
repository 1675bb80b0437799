/* SPDX-License-Identifier: Apache-2.0
 *
 * The operation `report`: what it takes, what is kept of it, and that neither the loop nor a stop waits for a survey.
 */
#include "journal_scratch.h"

#include <dlfcn.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <cjson/cJSON.h>
#include "control/control.h"
#include "control/request.h"

#define HANG_SECONDS 60 /* a loop that hangs ends the test */
#define STOP_MS      50 /* a stop that did not wait would be over by then */

/* ---- a survey that takes as long as the test likes ------------------------------------------------------ */

static sem_t reached, may_go;
static atomic_bool held;
static atomic_int opened;

/* Instead of SQLite's: a survey begins with opening the journal. */
int sqlite3_open_v2(const char *name, sqlite3 **db, int flags, const char *vfs)
{
    int (*theirs)(const char *, sqlite3 **, int, const char *);
    *(void **)&theirs = dlsym(RTLD_NEXT, "sqlite3_open_v2");
    atomic_fetch_add(&opened, 1);
    if (atomic_load(&held)) {
        sem_post(&reached);
        while (sem_wait(&may_go) != 0)
            continue;
    }
    return theirs(name, db, flags, vfs);
}

/* ---- one exchange --------------------------------------------------------------------------------------- */

struct fixture {
    struct scratch scratch;
    struct config config;
    struct reports reports;
    struct request_context context;
};

static int set_up(void **state)
{
    static char prefix[] = "org.pathwayd.";
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    scratch_new(&fixture->scratch);
    append_one(fixture->scratch.journal, "https://hr.test/", "a",
               "{\"id\":\"a\",\"source\":\"https://hr.test/\",\"data\":{\"unit\":\"CS\"}}");
    fixture->config = (struct config){.journal = fixture->scratch.path, .type_prefix = prefix};
    fixture->context = (struct request_context){.config = &fixture->config,
                                                .reports = &fixture->reports,
                                                .actor = {.name = PW_TEXT("root"), .roles = ROLE_ALL}};
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    reports_release(&fixture->reports);
    scratch_remove(&fixture->scratch);
    free(fixture);
    return 0;
}

static struct exchange *begin(struct fixture *fixture, const char *request, enum exchange_step step,
                              struct buffer *out)
{
    struct exchange *exchange = exchange_new(&fixture->context, text(request));
    assert_non_null(exchange);
    assert_int_equal(exchange_begin(exchange, out), step);
    return exchange;
}

static cJSON *take(struct buffer *out)
{
    cJSON *answer = cJSON_ParseWithLength(out->data, out->length);
    assert_non_null(answer);
    buffer_release(out);
    return answer;
}

/* Refused at once. */
static void refuses(struct fixture *fixture, const char *request, const char *code)
{
    struct buffer out = {0};
    exchange_free(begin(fixture, request, EXCHANGE_ANSWERED, &out));
    cJSON *answer = take(&out);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(answer, "code")), code);
    cJSON_Delete(answer);
}

static cJSON *finish(struct exchange *exchange)
{
    struct buffer out = {0};
    exchange_answer(exchange, exchange_work(exchange), &out);
    exchange_free(exchange);
    return take(&out);
}

static cJSON *make(struct fixture *fixture, const char *request)
{
    struct buffer out = {0};
    return finish(begin(fixture, request, EXCHANGE_WORK, &out));
}

/* What is kept; NULL: it has to be made. */
static cJSON *kept(struct fixture *fixture, const char *request)
{
    struct buffer out = {0};
    struct exchange *exchange = exchange_new(&fixture->context, text(request));
    enum exchange_step step = exchange_begin(exchange, &out);
    if (step == EXCHANGE_WORK)
        cJSON_Delete(finish(exchange));
    else
        exchange_free(exchange);
    return step == EXCHANGE_WORK ? NULL : take(&out);
}

static int tables_of(const cJSON *answer)
{
    return cJSON_GetArraySize(cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "result"), "tables"));
}

static void days_are_read(void **state)
{
    int64_t ms = 7;
    (void)state;
    assert_int_equal(report_day(PW_TEXT("2026-01-01"), false, &ms), 0);
    assert_true(ms == 1767225600000);
    assert_int_equal(report_day(PW_TEXT("2026-01-01"), true, &ms), 0);
    assert_true(ms == 1767225600000 + 86400000 - 1);
    assert_int_equal(report_day(PW_TEXT("2026-01-01T00:00:00Z"), true, &ms), 0);
    assert_true(ms == 1767225600000);
    assert_int_equal(report_day(PW_TEXT("yesterday"), true, &ms), PW_ERROR_INVALID);
    assert_true(ms == 1767225600000);
}

static void bad_requests_are_refused_on_the_loop(void **state)
{
    struct fixture *fixture = *state;
    refuses(fixture, "{\"op\":\"report\",\"from\":\"yesterday\"}", "bad_request");
    refuses(fixture, "{\"op\":\"report\",\"to\":\"2026-02-30\"}", "bad_request");
    refuses(fixture, "{\"op\":\"report\",\"from\":20260101}", "bad_request");
    refuses(fixture, "{\"op\":\"report\",\"from\":\"2026-01-02\",\"to\":\"2026-01-01\"}", "bad_request");
    refuses(fixture, "{\"op\":\"report\",\"by\":\"person\"}", "bad_request");
    refuses(fixture, "{\"op\":\"report\",\"journal\":\"/etc/shadow\"}", "bad_request");
    assert_false(fixture->reports.in_work);
    fixture->context.actor.roles = ROLE_ADMINISTRATOR;
    refuses(fixture, "{\"op\":\"report\"}", "role");
}

static void a_report_is_made_by_tables_and_days(void **state)
{
    struct fixture *fixture = *state;
    cJSON *answer = make(fixture, "{\"op\":\"report\"}");
    const cJSON *result = cJSON_GetObjectItem(answer, "result");
    assert_int_equal(tables_of(answer), 4);
    assert_null(cJSON_GetObjectItem(result, "journal"));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(result, "from")));
    cJSON_Delete(answer);
    answer =
        make(fixture, "{\"op\":\"report\",\"by\":\"shadow\",\"from\":\"2026-01-01\",\"to\":\"2026-01-01\"}");
    assert_int_equal(tables_of(answer), 1);
    assert_string_equal(
        cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "result"), "to")),
        "2026-01-01T23:59:59.999Z");
    cJSON_Delete(answer);
}

static void the_same_is_given_for_a_minute(void **state)
{
    struct fixture *fixture = *state;
    cJSON *first = make(fixture, "{\"op\":\"report\"}");
    fixture->context.now_ms += REPORT_KEPT_MS - 1;
    cJSON *again = kept(fixture, "{\"op\":\"report\",\"by\":null}");
    assert_non_null(again);
    assert_true(cJSON_Compare(first, again, true));
    cJSON_Delete(again);
    fixture->context.now_ms++;
    assert_null(kept(fixture, "{\"op\":\"report\"}"));
    fixture->context.now_ms--; /* the clock was set back */
    assert_null(kept(fixture, "{\"op\":\"report\"}"));
    assert_null(kept(fixture, "{\"op\":\"report\",\"to\":\"2030-01-01\"}"));
    assert_null(kept(fixture, "{\"op\":\"report\"}")); /* the last alone is kept */
    cJSON_Delete(first);
}

static void one_is_made_at_a_time(void **state)
{
    struct fixture *fixture = *state;
    struct buffer out = {0};
    struct exchange *exchange = begin(fixture, "{\"op\":\"report\"}", EXCHANGE_WORK, &out);
    refuses(fixture, "{\"op\":\"report\"}", "busy");
    refuses(fixture, "{\"op\":\"report\",\"by\":\"rule\"}", "busy");
    cJSON_Delete(finish(exchange));
    cJSON_Delete(make(fixture, "{\"op\":\"report\",\"by\":\"rule\"}"));
}

static void a_failure_is_told_and_not_kept(void **state)
{
    struct fixture *fixture = *state;
    static char nowhere[] = "/nowhere/journal.db";
    fixture->config.journal = nowhere;
    for (int i = 0; i < 2; i++) {
        cJSON *answer = make(fixture, "{\"op\":\"report\"}");
        assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(answer, "code")), "journal");
        cJSON_Delete(answer);
    }
}

static void a_survey_ends_when_it_is_told_to(void **state)
{
    struct fixture *fixture = *state;
    const struct report_request request = {.from_ms = INT64_MIN, .to_ms = INT64_MAX};
    struct journal_view *view = scratch_view(&fixture->scratch);
    atomic_bool stop = true;
    struct buffer out = {0};
    assert_int_equal(report_make(&request, NULL, view, &stop, &out), PW_ERROR_STATE);
    assert_int_equal(out.length, 0);
    atomic_store(&stop, false);
    assert_int_equal(report_make(&request, NULL, view, &stop, &out), 0);
    assert_true(out.length > 0);
    buffer_release(&out);
    journal_view_close(view);
}

/* ---- over the socket ------------------------------------------------------------------------------------ */

struct scene {
    struct journal *journal;
    char url[128];
    pthread_t thread;
    struct control *control;
    uv_async_t done;
    uv_timer_t later;
    bool stopped, too_early;
};

static nng_socket dial(const char *url)
{
    nng_socket socket;
    assert_int_equal(nng_req0_open(&socket), 0);
    assert_int_equal(nng_dial(socket, url, NULL, 0), 0);
    return socket;
}

static void send_request(nng_socket socket, char *request)
{
    assert_int_equal(nng_send(socket, request, strlen(request), 0), 0);
}

static cJSON *receive_answer(nng_socket socket)
{
    char *bytes = NULL;
    size_t length = 0;
    assert_int_equal(nng_recv(socket, &bytes, &length, NNG_FLAG_ALLOC), 0);
    cJSON *answer = cJSON_ParseWithLength(bytes, length);
    nng_free(bytes, length);
    return answer;
}

/* The code it was refused with, or "". */
static void answers(nng_socket socket, const char *code)
{
    cJSON *answer = receive_answer(socket);
    const char *found = cJSON_GetStringValue(cJSON_GetObjectItem(answer, "code"));
    assert_string_equal(found ? found : "", code);
    cJSON_Delete(answer);
}

static void *ask_meanwhile(void *argument)
{
    struct scene *scene = argument;
    nng_socket reader = dial(scene->url), other = dial(scene->url);
    send_request(reader, (char[]){"{\"op\":\"report\"}"});
    sem_wait(&reached);
    send_request(other, (char[]){"{\"op\":\"drained\"}"});
    answers(other, "");
    send_request(other, (char[]){"{\"op\":\"report\",\"by\":\"rule\"}"});
    answers(other, "busy");
    append_one(scene->journal, "https://hr.test/", "b", "{}"); /* it is stored, and acknowledged */
    atomic_store(&held, false);
    sem_post(&may_go);
    answers(reader, "");
    int before = atomic_load(&opened);
    send_request(other, (char[]){"{\"op\":\"report\"}"});
    answers(other, "");
    assert_int_equal(atomic_load(&opened), before);
    nng_close(reader);
    nng_close(other);
    uv_async_send(&scene->done);
    return NULL;
}

/* Asks, and lets the daemon stop before there is an answer. */
static void *ask_in_vain(void *argument)
{
    struct scene *scene = argument;
    nng_socket reader = dial(scene->url);
    char *bytes = NULL;
    size_t length = 0;
    nng_socket_set_ms(reader, NNG_OPT_RECVTIMEO, 20 * STOP_MS);
    send_request(reader, (char[]){"{\"op\":\"report\"}"});
    sem_wait(&reached);
    uv_async_send(&scene->done);
    assert_int_not_equal(nng_recv(reader, &bytes, &length, NNG_FLAG_ALLOC), 0);
    nng_close(reader);
    return NULL;
}

static void note(void *owner)
{
    ((struct scene *)owner)->stopped = true;
}

static void release(uv_timer_t *timer)
{
    struct scene *scene = timer->data;
    scene->too_early = scene->stopped;
    atomic_store(&held, false);
    sem_post(&may_go);
    uv_close((uv_handle_t *)timer, NULL);
}

static void stop(uv_async_t *async)
{
    struct scene *scene = async->data;
    control_stop(scene->control, note, scene);
    if (atomic_load(&held))
        uv_timer_start(&scene->later, release, STOP_MS, 0);
    else
        uv_close((uv_handle_t *)&scene->later, NULL);
    uv_close((uv_handle_t *)async, NULL);
}

static bool is_drained(void *owner)
{
    (void)owner;
    return true;
}

static void play(struct fixture *fixture, void *(*client)(void *))
{
    static const struct control_sources sources = {.drained = is_drained};
    struct scene scene = {.journal = fixture->scratch.journal};
    char *error = NULL;
    uv_loop_t loop;
    snprintf(scene.url, sizeof(scene.url), "ipc://%s/control.sock", fixture->scratch.folder);
    fixture->config.control = scene.url;
    sem_init(&reached, 0, 0);
    sem_init(&may_go, 0, 0);
    atomic_store(&held, true);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(control_start(&loop, &fixture->config, fixture->scratch.journal, NULL, &sources, NULL,
                                   &scene.control, &error),
                     0);
    uv_async_init(&loop, &scene.done, stop);
    uv_timer_init(&loop, &scene.later);
    scene.done.data = scene.later.data = &scene;
    alarm(HANG_SECONDS);
    assert_int_equal(pthread_create(&scene.thread, NULL, client, &scene), 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    pthread_join(scene.thread, NULL);
    alarm(0);
    assert_true(scene.stopped);
    assert_false(scene.too_early);
    assert_int_equal(uv_loop_close(&loop), 0);
    unlink(scene.url + strlen("ipc://"));
}

static void nobody_else_waits(void **state)
{
    play(*state, ask_meanwhile);
}

static void a_stop_waits_for_the_thread_alone(void **state)
{
    play(*state, ask_in_vain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_read),
        cmocka_unit_test_setup_teardown(bad_requests_are_refused_on_the_loop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_report_is_made_by_tables_and_days, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_is_given_for_a_minute, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_is_made_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_told_and_not_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_survey_ends_when_it_is_told_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_else_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stop_waits_for_the_thread_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
