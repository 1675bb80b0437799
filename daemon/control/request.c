/* SPDX-License-Identifier: Apache-2.0
 *
 * request.c: reads a control request against the table of operations and their fields, so that every mistake
 * gets a sentence, and wraps the answer.
 */
#include "control/request.h"
#include "control/access.h"
#include "control/operation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dispatch/pathway.h"
#include "json/time.h"

/* A control request is small and flat; whatever is not is a mistake or an attack. */
static const struct json_limits request_limits = {
    .max_bytes = CONTROL_MAX_REQUEST, .max_values = 128, .max_depth = 4, .comments = false};

int request_fail(struct request *request, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(request->error, sizeof(request->error), format, arguments);
    va_end(arguments);
    request->code = code;
    return -1;
}

int request_refused(struct request *request, int status, const struct refusal *refusal)
{
    if (refusal->code)
        (void)request_fail(request, refusal->code, "%s", refusal->sentence);
    request->revision = refusal->revision;
    return status;
}

void request_member_time(struct buffer *out, const char *key, int64_t ms)
{
    char text[TIME_TEXT_SIZE];
    time_format(ms, text);
    json_member_string(out, key, text);
}

int request_journal_failed(struct request *request, int status)
{
    return request_fail(request, "journal", "The journal could not be read (error %d); see the daemon's log.",
                        status);
}

struct pw_text request_text(const struct request *request, const char *name)
{
    return json_text(request->document, json_member(request->document, PW_NODE_ROOT, name));
}

uint64_t request_number(const struct request *request, const char *name, uint64_t otherwise)
{
    int64_t value = 0;
    uint32_t node = json_member(request->document, PW_NODE_ROOT, name);
    if (json_integer(request->document, node, &value) != 0 || value < 0)
        return otherwise;
    return (uint64_t)value;
}

/* "C-000123", "123" or a number. */
int request_case_number(struct request *request, uint64_t *ret_case_id)
{
    struct pw_text name = request_text(request, "case");
    uint64_t number = request_number(request, "case", 0);
    size_t at =
        name.length > 2 && (name.data[0] == 'C' || name.data[0] == 'c') && name.data[1] == '-' ? 2 : 0;
    for (; at < name.length && number <= UINT64_MAX / 100; at++) {
        if (name.data[at] < '0' || name.data[at] > '9')
            return request_fail(request, "bad_request", "A case is named like C-000123.");
        number = number * 10 + (uint64_t)(name.data[at] - '0');
    }
    *ret_case_id = number;
    return 0;
}

struct pw_text request_texts(const struct request *request, const char *name, uint32_t *ret_count)
{
    uint32_t node = json_member(request->document, PW_NODE_ROOT, name);
    bool given = json_type(request->document, node) == PW_JSON_ARRAY;
    *ret_count = given ? json_count(request->document, node) : 0;
    return given ? json_raw(request->document, node) : (struct pw_text){0};
}

uint32_t request_limit(const struct request *request)
{
    uint64_t limit = request_number(request, "limit", CONTROL_DEFAULT_LIMIT);
    return limit > CONTROL_MAX_LIMIT ? CONTROL_MAX_LIMIT : (uint32_t)limit;
}

int request_min_level(struct request *request, uint32_t *ret_level)
{
    struct pw_text word = request_text(request, "min_level");
    if (word.length == 0) {
        *ret_level = PW_LEVEL_NONE;
        return 0;
    }
    uint32_t level = level_by_name(word);
    if (level >= PW_LEVEL_COUNT)
        return request_fail(
            request, "bad_request",
            "\"min_level\" is one of none, note, suggested, recommended, required, prohibited.");
    *ret_level = level;
    return 0;
}

bool request_full(const struct request *request)
{
    return request->out->length >= CONTROL_MAX_ANSWER;
}

/* `write` only records what `run` has shown. */
static bool looks(const struct operation *operation)
{
    return operation->write == request_case_viewed;
}

static bool fits(const struct pw_document *document, uint32_t node, enum field_type type)
{
    int64_t value = 0;
    bool number = json_integer(document, node, &value) == 0 && value >= 0;
    bool text = json_type(document, node) == PW_JSON_STRING;
    if (type == FIELD_TEXT)
        return text;
    if (type == FIELD_TEXTS) {
        bool texts = json_type(document, node) == PW_JSON_ARRAY;
        for (uint32_t child = json_first(document, node); texts && child != PW_NODE_NONE;
             child = json_next(document, child))
            texts = json_type(document, child) == PW_JSON_STRING;
        return texts;
    }
    return type == FIELD_NUMBER ? number : number || text;
}

static int check_field(struct request *request, const struct operation *operation, uint32_t node)
{
    struct pw_text key = json_key(request->document, node);
    for (const struct field *field = operation->fields; field->name; field++) {
        if (!text_is(key, field->name))
            continue;
        if (json_type(request->document, node) == PW_JSON_NULL || fits(request->document, node, field->type))
            return 0;
        return request_fail(request, "bad_request", "\"%s\" of %s is %s.", field->name, operation->name,
                            field->type == FIELD_TEXT     ? "a string"
                            : field->type == FIELD_NUMBER ? "a whole number from 0"
                            : field->type == FIELD_TEXTS  ? "a list of strings"
                                                          : "a string or a whole number");
    }
    return request_fail(request, "bad_request", "%s has no field \"%.*s\".", operation->name,
                        (int)(key.length > 64 ? 64 : key.length), key.data ? key.data : "");
}

static bool given(const struct request *request, const char *name)
{
    return json_member(request->document, PW_NODE_ROOT, name) != PW_NODE_NONE;
}

/* Members that every request may have. */
static bool is_of_all(struct pw_text key)
{
    return text_is(key, "op") || text_is(key, "as");
}

static int run_operation(struct request *request, const struct operation **ret_operation)
{
    struct pw_text name = request_text(request, "op");
    const struct operation *operation = operation_find(name);
    if (json_type(request->document, PW_NODE_ROOT) != PW_JSON_OBJECT || name.length == 0)
        return request_fail(request, "bad_request", "A request is an object with a member \"op\".");
    if (!operation)
        return request_fail(request, "unknown_op", "There is no operation \"%.*s\".",
                            (int)(name.length > 64 ? 64 : name.length), name.data);
    struct refusal refusal = {0};
    if (given(request, "as") &&
        access_as(request->config, request_text(request, "as"), &request->actor, &refusal) != 0)
        return request_refused(request, -1, &refusal);
    if (access_check(operation->name, &request->actor, &refusal) != 0)
        return request_refused(request, -1, &refusal);
    for (uint32_t node = json_first(request->document, PW_NODE_ROOT); node != PW_NODE_NONE;
         node = json_next(request->document, node))
        if (!is_of_all(json_key(request->document, node)) && check_field(request, operation, node) != 0)
            return -1;
    *ret_operation = operation;
    return operation->run(request);
}

static void write_refusal(struct buffer *out, const char *code, const char *error, uint64_t revision)
{
    json_write_begin(out, '{');
    json_member_boolean(out, "ok", false);
    json_member_string(out, "code", code);
    json_member_string(out, "error", error);
    if (revision)
        json_member_unsigned(out, "revision", revision);
    json_write_end(out, '}');
}

void request_refuse(struct buffer *out, const char *code, const char *error)
{
    write_refusal(out, code, error, 0);
}

/* ---- one exchange ---- */

struct exchange {
    struct pw_text bytes;
    struct views *views;
    struct pw_document document;
    struct request request;
    struct buffer result;
    const struct operation *operation;
};

struct exchange *exchange_new(const struct request_context *context, struct pw_text bytes)
{
    struct exchange *exchange = calloc(1, sizeof(*exchange));
    if (!exchange)
        return NULL;
    exchange->bytes = bytes;
    exchange->views = context->views;
    exchange->request = (struct request){.view = context->view,
                                         .config = context->config,
                                         .actor = context->actor,
                                         .sources = context->sources,
                                         .owner = context->owner,
                                         .instances = context->instances,
                                         .now_ms = context->now_ms,
                                         .reports = context->reports,
                                         .document = &exchange->document,
                                         .out = &exchange->result};
    return exchange;
}

void exchange_free(struct exchange *exchange)
{
    if (!exchange)
        return;
    json_release(&exchange->document);
    buffer_release(&exchange->result);
    free(exchange);
}

static void give_result(struct exchange *exchange, struct buffer *out)
{
    json_write_begin(out, '{');
    json_member_boolean(out, "ok", true);
    json_member_raw(out, "result", buffer_view(&exchange->result));
    if (exchange->request.next > 0)
        json_member_unsigned(out, "next", exchange->request.next);
    json_write_end(out, '}');
}

static void answer(struct exchange *exchange, bool good, struct buffer *out)
{
    const struct request *request = &exchange->request;
    if (good && !exchange->result.failed)
        give_result(exchange, out);
    else
        write_refusal(out, request->code ? request->code : "memory",
                      request->code ? request->error : "The daemon is out of memory.", request->revision);
}

/* What is still to be done after `run`. */
static enum exchange_step next_step(const struct exchange *exchange)
{
    const struct request *request = &exchange->request;
    bool seen = looks(exchange->operation) && exchange->views &&
                views_fresh(exchange->views, request->actor.name, request->viewed, request->now_ms);
    if (exchange->operation->write && !seen)
        return EXCHANGE_WRITE;
    if (exchange->operation->work && exchange->result.length == 0 && !exchange->result.failed)
        return EXCHANGE_WORK;
    return EXCHANGE_ANSWERED;
}

enum exchange_step exchange_begin(struct exchange *exchange, struct buffer *out)
{
    struct json_error error = {0};
    if (json_parse(&exchange->document, exchange->bytes.data, exchange->bytes.length, &request_limits,
                   &error) != 0) {
        char sentence[400];
        snprintf(sentence, sizeof(sentence), "The request is not JSON, column %u: %s", error.column,
                 error.message);
        request_refuse(out, "bad_json", sentence);
        return EXCHANGE_ANSWERED;
    }
    bool good = run_operation(&exchange->request, &exchange->operation) == 0;
    enum exchange_step step = good ? next_step(exchange) : EXCHANGE_ANSWERED;
    if (step == EXCHANGE_ANSWERED)
        answer(exchange, good, out);
    return step;
}

/* That it was the page which asked for somebody. */
static int record_through(const struct exchange *exchange, struct journal_writer *writer)
{
    const struct actor *actor = &exchange->request.actor;
    struct buffer detail = {0};
    json_write_begin(&detail, '{');
    json_member_string(&detail, "op", exchange->operation->name);
    json_member_text(&detail, "actor", actor->name);
    json_member_text(&detail, "through", actor->through);
    json_write_end(&detail, '}');
    int status =
        detail.failed ? PW_ERROR_MEMORY : journal_audit(writer, "control.through", buffer_view(&detail));
    buffer_release(&detail);
    return status;
}

int exchange_write(struct exchange *exchange, struct journal_writer *writer)
{
    exchange->request.code = NULL;
    if (!looks(exchange->operation))
        buffer_clear(&exchange->result);
    int status = exchange->operation->write(&exchange->request, writer);
    return status >= 0 && exchange->request.actor.through.length ? record_through(exchange, writer) : status;
}

int exchange_work(struct exchange *exchange)
{
    return exchange->operation->work(&exchange->request);
}

void exchange_answer(struct exchange *exchange, int status, struct buffer *out)
{
    if (status < 0 && !exchange->request.code)
        request_fail(&exchange->request, "journal",
                     "It could not be stored (error %d), and nothing has changed; see the daemon's log.",
                     status);
    const struct request *request = &exchange->request;
    if (status >= 0 && looks(exchange->operation) && exchange->views)
        views_note(exchange->views, request->actor.name, request->viewed, request->now_ms);
    if (exchange->operation->work)
        request_report_made(&exchange->request, status >= 0);
    answer(exchange, status >= 0, out);
}
