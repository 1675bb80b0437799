/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a message from a feed: a good event's body reads back, holds no refused name, and cutting it
 * again changes nothing; every answer is JSON.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "event/vocabulary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

/* Keys below partner[] may be `name`; nothing else that is refused survives. */
static void check_keys(const struct pw_document *document)
{
    for (uint32_t node = 0; node < document->node_count; node++) {
        struct pw_text key = json_key(document, node);
        char pointer[256];
        if (!name_is_refused(key))
            continue;
        json_pointer_of(document, node, pointer, sizeof pointer);
        require(text_is(key, "name") && strncmp(pointer, "/data/partner/", 14) == 0);
    }
}

static void check_answer(const struct event *event, int status)
{
    static const enum event_status good[] = {EVENT_ACCEPTED, EVENT_DUPLICATE, EVENT_BUSY};
    struct buffer out = {0};
    struct pw_document document = {0};
    struct json_error error;
    struct event_answer answer = {.status = status == 0 ? good[event->id.length % 3] : EVENT_REJECTED};
    event_acknowledge(&out, event, &answer);
    require(json_parse(&document, out.data, out.length, &json_limits_frame, &error) == 0);
    json_release(&document);
    buffer_release(&out);
}

static void check_body(const struct event *event)
{
    struct pw_document document = {0};
    struct json_error error;
    struct event *again = calloc(1, sizeof *again);
    require(again != NULL);
    require(json_parse(&document, event->body.data, event->body.length, &json_limits_frame, &error) == 0);
    check_keys(&document);
    require(event_read(again, &document, PW_NODE_ROOT, &event_limits_default, NULL) == 0);
    require(text_equal(again->body, event->body));
    require(again->dropped_count == 0 && again->refused_count == 0 && again->affiliation.length == 0);
    require(text_equal(again->id, event->id) && text_equal(again->engagement_id, event->engagement_id));
    event_release(again);
    free(again);
    json_release(&document);
}

static void read_one(struct event *event, const struct pw_document *document, uint32_t node)
{
    static const struct event_permit strict = {.strict = true};
    int status = event_read(event, document, node, &event_limits_default, NULL);
    require((status == 0) == (event->fault_count == 0));
    check_answer(event, status);
    if (status == 0)
        check_body(event);
    bool refused = event->refused_count > 0;
    if (status == 0)
        require((event_read(event, document, node, &event_limits_default, &strict) == 0) == !refused);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pw_document document = {0};
    struct event_fault fault;
    struct event *event = calloc(1, sizeof *event);
    char *bytes = malloc(size + !size);
    bool batch;
    if (event && bytes) {
        if (size > 0)
            memcpy(bytes, data, size);
        if (event_message_parse(&document, bytes, size, &event_limits_default, &batch, &fault) == 0) {
            uint32_t node = batch ? json_first(&document, PW_NODE_ROOT) : PW_NODE_ROOT;
            for (int i = 0; i < 20 && node != PW_NODE_NONE; i++, node = json_next(&document, node))
                read_one(event, &document, node);
        }
    }
    event_release(event);
    free(event);
    free(bytes);
    json_release(&document);
    return 0;
}
