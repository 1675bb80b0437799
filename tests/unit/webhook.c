/* SPDX-License-Identifier: Apache-2.0
 *
 * The webhook: what is signed and how (the specification's own example), what leaves the house, and the plugin against a
 * scripted server. Receivers that others wrote are in tests/integration.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sodium.h>
#include <time.h>

#include <pathwayd/plugin.h>
#include "http/http.h"
#include "http_server.h"
#include "json/json.h"
#include "webhook/content.h"
#include "webhook/signature.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define OK_ANSWER    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define SECRET       "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OTHER_SECRET "whsec_c2VjcmV0LXRoYXQtd2FzLWJlZm9yZS10aGlzLW9uZQ=="
#define TOKEN        "t0k3n" /* stands for what a url may hide */

static const char notice[] =
    "{ "
    "\"notice_id\":\"C-000123-19a8-3+hook+alice\",\"kind\":\"case\",\"case_id\":\"C-000123\",\"engagement_"
    "id\":\"E 7\","
    "\"revision\":3,\"change\":\"raised\",\"level\":\"required\",\"needs_information\":true,\"previous_"
    "level\":\"none\","
    "\"pathways\":[\"lab\"],\"recipient\":{\"reviewer\":\"alice\",\"address\":\"alice@example.edu\"},"
    "\"because\":\"Alice is the deputy of "
    "Bob.\",\"queue\":\"export-control\",\"state\":\"new\",\"assignee\":\"alice\","
    "\"time\":\"2026-01-02T03:04:05Z\",\"decide_by\":\"2026-01-06T17:00:00Z\",\"due\":\"2026-07-31\","
    "\"title\":\"Joint lab\",\"link\":\"https://hr.example.edu/7\","
    "\"event\":{\"source\":\"/hr\",\"id\":\"evt-1\",\"type\":\"t\"},"
    "\"findings\":[{\"explanation\":\"Beihang University is listed.\"}],\"findings_left_out\":0,\"muted\":0,"
    "\"page\":\"https://reviews.example.edu/C-000123\",\"act\":\"pathwayctl case show C-000123\" }";

static void parse(struct pw_document *document, const char *json)
{
    struct json_error error;
    *document = (struct pw_document){0};
    assert_int_equal(json_parse(document, json, strlen(json), &json_limits_frame, &error), 0);
}

/* ---- signatures ---------------------------------------------------------------------------------------- */

static void secrets_have_one_form(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length; /* 0: refused */
    } rows[] = {
        {SECRET, 24},
        {OTHER_SECRET, 31},
        {"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
         64},
        {"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
         0},                                           /* 65 */
        {"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 0}, /* 23 */
        {"", 0},
        {"whsec_", 0},
        {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0},
        {"WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0},
        {"whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0},
        {" " SECRET, 0},
        {SECRET "\n", 0},
        {SECRET " ", 0},
        {SECRET "=", 0},
        {"whsec_c2VjcmV0LXRoYXQtd2FzLWJlZm9yZS10aGlzLW9uZQ", 0}, /* without its padding */
        {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La-aS_", 0},           /* the url alphabet */
        {"whsec_MfKQ9r8GKYqr TwjUPD8ILPZIo2LaLaSw", 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct secret secret = {.length = 7};
        int status = secret_read((struct pw_text){rows[i].text, strlen(rows[i].text)}, &secret);
        if (rows[i].length == 0 ? status != PW_ERROR_INVALID || secret.length != 7
                                : status != PW_OK || secret.length != rows[i].length)
            fail_msg("row %zu: %d, %zu", i, status, secret.length);
    }
}

static void sign_example(struct page *page, const struct secret *secrets)
{
    struct page id = {0};
    page_string(&id, "msg_p5jXN8AQM9LWM0D4loKWxJek");
    signature_write(page, secrets, 2, &id, 1614265330, PW_TEXT("{\"test\": 2432232314}"));
    page_release(&id);
}

#define EXAMPLE                                                                                              \
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" /* of the specification's reference libraries */

static void signatures_are_the_specifications(void **state)
{
    (void)state;
    struct secret secrets[2] = {0}, swapped[2];
    struct page one = {0}, both = {0}, turned = {0};
    assert_int_equal(secret_read(PW_TEXT(SECRET), &secrets[0]), PW_OK);
    sign_example(&one, secrets);
    assert_string_equal(one.data, EXAMPLE);
    assert_int_equal(secret_read(PW_TEXT(OTHER_SECRET), &secrets[1]), PW_OK);
    sign_example(&both, secrets);
    assert_int_equal(both.length, 2u * strlen(EXAMPLE) + 1u);
    assert_memory_equal(both.data, EXAMPLE " v1,", strlen(EXAMPLE) + 4u);
    swapped[0] = secrets[1];
    swapped[1] = secrets[0];
    sign_example(&turned, swapped);
    assert_string_equal(turned.data + strlen(EXAMPLE), " " EXAMPLE);
    assert_memory_equal(turned.data, both.data + strlen(EXAMPLE) + 1u, strlen(EXAMPLE));
    page_release(&one);
    page_release(&both);
    page_release(&turned);
}

static void ids_end_no_line_and_no_part(void **state)
{
    (void)state;
    static const struct {
        const char *notice_id, *id;
    } rows[] = {
        {"C-000001-19a8-3+hook+alice", "C-000001-19a8-3+hook+alice"},
        {"a.b", "a%2Eb"},
        {"a%2Eb", "a%252Eb"},
        {"a b", "a%20b"},
        {"a\r\nx: y", "a%0D%0Ax:%20y"},
        {"Z\xc3\xbcrich", "Z%C3%BCrich"},
        {"\x7f", "%7F"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct page page = {0};
        signature_id(&page, (struct pw_text){rows[i].notice_id, strlen(rows[i].notice_id)});
        assert_string_equal(page.data, rows[i].id);
        page_release(&page);
    }
}

/* ---- what leaves the house ----------------------------------------------------------------------------- */

static void minimal_is(const char *json, const char *expected)
{
    struct pw_document document;
    struct page page = {0};
    struct pw_document again;
    parse(&document, json);
    content_minimal(&json_document_api, &document, &page);
    assert_false(page.failed);
    assert_string_equal(page.data, expected);
    parse(&again, page.data); /* it is JSON */
    json_release(&again);
    json_release(&document);
    page_release(&page);
}

static void minimal_tells_no_names(void **state)
{
    (void)state;
    minimal_is(
        notice,
        "{\"notice_id\":\"C-000123-19a8-3+hook+alice\",\"kind\":\"case\",\"case_id\":\"C-000123\","
        "\"engagement_id\":\"E 7\",\"revision\":3,\"change\":\"raised\",\"level\":\"required\","
        "\"needs_information\":true,\"state\":\"new\",\"time\":\"2026-01-02T03:04:05Z\","
        "\"decide_by\":\"2026-01-06T17:00:00Z\",\"due\":\"2026-07-31\","
        "\"page\":\"https://reviews.example.edu/C-000123\",\"act\":\"pathwayctl case show C-000123\"}");
    minimal_is(
        "{\"act\":\"pathwayctl case "
        "list\",\"kind\":\"digest\",\"notice_id\":\"D-1\",\"left_out\":2,\"cases\":["
        "{\"title\":\"Joint lab\",\"explanation\":\"Beihang\",\"case_id\":\"C-1\",\"level\":\"required\"},"
        "{\"due\":\"2026-07-31\",\"case_id\":\"C-2\"}],\"because\":\"Bob is away.\"}",
        "{\"notice_id\":\"D-1\",\"kind\":\"digest\",\"left_out\":2,\"act\":\"pathwayctl case list\","
        "\"cases\":[{\"case_id\":\"C-1\",\"level\":\"required\"},{\"case_id\":\"C-2\",\"due\":\"2026-07-31\"}"
        "]}");
    minimal_is(
        "{\"notice_id\":\"Q-1\",\"kind\":\"question\",\"case_id\":\"C-1\",\"title\":\"Joint lab\","
        "\"question\":\"Is Dr Who a party?\",\"asked_by\":\"alice\",\"answer_by\":\"2026-01-06\"}",
        "{\"notice_id\":\"Q-1\",\"kind\":\"question\",\"case_id\":\"C-1\",\"answer_by\":\"2026-01-06\"}");
    minimal_is("{\"notice_id\":\"A-1\",\"kind\":\"alarm\",\"subject\":\"Disk\",\"text\":\"Nearly full\"}",
               "{\"notice_id\":\"A-1\",\"kind\":\"alarm\"}");
}

static void minimal_is_json_whatever_comes(void **state)
{
    (void)state;
    minimal_is("{}", "{}");
    minimal_is("[]", "{}");
    minimal_is("\"x\"", "{}");
    minimal_is("{\"cases\":[]}", "{\"cases\":[]}");
    minimal_is("{\"cases\":[1,[\"x\"],{}]}", "{\"cases\":[{},{},{}]}");
    minimal_is("{\"cases\":[{\"cases\":[{\"case_id\":\"C-1\"}]}]}", "{\"cases\":[{}]}");
    minimal_is("{\"cases\":{\"case_id\":\"C-1\"},\"level\":{\"title\":\"x\"},\"state\":[\"x\"],\"due\":null}",
               "{}");
    minimal_is("{\"level\":\"\\\"},{\\\"title\\\":\\u0022\"}",
               "{\"level\":\"\\\"},{\\\"title\\\":\\u0022\"}");
    minimal_is("{\"revision\":1e2,\"level/x\":1,\"/level\":2}", "{\"revision\":1e2}");
}

/* ---- the plugin ---------------------------------------------------------------------------------------- */

struct stage {
    struct pw_host host;
    void *instance;
    struct pw_document config;
    uint32_t outcome, retry_after, deliveries, errors;
    char message[1024], log[1024], why[1024];
};

static void keep(char *at, size_t size, struct pw_text text)
{
    snprintf(at, size, "%.*s", (int)text.length, text.data);
}

static void take_log(const struct pw_host *host, uint32_t severity, struct pw_text line)
{
    struct stage *stage = host->context;
    stage->errors += severity == PW_LOG_ERROR;
    keep(stage->log, sizeof stage->log, line);
}

static void take_explanation(const struct pw_host *host, struct pw_text sentence)
{
    struct stage *stage = host->context;
    keep(stage->why, sizeof stage->why, sentence);
}

static int32_t take_delivery(const struct pw_host *host, const struct pw_delivery *delivery)
{
    struct stage *stage = host->context;
    stage->deliveries++;
    stage->outcome = delivery->outcome;
    stage->retry_after = delivery->retry_after;
    keep(stage->message, sizeof stage->message, delivery->message);
    return 0;
}

static int32_t stage_start(struct stage *stage, const char *config)
{
    *stage = (struct stage){.host = {.struct_size = sizeof stage->host,
                                     .abi_minor = PW_ABI_MINOR,
                                     .context = stage,
                                     .documents = &json_document_api,
                                     .log = take_log,
                                     .explain = take_explanation,
                                     .emit_delivery = take_delivery}};
    parse(&stage->config, config);
    assert_int_equal(pw_plugin.create(&stage->host, &stage->instance), 0);
    return pw_plugin.start(stage->instance, &stage->config);
}

static void stage_begin(struct stage *stage, uint16_t port, const char *more)
{
    char config[1024];
    snprintf(config, sizeof config,
             "{\"url_file\":\"http://127.0.0.1:%u/" TOKEN
             "\",\"allow_private\":true,\"allow_plain\":true,\"timeout_s\":2,"
             "\"secret_file\":\"" SECRET "\"%s}",
             port, more);
    assert_int_equal(stage_start(stage, config), 0);
}

static void stage_handle(struct stage *stage, const char *json)
{
    struct pw_document document;
    parse(&document, json);
    const struct pw_message message = {
        .struct_size = sizeof message, .stage = PW_STAGE_NOTIFY, .notice = &document};
    uint32_t before = stage->deliveries;
    assert_int_equal(pw_plugin.handle(stage->instance, &message), 0);
    assert_int_equal(stage->deliveries, before + 1u); /* exactly one word on each */
    assert_null(strstr(stage->message, TOKEN));
    assert_null(strstr(stage->log, TOKEN));
    json_release(&document);
}

static void stage_end(struct stage *stage, bool started)
{
    if (started)
        pw_plugin.stop(stage->instance);
    pw_plugin.destroy(stage->instance);
    json_release(&stage->config);
}

/* The value of a header in what the server heard. */
static void header(const struct server *server, const char *name, char *value, size_t size)
{
    const char *at = strstr(server->heard, name);
    assert_non_null(at);
    at += strlen(name);
    snprintf(value, size, "%.*s", (int)strcspn(at, "\r"), at);
}

/* Signs again what was heard, as a receiver would, with these secrets. */
static void assert_signed(const struct server *server, const char *first, const char *second)
{
    char id[256], timestamp[64], signature[512];
    struct secret secrets[2] = {0};
    struct page page = {0}, id_page = {0};
    header(server, "\r\nwebhook-id: ", id, sizeof id);
    header(server, "\r\nwebhook-timestamp: ", timestamp, sizeof timestamp);
    header(server, "\r\nwebhook-signature: ", signature, sizeof signature);
    const char *body = strstr(server->heard, "\r\n\r\n") + 4;
    assert_int_equal(secret_read((struct pw_text){first, strlen(first)}, &secrets[0]), 0);
    if (second != NULL)
        assert_int_equal(secret_read((struct pw_text){second, strlen(second)}, &secrets[1]), 0);
    page_string(&id_page, id);
    signature_write(&page, secrets, 2, &id_page, strtoll(timestamp, NULL, 10),
                    (struct pw_text){body, strlen(body)});
    assert_string_equal(page.data, signature);
    page_release(&page);
    page_release(&id_page);
}

static void the_whole_notice_is_posted_as_it_came(void **state)
{
    (void)state;
    struct stage stage;
    char id[256], timestamp[64];
    struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
    stage_begin(&stage, server->port, ",\"content\":\"full\",\"previous_secret_file\":\"" OTHER_SECRET "\"");
    time_t before = time(NULL);
    stage_handle(&stage, notice);
    time_t after = time(NULL);
    stage_end(&stage, true);
    server_stop(server);
    assert_int_equal(stage.outcome, PW_DELIVERY_DONE);
    assert_memory_equal(server->heard, "POST /" TOKEN " HTTP/1.1\r\n", 16);
    assert_non_null(strstr(server->heard, "\r\nContent-Type: application/json\r\n"));
    assert_string_equal(strstr(server->heard, "\r\n\r\n") + 4, notice);
    header(server, "\r\nwebhook-id: ", id, sizeof id);
    assert_string_equal(id, "C-000123-19a8-3+hook+alice");
    header(server, "\r\nwebhook-timestamp: ", timestamp, sizeof timestamp);
    assert_in_range(strtoll(timestamp, NULL, 10), before, after);
    assert_signed(server, SECRET, OTHER_SECRET);
    server_free(server);
}

static void little_is_posted_by_default(void **state)
{
    (void)state;
    struct stage stage;
    struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
    stage_begin(&stage, server->port, "");
    stage_handle(&stage, notice);
    stage_end(&stage, true);
    server_stop(server);
    assert_int_equal(stage.outcome, PW_DELIVERY_DONE);
    assert_non_null(strstr(server->heard, "\"case_id\":\"C-000123\""));
    assert_null(strstr(server->heard, "Joint lab"));
    assert_null(strstr(server->heard, "Beihang"));
    assert_null(strstr(server->heard, "example.edu/7"));
    assert_signed(server, SECRET, NULL);
    server_free(server);
}

static void retries_keep_id_and_bytes(void **state)
{
    (void)state;
    struct stage stage;
    char id[2][256], body[2][2048];
    for (int i = 0; i < 2; i++) {
        struct server *server = server_start(
            i == 0 ? "HTTP/1.1 503 x\r\nRetry-After: 77\r\nContent-Length: 0\r\n\r\n" : OK_ANSWER,
            THEN_WAIT_FOR_MORE);
        stage_begin(&stage, server->port, "");
        stage_handle(&stage, notice);
        stage_end(&stage, true);
        server_stop(server);
        header(server, "\r\nwebhook-id: ", id[i], sizeof id[i]);
        snprintf(body[i], sizeof body[i], "%s", strstr(server->heard, "\r\n\r\n"));
        assert_int_equal(stage.outcome, i == 0 ? PW_DELIVERY_RETRY : PW_DELIVERY_DONE);
        assert_int_equal(stage.retry_after, i == 0 ? 77 : 0);
        assert_int_equal(stage.errors, 0);
        server_free(server);
    }
    assert_string_equal(id[0], id[1]);
    assert_string_equal(body[0], body[1]);
}

static void a_hostile_id_ends_no_line(void **state)
{
    (void)state;
    struct stage stage;
    struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
    stage_begin(&stage, server->port, "");
    stage_handle(&stage, "{\"notice_id\":\"a.b\\r\\nx-evil: 1\\u202e\"}");
    assert_int_equal(stage.outcome, PW_DELIVERY_DONE);
    stage_handle(&stage, "{\"notice_id\":\"\"}");
    assert_int_equal(stage.outcome, PW_DELIVERY_FAIL);
    stage_handle(&stage, "{}");
    assert_int_equal(stage.outcome, PW_DELIVERY_FAIL);
    stage_end(&stage, true);
    server_stop(server);
    assert_int_equal(atomic_load(&server->requests), 1);
    assert_non_null(strstr(server->heard, "\r\nwebhook-id: a%2Eb%0D%0Ax-evil:%201%E2%80%AE\r\n"));
    assert_null(strstr(server->heard, "\nx-evil"));
    assert_signed(server, SECRET, NULL);
    server_free(server);
}

static void what_the_operator_must_mend_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *more, *words;
        uint32_t outcome, errors;
    } rows[] = {
        {"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "", "410", PW_DELIVERY_FAIL, 1},
        {"HTTP/1.1 302 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "", "redirection", PW_DELIVERY_FAIL,
         1},
        {"HTTP/1.1 400 x\r\nContent-Length: 0\r\n\r\n", "", "400", PW_DELIVERY_FAIL, 0},
        {"HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", "", "500", PW_DELIVERY_RETRY, 0},
        {OK_ANSWER, ",\"allow_private\":false", "private", PW_DELIVERY_RETRY, 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct stage stage;
        char config[1024];
        struct server *server = server_start(rows[i].answer, THEN_WAIT_FOR_MORE);
        snprintf(config, sizeof config,
                 "{\"url\":\"http://127.0.0.1:%u/" TOKEN "\",\"allow_plain\":true,\"secret_file\":\"" SECRET
                 "\"%s}",
                 server->port, rows[i].more[0] != '\0' ? rows[i].more : ",\"allow_private\":true");
        assert_int_equal(stage_start(&stage, config), 0);
        stage_handle(&stage, notice);
        stage_end(&stage, true);
        server_stop(server);
        if (stage.outcome != rows[i].outcome || stage.errors != rows[i].errors ||
            strstr(stage.message, rows[i].words) == NULL)
            fail_msg("row %zu: %u, %u errors: %s", i, stage.outcome, stage.errors, stage.message);
        assert_true(stage.errors == 0 || strstr(stage.log, rows[i].words) != NULL);
        server_free(server);
    }
}

static void settings_that_cannot_work_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *config, *words;
    } rows[] = {
        {"{\"secret_file\":\"" SECRET "\"}", "\"url_file\""},
        {"{\"url\":\"https://a.example/\",\"url_file\":\"https://b.example/\",\"secret_file\":\"" SECRET
         "\"}",
         "\"url_file\""},
        {"{\"url\":\"http://a.example/" TOKEN "\",\"secret_file\":\"" SECRET "\"}", "http://"},
        {"{\"url\":\"ftp://a.example/" TOKEN "\",\"secret_file\":\"" SECRET "\"}", "https://"},
        {"{\"url_file\":\"https://a.example/" TOKEN "\\nmore\",\"secret_file\":\"" SECRET "\"}",
         "percent-encoded"},
        {"{\"url\":\"https://a.example/\",\"secret_file\":\"" TOKEN "\"}", "\"secret_file\""},
        {"{\"url\":\"https://a.example/\",\"secret_file\":null}", "\"secret_file\""},
        {"{\"url\":\"https://a.example/\",\"secret_file\":\"" SECRET "\",\"previous_secret_file\":\"" TOKEN
         "\"}",
         "\"previous_secret_file\""},
        {"{\"url\":\"https://a.example/\",\"secret_file\":\"" SECRET "\",\"previous_secret_file\":\"\"}",
         "\"previous_secret_file\""},
        {"{\"url\":\"https://a.example/\",\"secret_file\":\"" SECRET "\",\"ca_file\":\"/nonexistent\"}",
         "certificates"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct stage stage;
        int32_t status = stage_start(&stage, rows[i].config);
        stage_end(&stage, false);
        if (status != PW_ERROR_INVALID || strstr(stage.why, rows[i].words) == NULL ||
            strstr(stage.why, TOKEN) != NULL)
            fail_msg("row %zu: %d %s", i, status, stage.why);
    }
    pw_plugin.destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_have_one_form),
        cmocka_unit_test(signatures_are_the_specifications),
        cmocka_unit_test(ids_end_no_line_and_no_part),
        cmocka_unit_test(minimal_tells_no_names),
        cmocka_unit_test(minimal_is_json_whatever_comes),
        cmocka_unit_test(the_whole_notice_is_posted_as_it_came),
        cmocka_unit_test(little_is_posted_by_default),
        cmocka_unit_test(retries_keep_id_and_bytes),
        cmocka_unit_test(a_hostile_id_ends_no_line),
        cmocka_unit_test(what_the_operator_must_mend_is_said),
        cmocka_unit_test(settings_that_cannot_work_are_refused),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
