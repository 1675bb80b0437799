/* SPDX-License-Identifier: Apache-2.0
 *
 * event_case.h: reads one event from text, for the tests of daemon/event.
 */
#ifndef PATHWAYD_TESTS_EVENT_CASE_H
#define PATHWAYD_TESTS_EVENT_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "event/event.h"

#define ENVELOPE                                                                                             \
    "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"https://hr.example.edu/a\","                          \
    "\"type\":\"org.pathwayd.hr.appointment.proposed.v1\""
#define DATA "\"data\":{\"engagement_id\":\"E-1\"}"

/* An event whose envelope or data has more in it; both are literals that begin with a comma, or "". */
#define WITH_ATTRIBUTES(more) "{" ENVELOPE "," DATA more "}"
#define WITH_FIELDS(more)     "{" ENVELOPE ",\"data\":{\"engagement_id\":\"E-1\"" more "}}"

struct event_case {
    char *text;
    struct pw_document document;
    struct event event;
    int status;
};

static inline struct event_case *case_read(const char *text, const struct event_permit *permit)
{
    struct event_case *read = calloc(1, sizeof *read);
    struct json_error error;
    assert_non_null(read);
    read->text = strdup(text);
    assert_int_equal(json_parse(&read->document, read->text, strlen(read->text), &json_limits_frame, &error),
                     0);
    read->status = event_read(&read->event, &read->document, PW_NODE_ROOT, &event_limits_default, permit);
    assert_int_equal(read->status, read->event.fault_count ? PW_ERROR_INVALID : 0);
    return read;
}

static inline void case_free(struct event_case *read)
{
    event_release(&read->event);
    json_release(&read->document);
    free(read->text);
    free(read);
}

/* Exactly one fault, with this code at this pointer; or none when code is NULL. */
static inline void assert_fault(const char *text, const struct event_permit *permit, const char *code,
                                const char *pointer)
{
    struct event_case *read = case_read(text, permit);
    const struct event_fault *fault = &read->event.faults[0];
    if (read->event.fault_count != (code ? 1u : 0u) ||
        (code && (strcmp(fault->code, code) != 0 || strcmp(fault->pointer, pointer) != 0)))
        fail_msg("%s\nexpected %s at %s, got %u faults, the first %s at %s: %s", text,
                 code ? code : "no fault", code ? pointer : "all", read->event.fault_count,
                 read->event.fault_count ? fault->code : "-", read->event.fault_count ? fault->pointer : "-",
                 read->event.fault_count ? fault->message : "-");
    if (code) {
        assert_true(fault->message[0] != '\0');
        assert_int_equal(read->event.body.length, 0);
    }
    case_free(read);
}

static inline void assert_body(const struct event_case *read, const char *expected)
{
    assert_int_equal(read->status, 0);
    if (!text_is(read->event.body, expected))
        fail_msg("body is\n%.*s\nnot\n%s", TEXT_FMT(read->event.body), expected);
}

static inline void assert_notes(const struct buffer *notes, const char *expected)
{
    if (!text_is(buffer_view(notes), expected))
        fail_msg("notes are\n%.*s\nnot\n%s", TEXT_FMT(buffer_view(notes)), expected);
}

#endif
