/* SPDX-License-Identifier: Apache-2.0
 *
 * event.h: one CloudEvent (1.0.2, JSON format) checked against the vocabulary and cut to what may be kept.
 *
 * event_read takes the parsed value of one event, says everything that is wrong with it at once (JSON pointer
 * by JSON pointer), and cuts from the raw bytes every member that is not on the allow-list (dropped) or that
 * R58 refuses (refused). What is left, with every number and string in its own spelling, is `body`: stored,
 * hashed and shown to plugins. `raw_affiliation` is taken out of it into `affiliation`, so that it can be
 * purged without breaking the hash.
 *
 * Pure: no clock, no I/O. The event borrows from the document's bytes; its own memory is in the buffers
 * `cut`, `dropped`, `refused` and `marks`.
 */
#ifndef PATHWAYD_EVENT_EVENT_H
#define PATHWAYD_EVENT_EVENT_H

#include "json/buffer.h"
#include "json/json.h"

/* Ceilings of vocabulary.md; all configurable, all named in the rejection. */
struct event_limits {
    uint32_t max_event_bytes;  /* default 256 KiB */
    uint32_t max_event_values; /* default 16,384 */
    uint32_t max_batch_events; /* default 1,000 */
    uint32_t max_batch_bytes;  /* default 1 MiB */
    uint32_t max_depth;        /* default 32 */
};
extern const struct event_limits event_limits_default;

/* What a feed may say. A source prefix must end where a part of the URI ends: with '/', '?', '#' or ':', or
 * the source goes on with '/', '?' or '#' behind it (or with ':' if the prefix names no host), or ends there.
 * So "https://hr.example.edu" admits "https://hr.example.edu/x" but neither "https://hr.example.edu.evil/"
 * nor "https://hr.example.edu:x@evil/". NULL-terminated arrays; NULL means everything (offline use). */
struct event_permit {
    const char *type_prefix;            /* "org.pathwayd." */
    const char *const *sources;         /* prefixes of `source`, see below */
    const char *const *types;           /* patterns without prefix and version: "hr.appointment.*", "*"; a
                                           control type only by its own full name */
    const char *const *classifications; /* allowed dataclassification values */
    bool strict;                        /* a refused field rejects the whole event */
};

#define EVENT_MAX_ERRORS 32 /* reasons reported per event; the last says that more were left out */

struct event_fault {
    char pointer[256];
    const char
        *code; /* static word, documented in pathwayd-events(5): "required", "type", "length", "choice",
                  "checksum", "format", "permission", "refused", "unsupported", … and json_error's */
    char message[256];
};

/* Where an event type goes. Unknown types under the prefix are kept, unrouted. */
enum event_family {
    EVENT_UNROUTED,
    EVENT_HR_APPOINTMENT,
    EVENT_VISA_PETITION,
    EVENT_AGREEMENT,
    EVENT_LAB_PARTNERSHIP,
    EVENT_PUBLICATION,
    EVENT_CONFERENCE,
    EVENT_STUDENT_ENROLMENT,
    EVENT_FUNDING,
    EVENT_CONTROL, /* list.updated, advisory.received, correction: no pathway, a permission of their own */
};

struct event {
    /* Decoded, borrowed from the document. */
    struct pw_text source, id, type, subject, time, engagement_id, causationid;
    struct pw_text name; /* type without prefix and version: "hr.appointment.proposed" */
    enum event_family family;
    int64_t time_ms; /* of `time`; INT64_MIN when absent */

    struct pw_text body;        /* the cut form; points into `cut` or, when nothing was cut, into the input */
    struct pw_text affiliation; /* decoded raw_affiliation, or empty */

    struct buffer cut;
    struct buffer dropped; /* JSON array of pointers, e.g. ["/data/foo"]; empty buffer when none */
    struct buffer refused;
    struct buffer marks; /* numbers of the nodes to be cut, in order of the text */

    struct event_fault faults[EVENT_MAX_ERRORS];
    uint32_t fault_count; /* 0: the event is good */
    uint32_t refused_count, dropped_count;
};

/* Reads the event at `node`. Always fills *event as far as it could be read; returns 0 when it is good,
 * PW_ERROR_INVALID when fault_count > 0, PW_ERROR_MEMORY. A zeroed event may be reused for the next call,
 * keeping its buffers. */
int event_read(struct event *event, const struct pw_document *document, uint32_t node,
               const struct event_limits *limits, const struct event_permit *permit);
void event_release(struct event *event);

/* One message from a feed: a single event or an array of them, per limits. Parses into `document`.
 * 0 and *ret_batch whether it was an array; else the fault that the whole message gets. */
int event_message_parse(struct pw_document *document, const char *bytes, size_t length,
                        const struct event_limits *limits, bool *ret_batch, struct event_fault *ret_fault);

/* The family and short name of a type, by the vocabulary's table. */
enum event_family event_family_of(struct pw_text type, const char *prefix, struct pw_text *ret_name);

/* The vocabulary's types, short names, NULL-terminated; for tests, completion and the routing check. */
extern const char *const event_type_names[];

/* How an event was taken, for the acknowledgement. */
enum event_status { EVENT_ACCEPTED, EVENT_DUPLICATE, EVENT_REJECTED, EVENT_BUSY };

struct event_answer {
    enum event_status status;
    uint64_t sequence;    /* accepted and duplicate */
    bool content_differs; /* duplicate with other bytes */
    uint32_t retry_after; /* busy: seconds */
};

/* Appends the acknowledgement object of vocabulary.md:
 * {"id","source","status","sequence","dropped","refused",
 * "errors":[…],"content_differs","retry_after","unrouted"}; members that say nothing are left out. */
void event_acknowledge(struct buffer *out, const struct event *event, const struct event_answer *answer);
/* The same for a message that could not be read at all. */
void event_acknowledge_fault(struct buffer *out, const struct event_fault *fault);

/* Whether a correction of an event of `source` would be taken. */
bool event_permits_correction(const struct event_permit *permit, struct pw_text source);

#endif
