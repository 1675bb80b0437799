/* SPDX-License-Identifier: Apache-2.0
 *
 * ingest.c: what feeds hear back, over real sockets and from a real journal; starting and stopping.
 */
#include <pthread.h>
#include <semaphore.h>
#include "ingest_scene.h"

static void event_is_accepted_once(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    client_expect(client, EVENT("1", ""), ANSWER("1", "\"status\":\"accepted\",\"sequence\":1}"));
    client_expect(client, EVENT("2", ""), ANSWER("2", "\"status\":\"accepted\",\"sequence\":2}"));
    client_expect(client, EVENT("1", ""), ANSWER("1", "\"status\":\"duplicate\",\"sequence\":1}"));
    client_expect(client, EVENT("1", ",\"title\":\"other\""),
                  ANSWER("1", "\"status\":\"duplicate\",\"sequence\":1,\"content_differs\":true}"));
    assert_int_equal(journal_last_sequence(scene->journal), 2);
    assert_int_equal(scene_counter(scene, "/0/accepted"), 2);
    assert_int_equal(scene_counter(scene, "/0/duplicates"), 2);
    assert_int_equal(scene_counter(scene, "/0/requests"), 4);
    assert_int_equal(scene_counter(scene, "/0/connections"), 1);
    assert_int_equal(scene_counter(scene, "/1/requests"), 0);
    scene_await(scene, "/0/in_flight_bytes", 0);
    nng_close(client);
    scene_await(scene, "/0/connections", 0);
}

static void batch_is_answered_in_order(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    client_expect(
        client,
        "[" EVENT("1", "") "," EVENT("2", ",\"covered_individual\":7") "," EVENT("1", "") "," EVENT("3",
                                                                                                    "") "]",
        "[" ANSWER("1", "\"status\":\"accepted\",\"sequence\":1},")
            ANSWER("2", "\"status\":\"rejected\",\"errors\":[{\"pointer\":\"/data/covered_individual\",…"));
    client_expect(client, "[" EVENT("3", "") "," EVENT("4", "") "]",
                  "[" ANSWER("3", "\"status\":\"duplicate\",\"sequence\":2},")
                      ANSWER("4", "\"status\":\"accepted\",\"sequence\":3}]"));
    client_expect(client, " [ ] ", "[]");
    client_expect(client, "[" EVENT("5", "") "]",
                  "[" ANSWER("5", "\"status\":\"accepted\",\"sequence\":4}]"));
    assert_int_equal(scene_counter(scene, "/0/rejected"), 1);
    nng_close(client);
}

static int event_body(void *to, const struct journal_event *event)
{
    struct buffer *out = to;
    buffer_text(out, event->feed);
    buffer_string(out, " ");
    buffer_text(out, event->body);
    buffer_string(out, " ");
    buffer_text(out, event->affiliation);
    buffer_string(out, "\n");
    return 0;
}

static void what_is_cut_is_not_stored(void **state)
{
    struct scene *scene = *state;
    struct journal_view *view = NULL;
    struct buffer rows = {0};
    char path[128], *error = NULL;
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    client_expect(
        client,
        "[" EVENT("1", ",\"foo\":1,\"Date-Of_Birth\":\"19700101\",\"raw_affiliation\":\"Dept. X\"") "," EVENT(
            "2", ",\"partner\":[{\"name\":\"U\",\"Nationality\":\"x\",\"DOB\":1}]") "," EVENT("3", "") "]",
        "[" ANSWER("1", "\"status\":\"accepted\",\"sequence\":1,\"dropped\":[\"/data/foo\"],"
                        "\"refused\":[\"/data/Date-Of_Birth\"]},…"));
    assert_int_equal(scene_counter(scene, "/0/refused_fields/date_of_birth"), 1);
    assert_int_equal(scene_counter(scene, "/0/refused_fields/nationality"), 1);
    assert_int_equal(scene_counter(scene, "/0/refused_fields/dob"), 1);
    snprintf(path, sizeof path, "%s/journal.db", scene->folder);
    assert_int_equal(journal_view_open(path, &view, &error), 0);
    assert_int_equal(journal_events_read(view, 0, 10, event_body, &rows), 0);
    assert_non_null(rows.data);
    assert_null(strstr(rows.data, "19700101"));
    assert_null(strstr(rows.data, "foo"));
    assert_null(strstr(rows.data, "ationality"));
    assert_non_null(strstr(rows.data, "Dept. X\n"));
    assert_non_null(strstr(rows.data, "a " EVENT("3", "") " \n"));
    buffer_release(&rows);
    journal_view_close(view);
    nng_close(client);
}

static void strict_feed_rejects_refused_fields(void **state)
{
    struct scene *scene = *state;
    scene->feeds[1].strict = true;
    scene_start(scene);
    nng_socket client = client_open(scene->listen[1]);
    client_expect(client, EVENT("1", ",\"gender\":\"x\""), ANSWER("1", "\"status\":\"rejected\",…"));
    assert_int_equal(scene_counter(scene, "/1/refused_fields/gender"), 1);
    nng_close(client);
}

static void feed_keeps_to_its_permission(void **state)
{
    struct scene *scene = *state;
    char *answer;
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    const char *const others[] = {
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"https://hr.example.edu/\","
        "\"type\":\"org.pathwayd.visa.petition.filed.v1\",\"data\":{\"engagement_id\":\"E\"}}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"https://elsewhere.example.org/\","
        "\"type\":\"org.pathwayd.hr.appointment.proposed.v1\",\"data\":{\"engagement_id\":\"E\"}}"};
    for (size_t i = 0; i < 2; i++) {
        answer = client_try(client, others[i], strlen(others[i]));
        assert_non_null(strstr(answer, "\"status\":\"rejected\""));
        assert_non_null(strstr(answer, "\"code\":\"permission\""));
        free(answer);
    }
    assert_int_equal(journal_last_sequence(scene->journal), 0);
    nng_close(client);
}

static void classification_must_be_allowed(void **state)
{
#define CLASSIFIED(class)                                                                                    \
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"https://hr.example.edu/"                             \
    "x\",\"dataclassification\":\"" class "\",\"type\":\"org.pathwayd.hr.appointment.proposed.v1\","         \
                                          "\"data\":{\"engagement_id\":\"E\"}}"
    static char *classes[] = {"internal", NULL};
    struct scene *scene = *state;
    scene->feeds[1].classifications = classes;
    scene_start(scene);
    nng_socket a = client_open(scene->listen[0]), b = client_open(scene->listen[1]);
    client_expect(a, CLASSIFIED("internal"), ANSWER("1", "\"status\":\"rejected\",…"));
    client_expect(b, CLASSIFIED("secret"), ANSWER("1", "\"status\":\"rejected\",…"));
    client_expect(b, CLASSIFIED("internal"), ANSWER("1", "\"status\":\"accepted\",…"));
    nng_close(a);
    nng_close(b);
}

static void unknown_type_is_kept_unrouted(void **state)
{
    struct scene *scene = *state;
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    client_expect(client,
                  "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"https://hr.example.edu/x\","
                  "\"type\":\"org.pathwayd.novel.thing.v1\",\"data\":{\"engagement_id\":\"E\"}}",
                  ANSWER("1", "\"status\":\"accepted\",\"sequence\":1,\"unrouted\":true}"));
    assert_int_equal(scene_counter(scene, "/0/unrouted"), 1);
    nng_close(client);
}

static void unreadable_messages_get_one_answer(void **state)
{
    static const char *const bad[] = {"",    " ",    "nonsense", "{\"a\":1,\"a\":2}",
                                      "[1,", "[] x", "\"text\"", "{\"a\":\"\\u0000\"}"};
    struct scene *scene = *state;
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        client_expect(client, bad[i], "{\"status\":\"rejected\",\"errors\":[{\"pointer\":…");
    assert_int_equal(scene_counter(scene, "/0/rejected"), sizeof bad / sizeof *bad);
    client_expect(client, EVENT("1", ""), ANSWER("1", "\"status\":\"accepted\",\"sequence\":1}"));
    nng_close(client);
}

static void message_a_little_too_long_hears_why(void **state)
{
    struct scene *scene = *state;
    size_t length = scene->config.limits.max_batch_bytes + 1000;
    char *text = malloc(length + 1);
    assert_non_null(text);
    memset(text, ' ', length);
    text[0] = '[';
    text[length - 1] = ']';
    text[length] = '\0';
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    client_expect(client, text, "{\"status\":\"rejected\",\"errors\":[{\"pointer\":\"\",\"code\":\"bytes\"…");
    free(text);
    nng_close(client);
}

static void over_the_budget_is_busy(void **state)
{
    struct scene *scene = *state;
    scene->config.ingest_budget_bytes = 100; /* less than any event */
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    client_expect(client, EVENT("1", ",\"foo\":1"), ANSWER("1", "\"status\":\"busy\",\"retry_after\":5}"));
    client_expect(client, "[" EVENT("2", "") "," EVENT("3", "") "]",
                  "[" ANSWER("2", "\"status\":\"busy\",\"retry_after\":5},")
                      ANSWER("3", "\"status\":\"busy\",\"retry_after\":5}]"));
    client_expect(client, "[]", "[]");
    assert_int_equal(scene_counter(scene, "/0/busy"), 3);
    scene_await(scene, "/0/in_flight_bytes", 0);
    assert_int_equal(journal_last_sequence(scene->journal), 0);
    nng_close(client);
}

static void full_disk_is_busy(void **state)
{
    struct scene *scene = *state;
    scene_open_journal(scene, INT64_MAX);
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    client_expect(client, EVENT("1", ""), ANSWER("1", "\"status\":\"busy\",\"retry_after\":5}"));
    client_expect(client, "[" EVENT("1", "") ",{}]",
                  "[" ANSWER("1", "\"status\":\"busy\",\"retry_after\":5},{\"status\":\"rejected\",…"));
    nng_close(client);
}

static void large_batch_goes_through(void **state)
{
    enum { COUNT = 1000 };
    struct scene *scene = *state;
    struct buffer batch = {0};
    uint32_t accepted = 0;
    buffer_string(&batch, "[");
    for (int i = 0; i < COUNT; i++)
        buffer_format(&batch, "%s" EVENT("%d", ",\"title\":\"%s\",\"x%d\":1"), i ? "," : "", i,
                      "a title of some length, so that the whole batch is a large message, read alone", i);
    buffer_string(&batch, "]");
    assert_false(batch.failed);
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    char *answer = client_try(client, batch.data, batch.length);
    assert_non_null(answer);
    for (const char *at = answer; (at = strstr(at, "\"status\":\"accepted\"")); at++)
        accepted++;
    assert_int_equal(accepted, COUNT);
    assert_non_null(strstr(
        answer,
        "{\"id\":\"999\",\"source\":\"https://hr.example.edu/x\",\"status\":\"accepted\",\"sequence\":1000,"
        "\"dropped\":[\"/data/x999\"]}]"));
    assert_int_equal(journal_last_sequence(scene->journal), COUNT);
    scene_await(scene, "/0/in_flight_bytes", 0);
    free(answer);
    buffer_release(&batch);
    nng_close(client);
}

static void tcp_feed_works(void **state)
{
    struct scene *scene = *state;
    snprintf(scene->listen[0], sizeof scene->listen[0], "tcp://127.0.0.1:%d", 20000 + getpid() % 20000);
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    client_expect(client, EVENT("1", ""), ANSWER("1", "\"status\":\"accepted\",\"sequence\":1}"));
    nng_close(client);
}

/* ---- starting and stopping ----------------------------------------------------------------------------- */

static void socket_has_the_mode_asked_for(void **state)
{
    struct scene *scene = *state;
    struct stat found;
    scene->feeds[0].mode = 0620;
    scene_start(scene);
    assert_int_equal(stat(scene->listen[0] + 6, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0620);
    scene_stop(scene);
    assert_int_not_equal(stat(scene->listen[0] + 6, &found), 0);
}

static void stale_socket_is_replaced(void **state)
{
    struct scene *scene = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", scene->listen[0] + 6);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    close(descriptor);
    scene_start(scene);
    nng_socket client = client_open(scene->listen[0]);
    client_expect(client, EVENT("1", ""), ANSWER("1", "\"status\":\"accepted\",\"sequence\":1}"));
    nng_close(client);
}

static void file_in_the_way_is_left_alone(void **state)
{
    struct scene *scene = *state;
    struct stat found;
    FILE *file = fopen(scene->listen[1] + 6, "w");
    fclose(file);
    assert_int_equal(scene_try_start(scene), PW_ERROR_IO);
    assert_non_null(strstr(scene->error, "feed \"b\": "));
    assert_non_null(strstr(scene->error, "it is not a socket"));
    assert_int_equal(stat(scene->listen[1] + 6, &found), 0);
    assert_int_not_equal(stat(scene->listen[0] + 6, &found), 0); /* none is open when one cannot be */
}

static void second_listener_is_refused(void **state)
{
    struct scene *scene = *state;
    struct ingest *first;
    scene_start(scene);
    first = scene->ingest;
    scene->ingest = NULL;
    assert_int_equal(scene_try_start(scene), PW_ERROR_IO);
    assert_non_null(strstr(scene->error, "feed \"a\": "));
    assert_non_null(strstr(scene->error, "ddress in use"));
    scene->ingest = first;
}

static void missing_folder_is_a_sentence(void **state)
{
    struct scene *scene = *state;
    snprintf(scene->listen[0], sizeof scene->listen[0], "ipc:///nowhere/at/all.sock");
    assert_int_equal(scene_try_start(scene), PW_ERROR_IO);
    assert_non_null(strstr(scene->error, "feed \"a\": ipc:///nowhere/at/all.sock"));
}

/* Whatever was accepted before or while it stops is in the journal, and it stops soon. The client is bytes on
 * a socket: libnng's own, in the same process, would be closed while it works, which is another story. */
static void stops_in_the_middle_of_work(void **state)
{
    enum { REQUESTS = 60 };
    struct scene *scene = *state;
    char frame[512], answers[REQUESTS * 256];
    size_t length = 0;
    ssize_t got;
    uint32_t accepted = 0;
    scene_start(scene);
    int client = raw_connect(scene->listen[0]);
    raw_greet(client);
    for (uint32_t i = 0; i < REQUESTS; i++) {
        int size = snprintf(frame + 13, sizeof frame - 13, EVENT("%u", ""), i);
        size_t header = raw_header(frame, (uint64_t)size, i);
        assert_int_equal(send(client, frame, header + (size_t)size, MSG_NOSIGNAL), (ssize_t)header + size);
    }
    int64_t begun = scene_clock(NULL);
    scene_stop(scene);
    assert_true(scene_elapsed(begun) < 3000);
    while (length < sizeof answers && (got = recv(client, answers + length, sizeof answers - length, 0)) > 0)
        length += (size_t)got;
    for (const char *at = answers; (at = memmem(at, length - (size_t)(at - answers), "accepted", 8)); at++)
        accepted++;
    /* What reached the journal is answered before the connection ends. */
    assert_int_equal(journal_last_sequence(scene->journal), accepted);
    close(client);
}

/* Journal thread: a disk that does not answer. */
static int hang(struct journal_writer *writer, struct journal_task *task)
{
    (void)writer;
    while (sem_wait(task->owner) != 0)
        continue;
    return 0;
}

static void hung(struct journal_task *task, int status)
{
    (void)task;
    (void)status;
}

static void *send_one(void *argument)
{
    nng_socket *client = argument;
    static const char event[] = EVENT("1", "");
    return client_try(*client, event, sizeof event - 1);
}

/* Stopping gives up on a journal that hangs and says so: the slot goes on using what it was given. */
static void gives_up_on_a_journal_that_hangs(void **state)
{
    struct scene *scene = *state;
    sem_t answers;
    pthread_t sender;
    void *answer = NULL;
    struct journal_task task = {.run = hang, .done = hung, .owner = &answers};
    assert_int_equal(sem_init(&answers, 0, 0), 0);
    scene_start(scene);
    journal_submit(scene->journal, &task);
    nng_socket client = client_open(scene->listen[0]);
    assert_int_equal(pthread_create(&sender, NULL, send_one, &client), 0);
    scene_await(scene, "/0/requests", 1);
    struct ingest *left = scene->ingest;
    assert_false(ingest_stop(left));
    sem_post(&answers);
    pthread_join(sender, &answer);
    assert_non_null(answer);
    assert_non_null(strstr(answer, "\"accepted\""));
    scene_await(scene, "/0/in_flight_bytes", 0);
    assert_true(ingest_stop(left)); /* nothing is in work any more */
    scene->ingest = NULL;
    free(answer);
    nng_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(event_is_accepted_once, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(batch_is_answered_in_order, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(what_is_cut_is_not_stored, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(strict_feed_rejects_refused_fields, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(feed_keeps_to_its_permission, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(classification_must_be_allowed, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(unknown_type_is_kept_unrouted, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(unreadable_messages_get_one_answer, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(message_a_little_too_long_hears_why, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(over_the_budget_is_busy, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(full_disk_is_busy, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(large_batch_goes_through, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(tcp_feed_works, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(socket_has_the_mode_asked_for, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(stale_socket_is_replaced, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(file_in_the_way_is_left_alone, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(second_listener_is_refused, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(missing_folder_is_a_sentence, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(stops_in_the_middle_of_work, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(gives_up_on_a_journal_that_hangs, scene_set_up, scene_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
