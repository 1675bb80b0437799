/* SPDX-License-Identifier: Apache-2.0
 *
 * duplicate.h: which source + id has been stored already, in memory: keyed 64-bit hash → sequence number.
 *
 * A unique index on disk would cost two thirds of the speed with random ids. Here an entry is 16 bytes, kept
 * in 256 open-addressed shards that grow one by one by half, so between 21 and 32 bytes an event (the bound
 * promised is 48) and never a pause for the whole table. Hashes may collide: an entry only says where to
 * look, and the stored event decides.
 *
 * One thread. Owner: whoever called duplicates_new.
 */
#ifndef PATHWAYD_JOURNAL_DUPLICATE_H
#define PATHWAYD_JOURNAL_DUPLICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <pathwayd/text.h>

#define DUPLICATE_KEY_BYTES 16u

struct duplicates;

/* SipHash of the length-prefixed source and id: nobody who lacks the key can aim at one shard. */
uint64_t duplicate_hash(const uint8_t key[DUPLICATE_KEY_BYTES], struct pw_text source, struct pw_text id);

int duplicates_new(struct duplicates **ret_duplicates);
void duplicates_free(struct duplicates *duplicates); /* NULL is fine */

/* `sequence` is not 0. Equal hashes may be added several times. PW_ERROR_MEMORY leaves everything as it was.
 */
int duplicates_add(struct duplicates *duplicates, uint64_t hash, uint64_t sequence);
void duplicates_remove(struct duplicates *duplicates, uint64_t hash, uint64_t sequence);

/* Walks the sequences stored under `hash`: start with *place 0; false when there are no more. Not to be mixed
 * with adding and removing. */
bool duplicates_next(const struct duplicates *duplicates, uint64_t hash, size_t *place,
                     uint64_t *ret_sequence);

size_t duplicates_bytes(const struct duplicates *duplicates);
size_t duplicates_count(const struct duplicates *duplicates);

#endif
