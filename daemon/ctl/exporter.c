/* SPDX-License-Identifier: Apache-2.0
 *
 * exporter.c: see exporter.h. One thread of libmicrohttpd's serves all, so the daemon is asked one question at a time.
 */
#include "ctl/exporter.h"

#include <microhttpd.h>
#include <pathwayd/plugin.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ctl/call.h"
#include "http/listen.h"
#include "metrics/exposition.h"

#define EXPORTER_CONNECTIONS 16u /* a few monitors, and somebody with curl */
#define EXPORTER_IDLE_S      5u  /* a client that says or takes nothing for so long is hung up on */
#define EXPORTER_MEMORY      ((size_t)8192) /* of a connection: a request's head is small */

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

static int listen_on(const char *address, int *ret_file)
{
    char *error = NULL;
    int status = listen_at(address, ret_file, &error);
    if (status != 0)
        ctl_complain("--listen: %s", error ? error : "out of memory");
    free(error);
    return status == 0 ? CTL_GOOD : status == PW_ERROR_INVALID ? CTL_USAGE : CTL_BAD;
}

int exporter_serve(struct ctl *ctl, const char *address)
{
    struct exporter exporter = {.ctl = ctl};
    sigset_t ends;
    int file = -1, number = 0, status = ctl_config(ctl);
    if (status == CTL_GOOD)
        status = listen_on(address, &file);
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
    printf("The daemon's figures are at http://%.*s:%u/metrics\n", (int)(strrchr(address, ':') - address),
           address, listen_port(file));
    fflush(stdout);
    sigwait(&ends, &number);
    MHD_stop_daemon(server); /* closes the socket */
    return CTL_GOOD;
}
