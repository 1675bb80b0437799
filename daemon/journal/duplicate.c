/* SPDX-License-Identifier: Apache-2.0
 *
 * duplicate.c: see duplicate.h. Linear probing; removal shifts the run back, so no tombstones pile up.
 */
#include "journal/duplicate.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SHARD_COUNT 256u
#define SHARD_FIRST 256u /* entries; one page */

/* A shard grows when it is three quarters full: beyond, misses (the usual case) probe too far. */
#define LOAD_PART  3u
#define LOAD_WHOLE 4u

struct entry {
    uint64_t hash;
    uint64_t sequence; /* 0: free */
};

struct shard {
    struct entry *entries; /* mapped, not malloc'd: what a grown shard leaves goes back to the system */
    size_t capacity, count;
};

struct duplicates {
    struct shard shards[SHARD_COUNT];
};

/* Both parts are hashed first, so that no memory has to be found for the two together. */
uint64_t duplicate_hash(const uint8_t key[DUPLICATE_KEY_BYTES], struct pw_text source, struct pw_text id)
{
    uint64_t parts[3] = {source.length, 0, 0}, hash;

    crypto_shorthash((uint8_t *)&parts[1], (const uint8_t *)source.data, source.length, key);
    crypto_shorthash((uint8_t *)&parts[2], (const uint8_t *)id.data, id.length, key);
    crypto_shorthash((uint8_t *)&hash, (const uint8_t *)parts, sizeof(parts), key);
    return hash;
}

static struct shard *shard_of(const struct duplicates *duplicates, uint64_t hash)
{
    return (struct shard *)&duplicates->shards[hash % SHARD_COUNT];
}

/* The shard took the low bits; the upper 32 choose the place, scaled so that a capacity need not be a power
 * of two. */
static size_t home_of(const struct shard *shard, uint64_t hash)
{
    return (size_t)((hash >> 32) * shard->capacity >> 32);
}

static size_t after(const struct shard *shard, size_t place)
{
    return place + 1 == shard->capacity ? 0 : place + 1;
}

static void put(struct shard *shard, uint64_t hash, uint64_t sequence)
{
    size_t place = home_of(shard, hash);

    while (shard->entries[place].sequence)
        place = after(shard, place);
    shard->entries[place] = (struct entry){hash, sequence};
    shard->count++;
}

static int resize(struct shard *shard, size_t capacity)
{
    struct shard bigger = {.capacity = capacity};

    bigger.entries = mmap(NULL, capacity * sizeof(struct entry), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bigger.entries == MAP_FAILED)
        return PW_ERROR_MEMORY;
    for (size_t i = 0; i < shard->capacity; i++)
        if (shard->entries[i].sequence)
            put(&bigger, shard->entries[i].hash, shard->entries[i].sequence);
    if (shard->entries)
        munmap(shard->entries, shard->capacity * sizeof(struct entry));
    *shard = bigger;
    return 0;
}

int duplicates_new(struct duplicates **ret_duplicates)
{
    struct duplicates *duplicates = calloc(1, sizeof(*duplicates));

    if (!duplicates)
        return PW_ERROR_MEMORY;
    *ret_duplicates = duplicates;
    return 0;
}

void duplicates_free(struct duplicates *duplicates)
{
    if (!duplicates)
        return;
    for (size_t i = 0; i < SHARD_COUNT; i++)
        if (duplicates->shards[i].entries)
            munmap(duplicates->shards[i].entries, duplicates->shards[i].capacity * sizeof(struct entry));
    free(duplicates);
}

int duplicates_add(struct duplicates *duplicates, uint64_t hash, uint64_t sequence)
{
    struct shard *shard = shard_of(duplicates, hash);
    size_t capacity = shard->capacity;
    int status = 0;

    if ((shard->count + 1) * LOAD_WHOLE > capacity * LOAD_PART)
        status = resize(shard, capacity ? capacity + capacity / 2 : SHARD_FIRST);
    if (!status)
        put(shard, hash, sequence);
    return status;
}

/* Whether an entry with this home may move from `from` back to the hole: not when its home lies between. */
static bool may_move(size_t hole, size_t home, size_t from)
{
    if (hole <= from)
        return home <= hole || home > from;
    return home <= hole && home > from;
}

static void close_hole(struct shard *shard, size_t hole)
{
    for (size_t i = after(shard, hole); shard->entries[i].sequence; i = after(shard, i)) {
        if (!may_move(hole, home_of(shard, shard->entries[i].hash), i))
            continue;
        shard->entries[hole] = shard->entries[i];
        hole = i;
    }
    shard->entries[hole] = (struct entry){0};
}

void duplicates_remove(struct duplicates *duplicates, uint64_t hash, uint64_t sequence)
{
    struct shard *shard = shard_of(duplicates, hash);

    if (!shard->capacity)
        return;
    for (size_t i = home_of(shard, hash); shard->entries[i].sequence; i = after(shard, i)) {
        if (shard->entries[i].hash != hash || shard->entries[i].sequence != sequence)
            continue;
        close_hole(shard, i);
        shard->count--;
        return;
    }
}

bool duplicates_next(const struct duplicates *duplicates, uint64_t hash, size_t *place,
                     uint64_t *ret_sequence)
{
    const struct shard *shard = shard_of(duplicates, hash);

    if (!shard->capacity)
        return false;
    for (;; (*place)++) { /* a free entry ends every run: a shard is never full */
        const struct entry *entry = &shard->entries[(home_of(shard, hash) + *place) % shard->capacity];
        if (!entry->sequence)
            return false;
        if (entry->hash != hash)
            continue;
        *ret_sequence = entry->sequence;
        (*place)++;
        return true;
    }
}

size_t duplicates_bytes(const struct duplicates *duplicates)
{
    size_t bytes = sizeof(*duplicates);

    for (size_t i = 0; i < SHARD_COUNT; i++)
        bytes += duplicates->shards[i].capacity * sizeof(struct entry);
    return bytes;
}

size_t duplicates_count(const struct duplicates *duplicates)
{
    size_t count = 0;

    for (size_t i = 0; i < SHARD_COUNT; i++)
        count += duplicates->shards[i].count;
    return count;
}
