/* SPDX-License-Identifier: Apache-2.0
 *
 * The control endpoint: what requests are answered with, on a real journal; and over a real socket, who is
 * answered at all.
 */
#include "journal_scratch.h"
#include "visitor.h"

#include <pwd.h>
#include <sys/stat.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <sqlite3.h>
#include <cjson/cJSON.h>
#include "control/control.h"
#include "control/finding.h"
#include "control/request.h"

static const char *const instances[] = {"research", "lab", NULL};

static const struct config settings = {.review_days = 365, .type_prefix = (char[]){"org.pathwayd."}};

struct fixture {
    struct scratch scratch;
    struct journal_view *view;
    bool paused, refuse_reload;
    struct request_context context;
};

/* ---- what stands in the journal ------------------------------------------------------------------------ */

static void appended(struct journal_append *append)
{
    gate_open(append->owner, 0);
}

static void store_events(struct journal *journal)
{
    struct journal_event events[3] = {0};
    struct gate gate;
    for (size_t i = 0; i < 3; i++) {
        static const char *const ids[] = {"a", "b", "c"}, *const engagements[] = {"E-1", "E-2", "E-1"};
        static const char *const types[] = {"org.pathwayd.agreement.proposed.v1",
                                            "org.pathwayd.visa.petition.filed.v1",
                                            "org.pathwayd.agreement.signed.v1"};
        static const char *const bodies[] = {"{\"id\":\"a\",\"data\":{\"x\":1e2}}",
                                             "{\"id\":\"b\",\"data\":{\"x\":1e2}}",
                                             "{\"id\":\"c\",\"data\":{\"x\":1e2}}"};
        events[i] = (struct journal_event){.received_ms = 1767225600000,
                                           .feed = PW_TEXT("hr"),
                                           .source = PW_TEXT("https://hr.test/"),
                                           .id = {ids[i], 1},
                                           .type = {types[i], strlen(types[i])},
                                           .engagement_id = {engagements[i], 3},
                                           .body = {bodies[i], strlen(bodies[i])}};
    }
    gate_begin(&gate);
    struct journal_append append = {.events = events, .count = 3, .done = appended, .owner = &gate};
    journal_append(journal, &append);
    gate_wait(&gate);
    assert_int_equal(events[2].sequence, 3);
}

static int write_rows(struct journal_writer *writer, struct journal_task *task)
{
    uint64_t case_id = 0;
    (void)task;
    struct journal_finding finding = {.sequence = 1,
                                      .instance = PW_TEXT("research"),
                                      .pathway = PW_TEXT("research"),
                                      .rule = PW_TEXT("research.q2_tie"),
                                      .level = PW_LEVEL_RECOMMENDED,
                                      .body = PW_TEXT("{\"pathway\":\"research\",\"level\":\"recommended\","
                                                      "\"rule\":\"research.q2_tie\"}")};
    struct journal_finding note = finding;
    note.sequence = 2;
    note.level = PW_LEVEL_NOTE;
    note.rule = PW_TEXT("research.q1_access");
    note.body = PW_TEXT("{}");
    struct journal_case item = {.engagement_id = PW_TEXT("E-1"),
                                .level = PW_LEVEL_RECOMMENDED,
                                .state = PW_TEXT("new"),
                                .pathways = PW_TEXT("research,lab"),
                                .title = PW_TEXT("A \"title\""),
                                .rules = PW_TEXT("research.q2_tie,+12"),
                                .opened_ms = 1767225600000,
                                .updated_ms = 1767225600000,
                                .revision = 1,
                                .sequence = 1};
    struct journal_notice notice = {.notice_id = PW_TEXT("n-1"),
                                    .channel = PW_TEXT("email"),
                                    .reviewer = PW_TEXT("alice"),
                                    .address = PW_TEXT("alice@example.test"),
                                    .state = PW_TEXT("waiting"),
                                    .body = PW_TEXT("{}"),
                                    .created_ms = 1767225600000,
                                    .next_ms = 1767225600000};
    struct journal_pending pending = {.sequence = 2,
                                      .instance = PW_TEXT("lab"),
                                      .pathway = PW_TEXT("lab"),
                                      .reason = PW_TEXT("unavailable")};
    int status = journal_findings_put(writer, 1, "research", "research", &finding, 1);
    if (status == 0)
        status = journal_findings_put(writer, 2, "research", "research", &note, 1);
    if (status == 0)
        status = journal_case_put(writer, &item, &case_id);
    notice.case_id = case_id;
    if (status == 0)
        status = journal_findings_attach(writer, 1, case_id);
    if (status == 0)
        status = journal_notice_add(writer, &notice);
    return status == 0 ? journal_pending_put(writer, &pending) : status;
}

static void task_done(struct journal_task *task, int status)
{
    gate_open(task->owner, status);
}

static void source_status(void *owner, struct buffer *out)
{
    (void)owner;
    json_member_string(out, "version", "test");
}

static void source_plugins(void *owner, struct buffer *out)
{
    (void)owner;
    buffer_string(out, "[{\"instance\":\"research\"}]");
}

static void source_metrics(void *owner, struct buffer *out)
{
    (void)owner;
    buffer_string(out, "a{b=\"c\"} 1\n");
}

static bool source_drained(void *owner)
{
    return ((struct fixture *)owner)->paused;
}

static int source_pause(void *owner, bool paused)
{
    ((struct fixture *)owner)->paused = paused;
    return 0;
}

static int source_reload(void *owner, char **ret_error)
{
    if (!((struct fixture *)owner)->refuse_reload)
        return 0;
    *ret_error = strdup("pathwayd.conf:3:1: no");
    return PW_ERROR_INVALID;
}

static const struct control_sources sources = {.status = source_status,
                                               .plugins = source_plugins,
                                               .metrics = source_metrics,
                                               .drained = source_drained,
                                               .pause = source_pause,
                                               .reload = source_reload};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct gate gate;
    char *error = NULL;
    scratch_new(&fixture->scratch);
    store_events(fixture->scratch.journal);
    gate_begin(&gate);
    struct journal_task task = {.run = write_rows, .done = task_done, .owner = &gate};
    journal_submit(fixture->scratch.journal, &task);
    assert_int_equal(gate_wait(&gate), 0);
    assert_int_equal(journal_view_open(fixture->scratch.path, &fixture->view, &error), 0);
    fixture->context = (struct request_context){.view = fixture->view,
                                                .config = &settings,
                                                .sources = &sources,
                                                .owner = fixture,
                                                .instances = instances,
                                                .actor = {.name = PW_TEXT("root"), .roles = ROLE_ALL}};
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    journal_view_close(fixture->view);
    scratch_remove(&fixture->scratch);
    free(fixture);
    return 0;
}

struct writing {
    struct gate gate;
    struct exchange *exchange;
};

static int write_exchange(struct journal_writer *writer, struct journal_task *task)
{
    struct writing *writing = task->owner;
    return exchange_write(writing->exchange, writer);
}

static void exchange_written(struct journal_task *task, int status)
{
    struct writing *writing = task->owner;
    gate_open(&writing->gate, status);
}

/* The answer; the caller's. It must be JSON whatever was asked. */
static cJSON *ask(struct fixture *fixture, const char *request)
{
    struct buffer out = {0};
    struct exchange *exchange = exchange_new(&fixture->context, (struct pw_text){request, strlen(request)});
    assert_non_null(exchange);
    if (exchange_begin(exchange, &out) == EXCHANGE_WRITE) {
        struct writing writing = {.exchange = exchange};
        struct journal_task task = {.run = write_exchange, .done = exchange_written, .owner = &writing};
        gate_begin(&writing.gate);
        journal_submit(fixture->scratch.journal, &task);
        exchange_answer(exchange, gate_wait(&writing.gate), &out);
    }
    exchange_free(exchange);
    cJSON *answer = cJSON_Parse(out.data);
    if (!answer)
        fail_msg("not JSON: %s", out.data);
    buffer_release(&out);
    return answer;
}

static const cJSON *at(const cJSON *value, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(value, key);
}

static const char *word(const cJSON *value, const char *key)
{
    const char *found = cJSON_GetStringValue(at(value, key));
    return found ? found : "";
}

static int count_of(struct fixture *fixture, const char *request)
{
    cJSON *answer = ask(fixture, request);
    assert_true(cJSON_IsTrue(at(answer, "ok")));
    int count = cJSON_GetArraySize(at(answer, "result"));
    cJSON_Delete(answer);
    return count;
}

static void refuses(struct fixture *fixture, const char *request, const char *code)
{
    cJSON *answer = ask(fixture, request);
    assert_true(cJSON_IsFalse(at(answer, "ok")));
    assert_string_equal(word(answer, "code"), code);
    assert_true(strlen(word(answer, "error")) > 10);
    cJSON_Delete(answer);
}

/* ---- requests ------------------------------------------------------------------------------------------ */

static void bad_requests_get_a_sentence(void **state)
{
    refuses(*state, "", "bad_json");
    refuses(*state, "{\"op\":\"status\"} x", "bad_json");
    refuses(*state, "{\"op\":\"status\",\"op\":\"status\"}", "bad_json");
    refuses(*state, "{\"op\":[[[[[[[]]]]]]]}", "bad_json");
    refuses(*state, "[]", "bad_request");
    refuses(*state, "{}", "bad_request");
    refuses(*state, "{\"op\":7}", "bad_request");
    refuses(*state, "{\"op\":\"statu\"}", "unknown_op");
    refuses(*state, "{\"op\":\"status\",\"x\":1}", "bad_request");
    refuses(*state, "{\"op\":\"event.list\",\"after\":-1}", "bad_request");
    refuses(*state, "{\"op\":\"event.list\",\"after\":\"1\"}", "bad_request");
    refuses(*state, "{\"op\":\"event.list\",\"limit\":0}", "bad_request");
    refuses(*state, "{\"op\":\"event.list\",\"limit\":1.5}", "bad_request");
    refuses(*state, "{\"op\":\"finding.list\",\"min_level\":\"high\"}", "bad_request");
    refuses(*state, "{\"op\":\"event.show\"}", "bad_request");
    refuses(*state, "{\"op\":\"event.show\",\"source\":\"x\"}", "bad_request");
    refuses(*state, "{\"op\":\"event.show\",\"sequence\":99}", "not_found");
    refuses(*state, "{\"op\":\"event.show\",\"source\":\"x\",\"id\":\"y\"}", "not_found");
    refuses(*state, "{\"op\":\"case.show\"}", "bad_request");
    refuses(*state, "{\"op\":\"case.show\",\"case\":\"X-1\"}", "bad_request");
    refuses(*state, "{\"op\":\"case.show\",\"case\":\"C-000099\"}", "not_found");
    refuses(*state, "{\"op\":\"case.show\",\"case\":\"C-99999999999999999999999999999\"}", "not_found");
    refuses(*state, "{\"op\":\"case.show\",\"engagement\":\"E-99\"}", "not_found");
    refuses(*state, "{\"op\":\"pause\",\"what\":\"ingest\"}", "bad_request");
}

static void events_are_listed_by_page_and_filter(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(count_of(fixture, "{\"op\":\"event.list\"}"), 3);
    assert_int_equal(count_of(fixture, "{\"op\":\"event.list\",\"engagement\":\"E-1\"}"), 2);
    assert_int_equal(count_of(fixture, "{\"op\":\"event.list\",\"type\":\"agreement\"}"), 2);
    assert_int_equal(count_of(fixture, "{\"op\":\"event.list\",\"type\":\"greement\"}"), 0);
    assert_int_equal(count_of(fixture, "{\"op\":\"event.list\",\"type\":\"agreement.signed.v1\"}"), 1);
    cJSON *page = ask(fixture, "{\"op\":\"event.list\",\"limit\":2}");
    assert_int_equal(cJSON_GetArraySize(at(page, "result")), 2);
    assert_int_equal(cJSON_GetNumberValue(at(page, "next")), 2);
    cJSON_Delete(page);
    cJSON *last = ask(fixture, "{\"op\":\"event.list\",\"after\":2,\"limit\":2}");
    assert_int_equal(cJSON_GetArraySize(at(last, "result")), 1);
    assert_null(at(last, "next"));
    assert_string_equal(word(at(last, "result")->child, "id"), "c");
    cJSON_Delete(last);
}

static void an_event_is_shown_with_its_findings(void **state)
{
    cJSON *answer = ask(*state, "{\"op\":\"event.show\",\"source\":\"https://hr.test/\",\"id\":\"a\"}");
    const cJSON *result = at(answer, "result"), *finding = at(result, "findings")->child;
    assert_int_equal(cJSON_GetNumberValue(at(result, "sequence")), 1);
    assert_non_null(at(at(result, "event"), "data"));
    /* The contract: event and engagement come first. */
    assert_string_equal(finding->child->string, "event");
    assert_string_equal(finding->child->next->string, "engagement_id");
    assert_string_equal(word(finding, "engagement_id"), "E-1");
    assert_string_equal(word(at(finding, "event"), "id"), "a");
    assert_string_equal(word(finding, "case"), "C-000001");
    cJSON_Delete(answer);
}

/* Whatever the size of the journal, the loop is held up for one piece at a time. */
static void an_old_event_is_found_in_pieces(void **state)
{
    struct fixture *fixture = *state;
    sqlite3 *db;
    assert_int_equal(sqlite3_open(fixture->scratch.path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(
        sqlite3_exec(db,
                     "WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 150000) "
                     "INSERT INTO event_key(seq, key) SELECT i, 0 FROM n",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    cJSON *answer = ask(fixture, "{\"op\":\"event.show\",\"source\":\"https://hr.test/\",\"id\":\"a\"}");
    assert_true(cJSON_IsTrue(at(answer, "ok")) && cJSON_IsNull(at(answer, "result")));
    assert_int_equal(cJSON_GetNumberValue(at(answer, "next")), 50001);
    cJSON_Delete(answer);
    answer =
        ask(fixture, "{\"op\":\"event.show\",\"source\":\"https://hr.test/\",\"id\":\"a\",\"before\":50001}");
    assert_int_equal(cJSON_GetNumberValue(at(at(answer, "result"), "sequence")), 1);
    assert_null(at(answer, "next"));
    cJSON_Delete(answer);
    refuses(fixture, "{\"op\":\"event.show\",\"source\":\"x\",\"id\":\"y\",\"before\":50001}", "not_found");
}

static void findings_are_filtered(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(count_of(fixture, "{\"op\":\"finding.list\"}"), 2);
    assert_int_equal(count_of(fixture, "{\"op\":\"finding.list\",\"min_level\":\"suggested\"}"), 1);
    assert_int_equal(count_of(fixture, "{\"op\":\"finding.list\",\"pathway\":\"lab\"}"), 0);
    assert_int_equal(count_of(fixture, "{\"op\":\"finding.list\",\"rule\":\"research.q1_access\"}"), 1);
    assert_int_equal(count_of(fixture, "{\"op\":\"finding.list\",\"engagement\":\"E-2\"}"), 1);
    assert_int_equal(count_of(fixture, "{\"op\":\"finding.list\",\"limit\":1}"), 1);
}

static void a_case_is_found_by_name_number_and_engagement(void **state)
{
    static const char *const requests[] = {
        "{\"op\":\"case.show\",\"case\":\"C-000001\"}", "{\"op\":\"case.show\",\"case\":\"1\"}",
        "{\"op\":\"case.show\",\"case\":1}", "{\"op\":\"case.show\",\"engagement\":\"E-1\"}"};
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        cJSON *answer = ask(*state, requests[i]);
        const cJSON *result = at(answer, "result");
        assert_string_equal(word(result, "case"), "C-000001");
        assert_string_equal(word(result, "level"), "recommended");
        assert_string_equal(word(result, "title"), "A \"title\"");
        assert_int_equal(cJSON_GetArraySize(at(result, "pathways")), 2);
        assert_int_equal(cJSON_GetArraySize(at(result, "rules")), 1);
        assert_int_equal(cJSON_GetNumberValue(at(result, "rules_left_out")), 12);
        assert_int_equal(cJSON_GetArraySize(at(result, "findings")), 1);
        assert_string_equal(word(at(result, "notices")->child, "reviewer"), "alice");
        assert_non_null(at(result, "latest_event"));
        cJSON_Delete(answer);
    }
    assert_int_equal(count_of(*state, "{\"op\":\"case.list\"}"), 1);
    assert_int_equal(count_of(*state, "{\"op\":\"case.list\",\"min_level\":\"required\"}"), 0);
    assert_int_equal(count_of(*state, "{\"op\":\"case.list\",\"state\":\"withdrawn\"}"), 0);
}

/* What five instances say of event 3, or no longer say but for the first. */
static int say_much(struct journal_writer *writer, void *context)
{
    static const char *const names[] = {"i1", "i2", "i3", "i4", "i5"};
    struct journal_finding findings[64] = {0};
    int status = 0;
    for (int n = 0; n < 64; n++)
        findings[n] = (struct journal_finding){
            .rule = PW_TEXT("research.q2_tie"), .level = PW_LEVEL_RECOMMENDED, .body = PW_TEXT("{}")};
    for (int i = 0; i < 5 && status == 0; i++)
        status =
            journal_findings_put(writer, 3, names[i], "research", findings, i && !*(bool *)context ? 0 : 64);
    return status ? status : journal_findings_attach(writer, 3, 1);
}

static int tell_often(struct journal_writer *writer, void *context)
{
    int status = 0;
    (void)context;
    for (int i = 0; i < 300 && status == 0; i++) {
        char id[16];
        snprintf(id, sizeof(id), "m-%d", i);
        struct journal_notice notice = {.case_id = 1,
                                        .notice_id = text(id),
                                        .channel = PW_TEXT("email"),
                                        .state = PW_TEXT("waiting"),
                                        .body = PW_TEXT("{}")};
        status = journal_notice_add(writer, &notice);
    }
    return status;
}

static void assert_shown(struct fixture *fixture, int standing, int standing_left, int withdrawn_left)
{
    cJSON *answer = ask(fixture, "{\"op\":\"case.show\",\"case\":1}");
    const cJSON *result = at(answer, "result"), *finding = NULL;
    double before = 1e18;
    int seen = 0;
    cJSON_ArrayForEach(finding, at(result, "findings"))
    {
        double id = cJSON_GetNumberValue(at(finding, "finding"));
        assert_int_equal(cJSON_IsTrue(at(finding, "withdrawn")), seen >= standing);
        assert_true(seen == standing || id < before);
        before = id;
        seen++;
    }
    assert_int_equal(seen, 256);
    assert_int_equal(cJSON_GetNumberValue(at(at(result, "findings")->child, "sequence")), 3);
    assert_int_equal(cJSON_GetNumberValue(at(result, "findings_left_out")), standing_left);
    assert_int_equal(cJSON_GetNumberValue(at(result, "withdrawn_left_out")), withdrawn_left);
    assert_string_equal(word(at(result, "latest_event"), "id"), "c");
    cJSON_Delete(answer);
}

static void a_long_case_shows_what_stands_and_is_new(void **state)
{
    struct fixture *fixture = *state;
    bool all = true;
    assert_int_equal(run_errand(fixture->scratch.journal, say_much, &all), 0);
    assert_shown(fixture, 256, 321 - 256, 0);
    all = false;
    assert_int_equal(run_errand(fixture->scratch.journal, say_much, &all), 0);
    assert_shown(fixture, 65, 0, 321 - 256);
    assert_int_equal(run_errand(fixture->scratch.journal, tell_often, NULL), 0);
    cJSON *answer = ask(fixture, "{\"op\":\"case.show\",\"case\":1}");
    const cJSON *notices = at(at(answer, "result"), "notices");
    assert_int_equal(cJSON_GetArraySize(notices), 256);
    assert_string_equal(word(cJSON_GetArrayItem(notices, 255), "notice_id"), "m-299");
    assert_int_equal(cJSON_GetNumberValue(at(at(answer, "result"), "notices_left_out")), 301 - 256);
    cJSON_Delete(answer);
}

static void pending_work_is_listed(void **state)
{
    assert_int_equal(count_of(*state, "{\"op\":\"pending.list\"}"), 1);
    assert_int_equal(count_of(*state, "{\"op\":\"pending.list\",\"instance\":\"lab\"}"), 1);
    assert_int_equal(count_of(*state, "{\"op\":\"pending.list\",\"instance\":\"research\"}"), 0);
    assert_int_equal(count_of(*state, "{\"op\":\"pending.list\",\"instance\":\"lab\",\"after\":2}"), 0);
}

static void the_daemon_is_asked_and_moved(void **state)
{
    struct fixture *fixture = *state;
    cJSON *answer = ask(fixture, "{\"op\":\"status\"}");
    assert_string_equal(word(at(answer, "result"), "version"), "test");
    cJSON_Delete(answer);
    answer = ask(fixture, "{\"op\":\"metrics\"}");
    assert_string_equal(word(answer, "result"), "a{b=\"c\"} 1\n");
    cJSON_Delete(answer);
    assert_int_equal(count_of(fixture, "{\"op\":\"plugin.list\"}"), 1);
    assert_int_equal(count_of(fixture, "{\"op\":\"pause\",\"what\":\"dispatch\"}"), 1);
    assert_true(fixture->paused);
    answer = ask(fixture, "{\"op\":\"drained\"}");
    assert_true(cJSON_IsTrue(at(at(answer, "result"), "drained")));
    cJSON_Delete(answer);
    assert_int_equal(count_of(fixture, "{\"op\":\"resume\"}"), 1);
    assert_false(fixture->paused);
    assert_int_equal(count_of(fixture, "{\"op\":\"reload\"}"), 1);
    fixture->refuse_reload = true;
    answer = ask(fixture, "{\"op\":\"reload\"}");
    assert_string_equal(word(answer, "error"), "pathwayd.conf:3:1: no");
    cJSON_Delete(answer);
}

static void a_finding_without_members_stays_json(void **state)
{
    static const char *const bodies[] = {"{}", "{ }",  "{\"a\":{}}",     "",
                                         "  ", "{\r}", "\n{\r\n\t}\r\n", "\t{\r\"a\" :\n\"b  \\n\"}\r\n"};
    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct buffer out = {0};
        finding_begin(&out, (struct pw_text){bodies[i], strlen(bodies[i])}, PW_TEXT("s"), PW_TEXT("i"),
                      PW_TEXT("E"));
        json_write_end(&out, '}');
        cJSON *finding = cJSON_Parse(out.data);
        assert_non_null(finding);
        assert_null(strpbrk(out.data, "\r\n\t"));
        if (strchr(bodies[i], 'b'))
            assert_string_equal(word(finding, "a"), "b  \n");
        cJSON_Delete(finding);
        buffer_release(&out);
    }
}

/* ---- the socket ---------------------------------------------------------------------------------------- */

struct client {
    char url[128];
    uv_async_t done;
    pthread_t thread;
    size_t requests, answered;
    size_t bytes; /* of one request; 0: {"op":"drained"} */
};

static void *run_client(void *argument)
{
    struct client *client = argument;
    nng_socket socket;
    static char large[CONTROL_MAX_REQUEST];
    assert_int_equal(nng_req0_open(&socket), 0);
    nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, client->bytes ? 300 : 5000);
    assert_int_equal(nng_dial(socket, client->url, NULL, 0), 0);
    memset(large, ' ', sizeof(large));
    for (size_t i = 0; i < client->requests; i++) {
        char request[] = "{\"op\":\"drained\"}";
        char *bytes = NULL;
        size_t length = 0;
        if (client->bytes)
            nng_send(socket, large, client->bytes, 0);
        else
            nng_send(socket, request, strlen(request), 0);
        if (nng_recv(socket, &bytes, &length, NNG_FLAG_ALLOC) == 0) {
            client->answered += length > 10 && bytes[0] == '{';
            nng_free(bytes, length);
        }
    }
    nng_close(socket);
    uv_async_send(&client->done);
    return NULL;
}

struct running {
    struct control *control;
    struct client *client;
    bool stopped;
};

static void control_is_stopped(void *owner)
{
    ((struct running *)owner)->stopped = true;
}

static void client_is_done(uv_async_t *async)
{
    struct running *running = async->data;
    control_stop(running->control, control_is_stopped, running);
    uv_close((uv_handle_t *)async, NULL);
}

static size_t answers_over_socket(struct fixture *fixture, size_t requests, size_t bytes)
{
    struct client client = {.requests = requests, .bytes = bytes};
    char url[128], *error = NULL;
    struct running running = {.client = &client};
    struct config config = {.control = url};
    uv_loop_t loop;
    snprintf(url, sizeof(url), "ipc://%s/control.sock", fixture->scratch.folder);
    memcpy(client.url, url, sizeof(url));
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(control_start(&loop, &config, fixture->scratch.journal, fixture->view, &sources, fixture,
                                   &running.control, &error),
                     0);
    uv_async_init(&loop, &client.done, client_is_done);
    client.done.data = &running;
    assert_int_equal(pthread_create(&client.thread, NULL, run_client, &client), 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    pthread_join(client.thread, NULL);
    assert_true(running.stopped);
    assert_int_equal(uv_loop_close(&loop), 0);
    unlink(url + 6);
    return client.answered;
}

static void requests_are_answered_over_the_socket(void **state)
{
    assert_int_equal(answers_over_socket(*state, 50, 0), 50);
}

static void the_largest_request_is_answered(void **state)
{
    assert_int_equal(answers_over_socket(*state, 1, CONTROL_MAX_REQUEST), 1); /* blanks: a sentence */
}

static void a_second_endpoint_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct control *first = NULL, *second = NULL;
    char url[128], *error = NULL;
    struct config config = {.control = url};
    uv_loop_t loop;
    snprintf(url, sizeof(url), "ipc://%s/control.sock", fixture->scratch.folder);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(control_start(&loop, &config, fixture->scratch.journal, fixture->view, &sources, fixture,
                                   &first, &error),
                     0);
    assert_int_equal(control_start(&loop, &config, fixture->scratch.journal, fixture->view, &sources, fixture,
                                   &second, &error),
                     PW_ERROR_IO);
    assert_non_null(strstr(error, url));
    free(error);
    control_stop(first, NULL, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    snprintf(url, sizeof(url), "tcp://127.0.0.1:1");
    assert_int_equal(control_start(&loop, &config, fixture->scratch.journal, fixture->view, &sources, fixture,
                                   &second, &error),
                     PW_ERROR_INVALID);
    free(error);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* Who comes to the door of an endpoint that `guests` may use too; no loop runs, for nobody gets that far. */
static int visit(struct fixture *fixture, uid_t *guests, uint32_t guest_count, uid_t visitor)
{
    struct control *control = NULL;
    char url[96], *error = NULL;
    struct config config = {.control = url, .control_uids = guests, .control_uid_count = guest_count};
    uv_loop_t loop;
    snprintf(url, sizeof(url), "ipc://%s/control.sock", fixture->scratch.folder);
    assert_int_equal(chmod(fixture->scratch.folder, 0755), 0);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(control_start(&loop, &config, fixture->scratch.journal, fixture->view, &sources, fixture,
                                   &control, &error),
                     0);
    int result = visit_as(url, visitor);
    control_stop(control, NULL, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    return result;
}

static void other_accounts_are_hung_up_on(void **state)
{
    const struct passwd *nobody = getpwnam("nobody");
    uid_t guest = 4711;
    if (geteuid() != 0 || !nobody)
        skip(); /* only root can become somebody else */
    assert_int_equal(visit(*state, &guest, 1, nobody->pw_uid), 1);
    guest = nobody->pw_uid;
    assert_int_equal(visit(*state, &guest, 1, nobody->pw_uid), 0);
}

/* As a plugin host is one of the daemon's. */
static void a_child_is_hung_up_on(void **state)
{
    assert_int_equal(visit(*state, NULL, 0, geteuid()), 1);
}

/* ---- what writes --------------------------------------------------------------------------------------- */

static void decisions_are_asked_for_properly(void **state)
{
    struct fixture *fixture = *state;
    char long_item[700], request[4096];
    memset(long_item, 'x', sizeof(long_item) - 1);
    long_item[sizeof(long_item) - 1] = '\0';
    refuses(fixture, "{\"op\":\"case.decide\",\"disposition\":\"proceed\",\"reason\":\"r\"}", "bad_request");
    refuses(fixture, "{\"op\":\"case.decide\",\"case\":\"C-x\",\"disposition\":\"proceed\"}", "bad_request");
    refuses(fixture, "{\"op\":\"case.decide\",\"case\":1,\"costs\":\"one\"}", "bad_request");
    refuses(fixture, "{\"op\":\"case.decide\",\"case\":1,\"costs\":[1]}", "bad_request");
    refuses(fixture, "{\"op\":\"case.decide\",\"case\":1,\"costs\":[\"\"]}", "bad_request");
    refuses(fixture, "{\"op\":\"case.decide\",\"case\":1,\"review_by\":\"soon\"}", "bad_request");
    refuses(fixture, "{\"op\":\"case.decide\",\"case\":1,\"actor\":\"mallory\"}", "bad_request");
    snprintf(request, sizeof(request), "{\"op\":\"case.decide\",\"case\":1,\"benefits\":[\"%s\"]}",
             long_item);
    refuses(fixture, request, "bad_request");
    strcpy(request, "{\"op\":\"case.decide\",\"case\":1,\"mitigations\":[\"1\"");
    for (int i = 0; i < 16; i++)
        strcat(request, ",\"x\"");
    refuses(fixture, strcat(request, "]}"), "bad_request");
    refuses(fixture, "{\"op\":\"case.decide\",\"case\":9,\"disposition\":\"proceed\",\"reason\":\"r\"}",
            "not_found");
    refuses(fixture,
            "{\"op\":\"case.decide\",\"engagement\":\"E-9\",\"disposition\":\"proceed\",\"reason\":\"r\"}",
            "not_found");
    refuses(fixture, "{\"op\":\"case.second\",\"case\":1}", "state");
    refuses(fixture, "{\"op\":\"case.reopen\",\"case\":1}", "bad_request");
}

static void a_decision_is_answered_when_it_is_stored(void **state)
{
    struct fixture *fixture = *state;
    fixture->context.actor = (struct actor){.name = PW_TEXT("alice"), .person = true, .roles = ROLE_ALL};
    cJSON *answer = ask(fixture, "{\"op\":\"case.decide\",\"engagement\":\"E-1\",\"disposition\":\"proceed\","
                                 "\"reason\":\"r\",\"review_by\":\"2026-06-30\"}");
    const cJSON *result = at(answer, "result");
    assert_string_equal(word(result, "case"), "C-000001");
    assert_string_equal(word(result, "state"), "decided");
    assert_string_equal(word(result, "actor"), "alice");
    assert_string_equal(word(result, "review_by"), "2026-06-30T00:00:00Z");
    cJSON_Delete(answer);
    answer = ask(fixture, "{\"op\":\"case.show\",\"case\":1}");
    const cJSON *decision = cJSON_GetArrayItem(at(at(answer, "result"), "decisions"), 0);
    assert_string_equal(word(decision, "state"), "standing");
    assert_string_equal(word(decision, "reason"), "r");
    assert_true(cJSON_IsArray(at(at(decision, "relied"), "lines")));
    cJSON_Delete(answer);
    refuses(fixture, "{\"op\":\"case.decide\",\"case\":1,\"disposition\":\"proceed\",\"reason\":\"r\"}",
            "state");
    answer = ask(fixture, "{\"op\":\"case.reopen\",\"case\":\"C-1\",\"reason\":\"again\"}");
    assert_string_equal(word(at(answer, "result"), "state"), "new");
    cJSON_Delete(answer);
    answer = ask(fixture, "{\"op\":\"case.show\",\"case\":1}");
    decision = cJSON_GetArrayItem(at(at(answer, "result"), "decisions"), 0);
    assert_string_equal(word(decision, "state"), "reopened");
    assert_string_equal(word(decision, "why"), "again");
    assert_null(at(decision, "relied"));
    cJSON_Delete(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(decisions_are_asked_for_properly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_decision_is_answered_when_it_is_stored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_requests_get_a_sentence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(events_are_listed_by_page_and_filter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_is_shown_with_its_findings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_event_is_found_in_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(findings_are_filtered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_case_is_found_by_name_number_and_engagement, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_case_shows_what_stands_and_is_new, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pending_work_is_listed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_daemon_is_asked_and_moved, set_up, tear_down),
        cmocka_unit_test(a_finding_without_members_stays_json),
        cmocka_unit_test_setup_teardown(requests_are_answered_over_the_socket, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_largest_request_is_answered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_second_endpoint_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_accounts_are_hung_up_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_child_is_hung_up_on, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
