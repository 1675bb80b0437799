/* SPDX-License-Identifier: Apache-2.0
 *
 * What the daemon and a plugin host say to each other. Everything that comes in is checked here: a plugin
 * lives in that process, so its frames are as hostile as a feed's.
 */
#include "dispatch/host_private.h"

#include <stdlib.h>
#include <string.h>

/* An input buffer larger than this is given back when it is empty. */
#define INPUT_KEEP_BYTES (1u << 20)

struct write_request {
    uv_write_t request;
    char *bytes;
};

/* ---- the queue of what was sent -------------------------------------------------------------------------
 */

static int sent_reserve(struct host_process *host, uint32_t more)
{
    uint32_t need = host->sent_count + more;
    if (need <= host->sent_capacity)
        return 0;
    uint32_t capacity = host->sent_capacity ? host->sent_capacity : 2 * FRAME_MAX_BATCH;
    while (capacity < need)
        capacity *= 2;
    struct sent *grown = calloc(capacity, sizeof(*grown));
    if (!grown)
        return PW_ERROR_MEMORY;
    for (uint32_t i = 0; i < host->sent_count; i++)
        grown[i] = host->sent[(host->sent_first + i) % host->sent_capacity];
    free(host->sent);
    host->sent = grown;
    host->sent_first = 0;
    host->sent_capacity = capacity;
    return 0;
}

static const struct sent *sent_at(const struct host_process *host, uint32_t index)
{
    return &host->sent[(host->sent_first + index) % host->sent_capacity];
}

uint32_t host_suspects(const struct host_process *host)
{
    uint32_t count = 0;
    while (count < host->sent_count && sent_at(host, count)->batch == sent_at(host, 0)->batch)
        count++;
    return count;
}

/* ---- frames in -------------------------------------------------------------------------------------------
 */

static void take_ready(struct host_process *host, struct pw_text body)
{
    struct pw_document document = {0};
    struct json_error error;
    if (host->state != HOST_STARTING ||
        json_parse(&document, body.data, body.length, &json_limits_frame, &error) < 0) {
        host_end(host, "the plugin host answered with garbage while starting");
        return;
    }
    buffer_clear(&host->ready);
    buffer_text(&host->ready, body);
    host->state = HOST_UP;
    host->up_since = uv_now(host->loop);
    host->handled_before = host->handled;
    uv_timer_stop(&host->timer);
    host->events->up(host->owner, host, &document);
    json_release(&document);
}

static void take_defects(struct host_process *host, struct pw_text body)
{
    struct pw_document document = {0};
    struct json_error error;
    struct buffer why = {0};
    if (json_parse(&document, body.data, body.length, &json_limits_frame, &error) == 0) {
        uint32_t list = json_find(&document, PW_NODE_ROOT, "/defects");
        for (uint32_t node = json_first(&document, list); node != PW_NODE_NONE;
             node = json_next(&document, node)) {
            if (why.length)
                buffer_string(&why, "\n");
            buffer_text(&why, json_text(&document, node));
        }
        json_release(&document);
    }
    host_end(host, why.length ? why.data : "the plugin host refused the plugin without saying why");
    buffer_release(&why);
}

static void take_results(struct host_process *host, struct pw_text body)
{
    struct frame_cursor cursor = {.rest = body};
    struct frame_result result;
    uint32_t count;
    if (frame_get_count(&cursor, &count) < 0 || count == 0) { /* no answer must not put off the deadline */
        host_end(host, "the plugin host answered with garbage");
        return;
    }
    for (uint32_t i = 0; i < count && !host->ending; i++) {
        if (frame_get_result(&cursor, &result) < 0) {
            host_end(host, "the plugin host answered with garbage");
            return;
        }
        if (!host->sent_count || sent_at(host, 0)->sequence != result.sequence) {
            host_end(host, "the plugin host answered a request that was not the next one");
            return;
        }
        host->sent_first = (host->sent_first + 1) % host->sent_capacity;
        host->sent_count--;
        host->handled++;
        host->events->result(host->owner, host, &result);
    }
    if (!host->ending && cursor.rest.length)
        host_end(host, "the plugin host sent more than it announced");
    if (!host->ending)
        host_watch_answers(host);
}

static void take_log(struct host_process *host, struct pw_text body)
{
    struct pw_document document = {0};
    struct json_error error;
    int64_t severity = PW_LOG_INFO;
    if (json_parse(&document, body.data, body.length, &json_limits_frame, &error) < 0) {
        host_end(host, "the plugin host sent a log line that is not JSON");
        return;
    }
    json_integer(&document, json_find(&document, PW_NODE_ROOT, "/severity"), &severity);
    if (severity < (int64_t)PW_LOG_DEBUG || severity > (int64_t)PW_LOG_ERROR)
        severity = PW_LOG_WARNING;
    host->events->log(host->owner, (uint32_t)severity, host->plugin->name,
                      json_text(&document, json_find(&document, PW_NODE_ROOT, "/line")));
    json_release(&document);
}

static void take_frame(struct host_process *host, enum frame_type type, struct pw_text body)
{
    switch (type) {
    case FRAME_READY:
        take_ready(host, body);
        return;
    case FRAME_DEFECTS:
        take_defects(host, body);
        return;
    case FRAME_RESULT:
        take_results(host, body);
        return;
    case FRAME_CALLED:
        if (host->events->called)
            host->events->called(host->owner, host, body);
        return;
    case FRAME_LOG:
        take_log(host, body);
        return;
    default:
        host_end(host, "the plugin host sent a frame that only the daemon may send");
    }
}

void host_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buffer)
{
    struct host_process *host = handle->data;
    (void)suggested;
    *ret_buffer = uv_buf_init(host->chunk, READ_CHUNK_BYTES);
}

static void take_bytes(struct host_process *host)
{
    size_t used = 0;
    host->delivering = true;
    while (!host->ending) {
        enum frame_type type;
        struct pw_text body;
        size_t length;
        int got = frame_next(host->input.data + used, host->input.length - used, &type, &body, &length);
        if (got < 0)
            host_end(host, got == PW_ERROR_LIMIT ? "the plugin host sent an oversized answer"
                                                 : "the plugin host sent garbage");
        if (got <= 0)
            break;
        take_frame(host, type, body);
        used += length;
    }
    host->delivering = false;
    if (host->ending)
        return;
    size_t rest = host->input.length - used;
    if (rest)
        memmove(host->input.data, host->input.data + used, rest);
    host->input.length = rest;
    if (!rest && host->input.capacity > INPUT_KEEP_BYTES)
        buffer_release(&host->input);
}

void host_readable(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
    struct host_process *host = stream->data;
    if (host->ending)
        return;
    if (count <
        0) { /* end of file: the exit status says why; a host that closed its pipe and lives is killed */
        host_end(host, NULL);
        return;
    }
    buffer_append(&host->input, bytes->base, (size_t)count);
    if (host->input.failed) {
        host_end(host, "out of memory while reading from the plugin host");
        return;
    }
    take_bytes(host);
}

/* ---- frames out ------------------------------------------------------------------------------------------
 */

static void written(uv_write_t *request, int status)
{
    struct write_request *write = (struct write_request *)request;
    (void)status; /* a broken pipe also ends the reading side, which reports it */
    free(write->bytes);
    free(write);
}

int host_write_frames(struct host_process *host, struct buffer *frames)
{
    size_t length;
    struct write_request *write = calloc(1, sizeof(*write));
    char *bytes = frames->failed ? NULL : buffer_take(frames, &length);
    if (!write || !bytes) {
        free(write);
        free(bytes);
        return PW_ERROR_MEMORY;
    }
    write->bytes = bytes;
    uv_buf_t out = uv_buf_init(bytes, (unsigned int)length);
    if (uv_write(&write->request, (uv_stream_t *)&host->pipe, &out, 1, written) < 0) {
        free(write);
        free(bytes);
        return PW_ERROR_IO;
    }
    return 0;
}

static void write_load(struct host_process *host, struct buffer *json)
{
    const struct config_plugin *plugin = host->plugin;
    json_write_begin(json, '{');
    json_member_string(json, "file", plugin->file);
    json_member_string(json, "instance", plugin->name);
    json_member_unsigned(json, "stage", plugin->stage);
    json_member_raw(json, "config", (struct pw_text){plugin->config, strlen(plugin->config)});
    json_member_string(json, "config_file", plugin->config_file ? plugin->config_file : "");
    json_member_unsigned(json, "config_line", plugin->config_line);
    json_member_string(json, "base", host->options.base ? host->options.base : "/");
    json_write_key(json, "readable");
    json_write_begin(json, '[');
    for (char **path = plugin->readable; path && *path; path++)
        json_write_string(json, *path);
    json_write_end(json, ']');
    json_member_unsigned(json, "memory_mb", plugin->memory_mb);
    json_member_integer(json, "landlock_max", host->options.landlock_max);
    json_member_boolean(json, "describe_only", host->options.describe_only);
    json_member_boolean(json, "no_start", host->options.no_start);
    json_member_boolean(json, "check", host->options.check);
    json_write_end(json, '}');
}

int host_send_load(struct host_process *host)
{
    struct buffer json = {0}, frame = {0};
    write_load(host, &json);
    frame_put(&frame, FRAME_LOAD, buffer_view(&json));
    frame.failed = frame.failed || json.failed;
    int status = host_write_frames(host, &frame);
    buffer_release(&json);
    buffer_release(&frame);
    return status;
}

/* ---- work ---- */

static size_t item_bytes(const struct frame_item *item)
{
    return item->pathway.length + item->event.length + item->facts.length + item->notice.length +
           item->affiliation.length + 64;
}

int host_process_send(struct host_process *host, const struct frame_item *items, uint32_t count)
{
    struct buffer frames = {0};
    uint32_t done = 0;
    if (host->state != HOST_UP || host->ending || host->stopping)
        return PW_ERROR_STATE;
    if (sent_reserve(host, count) < 0)
        return PW_ERROR_MEMORY;
    uint32_t queued = host->sent_count;
    while (done < count) {
        uint32_t last = done + 1;
        size_t bytes = item_bytes(&items[done]);
        while (last < count && last - done < FRAME_MAX_BATCH &&
               bytes + item_bytes(&items[last]) < FRAME_MAX_BYTES)
            bytes += item_bytes(&items[last++]);
        size_t begun = frame_begin(&frames, FRAME_WORK);
        frame_put_count(&frames, last - done);
        host->batch++;
        for (; done < last; done++) {
            frame_put_item(&frames, &items[done]);
            host->sent[(host->sent_first + queued++) % host->sent_capacity] =
                (struct sent){items[done].sequence, host->batch};
        }
        frame_end(&frames, begun);
    }
    int status = host_write_frames(host, &frames);
    buffer_release(&frames);
    if (status < 0)
        return status;
    bool idle = host->sent_count == 0;
    host->sent_count = queued;
    if (idle)
        host_watch_answers(host);
    return 0;
}

int host_process_call(struct host_process *host, struct pw_text request)
{
    struct buffer frame = {0};
    if (host->state != HOST_UP || host->ending)
        return PW_ERROR_STATE;
    frame_put(&frame, FRAME_CALL, request);
    int status = host_write_frames(host, &frame);
    buffer_release(&frame);
    return status;
}

void host_process_fail(struct host_process *host, const char *why)
{
    if (host->state == HOST_UP || host->state == HOST_STARTING)
        host_end(host, why);
}
