/* SPDX-License-Identifier: Apache-2.0
 *
 * compiler.h: turns organisations and list entries, as importers read them, into a snapshot.
 *
 * An entry is linked to the organisations of the registry that it is about: by ROR id, else by its name (or, failing
 * that, another strong name) in its country. What no registry knows becomes an organisation of its own. From then on
 * every name of either means the same.
 *
 * Owner: texts are copied. One thread.
 */
#ifndef INSTITUTIONS_COMPILER_H
#define INSTITUTIONS_COMPILER_H

#include "phrase.h"
#include "snapshot.h"

struct compiler;

struct compiled_entry {
    uint32_t source; /* as compiler_add_source gave it */
    struct pw_text list, id, name, country, valid_until;
    enum category category;
    enum effect effect;
    int64_t ends_ms; /* INT64_MAX: never */
};

/* PW_ERROR_MEMORY. `folding` is borrowed. */
int compiler_open(const struct folding *folding, struct compiler **ret_compiler);
struct compiler *compiler_close(struct compiler *compiler); /* NULL is fine; returns NULL */

/* All: 0 or PW_ERROR_MEMORY, PW_ERROR_LIMIT; a name without a letter or digit is passed over. */
int compiler_add_source(struct compiler *compiler, struct pw_text name, struct pw_text snapshot,
                        int64_t snapshot_ms, uint32_t *ret_source);
int compiler_add_organisation(struct compiler *compiler, struct pw_text ror, struct pw_text name,
                              struct pw_text country, struct pw_text city, uint32_t *ret_organisation);
/* Says that the organisation of that id is the parent or child of this one; nothing comes of it when nobody with that id
 * is taken in. */
int compiler_add_relation(struct compiler *compiler, uint32_t organisation, struct pw_text ror,
                          enum relation kind);
/* What an organisation was called before; nothing happens when its id is not known. */
int compiler_add_former_name(struct compiler *compiler, struct pw_text ror, struct pw_text name);
const struct folding *compiler_folding(const struct compiler *compiler);
int compiler_add_name(struct compiler *compiler, uint32_t organisation, struct pw_text name,
                      enum basis basis);
int compiler_add_entry(struct compiler *compiler, const struct compiled_entry *entry, uint32_t *ret_entry);
/* The same, unless the source has an entry of this id already: that one then, which ends when the later one does. */
int compiler_add_entry_once(struct compiler *compiler, const struct compiled_entry *entry,
                            uint32_t *ret_entry);
int compiler_add_entry_name(struct compiler *compiler, uint32_t entry, struct pw_text name, enum basis basis);
int compiler_add_entry_ror(struct compiler *compiler, uint32_t entry, struct pw_text ror);
/* How many entries the source has come to, and of which of the publisher's lists; those past COMPILER_MAX_LISTS are not
 * told apart. */
#define COMPILER_MAX_LISTS 64u
struct compiled_tally {
    struct pw_text list;
    uint32_t entries;
};
uint32_t compiler_count(const struct compiler *compiler, uint32_t source);
uint32_t compiler_tally(const struct compiler *compiler, uint32_t source,
                        struct compiled_tally ret_tallies[COMPILER_MAX_LISTS]);
/* The day the source is of; another one, where the file says so itself. */
int compiler_set_snapshot(struct compiler *compiler, uint32_t source, struct pw_text snapshot,
                          int64_t snapshot_ms);
struct pw_text compiler_snapshot(const struct compiler *compiler, uint32_t source);

/* Links, and lays the snapshot out; *ret_bytes is malloc'd. The compiler is of no further use. */
int compiler_finish(struct compiler *compiler, char **ret_bytes, size_t *ret_length);

#endif
