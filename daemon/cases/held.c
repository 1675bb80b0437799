/* SPDX-License-Identifier: Apache-2.0
 *
 * held.c: see held.h.
 */
#include "cases/held.h"

#include <pathwayd/plugin.h>
#include <stdlib.h>
#include <string.h>

#include "json/buffer.h"
#include "json/json.h"

static const char *const states[] = {"held", "digest", "waiting", "muted", "folded", "failed"};

int held_copy(struct held *held, const struct journal_notice *notice)
{
    struct journal_notice copy = *notice;
    struct pw_text *const texts[] = {&copy.channel, &copy.notice_id, &copy.reviewer, &copy.address,
                                     &copy.state,   &copy.body,      &copy.error,    &copy.change,
                                     &copy.because, &copy.reason};
    const size_t count = sizeof texts / sizeof *texts;
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += texts[i]->length + 1;
    char *bytes = malloc(length), *at = bytes;
    if (!bytes)
        return PW_ERROR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (texts[i]->length)
            memcpy(at, texts[i]->data, texts[i]->length);
        at[texts[i]->length] = '\0';
        texts[i]->data = at;
        at += texts[i]->length + 1;
    }
    *held = (struct held){.notice = copy, .channel = copy.channel.data, .bytes = bytes};
    return 0;
}

void held_release(struct held *held)
{
    free(held->bytes);
    *held = (struct held){0};
}

void held_became(struct held *held, struct pw_text state)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (text_is(state, states[i]))
            held->became = states[i];
}

int held_add(void *to, const struct journal_notice *notice)
{
    struct held_list *list = to;
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 16;
        struct held *items = realloc(list->items, capacity * sizeof(*items));
        if (!items)
            return PW_ERROR_MEMORY;
        list->items = items;
        list->capacity = capacity;
    }
    int status = held_copy(&list->items[list->count], notice);
    list->count += status == 0;
    return status;
}

int held_read(struct held_list *list, struct journal_view *view, int64_t now_ms, uint32_t limit)
{
    return journal_notices_held(view, now_ms, limit, held_add, list);
}

void held_list_release(struct held_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        held_release(&list->items[i]);
    free(list->items);
    *list = (struct held_list){0};
}

int held_audit(struct journal_writer *writer, const struct held_list *list)
{
    struct buffer detail = {0};
    if (!list->count)
        return 0;
    json_write_begin(&detail, '{');
    for (size_t state = 0; state < sizeof states / sizeof *states; state++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < list->count; i++)
            count += list->items[i].became == states[state];
        if (!count)
            continue;
        json_write_key(&detail, states[state]);
        json_write_begin(&detail, '[');
        for (uint32_t i = 0; i < list->count; i++)
            if (list->items[i].became == states[state])
                json_write_unsigned(&detail, list->items[i].notice.notice_number);
        json_write_end(&detail, ']');
    }
    json_write_end(&detail, '}');
    int status =
        detail.failed ? PW_ERROR_MEMORY : journal_audit(writer, "notices.paced", buffer_view(&detail));
    buffer_release(&detail);
    return status;
}
