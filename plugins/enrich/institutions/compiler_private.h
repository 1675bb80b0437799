/* SPDX-License-Identifier: Apache-2.0
 *
 * compiler_private.h: the compiler's state, shared by the files that build a snapshot: compiler.c (taking in), keys.c (text and
 * tables), places.c, linking.c, layout.c; and distil.c (what an importer read, as a list file).
 */
#ifndef INSTITUTIONS_COMPILER_PRIVATE_H
#define INSTITUTIONS_COMPILER_PRIVATE_H

#include "compiler.h"

/* An array that doubles. */
struct rows {
    void *data;
    uint32_t count, capacity;
    size_t size;
};

/* A table under way: key numbers in slots, and what belongs to a key in `keys`. */
struct table {
    uint32_t *slots;
    uint32_t slot_count;
    struct rows keys; /* struct snapshot_key */
};

struct meaning { /* of a name, in a chain by key */
    uint32_t organisation, next;
    enum basis basis;
};

struct entry_name {
    uint32_t entry;
    struct snapshot_span text;
    enum basis basis;
    bool ror;
};

struct link {
    uint32_t organisation, entry;
};

struct kinship { /* as it was said */
    uint32_t organisation;
    enum relation kind;
    struct snapshot_span ror;
};

struct compiler {
    const struct folding *folding;
    struct phrase phrase;
    struct rows text, sources, organisations, entries, entry_names, links, kinships, relations, meanings;
    struct table names, sets, words, places, ids;
};

/* keys.c; NULL, PW_ERROR_MEMORY or SNAPSHOT_NONE: out of memory. */
void *rows_append(struct rows *rows, size_t count); /* the first of `count` zeroed rows */
int compiler_keep(struct compiler *compiler, struct pw_text text, struct snapshot_span *ret_span);
struct pw_text compiler_text(const struct compiler *compiler, struct snapshot_span span);
struct snapshot_key *table_key(const struct table *table, uint32_t number);
int table_grow(struct table *table); /* room for one more key */
/* The key's number; SNAPSHOT_NONE when it is not there. *ret_slot: where it stands or would. */
uint32_t compiler_find(const struct compiler *compiler, const struct table *table, struct pw_text key,
                       uint32_t hash, uint32_t *ret_slot);
/* The key's number; a new one's value is SNAPSHOT_NONE. */
uint32_t compiler_enter(struct compiler *compiler, struct table *table, struct pw_text key);

/* places.c; `kind`: 1 a country, 2 a town. */
void compiler_put_country(char to[4], struct pw_text country);
int compiler_add_place(struct compiler *compiler, struct pw_text name, struct pw_text country, uint32_t kind);
int compiler_add_countries(struct compiler *compiler);
void compiler_settle_places(struct compiler *compiler);

/* linking.c */
int compiler_link_relatives(struct compiler *compiler);
int compiler_link_entries(struct compiler *compiler);
/* Puts the names of each entry together, in the order in which they were added. */
void compiler_sort_names(struct compiler *compiler);

#endif
