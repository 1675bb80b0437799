/* SPDX-License-Identifier: Apache-2.0
 *
 * snapshot.h: lists and registry compiled to one read-only file, which plugin hosts map and share.
 *
 *     header │ text │ sources │ organisations │ entries │ links │ relations │ meanings │ tables of names, words, places, ids
 *
 * Everything in it is an organisation: one of the registry, or one that only a list knows. Names mean organisations;
 * organisations are linked to the list entries that are about them. So an entry is found by every name that anybody has
 * for its institution, and an institution that nobody lists can still win over the listed name inside its own.
 *
 * Integers are little-endian, records are aligned to 8 bytes; offsets and counts are checked when the file is opened,
 * numbers inside records when they are used, so that no file harms anybody; and a file whose bytes are not those that
 * were compiled is refused, because a damaged list would read as "no match". Read only; any number of threads.
 */
#ifndef INSTITUTIONS_SNAPSHOT_H
#define INSTITUTIONS_SNAPSHOT_H

#include <stdbool.h>
#include <pathwayd/text.h>
#include "listing.h"

#define SNAPSHOT_MAGIC   "PWLIST\r\n"
#define SNAPSHOT_VERSION 3u /* of the layout, and of the folding by which its keys were made */
#define SNAPSHOT_NONE    UINT32_MAX

enum snapshot_section {
    SECTION_TEXT,
    SECTION_SOURCES,
    SECTION_ORGANISATIONS,
    SECTION_ENTRIES,
    SECTION_LINKS, /* u32: entries of an organisation, one behind the other */
    SECTION_RELATIONS,
    SECTION_MEANINGS,
    SECTION_NAME_SLOTS,
    SECTION_NAME_KEYS,
    SECTION_SET_SLOTS,
    SECTION_SET_KEYS,
    SECTION_WORD_SLOTS,
    SECTION_WORD_KEYS,
    SECTION_PLACE_SLOTS,
    SECTION_PLACE_KEYS,
    SECTION_ID_SLOTS,
    SECTION_ID_KEYS,
    SECTION_COUNT
};

struct snapshot_span { /* in the text section */
    uint32_t offset, length;
};

struct snapshot_header {
    char magic[8];
    uint32_t version, section_count;
    uint64_t bytes; /* of the file */
    uint64_t check; /* snapshot_check */
    struct {
        uint64_t offset, count; /* count: records, or bytes of text */
    } sections[SECTION_COUNT];
};

struct snapshot_source {
    struct snapshot_span name, snapshot, title;
    int64_t snapshot_ms;
    uint32_t entries, reserved;
};

struct snapshot_organisation {
    struct snapshot_span name;
    char ror[12];    /* "" when only a list knows it */
    char country[4]; /* "" unknown */
    uint32_t first_link, link_count;
    uint32_t first_relation, relation_count;
};

enum relation {
    RELATION_PARENT,
    RELATION_CHILD,
    RELATION_COUNT
}; /* what the relative is to the organisation */
extern const char *const relation_names[RELATION_COUNT];

struct snapshot_relation {
    uint32_t relative, kind; /* an organisation; enum relation */
};

struct snapshot_entry {
    uint32_t source, name_key; /* name_key: the key of its own name; other keys are aliases */
    struct snapshot_span list, id, name, valid_until;
    char country[4];
    uint32_t category, effect, reserved;
    int64_t ends_ms;
};

struct snapshot_meaning {
    uint32_t organisation;
    uint32_t basis; /* enum basis: BASIS_NAME, BASIS_ALIAS or BASIS_ACRONYM, of the organisation */
};

/* One row of a table: names (value: first meaning, count of them), sets (a name's words in alphabetical order; value:
 * the number of the first name made of them), words (value: names that hold it), places (value:
 * country as two letters, count: 1 a country, 2 a city), ids (value: organisation). */
struct snapshot_key {
    uint32_t hash, value;
    struct snapshot_span key;
    uint32_t count, reserved;
};

struct snapshot_table {
    const uint32_t *slots; /* number of the key + 1; 0 is free */
    uint32_t slot_mask;
    const struct snapshot_key *keys;
    uint32_t key_count;
};

struct snapshot {
    const char *base;
    size_t bytes;
    bool mapped; /* else allocated */
    const char *text;
    uint64_t text_length;
    const struct snapshot_source *sources;
    const struct snapshot_organisation *organisations;
    const struct snapshot_entry *entries;
    const uint32_t *links;
    const struct snapshot_relation *relations;
    const struct snapshot_meaning *meanings;
    uint32_t source_count, organisation_count, entry_count, link_count, relation_count, meaning_count;
    struct snapshot_table names, sets, words, places, ids;
};

/* Maps and checks a file, all of it. On failure a negative code and a sentence. */
int snapshot_open(struct snapshot *ret_snapshot, const char *path, char ret_error[LISTING_ERROR_BYTES]);
/* The same on bytes just compiled (malloc'd), which it takes over, even after a failure; their check is not repeated. */
int snapshot_adopt(struct snapshot *ret_snapshot, char *bytes, size_t length,
                   char ret_error[LISTING_ERROR_BYTES]);
void snapshot_close(struct snapshot *snapshot); /* accepts a zeroed one */

/* What stands for all of its content, as it was written: another one for another content. */
static inline uint64_t snapshot_content(const struct snapshot *snapshot)
{
    return ((const struct snapshot_header *)snapshot->base)->check;
}

/* Of all words of a file but the check's own; and whether it is right. */
uint64_t snapshot_check(const char *bytes, size_t length);
bool snapshot_verify(const struct snapshot *snapshot);

struct pw_text snapshot_text(const struct snapshot *snapshot, struct snapshot_span span);

/* The hash of a joined key, in steps: start with SNAPSHOT_SEED. */
#define SNAPSHOT_SEED 2166136261u
static inline uint32_t snapshot_hash(uint32_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
    return hash;
}

/* The row of a key, or NULL. */
const struct snapshot_key *snapshot_find(const struct snapshot *snapshot, const struct snapshot_table *table,
                                         uint32_t hash, struct pw_text key);

#endif
