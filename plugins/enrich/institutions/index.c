/* SPDX-License-Identifier: Apache-2.0
 *
 * index.c: see index.h. Open addressing at half load, and FNV-1a, which can be fed token by token while a
 * sentence is scanned. Keys come from the operator's lists only, so nobody outside can choose collisions.
 */
#include "index.h"

#include <stdlib.h>
#include <string.h>

const char *const basis_names[BASIS_COUNT] = {
    [BASIS_ID] = "id_exact",
    [BASIS_NAME] = "name_exact",
    [BASIS_ALIAS] = "alias_exact",
    [BASIS_ACRONYM] = "acronym",
};

#define FIRST_SLOTS 256u /* a power of two */

uint64_t index_hash(uint64_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
    return hash;
}

/* FNV's low bits are its weak ones. */
static uint32_t slot_of(const struct index *index, uint64_t hash)
{
    return (uint32_t)(hash ^ (hash >> 32)) & (index->slot_count - 1);
}

static uint32_t find_slot(const struct index *index, uint64_t hash, struct pw_text key)
{
    uint32_t slot = slot_of(index, hash);
    for (; index->slots[slot]; slot = (slot + 1) & (index->slot_count - 1)) {
        const struct index_key *at = &index->keys[index->slots[slot] - 1];
        if (at->hash == hash && at->length == key.length &&
            memcmp(index->arena + at->offset, key.data, key.length) == 0)
            break;
    }
    return slot;
}

static int grow_slots(struct index *index)
{
    if (index->slot_count > 2 * index->key_count)
        return PW_OK;
    uint32_t count = index->slot_count ? 2 * index->slot_count : FIRST_SLOTS;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots)
        return PW_ERROR_MEMORY;
    free(index->slots);
    index->slots = slots;
    index->slot_count = count;
    for (uint32_t i = 0; i < index->key_count; i++) {
        uint32_t slot = slot_of(index, index->keys[i].hash);
        while (slots[slot])
            slot = (slot + 1) & (count - 1);
        slots[slot] = i + 1;
    }
    return PW_OK;
}

/* Room for `more` further elements in an array that doubles. */
static int grow(void **array, uint32_t *capacity, uint32_t used, uint32_t more, size_t size)
{
    if (used + more <= *capacity)
        return PW_OK;
    uint32_t wanted = 2 * *capacity + more + 16;
    void *grown = realloc(*array, wanted * size);
    if (!grown)
        return PW_ERROR_MEMORY;
    *array = grown;
    *capacity = wanted;
    return PW_OK;
}

static int reserve(struct index *index, size_t key_length)
{
    void *keys = index->keys, *meanings = index->meanings, *arena = index->arena;
    int error = grow(&keys, &index->key_capacity, index->key_count, 1, sizeof *index->keys);
    index->keys = keys;
    if (!error)
        error = grow(&meanings, &index->meaning_capacity, index->meaning_count, 1, sizeof *index->meanings);
    index->meanings = meanings;
    if (!error)
        error = grow(&arena, &index->arena_capacity, index->arena_length, (uint32_t)key_length, 1);
    index->arena = arena;
    return error ? error : grow_slots(index);
}

static uint32_t add_key(struct index *index, uint32_t slot, uint64_t hash, struct pw_text key)
{
    uint32_t number = index->key_count++;
    index->keys[number] =
        (struct index_key){hash, index->arena_length, (uint32_t)key.length, INDEX_NONE, INDEX_NONE};
    memcpy(index->arena + index->arena_length, key.data, key.length);
    index->arena_length += (uint32_t)key.length;
    index->slots[slot] = number + 1;
    if (key.length > index->longest)
        index->longest = (uint32_t)key.length;
    return number;
}

int index_add(struct index *index, struct pw_text key, struct index_meaning meaning)
{
    int error = reserve(index, key.length);
    if (error)
        return error;
    uint64_t hash = index_hash(INDEX_SEED, key.data, key.length);
    uint32_t slot = find_slot(index, hash, key);
    uint32_t number = index->slots[slot] ? index->slots[slot] - 1 : add_key(index, slot, hash, key);
    struct index_key *at = &index->keys[number];
    for (uint32_t i = at->first; i != INDEX_NONE; i = index->meanings[i].next) {
        struct index_meaning *known = &index->meanings[i];
        if (known->entry != meaning.entry)
            continue;
        known->basis = meaning.basis < known->basis ? meaning.basis : known->basis;
        known->in_sentences = known->in_sentences || meaning.in_sentences;
        return PW_OK;
    }
    meaning.next = INDEX_NONE;
    uint32_t added = index->meaning_count++;
    index->meanings[added] = meaning;
    if (at->first == INDEX_NONE)
        at->first = added;
    else
        index->meanings[at->last].next = added;
    at->last = added;
    return PW_OK;
}

uint32_t index_find_hashed(const struct index *index, uint64_t hash, struct pw_text key)
{
    if (index->key_count == 0 || key.length == 0 || key.length > index->longest)
        return INDEX_NONE;
    uint32_t slot = find_slot(index, hash, key);
    return index->slots[slot] ? index->keys[index->slots[slot] - 1].first : INDEX_NONE;
}

uint32_t index_find(const struct index *index, struct pw_text key)
{
    return index_find_hashed(index, index_hash(INDEX_SEED, key.data, key.length), key);
}

void index_release(struct index *index)
{
    free(index->slots);
    free(index->keys);
    free(index->meanings);
    free(index->arena);
    *index = (struct index){0};
}
