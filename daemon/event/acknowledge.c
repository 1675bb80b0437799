/* SPDX-License-Identifier: Apache-2.0
 *
 * acknowledge.c: what a feed hears back. Names of fields may appear here and nowhere else, their values
 * never.
 */
#include "event/event.h"

static const char *const status_names[] = {
    [EVENT_ACCEPTED] = "accepted",
    [EVENT_DUPLICATE] = "duplicate",
    [EVENT_REJECTED] = "rejected",
    [EVENT_BUSY] = "busy",
};

static void write_fault(struct buffer *out, const struct event_fault *fault)
{
    json_write_begin(out, '{');
    json_member_string(out, "pointer", fault->pointer);
    json_member_string(out, "code", fault->code);
    json_member_string(out, "message", fault->message);
    json_write_end(out, '}');
}

static void write_faults(struct buffer *out, const struct event_fault *faults, uint32_t count)
{
    json_write_key(out, "errors");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < count; i++)
        write_fault(out, &faults[i]);
    json_write_end(out, ']');
}

void event_acknowledge(struct buffer *out, const struct event *event, const struct event_answer *answer)
{
    bool stored = answer->status == EVENT_ACCEPTED || answer->status == EVENT_DUPLICATE;
    json_write_begin(out, '{');
    if (event->id.length > 0)
        json_member_text(out, "id", event->id);
    if (event->source.length > 0)
        json_member_text(out, "source", event->source);
    json_member_string(out, "status", status_names[answer->status]);
    if (stored)
        json_member_unsigned(out, "sequence", answer->sequence);
    if (event->dropped.length > 0)
        json_member_raw(out, "dropped", buffer_view(&event->dropped));
    if (event->refused.length > 0)
        json_member_raw(out, "refused", buffer_view(&event->refused));
    if (answer->status == EVENT_REJECTED)
        write_faults(out, event->faults, event->fault_count);
    if (answer->content_differs)
        json_member_boolean(out, "content_differs", true);
    if (answer->status == EVENT_BUSY)
        json_member_unsigned(out, "retry_after", answer->retry_after);
    if (stored && event->family == EVENT_UNROUTED)
        json_member_boolean(out, "unrouted", true);
    json_write_end(out, '}');
}

void event_acknowledge_fault(struct buffer *out, const struct event_fault *fault)
{
    json_write_begin(out, '{');
    json_member_string(out, "status", status_names[EVENT_REJECTED]);
    write_faults(out, fault, 1);
    json_write_end(out, '}');
}
