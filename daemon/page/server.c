/* SPDX-License-Identifier: Apache-2.0
 *
 * server.c: see server.h. What is refused before any view sees it: other methods, other hosts (DNS rebinding), forms from
 * other sites, forms that are none, too large ones, and behind a proxy everybody but the proxy.
 */
#include "page/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <pathwayd/plugin.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include "http/listen.h"
#include "json/json.h"
#include "page/connections.h"
#include "page/form.h"

#define SPARE_FILES 64u /* for the daemon's endpoint, the accounts, the log */

struct server {
    atomic_size_t bodies; /* bytes of forms that are being received */
    struct page *page;
    struct connections *connections;
    char authority[256]; /* what the Host header says: "reviews.example.edu", "127.0.0.1:7443" */
    char origin[264];    /* and Origin: "https://reviews.example.edu" */
};

/* One request, from its first line on. */
struct exchange {
    size_t most;   /* of its body */
    char *address; /* path and query, as they were sent */
    struct buffer body;
    bool begun;
    bool crowded; /* others send too much just now */
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t steady_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- replies ------------------------------------------------------------------------------------------- */

static const char *const every_reply[][2] = {
    {"Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                                "frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy",
     "same-origin"}, /* with "no-referrer" a browser would hide the Origin of our own forms */
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

static enum MHD_Result send_reply(const struct server *server, struct MHD_Connection *connection,
                                  struct reply *reply)
{
    char seconds[16];
    size_t length = reply->body.failed ? 0 : reply->body.length;
    unsigned code = reply->body.failed ? 500 : reply->code;
    char *bytes = buffer_take(&reply->body, NULL);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        length, bytes ? bytes : "", bytes ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (!response) {
        free(bytes);
        return MHD_NO;
    }
    for (size_t i = 0; i < sizeof(every_reply) / sizeof(every_reply[0]); i++)
        MHD_add_response_header(response, every_reply[i][0], every_reply[i][1]);
    MHD_add_response_header(response, "Content-Type", reply->type ? reply->type : "text/html; charset=utf-8");
    MHD_add_response_header(response, "Cache-Control",
                            reply->lasting ? "public, max-age=31536000, immutable" : "no-store");
    if (server->page->secure)
        MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
    if (reply->location[0])
        MHD_add_response_header(response, "Location", reply->location);
    for (size_t i = 0; i < sizeof(reply->cookies) / sizeof(reply->cookies[0]); i++)
        if (reply->cookies[i][0])
            MHD_add_response_header(response, "Set-Cookie", reply->cookies[i]);
    if (code == 405)
        MHD_add_response_header(response, "Allow", "GET, HEAD, POST");
    if (reply->retry_s) {
        snprintf(seconds, sizeof(seconds), "%u", reply->retry_s);
        MHD_add_response_header(response, "Retry-After", seconds);
    }
    enum MHD_Result result = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(const struct server *server, struct MHD_Connection *connection, unsigned code,
                              const char *sentence)
{
    struct reply reply = {.code = code, .type = "text/plain; charset=utf-8"};
    buffer_string(&reply.body, sentence);
    buffer_string(&reply.body, "\n");
    enum MHD_Result result = send_reply(server, connection, &reply);
    reply_release(&reply);
    return result;
}

/* ---- who connects -------------------------------------------------------------------------------------- */

static int file_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* Behind a proxy nobody else connects. */
static bool is_trusted(const struct page *page, int file)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    uid_t proxy = page->config->page_server.proxy;
    return proxy == (uid_t)-1 ||
           (getsockopt(file, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == proxy);
}

/* ---- requests ------------------------------------------------------------------------------------------ */

struct header {
    const char *name;
    const char *value;
    size_t length;
    uint32_t times;
};

static enum MHD_Result take_header(void *to, enum MHD_ValueKind kind, const char *name, size_t name_length,
                                   const char *value, size_t length)
{
    struct header *header = to;
    (void)kind;
    if (name_length != strlen(header->name) || strncasecmp(name, header->name, name_length) != 0)
        return MHD_YES;
    header->value = value;
    header->length = length;
    header->times++;
    return MHD_YES;
}

/* Empty when it is not there. One that is there twice says nothing that could be believed. */
static struct pw_text header(struct MHD_Connection *connection, const char *name, bool *ret_twice)
{
    struct header found = {.name = name};
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_header, &found);
    if (ret_twice)
        *ret_twice = found.times > 1;
    return found.times == 1 ? (struct pw_text){found.value, found.length} : (struct pw_text){0};
}

/* A sentence for what is wrong with the head of a request, *ret_code with it; NULL: nothing. */
static const char *check_head(const struct server *server, struct MHD_Connection *connection,
                              const char *method, size_t most, unsigned *ret_code)
{
    bool post = strcmp(method, "POST") == 0;
    struct pw_text origin = header(connection, "Origin", NULL),
                   site = header(connection, "Sec-Fetch-Site", NULL);
    struct pw_text length = header(connection, "Content-Length", NULL),
                   type = header(connection, "Content-Type", NULL);
    static const char form[] = "application/x-www-form-urlencoded";
    *ret_code = 405;
    if (!post && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return "It takes GET, HEAD and POST.";
    *ret_code = 421;
    if (!text_is(header(connection, "Host", NULL), server->authority))
        return "This page has another address.";
    *ret_code = 403;
    if (post && ((origin.length && !text_is(origin, server->origin)) ||
                 (site.length && !text_is(site, "same-origin"))))
        return "That form is of another site. Nothing was done.";
    *ret_code = 415;
    if (post && (type.length < sizeof(form) - 1 || strncasecmp(type.data, form, sizeof(form) - 1) != 0))
        return "Forms are sent as application/x-www-form-urlencoded.";
    *ret_code = 413;
    if (length.length > 6 || (length.length && strtoul(length.data, NULL, 10) > most))
        return "That is too much for a form. Nothing was done.";
    return NULL;
}

static enum MHD_Result answer(const struct server *server, struct MHD_Connection *connection,
                              const char *method, struct exchange *exchange)
{
    struct page *page = server->page;
    const char *question = strchr(exchange->address, '?');
    size_t length = strlen(exchange->address);
    bool twice;
    struct ask ask = {.post = strcmp(method, "POST") == 0,
                      .path = {exchange->address, question ? (size_t)(question - exchange->address) : length},
                      .query = text_of(question ? question + 1 : ""),
                      .body = buffer_view(&exchange->body),
                      .cookie = header(connection, "Cookie", &twice),
                      .cross_site = text_is(header(connection, "Sec-Fetch-Site", NULL), "cross-site"),
                      .now_ms = now_ms(),
                      .steady_ms = steady_ms()};
    if (page->proxied)
        ask.user = header(connection, page->config->page_server.header, NULL);
    if (exchange->crowded)
        return refuse(server, connection, 503,
                      "Too much is being sent just now. Nothing was done: send it again in a moment.");
    if (exchange->body.failed)
        return refuse(server, connection, 413, "That is too much for a form. Nothing was done.");
    struct reply reply = {0};
    page_answer(page, &ask, &reply);
    enum MHD_Result result = send_reply(server, connection, &reply);
    reply_release(&reply);
    return result;
}

/* Who signs in has little to say, and is nobody yet. */
static size_t most_of(const struct page *page, const char *address)
{
    size_t base = strlen(page->base);
    return strncmp(address, page->base, base) == 0 && strncmp(address + base, "sign-in", 7) == 0
               ? SIGN_IN_BYTES
               : FORM_BYTES;
}

/* Sent in chunks, a form does not say beforehand how large it is. All that is being received has one bound as well. */
static void take_body(struct server *server, struct exchange *exchange, const char *bytes, size_t length)
{
    size_t before = exchange->body.capacity;
    exchange->crowded = exchange->crowded || atomic_load(&server->bodies) > SERVER_BODIES;
    if (exchange->body.length + length > exchange->most || exchange->crowded)
        exchange->body.failed = true;
    buffer_append(&exchange->body, bytes, length);
    atomic_fetch_add(&server->bodies, exchange->body.capacity - before);
}

static enum MHD_Result handle(void *owner, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_length, void **seen)
{
    struct server *server = owner;
    struct exchange *exchange = *seen;
    unsigned code = 0;
    (void)url;
    (void)version;
    /* What a stranger had sent before being hung up on is still read, and must not count. */
    if (!exchange || !exchange->address || !is_trusted(server->page, file_of(connection)))
        return MHD_NO;
    if (!exchange->begun) {
        exchange->most = most_of(server->page, exchange->address);
        const char *trouble = check_head(server, connection, method, exchange->most, &code);
        exchange->begun = true;
        return trouble ? refuse(server, connection, code, trouble) : MHD_YES;
    }
    if (*upload_length == 0)
        return answer(server, connection, method, exchange);
    take_body(server, exchange, upload, *upload_length);
    *upload_length = 0;
    return MHD_YES;
}

/* ---- connections --------------------------------------------------------------------------------------- */

static struct connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* The request's first line has come. */
static void *begun(void *owner, const char *address, struct MHD_Connection *connection)
{
    struct server *server = owner;
    struct exchange *exchange = calloc(1, sizeof(*exchange));
    connection_goes_on(server->connections, connection_of(connection), steady_ms());
    if (exchange)
        exchange->address = strdup(address);
    return exchange;
}

static void completed(void *owner, struct MHD_Connection *connection, void **seen,
                      enum MHD_RequestTerminationCode how)
{
    struct server *server = owner;
    struct exchange *exchange = *seen;
    (void)how;
    connection_goes_on(server->connections, connection_of(connection), steady_ms());
    if (!exchange)
        return;
    free(exchange->address);
    atomic_fetch_sub(&server->bodies, exchange->body.capacity);
    buffer_release(&exchange->body);
    free(exchange);
    *seen = NULL;
}

static void connected(void *owner, struct MHD_Connection *connection, void **context,
                      enum MHD_ConnectionNotificationCode how)
{
    struct server *server = owner;
    int file = file_of(connection);
    if (how == MHD_CONNECTION_NOTIFY_CLOSED) {
        connection_end(server->connections, *context);
        *context = NULL;
        return;
    }
    if (!is_trusted(server->page, file))
        shutdown(file, SHUT_RDWR);
    *context = connection_begin(server->connections, file, steady_ms());
}

/* ---- running ------------------------------------------------------------------------------------------- */

/* "https://reviews.example.edu/x/" into what browsers send of it. */
static void read_address(struct server *server, const char *page)
{
    size_t scheme = strstr(page, "://") ? (size_t)(strstr(page, "://") - page) + 3 : 0;
    size_t authority = strcspn(page + scheme, "/");
    snprintf(server->authority, sizeof(server->authority), "%.*s", (int)authority, page + scheme);
    snprintf(server->origin, sizeof(server->origin), "%.*s", (int)(scheme + authority), page);
}

/* As many files as there may be connections, or as the machine allows; how many connections that are. */
static unsigned raise_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return 256;
    rlim_t wanted = SERVER_CONNECTIONS + SPARE_FILES;
    files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    return files.rlim_cur > 2 * SPARE_FILES ? (unsigned)(files.rlim_cur - SPARE_FILES) : SPARE_FILES;
}

static void wait_for_end(struct server *server, const sigset_t *ends)
{
    const struct timespec between = {.tv_nsec = SERVER_SHUT_MS * 1000000};
    while (sigtimedwait(ends, NULL, &between) < 0)
        (void)connections_sweep(server->connections, steady_ms());
}

static int serve(struct server *server, int file, void (*listening)(const struct page *page, uint16_t port),
                 char **ret_error)
{
    sigset_t ends;
    sigemptyset(&ends); /* before there are threads, so that all of them leave these to this one */
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, handle, server, MHD_OPTION_LISTEN_SOCKET, file,
        MHD_OPTION_THREAD_POOL_SIZE, SERVER_THREADS, MHD_OPTION_CONNECTION_LIMIT, raise_files(),
        MHD_OPTION_CONNECTION_TIMEOUT, SERVER_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, SERVER_MEMORY,
        MHD_OPTION_URI_LOG_CALLBACK, begun, server, MHD_OPTION_NOTIFY_COMPLETED, completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, connected, server, MHD_OPTION_END);
    if (!daemon) {
        *ret_error = strdup("the HTTP server could not be started");
        return PW_ERROR_IO;
    }
    listening(server->page, listen_port(file));
    wait_for_end(server, &ends);
    MHD_stop_daemon(daemon);
    return 0;
}

int server_run(struct page *page, void (*listening)(const struct page *page, uint16_t port), char **ret_error)
{
    const char *address = page->config->page_server.listen;
    struct server server = {.page = page, .connections = connections_new()};
    int file = -1, status = server.connections ? 0 : PW_ERROR_MEMORY;
    read_address(&server, page->config->page);
    if (status == 0)
        status = listen_at(address, &file, ret_error);
    if (status == 0)
        status = serve(&server, file, listening, ret_error);
    if (file >= 0 && strncmp(address, "unix:", 5) == 0)
        remove(address + 5);
    connections_free(server.connections);
    return status;
}
