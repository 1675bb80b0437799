/* SPDX-License-Identifier: Apache-2.0
 *
 * What is sent to a web server, and what never is: a broken line, a path that climbs, a request to the inside. Answers are
 * tested in http.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/address.h"
#include "http/form.h"
#include "http_client.h"

/* ---- requests ------------------------------------------------------------------------------------------ */

static void requests_are_these_bytes(void **state)
{
    (void)state;
    static const char *const headers[] = {"Content-Type: text/calendar", "X-Name: Z\xc3\xbcrich", NULL};
    static const struct {
        const char *method, *suffix, *body, *line, *rest;
    } requests[] = {
        {"POST", NULL, "{}", "POST /dav HTTP/1.1\r\n", "Content-Length: 2\r\n\r\n{}"},
        {"PUT", "/a%2Fb.ics", "x", "PUT /dav/a%2Fb.ics HTTP/1.1\r\n", "Content-Length: 1\r\n\r\nx"},
        {"POST", "?a=b", "", "POST /dav?a=b HTTP/1.1\r\n", "Content-Length: 0\r\n\r\n"},
        {"DELETE", "/x", "", "DELETE /dav/x HTTP/1.1\r\n", "\r\n"},
        {"GET", "/x", "", "GET /dav/x HTTP/1.1\r\n", "\r\n"},
    };
    for (size_t i = 0; i < COUNT(requests); i++) {
        char url[64], expected[512], error[256];
        struct http_verdict verdict;
        struct http *http = NULL;
        struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
        snprintf(url, sizeof url, "http://127.0.0.1:%u/dav", server->port);
        snprintf(expected, sizeof expected,
                 "%sHost: 127.0.0.1:%u\r\nUser-Agent: pathwayd/" PATHWAYD_VERSION
                 "\r\nAccept: */*\r\nContent-Type: text/calendar\r\nX-Name: Z\xc3\xbcrich\r\n%s",
                 requests[i].line, server->port, requests[i].rest);
        const struct http_options options = options_for(url);
        assert_int_equal(http_new(&options, &http, error, sizeof error), PW_OK);
        const struct http_request request = {.method = requests[i].method,
                                             .suffix = requests[i].suffix,
                                             .headers = headers,
                                             .body = {requests[i].body, strlen(requests[i].body)}};
        http_send(http, &request, &verdict);
        http_free(http);
        server_stop(server);
        assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
        assert_string_equal(server->heard, expected);
        server_free(server);
    }
}

static void a_large_body_is_sent_without_asking_first(void **state)
{
    (void)state;
    const size_t length = 3u << 20;
    struct http_verdict verdict;
    char *body = malloc(length + 1u);
    assert_non_null(body);
    memset(body, 'x', length);
    body[length] = '\0';
    struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
    struct http *http = client(server->port);
    post(http, body, &verdict);
    http_free(http);
    server_stop(server);
    assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
    assert_null(strcasestr(server->heard, "expect"));
    const char *heard = strstr(server->heard, "\r\n\r\n");
    assert_non_null(heard);
    assert_string_equal(heard + 4, body);
    free(body);
    server_free(server);
}

/* Nothing of a text that ends a line, or leaves the place that the configuration names, is sent. */
static void requests_cannot_be_broken_open(void **state)
{
    (void)state;
    static const struct {
        const char *method, *suffix, *header;
    } requests[] = {
        {"POST", NULL, "X-A: b\r\nX-C: d"},
        {"POST", NULL, "X-A: b\n"},
        {"POST", NULL, "X-A: b\r"},
        {"POST", NULL, "X-A: \x01"},
        {"POST", NULL, "X-A: \x7f"},
        {"POST", NULL, "X-A:"},
        {"POST", NULL, "X-A: "},
        {"POST", NULL, "X-A:b"},
        {"POST", NULL, "X-A;"},
        {"POST", NULL, "X A: b"},
        {"POST", NULL, ": b"},
        {"POST", NULL, ""},
        {"POST", "/a\r\nX: y", NULL},
        {"POST", "/a b", NULL},
        {"POST", "/a\tb", NULL},
        {"POST", "/a#b", NULL},
        {"POST", "/a\\b", NULL},
        {"POST", "/Z\xc3\xbcrich", NULL},
        {"POST", "/%", NULL},
        {"POST", "/%2", NULL},
        {"POST", "/%zz", NULL},
        {"POST", "..", NULL},
        {"POST", "/../admin", NULL},
        {"POST", "/a/..", NULL},
        {"POST", "/./a", NULL},
        {"POST", "/%2e%2E/a", NULL},
        {"POST", "/.%2e?x", NULL},
        {"GET", NULL, NULL},
        {"post", NULL, NULL},
        {"POST / HTTP/1.1\r\nX: y", NULL, NULL},
        {"", NULL, NULL},
    };
    struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
    struct http *http = client(server->port);
    struct http_verdict verdict;
    for (size_t i = 0; i < COUNT(requests); i++) {
        const char *const headers[] = {"Content-Type: text/plain", requests[i].header, NULL};
        const struct http_request request = {.method = requests[i].method,
                                             .suffix = requests[i].suffix,
                                             .headers = headers,
                                             .body = PW_TEXT("x")};
        http_send(http, &request, &verdict);
        if (verdict.outcome != PW_DELIVERY_FAIL || verdict.status != 0 || verdict.message[0] == '\0')
            fail_msg("row %zu was sent", i);
    }
    assert_int_equal(atomic_load(&server->connections), 0);
    post(http, "{}", &verdict); /* and the handle is as good as before */
    assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
    http_free(http);
    server_stop(server);
    server_free(server);
}

static void the_entity_tag_is_handed_on(void **state)
{
    (void)state;
    char filler[HTTP_ETAG_BYTES + 1u];
    memset(filler, 'x', sizeof filler - 1u);
    filler[sizeof filler - 1u] = '\0';
    const struct {
        const char *header, *value, *expected;
    } rows[] = {
        {"ETag", "\"7-a\"", "\"7-a\""}, {"etag", "  W/\"7\" ", "W/\"7\""},
        {"X-ETag", "\"7\"", ""},        {"ETag", "", ""},
        {"ETag", filler, ""},           {"ETag", filler + 1, filler + 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char answer[HTTP_ETAG_BYTES + 160u];
        struct http_verdict verdict;
        snprintf(answer, sizeof answer,
                 "HTTP/1.1 103 Early Hints\r\nETag: early\r\n\r\nHTTP/1.1 404 x\r\n%s: %s\r\nContent-Length: "
                 "0\r\n\r\n",
                 rows[i].header, rows[i].value);
        struct server *server = server_start(answer, THEN_WAIT_FOR_MORE);
        once(server, &verdict);
        assert_int_equal(verdict.status, 404);
        assert_string_equal(verdict.etag, rows[i].expected);
        server_free(server);
    }
}

/* "https://example.edu" and "@elsewhere" must not become a user and another server. */
static void a_suffix_stays_with_the_server(void **state)
{
    (void)state;
    char url[64], error[256];
    struct http *http = NULL;
    struct http_verdict verdict;
    struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", server->port);
    const struct http_options options = options_for(url);
    assert_int_equal(http_new(&options, &http, error, sizeof error), PW_OK);
    const struct http_request request = {
        .method = "POST", .suffix = "@127.0.0.1:1/", .headers = json_headers, .body = PW_TEXT("x")};
    http_send(http, &request, &verdict);
    http_free(http);
    server_stop(server);
    assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
    assert_non_null(strstr(server->heard, "POST /@127.0.0.1:1/ HTTP/1.1\r\n"));
    server_free(server);
}

static void the_environments_proxy_is_not_asked(void **state)
{
    (void)state;
    struct http_verdict verdict;
    struct server *proxy = server_start("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", THEN_WAIT_FOR_MORE);
    struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", proxy->port);
    assert_int_equal(setenv("http_proxy", url, 1), 0);
    assert_int_equal(setenv("ALL_PROXY", url, 1), 0);
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    once(server, &verdict);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    server_stop(proxy);
    assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
    assert_int_equal(atomic_load(&proxy->connections), 0);
    server_free(proxy);
    server_free(server);
}

/* ---- addresses ----------------------------------------------------------------------------------------- */

static void private_addresses_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool is_public;
    } addresses[] = {
        {"0.0.0.0", false},
        {"0.255.255.255", false},
        {"1.0.0.0", true},
        {"9.255.255.255", true},
        {"10.0.0.0", false},
        {"10.255.255.255", false},
        {"11.0.0.0", true},
        {"100.63.255.255", true},
        {"100.64.0.0", false},
        {"100.127.255.255", false},
        {"100.128.0.0", true},
        {"126.255.255.255", true},
        {"127.0.0.1", false},
        {"127.255.255.255", false},
        {"128.0.0.0", true},
        {"169.253.255.255", true},
        {"169.254.0.0", false},
        {"169.254.169.254", false},
        {"169.255.0.0", true},
        {"172.15.255.255", true},
        {"172.16.0.0", false},
        {"172.31.255.255", false},
        {"172.32.0.0", true},
        {"192.0.0.8", false},
        {"192.0.1.0", true},
        {"192.0.2.1", false},
        {"192.88.99.1", false},
        {"192.88.100.1", true},
        {"192.167.255.255", true},
        {"192.168.0.0", false},
        {"192.168.255.255", false},
        {"192.169.0.0", true},
        {"198.17.255.255", true},
        {"198.18.0.0", false},
        {"198.19.255.255", false},
        {"198.20.0.0", true},
        {"198.51.100.7", false},
        {"203.0.113.7", false},
        {"223.255.255.255", true},
        {"224.0.0.1", false},
        {"239.255.255.255", false},
        {"240.0.0.0", false},
        {"255.255.255.255", false},
        {"8.8.8.8", true},
        {"::", false},
        {"::1", false},
        {"::2", false},
        {"::8.8.8.8", true},
        {"::127.0.0.1", false},
        {"::ffff:127.0.0.1", false},
        {"::ffff:10.1.2.3", false},
        {"::ffff:8.8.8.8", true},
        {"::ffff:0:169.254.169.254", false},
        {"::ffff:0:8.8.8.8", true},
        {"64:ff9b::10.0.0.1", false},
        {"64:ff9b::127.0.0.1", false},
        {"64:ff9b::8.8.8.8", true},
        {"64:ff9b:1::8.8.8.8", false},
        {"2002:7f00:1::", false},
        {"2002:a9fe:a9fe::1", false},
        {"2002:808:808::1", true},
        {"2001::1", false},
        {"2001:0:808:808::1", false},
        {"2001:1ff::1", false},
        {"2001:200::1", true},
        {"2001:db8::1", false},
        {"2001:db9::1", true},
        {"2606:4700::1111", true},
        {"2620:4f:8000::1", false},
        {"2620:4f:8001::1", true},
        {"3fff:fff::1", false},
        {"3fff:1000::1", true},
        {"1fff::1", false},
        {"4000::1", false},
        {"100::1", false},
        {"5f00::1", false},
        {"fc00::1", false},
        {"fd12:3456::1", false},
        {"fe80::1", false},
        {"fec0::1", false},
        {"ff02::1", false},
        {"0:1::1", false},
    };
    for (size_t i = 0; i < COUNT(addresses); i++) {
        struct sockaddr_in in4 = {.sin_family = AF_INET};
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
        const struct sockaddr *address = (const struct sockaddr *)&in6;
        if (inet_pton(AF_INET, addresses[i].address, &in4.sin_addr) == 1)
            address = (const struct sockaddr *)&in4;
        else
            assert_int_equal(inet_pton(AF_INET6, addresses[i].address, &in6.sin6_addr), 1);
        if (http_address_public(address) != addresses[i].is_public)
            fail_msg("%s is %spublic", addresses[i].address, addresses[i].is_public ? "" : "not ");
    }
    const struct sockaddr local = {.sa_family = AF_UNIX};
    assert_false(http_address_public(&local));
}

/* However the inside is spelled, no connection is made to it. */
static void the_inside_is_refused_when_connecting(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "127.0.0.1", "localhost", "127.1", "2130706433",         "0x7f000001",      "0177.0.0.1",
        "0.0.0.0",   "[::1]",     "[::]",  "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"};
    struct server *server = server_start(OK_ANSWER, THEN_WAIT_FOR_MORE);
    for (size_t i = 0; i < COUNT(hosts); i++) {
        char url[128], error[256];
        struct http *http = NULL;
        struct http_verdict verdict;
        snprintf(url, sizeof url, "http://%s:%u/" SECRET, hosts[i], server->port);
        struct http_options options = options_for(url);
        options.private_allowed = false;
        assert_int_equal(http_new(&options, &http, error, sizeof error), PW_OK);
        post(http, "{}", &verdict);
        http_free(http);
        if (verdict.outcome != PW_DELIVERY_RETRY || !verdict.operator_needed ||
            strstr(verdict.message, "private") == NULL)
            fail_msg("%s: %u %s", hosts[i], verdict.outcome, verdict.message);
        assert_null(strstr(verdict.message, SECRET));
    }
    server_stop(server);
    assert_int_equal(atomic_load(&server->connections), 0);
    server_free(server);
}

/* ---- settings ------------------------------------------------------------------------------------------ */

static void urls_have_one_form(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool valid;
    } urls[] = {
        {"https://example.edu", true},
        {"https://example.edu/", true},
        {"https://example.edu:8443/a/b?c=d&e=%20", true},
        {"https://[2606:4700::1111]:443/", true},
        {"https://192.0.2.1/", true},
        {"https://example.edu?x", true},
        {"http://example.edu/", true},
        {"", false},
        {"https://", false},
        {"https:///x", false},
        {"https:example.edu", false},
        {"HTTPS://example.edu/", false},
        {"example.edu/x", false},
        {"ftp://example.edu/", false},
        {"file:///etc/passwd", false},
        {"gopher://example.edu/", false},
        {" https://example.edu/", false},
        {"https://example.edu/ ", false},
        {"https://example.edu/a b", false},
        {"https://example.edu/\n", false},
        {"https://example.edu/\r\nHost: x", false},
        {"https://exa\\mple.edu/", false},
        {"https://example.edu/#fragment", false},
        {"https://example.edu#", false},
        {"https://user@example.edu/", false},
        {"https://user:password@example.edu/", false},
        {"https://@example.edu/", false},
        {"https://example.edu:/", false},
        {"https://example.edu:0/", false},
        {"https://example.edu:65536/", false},
        {"https://example.edu:x/", false},
        {"https://[::1/", false},
        {"https://[zz]/", false},
        {"https://b\xc3\xbc"
         "cher.example/",
         false},
        {"https://example.edu/%", false},
        {"https://example.edu/%4", false},
    };
    for (size_t i = 0; i < COUNT(urls); i++) {
        char error[256] = "";
        struct http *http = NULL;
        const struct http_options options = options_for(urls[i].url);
        int status = http_new(&options, &http, error, sizeof error);
        if ((status == PW_OK) != urls[i].valid ||
            (status != PW_OK && (status != PW_ERROR_INVALID || error[0] == '\0')))
            fail_msg("%s: %d %s", urls[i].url, status, error);
        if (strchr(urls[i].url, '@') != NULL)
            assert_non_null(strstr(error, "user name"));
        http_free(http);
    }
}

static void a_url_has_a_length(void **state)
{
    (void)state;
    char url[HTTP_URL_BYTES + 1u] = "https://example.edu/", error[256];
    struct http *http = NULL;
    memset(url + strlen(url), 'x', HTTP_URL_BYTES - strlen(url));
    struct http_options options = options_for(url);
    assert_int_equal(http_new(&options, &http, error, sizeof error), PW_ERROR_INVALID);
    options.url.length--;
    assert_int_equal(http_new(&options, &http, error, sizeof error), PW_OK);
    http_free(http);
    options.url = (struct pw_text){"https://example.edu/\0x", 22};
    assert_int_equal(http_new(&options, &http, error, sizeof error), PW_ERROR_INVALID);
}

static void settings_that_give_secrets_away_are_refused(void **state)
{
    (void)state;
    char error[256];
    struct http *http = NULL;
    struct http_options options = options_for("http://example.edu/" SECRET);
    options.plain_allowed = false;
    assert_int_equal(http_new(&options, &http, error, sizeof error), PW_ERROR_INVALID);
    assert_null(strstr(error, SECRET));
    options = options_for("http://example.edu/");
    options.username = PW_TEXT("pathwayd");
    options.password = PW_TEXT(SECRET);
    assert_int_equal(http_new(&options, &http, error, sizeof error), PW_ERROR_INVALID);
    assert_null(strstr(error, SECRET));
    options = options_for("https://example.edu/");
    options.username = PW_TEXT("path\0wayd");
    assert_int_equal(http_new(&options, &http, error, sizeof error), PW_ERROR_INVALID);
}

static void trusted_certificates_are_read_at_the_start(void **state)
{
    (void)state;
    static const char *const files[] = {"/nonexistent/ca.pem", PATHWAYD_SOURCE "/tests",
                                        PATHWAYD_SOURCE "/README.md", "/dev/zero"};
    for (size_t i = 0; i < COUNT(files); i++) {
        char error[256] = "";
        struct http *http = NULL;
        struct http_options options = options_for("https://example.edu/");
        options.ca_file = (struct pw_text){files[i], strlen(files[i])};
        assert_int_equal(http_new(&options, &http, error, sizeof error), PW_ERROR_INVALID);
        assert_non_null(strstr(error, "trusted certificates"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_these_bytes),
        cmocka_unit_test(the_entity_tag_is_handed_on),
        cmocka_unit_test(a_large_body_is_sent_without_asking_first),
        cmocka_unit_test(requests_cannot_be_broken_open),
        cmocka_unit_test(a_suffix_stays_with_the_server),
        cmocka_unit_test(the_environments_proxy_is_not_asked),
        cmocka_unit_test(private_addresses_are_known),
        cmocka_unit_test(the_inside_is_refused_when_connecting),
        cmocka_unit_test(urls_have_one_form),
        cmocka_unit_test(a_url_has_a_length),
        cmocka_unit_test(settings_that_give_secrets_away_are_refused),
        cmocka_unit_test(trusted_certificates_are_read_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
