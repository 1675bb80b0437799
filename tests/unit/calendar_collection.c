/* SPDX-License-Identifier: Apache-2.0
 *
 * Which state of a calendar entry may replace which other one, and whose fault a refusal is, against a scripted server. The
 * entries themselves are tested in calendar.c, a real CalDAV server in tests/integration/caldav.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar/collection.h"
#include "http_server.h"
#include "json/json.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct entry_style minimal = {.name = {"reviews.example.edu", 19}};

static const char notice[] =
    "{\"kind\":\"case\",\"case_id\":\"C-000123\",\"revision\":3,\"change\":\"raised\",\"level\":\"required\","
    "\"state\":\"new\",\"time\":\"2026-01-02T03:04:05Z\",\"due\":\"2026-07-31\",\"title\":\"Flight "
    "control\"}";

/* The notice with one piece replaced by another. */
static char *changed(const char *from, const char *to)
{
    const char *at = strstr(notice, from);
    assert_non_null(at);
    size_t before = (size_t)(at - notice);
    char *other = malloc(sizeof notice + strlen(to));
    assert_non_null(other);
    memcpy(other, notice, before);
    sprintf(other + before, "%s%s", to, at + strlen(from));
    return other;
}

#define NOTHING "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n"
#define TAKEN   "HTTP/1.1 201 x\r\nContent-Length: 0\r\n\r\n"
#define OLDER   "HTTP/1.1 200 x\r\nETag: \"t-2\"\r\nContent-Length: 23\r\n\r\nX-PATHWAYD-REVISION:2\r\n"
#define SAME    "HTTP/1.1 200 x\r\nETag: \"t-3\"\r\nContent-Length: 23\r\n\r\nX-PATHWAYD-REVISION:3\r\n"
#define NEWER   "HTTP/1.1 200 x\r\nETag: \"t-4\"\r\nContent-Length: 23\r\n\r\nX-PATHWAYD-REVISION:4\r\n"
#define EDITED                                                                                               \
    "HTTP/1.1 200 x\r\nETag: \"t-e\"\r\nContent-Length: "                                                    \
    "37\r\n\r\nX-PATHWAYD-REVISION:2\r\nSEQUENCE:50\r\n\r\n"
#define WEAK      "HTTP/1.1 200 x\r\nETag: W/\"t-2\"\r\nContent-Length: 23\r\n\r\nX-PATHWAYD-REVISION:2\r\n"
#define STATUS(s) "HTTP/1.1 " s " x\r\nContent-Length: 0\r\n\r\n"
#define BUSY      "HTTP/1.1 503 x\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n"

static void keep(const char *json, const char *const answers[4], struct http_verdict *ret_verdict,
                 struct server **ret_server)
{
    char url[64], error[256];
    struct pw_document document = {0};
    struct json_error parse_error;
    struct entry_case item;
    struct collection *collection = calloc(1, sizeof *collection);
    struct server *server = server_start(answers[0], THEN_WAIT_FOR_MORE);
    assert_non_null(collection);
    for (size_t i = 0; i < 4u; i++)
        server->answers[i] =
            (struct server_answer){answers[i] ? answers[i] : STATUS("500"), THEN_WAIT_FOR_MORE};
    snprintf(url, sizeof url, "http://127.0.0.1:%u/cal/", server->port);
    const struct http_options options = {
        .url = {url, strlen(url)}, .timeout_s = 20, .private_allowed = true, .plain_allowed = true};
    assert_int_equal(http_new(&options, &collection->http, error, sizeof error), 0);
    assert_int_equal(json_parse(&document, json, strlen(json), &json_limits_frame, &parse_error), 0);
    assert_int_equal(entry_read(&json_document_api, &document, &minimal, &item), 0);
    collection_keep(collection, &item);
    *ret_verdict = collection->verdict;
    json_release(&document);
    http_free(collection->http);
    free(collection);
    server_stop(server);
    *ret_server = server;
}

static void older_states_are_replaced_and_newer_ones_stay(void **state)
{
    (void)state;
    static const struct {
        const char *what, *answers[4];
        int requests;
        uint32_t outcome, retry_after;
        bool operator_needed;
        const char *heard; /* in the last request */
    } rows[] = {
        {"nothing there",
         {NOTHING, TAKEN, NOTHING, TAKEN},
         4,
         PW_DELIVERY_DONE,
         0,
         false,
         "If-None-Match: *\r\n"},
        {"an older task",
         {OLDER, TAKEN, OLDER, TAKEN},
         4,
         PW_DELIVERY_DONE,
         0,
         false,
         "If-Match: \"t-2\"\r\n"},
        {"edited by people", {EDITED, TAKEN, SAME}, 3, PW_DELIVERY_DONE, 0, false, "GET /cal/C-000123-date@"},
        {"the same", {SAME, SAME}, 2, PW_DELIVERY_DONE, 0, false, "GET /cal/C-000123-date@"},
        {"the task already, the date not yet",
         {SAME, NOTHING, TAKEN},
         3,
         PW_DELIVERY_DONE,
         0,
         false,
         "BEGIN:VEVENT"},
        {"a newer one",
         {NEWER},
         1,
         PW_DELIVERY_DONE,
         0,
         false,
         "GET /cal/C-000123-task@reviews.example.edu.ics "},
        {"a weak tag",
         {SAME, WEAK, TAKEN},
         3,
         PW_DELIVERY_DONE,
         0,
         false,
         "Content-Type: text/calendar; charset=utf-8\r\nContent-Length"},
        {"changed meanwhile", {OLDER, STATUS("412")}, 2, PW_DELIVERY_RETRY, 0, false, "If-Match"},
        {"changed meanwhile, the date",
         {SAME, NOTHING, STATUS("412")},
         3,
         PW_DELIVERY_RETRY,
         0,
         false,
         "If-None-Match"},
        {"a wrong password", {STATUS("401")}, 1, PW_DELIVERY_RETRY, 0, true, "GET"},
        {"not allowed to write", {NOTHING, STATUS("403")}, 2, PW_DELIVERY_RETRY, 0, true, "PUT"},
        {"no such collection", {NOTHING, STATUS("409")}, 2, PW_DELIVERY_RETRY, 0, true, "PUT"},
        {"no such collection, in other words",
         {NOTHING, STATUS("404")},
         2,
         PW_DELIVERY_RETRY,
         0,
         true,
         "PUT"},
        {"elsewhere", {STATUS("301")}, 1, PW_DELIVERY_RETRY, 0, true, "GET"},
        {"no calendar", {STATUS("405")}, 1, PW_DELIVERY_RETRY, 0, true, "GET"},
        {"busy", {BUSY}, 1, PW_DELIVERY_RETRY, 90, false, "GET"},
        {"busy when written", {NOTHING, BUSY}, 2, PW_DELIVERY_RETRY, 90, false, "PUT"},
        {"does not take what we write", {NOTHING, STATUS("400")}, 2, PW_DELIVERY_FAIL, 0, false, "PUT"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_verdict verdict;
        struct server *server = NULL;
        keep(notice, rows[i].answers, &verdict, &server);
        if (atomic_load(&server->requests) != rows[i].requests || verdict.outcome != rows[i].outcome ||
            verdict.retry_after != rows[i].retry_after ||
            verdict.operator_needed != rows[i].operator_needed ||
            strstr(server->heard, rows[i].heard) == NULL || verdict.message[0] == '\0')
            fail_msg("%s: %d requests, outcome %u after %u, \"%s\", the last one:\n%s", rows[i].what,
                     atomic_load(&server->requests), verdict.outcome, verdict.retry_after, verdict.message,
                     server->heard);
        server_free(server);
    }
}

static void dates_that_nobody_keeps_have_no_entry(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        const char *answers[4];
        int requests;
        const char *heard;
    } rows[] = {
        /* There is none, and there never was one. */
        {"\"due\":\"2026-07-31\",\"title\"",
         "\"title\"",
         {NOTHING, TAKEN, NOTHING},
         3,
         "GET /cal/C-000123-date@"},
        /* Decided before the calendar heard of it: the task is written, so that a late notice is known as one. */
        {"\"state\":\"new\"",
         "\"state\":\"decided\"",
         {NOTHING, TAKEN, NOTHING},
         3,
         "GET /cal/C-000123-date@"},
        /* There was one. */
        {"\"due\":\"2026-07-31\",\"title\"",
         "\"title\"",
         {OLDER, TAKEN, OLDER, TAKEN},
         4,
         "STATUS:CANCELLED"},
        {"\"state\":\"new\"", "\"state\":\"decided\"", {OLDER, TAKEN, OLDER, TAKEN}, 4, "STATUS:CANCELLED"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_verdict verdict;
        struct server *server = NULL;
        char *json = changed(rows[i].from, rows[i].to);
        keep(json, rows[i].answers, &verdict, &server);
        assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
        if (atomic_load(&server->requests) != rows[i].requests ||
            strstr(server->heard, rows[i].heard) == NULL)
            fail_msg("row %zu: %d requests, the last one:\n%s", i, atomic_load(&server->requests),
                     server->heard);
        server_free(server);
        free(json);
    }
}

/* A day that is gone from the notice is taken from what is stored, and so is cancelled where people see it. */
static void a_cancelled_date_stays_on_its_day(void **state)
{
    (void)state;
    static const char *const answers[4] = {SAME,
                                           "HTTP/1.1 200 x\r\nETag: \"t\"\r\nContent-Length: "
                                           "41\r\n\r\nSEQUENCE:2\r\nDTSTART;VALUE=DATE:20260630\r\n",
                                           TAKEN, NULL};
    struct http_verdict verdict;
    struct server *server = NULL;
    char *json = changed("\"due\":\"2026-07-31\",\"title\"", "\"title\"");
    keep(json, answers, &verdict, &server);
    assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
    assert_non_null(strstr(server->heard, "\r\nDTSTART;VALUE=DATE:20260630\r\n"));
    assert_non_null(strstr(server->heard, "\r\nSTATUS:CANCELLED\r\n"));
    server_free(server);
    free(json);
}

static void an_entry_that_is_too_large_to_read_is_left_alone(void **state)
{
    (void)state;
    struct page answer = {0};
    struct http_verdict verdict;
    struct server *server = NULL;
    page_format(&answer, "HTTP/1.1 200 x\r\nETag: \"t\"\r\nContent-Length: %u\r\n\r\n",
                HTTP_ANSWER_BYTES + 1024u);
    while (answer.length < HTTP_ANSWER_BYTES + 1200u)
        page_string(&answer, "ATTACH:abcdefghijklmnopqrstuvwxyz\r\n");
    const char *const answers[4] = {answer.data, NULL, NULL, NULL};
    keep(notice, answers, &verdict, &server);
    assert_int_equal(verdict.outcome, PW_DELIVERY_FAIL);
    assert_non_null(strstr(verdict.message, "too large"));
    assert_int_equal(atomic_load(&server->requests), 1);
    server_free(server);
    page_release(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(older_states_are_replaced_and_newer_ones_stay),
        cmocka_unit_test(dates_that_nobody_keeps_have_no_entry),
        cmocka_unit_test(a_cancelled_date_stays_on_its_day),
        cmocka_unit_test(an_entry_that_is_too_large_to_read_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
