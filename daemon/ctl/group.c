/* SPDX-License-Identifier: Apache-2.0
 *
 * group.c: the answer is parsed strictly and matched by position, as the vocabulary says: one acknowledgement
 * an event, in order. Each is kept in its own bytes, for --acks.
 */
#include "ctl/group.h"

#include <stdlib.h>
#include <string.h>

#define GROUP_MAX_RETRY_S 60 /* a daemon that asks for longer is asked again sooner */

static const struct {
    const char *status;
    enum item_outcome outcome;
} outcomes[] = {{"accepted", ITEM_ACCEPTED},
                {"duplicate", ITEM_DUPLICATE},
                {"rejected", ITEM_REJECTED},
                {"busy", ITEM_OPEN}};

int group_init(struct group *group, uint32_t room)
{
    *group = (struct group){.items = calloc(room, sizeof(*group->items)), .room = room};
    return group->items ? 0 : PW_ERROR_MEMORY;
}

void group_clear(struct group *group)
{
    for (uint32_t i = 0; i < group->count; i++)
        item_release(&group->items[i]);
    group->count = 0;
    group->bytes = 0;
    group->state = GROUP_FILLING;
}

void group_release(struct group *group)
{
    group_clear(group);
    free(group->items);
    group->items = NULL;
}

bool group_fits(const struct group *group, size_t length, uint32_t max_bytes)
{
    return group->bytes == 0 || group->bytes + length + 3 <= max_bytes;
}

void group_add(struct group *group, struct item item)
{
    if (item.outcome == ITEM_OPEN)
        group->bytes += item.length + 1;
    group->items[group->count++] = item;
}

uint32_t group_open_count(const struct group *group)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < group->count; i++)
        count += group->items[i].outcome == ITEM_OPEN;
    return count;
}

void group_message(const struct group *group, bool array, struct buffer *out)
{
    bool first = true;
    buffer_clear(out);
    if (array)
        buffer_string(out, "[");
    for (uint32_t i = 0; i < group->count; i++) {
        const struct item *item = &group->items[i];
        if (item->outcome != ITEM_OPEN)
            continue;
        if (!first)
            buffer_string(out, ",");
        buffer_append(out, item->bytes, item->length);
        first = false;
    }
    if (array)
        buffer_string(out, "]");
}

static int settle(struct item *item, const struct pw_document *document, uint32_t node, uint32_t *retry_after)
{
    size_t i = 0;
    int64_t seconds = 1;
    uint32_t status = json_member(document, node, "status");
    while (i < sizeof(outcomes) / sizeof(outcomes[0]) && !json_text_is(document, status, outcomes[i].status))
        i++;
    if (i == sizeof(outcomes) / sizeof(outcomes[0]))
        return PW_ERROR_INVALID;
    item->outcome = outcomes[i].outcome;
    if (item->outcome == ITEM_OPEN) {
        json_integer(document, json_member(document, node, "retry_after"), &seconds);
        seconds = seconds < 1 ? 1 : seconds > GROUP_MAX_RETRY_S ? GROUP_MAX_RETRY_S : seconds;
        *retry_after = (uint32_t)seconds > *retry_after ? (uint32_t)seconds : *retry_after;
        return 0;
    }
    struct pw_text raw = json_raw(document, node);
    item->answer = strndup(raw.data, raw.length);
    return item->answer ? 0 : PW_ERROR_MEMORY;
}

static int settle_all(struct group *group, const struct pw_document *document, uint32_t *retry_after)
{
    bool array = json_type(document, PW_NODE_ROOT) == PW_JSON_ARRAY;
    uint32_t node = array ? json_first(document, PW_NODE_ROOT) : PW_NODE_ROOT;
    int status = 0;
    /* An answer that is one object is about the message as a whole. */
    if (array && json_count(document, PW_NODE_ROOT) != group_open_count(group))
        return PW_ERROR_INVALID;
    for (uint32_t i = 0; i < group->count && status == 0; i++) {
        if (group->items[i].outcome != ITEM_OPEN)
            continue;
        status = settle(&group->items[i], document, node, retry_after);
        node = array ? json_next(document, node) : node;
    }
    return status;
}

int group_answer(struct group *group, struct pw_text answer, uint32_t *ret_retry_after, const char **ret_why)
{
    struct pw_document document = {0};
    struct json_error error = {0};
    *ret_retry_after = 0;
    int status = json_parse(&document, answer.data, answer.length, &json_limits_frame, &error);
    if (status == 0)
        status = settle_all(group, &document, ret_retry_after);
    json_release(&document);
    if (status != 0) {
        *ret_why = "the answer is not one of a pathwayd feed";
        return PW_ERROR_INVALID;
    }
    return 0;
}

void group_give_up(struct group *group, const char *why)
{
    for (uint32_t i = 0; i < group->count; i++) {
        struct item *item = &group->items[i];
        struct buffer out = {0};
        if (item->outcome != ITEM_OPEN)
            continue;
        item->outcome = ITEM_UNANSWERED;
        json_write_begin(&out, '{');
        json_member_string(&out, "error", why);
        json_member_unsigned(&out, "line", item->line);
        json_write_end(&out, '}');
        item->answer = buffer_take(&out, NULL);
    }
}
