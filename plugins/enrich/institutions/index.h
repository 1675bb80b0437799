/* SPDX-License-Identifier: Apache-2.0
 *
 * index.h: from a key (a folded name, a ROR id) to everything it may mean, in constant time.
 *
 * A key may mean several entries, of one list or of many; its meanings are a chain, in the order of
 * insertion. Owner: the index copies its keys. Read only once it is built.
 */
#ifndef INSTITUTIONS_INDEX_H
#define INSTITUTIONS_INDEX_H

#include <stdbool.h>
#include <pathwayd/text.h>

#define INDEX_NONE UINT32_MAX

/* In order of strength. */
enum basis { BASIS_ID, BASIS_NAME, BASIS_ALIAS, BASIS_ACRONYM, BASIS_COUNT };
extern const char *const basis_names[BASIS_COUNT]; /* the words of requirements R09 */

struct index_meaning {
    uint32_t entry;
    uint32_t next; /* meaning, or INDEX_NONE */
    enum basis basis;
    bool in_sentences; /* long enough to be looked for inside a sentence */
};

struct index_key {
    uint64_t hash;
    uint32_t offset, length; /* in the arena */
    uint32_t first, last;    /* meanings */
};

/* Zeroed is empty. */
struct index {
    uint32_t *slots; /* number of the key + 1; 0 is free */
    uint32_t slot_count;
    struct index_key *keys;
    uint32_t key_count, key_capacity;
    struct index_meaning *meanings;
    uint32_t meaning_count, meaning_capacity;
    char *arena;
    uint32_t arena_length, arena_capacity;
    uint32_t longest; /* bytes of the longest key */
};

/* Adds a meaning to a key; the same entry twice on one key keeps the stronger basis. PW_ERROR_MEMORY. */
int index_add(struct index *index, struct pw_text key, struct index_meaning meaning);

/* The key's first meaning, or INDEX_NONE. */
uint32_t index_find(const struct index *index, struct pw_text key);

/* The same in steps, for a key that grows at its end: start with INDEX_SEED, feed the bytes, then look up. */
#define INDEX_SEED 14695981039346656037u
uint64_t index_hash(uint64_t hash, const char *bytes, size_t length);
uint32_t index_find_hashed(const struct index *index, uint64_t hash, struct pw_text key);

void index_release(struct index *index);

#endif
