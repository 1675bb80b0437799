/* SPDX-License-Identifier: Apache-2.0
 *
 * event.c: the order of reading one event, and the notes taken on the way. All that is wrong is said at once,
 * so that a feed's author needs one round and not ten.
 */
#include "event/reading.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct event_limits event_limits_default = {.max_event_bytes = 256 * 1024,
                                                  .max_event_values = 16384,
                                                  .max_batch_events = 1000,
                                                  .max_batch_bytes = 1024 * 1024,
                                                  .max_depth = 32};

enum {
    NOTES_MOST = 256,     /* pointers listed per event: a hostile event must not make a far larger answer */
    POINTER_SIZE = 256,   /* as in struct event_fault */
    BATCH_VALUE_BYTES = 8 /* a batch whose values are shorter on average is no batch of events */
};

static const char default_prefix[] = "org.pathwayd.";

static void format_message(char *buffer, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void format_message(char *buffer, size_t size, const char *format, va_list arguments)
{
    vsnprintf(buffer, size, format, arguments);
}

/* The next free fault; the last one is kept to say that there are more. NULL when there is no room. */
static struct event_fault *next_fault(struct event *event)
{
    if (event->fault_count == EVENT_MAX_ERRORS)
        return NULL;
    struct event_fault *fault = &event->faults[event->fault_count++];
    if (event->fault_count < EVENT_MAX_ERRORS)
        return fault;
    fault->pointer[0] = '\0';
    fault->code = "more";
    snprintf(fault->message, sizeof fault->message, "there are more faults than the %d listed",
             EVENT_MAX_ERRORS - 1);
    return NULL;
}

void reading_fault(struct reading *reading, uint32_t node, const char *member, const char *code,
                   const char *format, ...)
{
    struct event_fault *fault = next_fault(reading->event);
    if (!fault)
        return;
    json_pointer_below(reading->document, reading->root, node, fault->pointer, sizeof fault->pointer);
    if (member) {
        size_t length = strlen(fault->pointer);
        snprintf(fault->pointer + length, sizeof fault->pointer - length, "/%s", member);
    }
    fault->code = code;
    va_list arguments;
    va_start(arguments, format);
    format_message(fault->message, sizeof fault->message, format, arguments);
    va_end(arguments);
}

static void note(struct reading *reading, uint32_t node, struct buffer *notes, uint32_t count)
{
    char pointer[POINTER_SIZE];
    if (count > NOTES_MOST)
        return;
    if (count == 1)
        json_write_begin(notes, '[');
    json_pointer_below(reading->document, reading->root, node, pointer, sizeof pointer);
    json_write_string(notes, pointer);
}

static void finish_notes(struct buffer *notes, uint32_t count)
{
    char more[64];
    if (count == 0)
        return;
    if (count > NOTES_MOST) {
        snprintf(more, sizeof more, "… and %u more", count - NOTES_MOST);
        json_write_string(notes, more);
    }
    json_write_end(notes, ']');
}

void reading_mark(struct reading *reading, uint32_t node)
{
    buffer_append(&reading->event->marks, &node, sizeof node);
}

void reading_refuse(struct reading *reading, uint32_t node, bool cut)
{
    struct event *event = reading->event;
    note(reading, node, &event->refused, ++event->refused_count);
    if (reading->permit->strict)
        reading_fault(reading, node, NULL, "refused", "this field is never accepted");
    if (cut)
        reading_mark(reading, node);
}

void reading_drop(struct reading *reading, uint32_t node)
{
    struct event *event = reading->event;
    note(reading, node, &event->dropped, ++event->dropped_count);
    reading_mark(reading, node);
    reading_search(reading, node);
}

uint32_t node_behind(const struct pw_document *document, uint32_t node)
{
    while (node != PW_NODE_NONE && document->nodes[node].next == PW_NODE_NONE)
        node = document->nodes[node].parent;
    return node == PW_NODE_NONE ? document->node_count : document->nodes[node].next;
}

void reading_search(struct reading *reading, uint32_t node)
{
    if (json_count(reading->document, node) == 0)
        return;
    uint32_t behind = node_behind(reading->document, node);
    for (uint32_t inner = node + 1; inner < behind; inner++)
        if (name_is_refused(json_key(reading->document, inner)))
            reading_refuse(reading, inner, false);
}

static void begin(struct event *event)
{
    event->source = event->id = event->type = event->subject = event->time = (struct pw_text){0};
    event->engagement_id = event->causationid = event->name = (struct pw_text){0};
    event->body = event->affiliation = (struct pw_text){0};
    event->family = EVENT_UNROUTED;
    event->time_ms = INT64_MIN;
    event->fault_count = event->refused_count = event->dropped_count = 0;
    buffer_clear(&event->cut);
    buffer_clear(&event->dropped);
    buffer_clear(&event->refused);
    buffer_clear(&event->marks);
}

/* Whether the event is worth walking. */
static bool check_size(struct reading *reading)
{
    const struct pw_document *document = reading->document;
    if (json_type(document, reading->root) != PW_JSON_OBJECT) {
        reading_fault(reading, reading->root, NULL, "type", "an event must be a JSON object");
        return false;
    }
    if (json_raw(document, reading->root).length > reading->limits->max_event_bytes) {
        reading_fault(reading, reading->root, NULL, "bytes", "more than the limit of %u bytes in an event",
                      reading->limits->max_event_bytes);
        return false;
    }
    if (node_behind(document, reading->root) - reading->root > reading->limits->max_event_values) {
        reading_fault(reading, reading->root, NULL, "values", "more than the limit of %u values in an event",
                      reading->limits->max_event_values);
        return false;
    }
    return true;
}

int event_read(struct event *event, const struct pw_document *document, uint32_t node,
               const struct event_limits *limits, const struct event_permit *permit)
{
    struct event_permit complete = permit ? *permit : (struct event_permit){0};
    if (!complete.type_prefix)
        complete.type_prefix = default_prefix;
    struct reading reading = {.event = event,
                              .document = document,
                              .limits = limits ? limits : &event_limits_default,
                              .permit = &complete,
                              .root = node};
    begin(event);
    if (check_size(&reading))
        reading_envelope(&reading);
    finish_notes(&event->dropped, event->dropped_count);
    finish_notes(&event->refused, event->refused_count);
    if (event->marks.failed || event->dropped.failed || event->refused.failed)
        return PW_ERROR_MEMORY;
    return event->fault_count > 0 ? PW_ERROR_INVALID : reading_cut(&reading);
}

void event_release(struct event *event)
{
    if (!event)
        return;
    buffer_release(&event->cut);
    buffer_release(&event->dropped);
    buffer_release(&event->refused);
    buffer_release(&event->marks);
}

static int fail_message(struct event_fault *ret_fault, const struct json_error *error, int status)
{
    memcpy(ret_fault->pointer, error->pointer, sizeof ret_fault->pointer);
    ret_fault->code = error->code;
    snprintf(ret_fault->message, sizeof ret_fault->message, "line %u, column %u: %.200s", error->line,
             error->column, error->message);
    return status;
}

static bool begins_batch(const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length && memchr(" \t\r\n", bytes[at], 4))
        at++;
    return at < length && bytes[at] == '[';
}

int event_message_parse(struct pw_document *document, const char *bytes, size_t length,
                        const struct event_limits *limits, bool *ret_batch, struct event_fault *ret_fault)
{
    bool batch = begins_batch(bytes, length);
    uint32_t batch_values = limits->max_batch_bytes / BATCH_VALUE_BYTES;
    if (batch_values <= limits->max_event_values)
        batch_values = limits->max_event_values + 1;
    const struct json_limits of_json = {
        .max_bytes = batch ? limits->max_batch_bytes : limits->max_event_bytes,
        .max_values = batch ? batch_values : limits->max_event_values,
        .max_depth = batch ? limits->max_depth + 1 : limits->max_depth, /* the batch's own brackets */
    };
    struct json_error error;
    int status = json_parse(document, bytes, length, &of_json, &error);
    if (status < 0)
        return fail_message(ret_fault, &error, status);
    if (batch && json_count(document, PW_NODE_ROOT) > limits->max_batch_events) {
        ret_fault->pointer[0] = '\0';
        ret_fault->code = "events";
        snprintf(ret_fault->message, sizeof ret_fault->message, "more than the limit of %u events in a batch",
                 limits->max_batch_events);
        return PW_ERROR_LIMIT;
    }
    *ret_batch = batch;
    return 0;
}
