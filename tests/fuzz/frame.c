/* SPDX-License-Identifier: Apache-2.0
 *
 * Feeds bytes to the reading half of frames, as a hostile plugin could: whatever they are, nothing outside
 * them is read, and what is accepted can be written again to the same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int condition)
{
    if (!condition)
        abort();
}

static void expect_same(const struct buffer *again, struct pw_text body)
{
    expect(!again->failed && again->length == body.length);
    expect(body.length == 0 || memcmp(again->data, body.data, body.length) == 0);
}

static void read_work(struct pw_text body)
{
    struct frame_cursor cursor = {body};
    struct frame_item item;
    struct buffer again = {0};
    uint32_t count, got = 0;
    if (frame_get_count(&cursor, &count) < 0)
        return;
    expect(count <= FRAME_MAX_BATCH);
    frame_put_count(&again, count);
    for (; got < count && frame_get_item(&cursor, &item) == 0; got++)
        frame_put_item(&again, &item);
    if (got == count && cursor.rest.length == 0)
        expect_same(&again, body);
    buffer_release(&again);
}

static void read_results(struct pw_text body)
{
    struct frame_cursor cursor = {body};
    struct frame_result result;
    struct buffer again = {0};
    uint32_t count, got = 0;
    if (frame_get_count(&cursor, &count) < 0)
        return;
    frame_put_count(&again, count);
    for (; got < count && frame_get_result(&cursor, &result) == 0; got++)
        frame_put_result(&again, &result);
    if (got == count && cursor.rest.length == 0)
        expect_same(&again, body);
    buffer_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    enum frame_type type;
    struct pw_text body;
    size_t used;
    while (frame_next(bytes, size, &type, &body, &used) == 1) {
        expect(used <= size && body.length + FRAME_HEADER_BYTES == used);
        read_work(body);
        read_results(body);
        bytes += used;
        size -= used;
    }
    return 0;
}
