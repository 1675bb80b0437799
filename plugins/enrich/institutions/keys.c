/* SPDX-License-Identifier: Apache-2.0
 *
 * keys.c: the text and the tables of a snapshot under way.
 */
#include "compiler_private.h"

#include <stdlib.h>
#include <string.h>

/* As long as its numbers can be. */
#define ROWS_MOST (UINT32_MAX / 4)

void *rows_append(struct rows *rows, size_t count)
{
    if (count > ROWS_MOST - rows->count)
        return NULL;
    if (rows->count + count > rows->capacity) {
        uint32_t capacity = 2 * rows->capacity + (uint32_t)count + 64;
        void *grown = realloc(rows->data, capacity * rows->size);
        if (!grown)
            return NULL;
        rows->data = grown;
        rows->capacity = capacity;
    }
    void *first = (char *)rows->data + rows->count * rows->size;
    memset(first, 0, count * rows->size);
    rows->count += (uint32_t)count;
    return first;
}

int compiler_keep(struct compiler *compiler, struct pw_text text, struct snapshot_span *ret_span)
{
    struct snapshot_span span = {compiler->text.count, (uint32_t)text.length};
    char *to = rows_append(&compiler->text, text.length + 1);
    if (!to)
        return PW_ERROR_MEMORY;
    if (text.length)
        memcpy(to, text.data, text.length);
    *ret_span = span;
    return PW_OK;
}

struct pw_text compiler_text(const struct compiler *compiler, struct snapshot_span span)
{
    return (struct pw_text){(const char *)compiler->text.data + span.offset, span.length};
}

struct snapshot_key *table_key(const struct table *table, uint32_t number)
{
    return (struct snapshot_key *)table->keys.data + number;
}

static uint32_t slot_of(const struct table *table, uint32_t hash)
{
    return (hash ^ (hash >> 15)) & (table->slot_count - 1);
}

int table_grow(struct table *table)
{
    if (table->slot_count > 2 * table->keys.count)
        return PW_OK;
    uint32_t count = table->slot_count ? 2 * table->slot_count : 1024;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots)
        return PW_ERROR_MEMORY;
    free(table->slots);
    table->slots = slots;
    table->slot_count = count;
    for (uint32_t i = 0; i < table->keys.count; i++) {
        uint32_t slot = slot_of(table, table_key(table, i)->hash);
        while (slots[slot])
            slot = (slot + 1) & (count - 1);
        slots[slot] = i + 1;
    }
    return PW_OK;
}

/* The key's number; SNAPSHOT_NONE when it is not there. *ret_slot: where it stands or would. */
uint32_t compiler_find(const struct compiler *compiler, const struct table *table, struct pw_text key,
                       uint32_t hash, uint32_t *ret_slot)
{
    uint32_t slot = table->slot_count ? slot_of(table, hash) : 0;
    for (; table->slot_count && table->slots[slot]; slot = (slot + 1) & (table->slot_count - 1)) {
        const struct snapshot_key *row = table_key(table, table->slots[slot] - 1);
        if (row->hash == hash && row->key.length == key.length &&
            memcmp(compiler_text(compiler, row->key).data, key.data, key.length) == 0)
            return table->slots[slot] - 1;
    }
    *ret_slot = slot;
    return SNAPSHOT_NONE;
}

/* The key's number, new ones with value SNAPSHOT_NONE; SNAPSHOT_NONE when memory is out. */
uint32_t compiler_enter(struct compiler *compiler, struct table *table, struct pw_text key)
{
    uint32_t hash = snapshot_hash(SNAPSHOT_SEED, key.data, key.length), slot = 0;
    if (table_grow(table) < 0)
        return SNAPSHOT_NONE;
    uint32_t number = compiler_find(compiler, table, key, hash, &slot);
    if (number != SNAPSHOT_NONE)
        return number;
    struct snapshot_span span;
    struct snapshot_key *row = rows_append(&table->keys, 1);
    if (!row || compiler_keep(compiler, key, &span) < 0)
        return SNAPSHOT_NONE;
    *row = (struct snapshot_key){.hash = hash, .value = SNAPSHOT_NONE, .key = span};
    table->slots[slot] = table->keys.count;
    return table->keys.count - 1;
}
