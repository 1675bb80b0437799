/* SPDX-License-Identifier: Apache-2.0
 *
 * operate.c: the operations that ask or move the running daemon: status, metrics, drained, plugins, pending work,
 * pause, resume, reload.
 */
#include "control/request.h"

#include <stdlib.h>
#include <string.h>

int request_status(struct request *request)
{
    json_write_begin(request->out, '{');
    request->sources->status(request->owner, request->out);
    json_write_end(request->out, '}');
    return 0;
}

int request_metrics(struct request *request)
{
    struct buffer text = {0};
    request->sources->metrics(request->owner, &text);
    json_write_text(request->out, buffer_view(&text));
    request->out->failed = request->out->failed || text.failed;
    buffer_release(&text);
    return 0;
}

int request_drained(struct request *request)
{
    json_write_begin(request->out, '{');
    json_member_boolean(request->out, "drained", request->sources->drained(request->owner));
    json_write_end(request->out, '}');
    return 0;
}

int request_plugin_list(struct request *request)
{
    request->sources->plugins(request->owner, request->out);
    return 0;
}

struct pending_rows {
    struct request *request;
    uint32_t given;
    uint64_t last;
};

static int write_pending(void *to, const struct journal_pending *pending)
{
    struct pending_rows *rows = to;
    struct buffer *out = rows->request->out;
    json_write_begin(out, '{');
    json_member_unsigned(out, "sequence", pending->sequence);
    json_member_text(out, "instance", pending->instance);
    json_member_text(out, "pathway", pending->pathway);
    json_member_text(out, "reason", pending->reason);
    json_member_integer(out, "since_ms", pending->since_ms);
    json_member_boolean(out, "reported", pending->reported);
    json_write_end(out, '}');
    rows->given++;
    rows->last = pending->sequence;
    return 0;
}

/* One instance is paged by its event's number; over all of them each instance shows its first `limit`. */
int request_pending_list(struct request *request)
{
    struct pending_rows rows = {.request = request};
    uint32_t limit = request_limit(request);
    struct pw_text one = request_text(request, "instance");
    int status = 0;

    json_write_begin(request->out, '[');
    if (one.length > 0) {
        uint64_t after = request_number(request, "after", 0);
        status = journal_pending_read(request->view, one, after, limit, write_pending, &rows);
        request->next = rows.given >= limit ? rows.last : 0;
    }
    for (uint32_t i = 0; one.length == 0 && status >= 0 && request->instances[i]; i++) {
        struct pw_text name = {request->instances[i], strlen(request->instances[i])};
        status = journal_pending_read(request->view, name, 0, limit, write_pending, &rows);
    }
    json_write_end(request->out, ']');
    return status >= 0 ? 0 : request_journal_failed(request, status);
}

static int set_paused(struct request *request, bool paused)
{
    struct pw_text what = request_text(request, "what");
    if (what.length > 0 && !text_is(what, "dispatch"))
        return request_fail(request, "bad_request", "Only \"dispatch\" can be paused and resumed.");
    if (request->sources->pause(request->owner, paused) != 0)
        return request_fail(request, "failed", "Dispatch could not be %s.", paused ? "paused" : "resumed");
    json_write_begin(request->out, '{');
    json_member_boolean(request->out, "paused", paused);
    json_write_end(request->out, '}');
    return 0;
}

int request_pause(struct request *request)
{
    return set_paused(request, true);
}

int request_resume(struct request *request)
{
    return set_paused(request, false);
}

int request_reload(struct request *request)
{
    char *error = NULL;
    if (request->sources->reload(request->owner, &error) != 0) {
        request_fail(request, "configuration", "%s",
                     error ? error : "The new configuration was refused; the old one goes on.");
        free(error);
        return -1;
    }
    json_write_begin(request->out, '{');
    json_member_boolean(request->out, "reloaded", true);
    json_write_end(request->out, '}');
    free(error);
    return 0;
}
