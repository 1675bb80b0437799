/* SPDX-License-Identifier: Apache-2.0
 *
 * The client under test, set up to talk to a scripted server, for http.c and http_request.c.
 */
#ifndef TESTS_HTTP_CLIENT_H
#define TESTS_HTTP_CLIENT_H

#include <pathwayd/notice.h>
#include "http/http.h"
#include "http_server.h"

#define TIMEOUT_S    2u
#define SECRET       "s3cr3t"
#define OK_ANSWER    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const json_headers[] = {"Content-Type: application/json", NULL};

static inline struct http_options options_for(const char *url)
{
    return (struct http_options){
        .url = {url, strlen(url)}, .timeout_s = TIMEOUT_S, .private_allowed = true, .plain_allowed = true};
}

static inline struct http *client(uint16_t port)
{
    char url[128];
    char error[256];
    struct http *http = NULL;
    snprintf(url, sizeof url, "http://127.0.0.1:%u/" SECRET "?token=" SECRET, port);
    const struct http_options options = options_for(url);
    assert_int_equal(http_new(&options, &http, error, sizeof error), PW_OK);
    return http;
}

static inline void post(struct http *http, const char *body, struct http_verdict *ret_verdict)
{
    const struct http_request request = {
        .method = "POST", .headers = json_headers, .body = {body, strlen(body)}};
    http_send(http, &request, ret_verdict);
}

static inline void once(struct server *server, struct http_verdict *ret_verdict)
{
    struct http *http = client(server->port);
    post(http, "{}", ret_verdict);
    http_free(http);
    server_stop(server);
}

#endif
