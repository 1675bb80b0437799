/* SPDX-License-Identifier: Apache-2.0
 *
 * What each answer of a web server means, among them what a real one is not easily made to say: nothing, nonsense, without
 * end. Requests are tested in http_request.c, certificates in tests/integration.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/answer.h"
#include "http_client.h"

/* ---- answers ------------------------------------------------------------------------------------------- */

static const struct {
    const char *answer;
    enum server_then then;
    long status;
    uint32_t outcome, retry_after;
    bool operator_needed;
} rows[] = {
    {OK_ANSWER, THEN_WAIT_FOR_MORE, 200, PW_DELIVERY_DONE, 0, false},
    {"HTTP/1.1 204 No Content\r\n\r\n", THEN_WAIT_FOR_MORE, 204, PW_DELIVERY_DONE, 0, false},
    {"HTTP/1.1 202 Accepted\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 202,
     PW_DELIVERY_DONE, 0, false},
    {"HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\nHTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n",
     THEN_WAIT_FOR_MORE, 503, PW_DELIVERY_RETRY, 0, false},
    {"HTTP/1.0 200 OK\r\n\r\nold", THEN_HANG_UP, 200, PW_DELIVERY_DONE, 0, false},
    {"HTTP/1.1 301 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 301,
     PW_DELIVERY_FAIL, 0, true},
    {"HTTP/1.1 307 Moved\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE,
     307, PW_DELIVERY_FAIL, 0, true},
    {"HTTP/1.1 400 Cannot POST /" SECRET "\r\nContent-Length: 6\r\n\r\n" SECRET, THEN_WAIT_FOR_MORE, 400,
     PW_DELIVERY_FAIL, 0, false},
    {"HTTP/1.1 401 x\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 401,
     PW_DELIVERY_FAIL, 0, true},
    {"HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 403, PW_DELIVERY_FAIL, 0, true},
    {"HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 404, PW_DELIVERY_FAIL, 0, false},
    {"HTTP/1.1 408 x\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 408, PW_DELIVERY_RETRY, 0, false},
    {"HTTP/1.1 410 Gone\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 410,
     PW_DELIVERY_FAIL, 0, true},
    {"HTTP/1.1 413 x\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 413, PW_DELIVERY_FAIL, 0, false},
    {"HTTP/1.1 425 x\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 425, PW_DELIVERY_RETRY, 0, false},
    {"HTTP/1.1 429 x\r\nretry-after:  120 \r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 429,
     PW_DELIVERY_RETRY, 120, false},
    {"HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 500, PW_DELIVERY_RETRY, 0, false},
    {"HTTP/1.1 503 x\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nRetry-After: Thu, 01 Jan 2026 00:05:00 GMT\r\n"
     "Content-Length: 0\r\n\r\n",
     THEN_WAIT_FOR_MORE, 503, PW_DELIVERY_RETRY, 300, false},
    {"HTTP/1.1 503 x\r\nRetry-After: tomorrow, if you like, or when the moon is full; one cannot know, "
     "honestly\r\n"
     "Content-Length: 0\r\n\r\n",
     THEN_WAIT_FOR_MORE, 503, PW_DELIVERY_RETRY, 0, false},
    {"HTTP/1.1 799 x\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE, 799, PW_DELIVERY_RETRY, 0, false},
    /* No status: passing trouble. */
    {"", THEN_HANG_UP, 0, PW_DELIVERY_RETRY, 0, false},
    {"", THEN_SILENCE, 0, PW_DELIVERY_RETRY, 0, false},
    {"", THEN_TRICKLE, 0, PW_DELIVERY_RETRY, 0, false},
    {"HTTP/1.1 100 Continue\r\n\r\n", THEN_SILENCE, 0, PW_DELIVERY_RETRY, 0, false},
    {"220 mail.example.edu ESMTP\r\n", THEN_HANG_UP, 0, PW_DELIVERY_RETRY, 0, false},
    {"<html>\x1b[2J" SECRET, THEN_HANG_UP, 0, PW_DELIVERY_RETRY, 0, false},
    {"HTTP/1.1 200 OK\r\nX: ", THEN_FLOOD, 200, PW_DELIVERY_DONE, 0, false},
    /* What becomes of the body changes nothing. */
    {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx", THEN_SILENCE, 200, PW_DELIVERY_DONE, 0, false},
    {"HTTP/1.1 200 OK\r\n\r\n", THEN_TRICKLE, 200, PW_DELIVERY_DONE, 0, false},
    {"HTTP/1.1 503 x\r\nContent-Length: 100\r\nRetry-After: 7\r\n\r\nx", THEN_HANG_UP, 503, PW_DELIVERY_RETRY,
     7, false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense", THEN_HANG_UP, 200, PW_DELIVERY_DONE, 0,
     false},
};

static void every_answer_has_its_outcome(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_verdict verdict;
        struct server *server = server_start(rows[i].answer, rows[i].then);
        once(server, &verdict);
        if (verdict.status != rows[i].status || verdict.outcome != rows[i].outcome ||
            verdict.retry_after != rows[i].retry_after || verdict.operator_needed != rows[i].operator_needed)
            fail_msg("row %zu: status %ld, outcome %u, wait %u, operator %d: %s", i, verdict.status,
                     verdict.outcome, verdict.retry_after, verdict.operator_needed, verdict.message);
        assert_true(verdict.message[0] != '\0');
        assert_null(strstr(verdict.message, SECRET));
        for (const char *c = verdict.message; *c != '\0'; c++)
            assert_true(*c >= ' ' && *c <= '~');
        assert_int_equal(atomic_load(&server->connections), 1); /* nothing was followed */
        assert_int_equal(atomic_load(&server->requests), 1);
        server_free(server);
    }
}

static void an_answer_is_kept_and_ends_in_a_nul(void **state)
{
    (void)state;
    struct http_verdict verdict;
    struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
    once(server, &verdict);
    assert_string_equal(verdict.answer, "ok");
    assert_int_equal(verdict.answer_length, 2);
    assert_true(verdict.answer_whole);
    server_free(server);
}

static void an_answer_of_a_gigabyte_is_cut(void **state)
{
    (void)state;
    static const char *const heads[] = {"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
                                        "HTTP/1.1 200 OK\r\n\r\n"};
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct http_verdict verdict;
        struct server *server = server_start(heads[i], THEN_FLOOD);
        once(server, &verdict);
        assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
        assert_int_equal(verdict.answer_length, HTTP_ANSWER_BYTES);
        assert_int_equal(verdict.answer[HTTP_ANSWER_BYTES], '\0');
        assert_false(verdict.answer_whole);
        assert_true(atomic_load(&server->flooded) <
                    (64ul << 20)); /* what the sockets' buffers hold at most */
        server_free(server);
    }
}

static void an_answer_that_just_fits_is_whole(void **state)
{
    (void)state;
    struct http_verdict verdict;
    char *answer = NULL;
    assert_true(asprintf(&answer, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n%*s", HTTP_ANSWER_BYTES,
                         (int)HTTP_ANSWER_BYTES, "x") > 0);
    struct server *server = server_start(answer, THEN_WAIT_FOR_MORE);
    once(server, &verdict);
    assert_true(verdict.answer_whole);
    assert_int_equal(verdict.answer_length, HTTP_ANSWER_BYTES);
    free(answer);
    server_free(server);
}

static void waits_are_understood(void **state)
{
    (void)state;
    static const time_t now = 1767225600; /* 2026-01-01T00:00:00Z */
    static const struct {
        const char *value;
        uint32_t seconds;
    } waits[] = {
        {"", 0},
        {"0", 0},
        {"1", 1},
        {"00120", 120},
        {"86400", HTTP_MAX_WAIT_S},
        {"86401", HTTP_MAX_WAIT_S},
        {"42949672960", HTTP_MAX_WAIT_S}, /* 10 × 2^32 */
        {"99999999999999999999999999", HTTP_MAX_WAIT_S},
        {"20260102", HTTP_MAX_WAIT_S}, /* seconds, and no date */
        {"-5", 0},
        {"1.5", 0},
        {"Thu, 01 Jan 2026 00:02:00 GMT", 120},
        {"Thursday, 01-Jan-26 00:02:00 GMT", 120},
        {"Thu Jan  1 00:02:00 2026", 120},
        {"Thu, 01 Jan 2026 00:00:00 GMT", 0},
        {"Wed, 31 Dec 2025 00:00:00 GMT", 0},
        {"Fri, 01 Jan 2027 00:00:00 GMT", HTTP_MAX_WAIT_S},
        {"Fri, 01 Jan 9999 00:00:00 GMT", HTTP_MAX_WAIT_S},
        {"soon", 0},
    };
    for (size_t i = 0; i < COUNT(waits); i++) {
        uint32_t seconds = http_wait((struct pw_text){waits[i].value, strlen(waits[i].value)}, now);
        if (seconds != waits[i].seconds)
            fail_msg("\"%s\" is %u seconds, not %u", waits[i].value, waits[i].seconds, seconds);
    }
}

/* ---- connections --------------------------------------------------------------------------------------- */

static void one_connection_serves_many_requests(void **state)
{
    (void)state;
    struct http_verdict verdict;
    struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
    struct http *http = client(server->port);
    for (int i = 0; i < 5; i++) {
        post(http, "{}", &verdict);
        assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
    }
    http_free(http);
    server_stop(server);
    assert_int_equal(atomic_load(&server->connections), 1);
    assert_int_equal(atomic_load(&server->requests), 5);
    server_free(server);
}

static void a_kept_connection_that_died_is_renewed(void **state)
{
    (void)state;
    struct http_verdict verdict;
    struct server *server = server_start(OK_ANSWER, THEN_HANG_UP);
    struct http *http = client(server->port);
    for (int i = 0; i < 3; i++) {
        post(http, "{}", &verdict);
        assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
    }
    http_free(http);
    server_stop(server);
    assert_int_equal(atomic_load(&server->connections), 3);
    server_free(server);
}

/* Trouble with one request says nothing of the next, and leaves nothing of its answer behind. */
static void trouble_leaves_the_handle_usable(void **state)
{
    (void)state;
    struct http_verdict verdict;
    struct server *server =
        server_start("HTTP/1.1 503 x\r\nRetry-After: 60\r\nContent-Length: 4\r\n\r\nlong", THEN_HANG_UP);
    server->answers[1] = (struct server_answer){"HTTP/1.1 500 x\r\nContent-Length: 1\r\n\r\ny", THEN_HANG_UP};
    server->answers[2] = (struct server_answer){"", THEN_HANG_UP};
    server->answers[3] = (struct server_answer){OK_ANSWER, THEN_WAIT_FOR_MORE};
    struct http *http = client(server->port);
    post(http, "{}", &verdict);
    assert_int_equal(verdict.retry_after, 60);
    post(http, "{}", &verdict);
    assert_int_equal(verdict.retry_after, 0);
    assert_string_equal(verdict.answer, "y");
    post(http, "{}", &verdict);
    assert_int_equal(verdict.status, 0);
    assert_string_equal(verdict.answer, "");
    post(http, "{}", &verdict);
    assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
    http_free(http);
    server_stop(server);
    server_free(server);
}

static void nobody_listening_is_passing_trouble(void **state)
{
    (void)state;
    struct http_verdict verdict;
    struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
    server_stop(server); /* the port is closed now */
    struct http *http = client(server->port);
    post(http, "{}", &verdict);
    http_free(http);
    assert_int_equal(verdict.outcome, PW_DELIVERY_RETRY);
    assert_false(verdict.operator_needed);
    assert_null(strstr(verdict.message, SECRET));
    server_free(server);
}

static void a_name_that_is_nobodys_is_passing_trouble(void **state)
{
    (void)state;
    char error[256];
    struct http *http = NULL;
    struct http_verdict verdict;
    const struct http_options options = options_for("https://nobody.invalid/" SECRET);
    assert_int_equal(http_new(&options, &http, error, sizeof error), PW_OK);
    post(http, "{}", &verdict);
    http_free(http);
    assert_int_equal(verdict.outcome, PW_DELIVERY_RETRY);
    assert_null(strstr(verdict.message, SECRET));
}

static void tls_is_not_spoken_with_one_who_does_not(void **state)
{
    (void)state;
    char url[64], error[256];
    struct http *http = NULL;
    struct http_verdict verdict;
    struct server *server = server_start(OK_ANSWER, THEN_HANG_UP);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", server->port);
    struct http_options options = options_for(url);
    options.username = PW_TEXT("pathwayd");
    options.password = PW_TEXT(SECRET);
    assert_int_equal(http_new(&options, &http, error, sizeof error), PW_OK);
    post(http, "{}", &verdict);
    http_free(http);
    server_stop(server);
    assert_int_equal(verdict.outcome, PW_DELIVERY_RETRY);
    assert_int_equal(atomic_load(&server->requests), 0);
    server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_has_its_outcome),
        cmocka_unit_test(an_answer_is_kept_and_ends_in_a_nul),
        cmocka_unit_test(an_answer_of_a_gigabyte_is_cut),
        cmocka_unit_test(an_answer_that_just_fits_is_whole),
        cmocka_unit_test(waits_are_understood),
        cmocka_unit_test(one_connection_serves_many_requests),
        cmocka_unit_test(a_kept_connection_that_died_is_renewed),
        cmocka_unit_test(trouble_leaves_the_handle_usable),
        cmocka_unit_test(nobody_listening_is_passing_trouble),
        cmocka_unit_test(a_name_that_is_nobodys_is_passing_trouble),
        cmocka_unit_test(tls_is_not_spoken_with_one_who_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
