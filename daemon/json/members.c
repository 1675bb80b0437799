/* SPDX-License-Identifier: Apache-2.0
 *
 * members.c: no object may name a key twice, and no object, however hostile, may make finding that out slow.
 */
#include "json/members.h"

#include <stdlib.h>
#include <string.h>

/* An open object has no text yet, so those 64 bits hold one for every key seen. */
static bool filter_set(struct json_node *object, uint32_t bit)
{
    uint32_t *half = bit < 32 ? &object->text : &object->text_length;
    uint32_t mask = 1u << (bit & 31);
    bool was_set = *half & mask;
    *half |= mask;
    return was_set;
}

/* Cheap, and only ever a reason to look closer. */
static uint32_t filter_bit(struct pw_text key)
{
    if (key.length == 0)
        return 0;
    uint32_t first = (unsigned char)key.data[0], last = (unsigned char)key.data[key.length - 1];
    return (first * 5 + last * 11 + (uint32_t)key.length) & 63;
}

uint32_t members_twin_before(struct pw_document *document, uint32_t object, uint32_t node)
{
    struct json_node *parent = &document->nodes[object];
    struct pw_text key = json_key(document, node);
    if (parent->count > MEMBERS_PAIRWISE || !filter_set(parent, filter_bit(key)))
        return PW_NODE_NONE;
    for (uint32_t other = object + 1; other != node; other = document->nodes[other].next)
        if (text_equal(json_key(document, other), key))
            return other;
    return PW_NODE_NONE;
}

static int compare_keys(const void *a, const void *b, void *context)
{
    const struct pw_document *document = context;
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    struct pw_text x = json_key(document, left), y = json_key(document, right);
    if (x.length != y.length)
        return x.length < y.length ? -1 : 1;
    int order = x.length ? memcmp(x.data, y.data, x.length) : 0;
    if (order != 0)
        return order;
    return left < right ? -1 : left > right; /* so that of equal keys the later one is second */
}

/* Sorting keeps hostile objects at n log n, and there is no hash to attack. */
int members_first_twin(struct pw_document *document, uint32_t object, uint32_t *ret_twin)
{
    uint32_t count = document->nodes[object].count;
    uint32_t *order = malloc(count * sizeof *order);
    if (!order)
        return PW_ERROR_MEMORY;
    uint32_t filled = 0;
    for (uint32_t node = json_first(document, object); node != PW_NODE_NONE; node = json_next(document, node))
        order[filled++] = node;
    qsort_r(order, filled, sizeof *order, compare_keys, document);
    uint32_t first = PW_NODE_NONE;
    for (uint32_t i = 1; i < filled; i++)
        if (order[i] < first && text_equal(json_key(document, order[i - 1]), json_key(document, order[i])))
            first = order[i];
    free(order);
    *ret_twin = first;
    return 0;
}
