/* SPDX-License-Identifier: Apache-2.0
 *
 * session_work.c: the hot path: items in, results out, in order, with memory that is kept from one to the
 * next.
 */
#include "host/session.h"

#include "host/caps.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Results that wait for the rest of their batch, but no longer than FRAME_FLUSH_MS, since the daemon's deadline is
 * one event's; a frame ends before it could exceed FRAME_MAX_BYTES. */
struct results {
    size_t begun, count_at;
    uint32_t count;
    int64_t begun_ms;
};

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void results_begin(struct session *session, struct results *results)
{
    buffer_clear(&session->out);
    results->begun = frame_begin(&session->out, FRAME_RESULT);
    results->count_at = session->out.length;
    results->count = 0;
    results->begun_ms = monotonic_ms();
    frame_put_count(&session->out, 0);
}

static int results_send(struct session *session, struct results *results)
{
    struct buffer *out = &session->out;
    if (out->failed)
        return PW_ERROR_MEMORY;
    memcpy(out->data + results->count_at, &results->count, sizeof results->count);
    frame_end(out, results->begun);
    return channel_send(&session->channel, out);
}

static int results_add(struct session *session, struct results *results, const struct frame_result *result)
{
    const size_t dressing = FRAME_HEADER_BYTES + 2 * sizeof(uint64_t);
    if (session->out.length + result->body.length + dressing > FRAME_MAX_BYTES) {
        int status = results_send(session, results);
        if (status < 0)
            return status;
        results_begin(session, results);
    }
    frame_put_result(&session->out, result);
    results->count++;
    if (session->out.failed)
        return PW_ERROR_MEMORY;
    if (monotonic_ms() - results->begun_ms < FRAME_FLUSH_MS)
        return 0;
    int status = results_send(session, results);
    results_begin(session, results);
    return status;
}

static int parse(struct pw_document *document, struct pw_text text, struct pw_text otherwise,
                 struct answer *answer, const char *what)
{
    struct json_error error;
    struct pw_text bytes = text.length ? text : otherwise;
    int status = json_parse(document, bytes.data, bytes.length, &json_limits_frame, &error);
    return status < 0 ? answer_refuse(answer, status, "The %s cannot be read: %s", what, error.message) : 0;
}

static int prepare(struct session *session, const struct frame_item *item, struct pw_message *message)
{
    struct answer *answer = &session->service.answer;
    uint32_t stage = session->service.stage;
    *message = (struct pw_message){
        .struct_size = sizeof *message, .stage = stage, .sequence = item->sequence, .as_of = item->as_of};
    if (stage == PW_STAGE_NOTIFY) {
        message->notice = &session->notice;
        return parse(&session->notice, item->notice, PW_TEXT("null"), answer, "notice");
    }
    message->event = &session->event;
    if (parse(&session->event, item->event, PW_TEXT("null"), answer, "event") < 0)
        return PW_ERROR_INVALID;
    if (stage == PW_STAGE_ENRICH) {
        message->affiliation = item->affiliation;
        return 0;
    }
    message->pathway = item->pathway;
    message->facts = &session->facts;
    if (!cap_of(item->pathway))
        return answer_refuse(answer, PW_ERROR_INVALID, "There is no pathway \"%.*s\".",
                             TEXT_FMT(item->pathway));
    return parse(&session->facts, item->facts, PW_TEXT("[]"), answer, "facts");
}

/* 0 and *ret_body the JSON, or a negative code and *ret_body the sentence. */
static int32_t conclude(struct session *session, int32_t status, struct pw_text *ret_body)
{
    struct service *service = &session->service;
    struct answer *answer = &service->answer;
    if (answer->refused)
        status = answer->refused;
    else if (status >= 0 && service->stage == PW_STAGE_NOTIFY && answer->count == 0)
        status = answer_refuse(answer, PW_ERROR_STATE, "The plugin handled the notice without a delivery.");
    if (status < 0 && !answer->why[0])
        snprintf(answer->why, sizeof answer->why, "The plugin failed with code %d and did not explain.",
                 status);
    if (status < 0) {
        *ret_body = (struct pw_text){answer->why, strlen(answer->why)};
        return status;
    }
    if (service->stage != PW_STAGE_NOTIFY && answer->count == 0)
        json_write_begin(&answer->json, '[');
    if (service->stage != PW_STAGE_NOTIFY)
        json_write_end(&answer->json, ']');
    *ret_body = buffer_view(&answer->json);
    return 0;
}

static int handle(struct session *session, struct results *results, const struct frame_item *item)
{
    struct service *service = &session->service;
    struct pw_message message;
    struct frame_result result = {.sequence = item->sequence};
    answer_begin(&service->answer);
    service->pathway = item->pathway;
    int32_t status = prepare(session, item, &message);
    if (status == 0) {
        service->moment = MOMENT_HANDLE;
        status = session->loaded.plugin.handle(session->instance, &message);
        service->moment = MOMENT_OUTSIDE;
    }
    result.status = conclude(session, status, &result.body);
    if (service->answer.json.failed)
        return PW_ERROR_MEMORY;
    return results_add(session, results, &result);
}

int session_work(struct session *session, struct pw_text body)
{
    struct frame_cursor cursor = {.rest = body};
    struct frame_item item;
    struct results results;
    uint32_t count;
    int status = frame_get_count(&cursor, &count);
    if (status < 0)
        return status;
    results_begin(session, &results);
    for (uint32_t i = 0; i < count && status == 0; i++) {
        status = frame_get_item(&cursor, &item);
        if (status == 0)
            status = handle(session, &results, &item);
    }
    if (status == 0 && cursor.rest.length > 0)
        status = PW_ERROR_INVALID;
    if (status < 0 || results.count == 0) /* an empty frame would be no answer */
        return status;
    return results_send(session, &results);
}

/* ---- CALL ---- */

#define SCREEN_MAX_BYTES (8u << 20) /* half a frame: thousands of matches */

static void write_screen(void *to, struct pw_text bytes)
{
    struct buffer *out = to;
    if (out->length + bytes.length > SCREEN_MAX_BYTES)
        out->failed = true;
    else
        buffer_text(out, bytes);
}

static int32_t screen(struct session *session, const struct pw_document *request, struct buffer *result,
                      const char **ret_why)
{
    *ret_why = "This plugin does not offer " PW_EXTENSION_LIST ".";
    if (!session->list)
        return PW_ERROR_UNSUPPORTED;
    const struct pw_screen_query query = {
        .struct_size = sizeof query,
        .query = json_text(request, json_member(request, PW_NODE_ROOT, "query")),
        .country = json_text(request, json_member(request, PW_NODE_ROOT, "country")),
        .ror = json_text(request, json_member(request, PW_NODE_ROOT, "ror")),
    };
    answer_begin(&session->service.answer);
    session->service.moment = MOMENT_HANDLE; /* why it cannot be screened is the plugin's to explain */
    int32_t status = session->list->screen(session->instance, &query, write_screen, result);
    session->service.moment = MOMENT_OUTSIDE;
    *ret_why =
        session->service.answer.why[0] ? session->service.answer.why : "The plugin failed to screen this.";
    if (status < 0)
        return status;
    *ret_why = "The plugin's answer is larger than 8 MiB.";
    if (result->failed)
        return PW_ERROR_LIMIT;
    struct json_error error;
    *ret_why = "The plugin's answer is not JSON.";
    bool sound = json_parse(&session->facts, result->data ? result->data : "", result->length,
                            &json_limits_frame, &error) == 0;
    return sound ? 0 : PW_ERROR_INVALID;
}

static int32_t compile(struct session *session, const struct pw_document *request, struct buffer *result,
                       const char **ret_why)
{
    (void)request;
    *ret_why = "This plugin does not compile lists.";
    if (!session_lists(session, offsetof(struct pw_list, compile)) || !session->list->compile)
        return PW_ERROR_UNSUPPORTED;
    answer_begin(&session->service.answer);
    session->service.moment = MOMENT_HANDLE;
    int32_t status = session->list->compile(session->instance, write_screen, result);
    session->service.moment = MOMENT_OUTSIDE;
    *ret_why =
        session->service.answer.why[0] ? session->service.answer.why : "The plugin failed to compile this.";
    return status;
}

static void write_encoded(void *to, struct pw_text bytes)
{
    struct buffer *out = to;
    size_t room = sodium_base64_encoded_len(bytes.length, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(room);
    if (!text) {
        out->failed = true;
        return;
    }
    sodium_bin2base64(text, room, (const unsigned char *)bytes.data, bytes.length,
                      sodium_base64_VARIANT_ORIGINAL);
    json_write_string(out, text);
    free(text);
}

/* Bytes of what was compiled, in an encoding that JSON can carry; one piece a call, since a frame is bounded. */
static int32_t read_compiled(struct session *session, const struct pw_document *request,
                             struct buffer *result, const char **ret_why)
{
    int64_t offset = -1;
    *ret_why = "This plugin does not compile lists.";
    if (!session_lists(session, offsetof(struct pw_list, read)) || !session->list->read)
        return PW_ERROR_UNSUPPORTED;
    json_integer(request, json_member(request, PW_NODE_ROOT, "offset"), &offset);
    *ret_why = "Nothing has been compiled, or not as much.";
    if (offset < 0)
        return PW_ERROR_INVALID;
    int32_t status =
        session->list->read(session->instance, (uint64_t)offset, FRAME_MAX_PIECE, write_encoded, result);
    if (status == PW_OK && result->length == 0)
        json_write_string(result, ""); /* the end */
    return result->failed ? PW_ERROR_MEMORY : status;
}

static const struct {
    const char *name;
    int32_t (*run)(struct session *session, const struct pw_document *request, struct buffer *result,
                   const char **ret_why);
} calls[] = {{"screen", screen}, {"compile", compile}, {"read", read_compiled}};

int session_call(struct session *session, struct pw_text body)
{
    struct json_error error;
    struct buffer result = {0}, *reply = &session->reply;
    const char *why = "The request is not JSON.";
    int32_t status = json_parse(&session->event, body.data, body.length, &json_limits_frame, &error);
    size_t i = 0;
    while (i < sizeof calls / sizeof *calls &&
           !json_text_is(&session->event, json_member(&session->event, PW_NODE_ROOT, "call"), calls[i].name))
        i++;
    if (status == 0 && i < sizeof calls / sizeof *calls) {
        status = calls[i].run(session, &session->event, &result, &why);
    } else if (status == 0) {
        status = PW_ERROR_UNSUPPORTED;
        why = "There is no such call; \"screen\" is one.";
    }
    buffer_clear(reply);
    json_write_begin(reply, '{');
    json_member_integer(reply, "status", status);
    if (status == 0)
        json_member_raw(reply, "result", buffer_view(&result));
    else
        json_member_string(reply, "error", why);
    json_write_end(reply, '}');
    buffer_clear(&session->out);
    frame_put(&session->out, FRAME_CALLED, buffer_view(reply));
    buffer_release(&result);
    return channel_send(&session->channel, &session->out);
}
