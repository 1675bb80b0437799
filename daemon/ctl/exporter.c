/* SPDX-License-Identifier: Apache-2.0
 *
 * exporter.c: see exporter.h. One thread of libmicrohttpd's serves all, so the daemon is asked one question at a time.
 */
#include "ctl/exporter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "ctl/call.h"
#include "metrics/exposition.h"

#define EXPORTER_CONNECTIONS 16u /* a few monitors, and somebody with curl */
#define EXPORTER_IDLE_S      5u  /* a client that says or takes nothing for so long is hung up on */
#define EXPORTER_MEMORY      ((size_t)8192) /* of a connection: a request's head is small */
#define EXPORTER_BACKLOG     16
#define EXPORTER_ADDRESS     256u

struct exporter {
    struct ctl *ctl;
    bool away; /* the daemon did not answer last time: that is said once */
};

int exporter_ask(struct ctl *ctl, struct buffer *out)
{
    struct buffer request = {0};
    cJSON *answer = NULL;
    json_write_begin(&request, '{');
    json_member_string(&request, "op", "metrics");
    json_write_end(&request, '}');
    int status = call_quietly(ctl, &request, &answer);
    const cJSON *result = cJSON_GetObjectItemCaseSensitive(answer, "result");
    if (status == CTL_GOOD && cJSON_IsString(result))
        buffer_string(out, result->valuestring);
    else
        status = CTL_BAD;
    buffer_release(&request);
    cJSON_Delete(answer);
    return out->failed ? CTL_BAD : status;
}

/* ---- answering ----------------------------------------------------------------------------------------- */

static enum MHD_Result respond(struct MHD_Connection *connection, unsigned int code, const char *type,
                               struct pw_text body)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.length, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (code == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    enum MHD_Result result = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result respond_sentence(struct MHD_Connection *connection, unsigned int code,
                                        const char *sentence)
{
    return respond(connection, code, "text/plain; charset=utf-8",
                   (struct pw_text){sentence, strlen(sentence)});
}

static enum MHD_Result respond_figures(struct exporter *exporter, struct MHD_Connection *connection)
{
    struct buffer text = {0};
    bool away = exporter_ask(exporter->ctl, &text) != CTL_GOOD;
    if (away != exporter->away)
        ctl_complain(away ? "the daemon does not answer at %s" : "the daemon answers again at %s",
                     exporter->ctl->config->control);
    exporter->away = away;
    enum MHD_Result result =
        away ? respond_sentence(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "pathwayd does not answer.\n")
             : respond(connection, MHD_HTTP_OK, EXPOSITION_TYPE, buffer_view(&text));
    buffer_release(&text);
    return result;
}

/* Answers at once, whatever else the client may send: then it is hung up on. */
static enum MHD_Result answer(void *owner, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_length, void **seen)
{
    (void)version;
    (void)upload;
    (void)upload_length;
    (void)seen;
    if (strcmp(path, "/metrics") != 0)
        return respond_sentence(connection, MHD_HTTP_NOT_FOUND, "There is only /metrics.\n");
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return respond_sentence(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "It can only be read.\n");
    return respond_figures(owner, connection);
}

/* ---- listening ----------------------------------------------------------------------------------------- */

/* "127.0.0.1:9943" or "[::1]:9943" into its parts; false: it is neither. */
static bool split(const char *address, char host[EXPORTER_ADDRESS], const char **ret_port)
{
    const char *colon = strrchr(address, ':');
    if (!colon || colon == address || !colon[1] || strlen(address) >= EXPORTER_ADDRESS ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    size_t length = (size_t)(colon - address);
    bool bracketed = address[0] == '[' && address[length - 1] == ']' && length > 2;
    if (!bracketed && memchr(address, ':', length))
        return false;
    memcpy(host, address + bracketed, length - 2u * bracketed);
    host[length - 2u * bracketed] = '\0';
    *ret_port = colon + 1;
    return true;
}

static int bind_to(const struct addrinfo *found)
{
    int one = 1, file = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file >= 0 && setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
        bind(file, found->ai_addr, found->ai_addrlen) == 0 && listen(file, EXPORTER_BACKLOG) == 0)
        return file;
    int error = errno;
    if (file >= 0)
        close(file);
    errno = error;
    return -1;
}

static int listen_at(const char *address, int *ret_file)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    char host[EXPORTER_ADDRESS];
    const char *port = NULL;
    struct addrinfo *found = NULL;
    if (!split(address, host, &port) || strlen(port) > 5 || strtol(port, NULL, 10) > UINT16_MAX) {
        ctl_complain("--listen is ADDRESS:PORT, e.g. 127.0.0.1:9943 or [::1]:9943, not \"%s\"", address);
        return CTL_USAGE;
    }
    int error = getaddrinfo(host, port, &wanted, &found);
    if (error != 0) {
        ctl_complain("--listen: there is no address \"%s\": %s", host, gai_strerror(error));
        return CTL_USAGE;
    }
    *ret_file = bind_to(found);
    freeaddrinfo(found);
    if (*ret_file < 0)
        ctl_complain("cannot listen on %s: %s", address, strerror(errno));
    return *ret_file < 0 ? CTL_BAD : CTL_GOOD;
}

static void tell_address(const char *address, int file)
{
    struct sockaddr_storage bound = {0};
    socklen_t size = sizeof(bound);
    uint16_t port = 0;
    if (getsockname(file, (struct sockaddr *)&bound, &size) == 0)
        port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                 : ((struct sockaddr_in *)&bound)->sin_port);
    printf("The daemon's figures are at http://%.*s:%u/metrics\n", (int)(strrchr(address, ':') - address),
           address, port);
    fflush(stdout);
}

int exporter_serve(struct ctl *ctl, const char *address)
{
    struct exporter exporter = {.ctl = ctl};
    sigset_t ends;
    int file = -1, number = 0, status = ctl_config(ctl);
    if (status == CTL_GOOD)
        status = listen_at(address, &file);
    if (status != CTL_GOOD)
        return status;
    sigemptyset(&ends); /* before there are threads, so that all of them leave these to this one */
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    struct MHD_Daemon *server = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, answer, &exporter, MHD_OPTION_LISTEN_SOCKET, file,
        MHD_OPTION_CONNECTION_LIMIT, EXPORTER_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, EXPORTER_IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, EXPORTER_MEMORY, MHD_OPTION_END);
    if (!server) {
        close(file);
        ctl_complain("the HTTP server could not be started");
        return CTL_BAD;
    }
    tell_address(address, file);
    sigwait(&ends, &number);
    MHD_stop_daemon(server); /* closes the socket */
    return CTL_GOOD;
}
