/* SPDX-License-Identifier: Apache-2.0
 *
 * cut.c: the body, which is the event's own bytes less the marked members. Each member goes with one comma:
 * the one behind it, or before it when it ends its object, so that what is left is JSON and cutting it again
 * changes nothing.
 */
#include "event/reading.h"

/* Members that stand side by side and go together. */
struct run {
    uint32_t first, last;
};

static const struct json_node *node_of(const struct reading *reading, uint32_t node)
{
    return &reading->document->nodes[node];
}

static uint32_t marks_count(const struct reading *reading)
{
    return (uint32_t)(reading->event->marks.length / sizeof(uint32_t));
}

static struct run run_at(const struct reading *reading, uint32_t *index)
{
    const uint32_t *marks = (const uint32_t *)(const void *)reading->event->marks.data;
    struct run run = {marks[*index], marks[*index]};
    while (++*index < marks_count(reading) && marks[*index] == node_of(reading, run.last)->next)
        run.last = marks[*index];
    return run;
}

static uint32_t previous_of(const struct reading *reading, uint32_t node)
{
    uint32_t before = PW_NODE_NONE;
    for (uint32_t at = node_of(reading, node)->parent + 1; at != node; at = node_of(reading, at)->next)
        before = at;
    return before;
}

/* The bytes [*ret_begin, *ret_end) that go with the run. */
static void span_of(const struct reading *reading, struct run run, uint32_t *ret_begin, uint32_t *ret_end)
{
    uint32_t behind = node_of(reading, run.last)->next;
    *ret_begin = node_of(reading, run.first)->member;
    *ret_end = behind != PW_NODE_NONE ? node_of(reading, behind)->member : node_of(reading, run.last)->end;
    if (behind != PW_NODE_NONE)
        return;
    uint32_t before = previous_of(reading, run.first);
    if (before != PW_NODE_NONE)
        *ret_begin = node_of(reading, before)->end;
}

int reading_cut(struct reading *reading)
{
    struct event *event = reading->event;
    uint32_t count = marks_count(reading);
    if (count == 0) {
        event->body = json_raw(reading->document, reading->root);
        return 0;
    }
    const char *bytes = reading->document->bytes;
    uint32_t at = node_of(reading, reading->root)->start;
    for (uint32_t index = 0; index < count;) {
        uint32_t begin, end;
        span_of(reading, run_at(reading, &index), &begin, &end);
        buffer_append(&event->cut, bytes + at, begin - at);
        at = end;
    }
    buffer_append(&event->cut, bytes + at, node_of(reading, reading->root)->end - at);
    event->body = buffer_view(&event->cut);
    return event->cut.failed ? PW_ERROR_MEMORY : 0;
}
