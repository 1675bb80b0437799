/* SPDX-License-Identifier: Apache-2.0
 *
 * frame.c: frames between the daemon and a plugin host, written and read. It stands alone because both ends
 * link it, and because the reading half is what a hostile plugin gets to feed: every length is checked
 * against what is really there before a byte is touched, and nothing is read through a cast pointer.
 */
#include "host/frame.h"

#include <string.h>

#define ITEM_TEXTS         6u /* pathway, event, facts, notice, affiliation, reserved */
#define ITEM_LEAST_BYTES   (8u + 8u + 4u * ITEM_TEXTS)
#define RESULT_LEAST_BYTES (8u + 4u + 4u)

static void put_u32(struct buffer *out, uint32_t value)
{
    buffer_append(out, &value, sizeof value);
}

static void put_text(struct buffer *out, struct pw_text text)
{
    if (text.length > FRAME_MAX_BYTES) {
        out->failed = true; /* such a frame could never be read, so it must not be sent */
        return;
    }
    put_u32(out, (uint32_t)text.length);
    if (text.length > 0)
        buffer_append(out, text.data, text.length);
}

bool frame_rule_valid(struct pw_text rule)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";

    for (size_t i = 0; i < rule.length && i < FRAME_MAX_RULE; i++)
        if (!memchr(letters, rule.data[i], sizeof letters - 1))
            return false;
    return rule.length > 0 && rule.length <= FRAME_MAX_RULE;
}

size_t frame_begin(struct buffer *out, enum frame_type type)
{
    size_t begun = out->length;
    put_u32(out, 0);
    put_u32(out, (uint32_t)type);
    return begun;
}

void frame_end(struct buffer *out, size_t begun)
{
    if (out->failed)
        return;
    size_t body = out->length - begun - FRAME_HEADER_BYTES;
    if (body > FRAME_MAX_BYTES) {
        out->failed = true; /* the other end would hang up on it */
        return;
    }
    uint32_t length = (uint32_t)body;
    memcpy(out->data + begun, &length, sizeof length);
}

void frame_put_count(struct buffer *out, uint32_t count)
{
    put_u32(out, count);
}

void frame_put_item(struct buffer *out, const struct frame_item *item)
{
    buffer_append(out, &item->sequence, sizeof item->sequence);
    buffer_append(out, &item->as_of, sizeof item->as_of);
    put_text(out, item->pathway);
    put_text(out, item->event);
    put_text(out, item->facts);
    put_text(out, item->notice);
    put_text(out, item->affiliation);
    put_u32(out, 0); /* reserved */
}

void frame_put_result(struct buffer *out, const struct frame_result *result)
{
    buffer_append(out, &result->sequence, sizeof result->sequence);
    buffer_append(out, &result->status, sizeof result->status);
    put_text(out, result->body);
}

void frame_put(struct buffer *out, enum frame_type type, struct pw_text body)
{
    size_t begun = frame_begin(out, type);
    if (body.length > 0)
        buffer_append(out, body.data, body.length);
    frame_end(out, begun);
}

int frame_next(const char *bytes, size_t length, enum frame_type *ret_type, struct pw_text *ret_body,
               size_t *ret_used)
{
    uint32_t header[2];
    if (length < sizeof header)
        return 0;
    memcpy(header, bytes, sizeof header);
    if (header[1] < FRAME_LOAD || header[1] >= FRAME_TYPE_END)
        return PW_ERROR_INVALID;
    if (header[0] > FRAME_MAX_BYTES)
        return PW_ERROR_LIMIT;
    if (length - sizeof header < header[0])
        return 0;
    *ret_type = (enum frame_type)header[1];
    *ret_body = (struct pw_text){bytes + sizeof header, header[0]};
    *ret_used = sizeof header + header[0];
    return 1;
}

/* Takes `length` bytes off the front, or says that they are not there. */
static int take(struct pw_text *rest, void *ret_bytes, size_t length)
{
    if (rest->length < length)
        return PW_ERROR_INVALID;
    memcpy(ret_bytes, rest->data, length);
    rest->data += length;
    rest->length -= length;
    return 0;
}

static int take_text(struct pw_text *rest, struct pw_text *ret_text)
{
    uint32_t length;
    if (take(rest, &length, sizeof length) < 0 || rest->length < length)
        return PW_ERROR_INVALID;
    *ret_text = (struct pw_text){rest->data, length};
    rest->data += length;
    rest->length -= length;
    return 0;
}

int frame_get_count(struct frame_cursor *cursor, uint32_t *ret_count)
{
    struct pw_text rest = cursor->rest;
    uint32_t count;
    if (take(&rest, &count, sizeof count) < 0)
        return PW_ERROR_INVALID;
    /* No item is shorter than a result, so a count beyond this lies, and nobody may size an array by it. */
    if (count > FRAME_MAX_BATCH || count > rest.length / RESULT_LEAST_BYTES)
        return PW_ERROR_INVALID;
    cursor->rest = rest;
    *ret_count = count;
    return 0;
}

int frame_get_item(struct frame_cursor *cursor, struct frame_item *ret_item)
{
    struct pw_text rest = cursor->rest, reserved;
    struct frame_item item;
    if (rest.length < ITEM_LEAST_BYTES)
        return PW_ERROR_INVALID;
    if (take(&rest, &item.sequence, sizeof item.sequence) < 0 ||
        take(&rest, &item.as_of, sizeof item.as_of) < 0)
        return PW_ERROR_INVALID;
    struct pw_text *texts[ITEM_TEXTS] = {&item.pathway, &item.event,       &item.facts,
                                         &item.notice,  &item.affiliation, &reserved};
    for (size_t i = 0; i < ITEM_TEXTS; i++)
        if (take_text(&rest, texts[i]) < 0)
            return PW_ERROR_INVALID;
    if (reserved.length > 0)
        return PW_ERROR_INVALID;
    cursor->rest = rest;
    *ret_item = item;
    return 0;
}

int frame_get_result(struct frame_cursor *cursor, struct frame_result *ret_result)
{
    struct pw_text rest = cursor->rest;
    struct frame_result result;
    if (take(&rest, &result.sequence, sizeof result.sequence) < 0 ||
        take(&rest, &result.status, sizeof result.status) < 0 || take_text(&rest, &result.body) < 0)
        return PW_ERROR_INVALID;
    if (result.body.length > FRAME_MAX_RESULT || result.status > 0)
        return PW_ERROR_INVALID;
    cursor->rest = rest;
    *ret_result = result;
    return 0;
}
