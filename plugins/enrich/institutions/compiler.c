/* SPDX-License-Identifier: Apache-2.0
 *
 * compiler.c: see compiler.h. Taking in; entries and organisations are brought together in linking.c, and laid out in
 * layout.c.
 */
#include "compiler_private.h"

#include <stdlib.h>
#include <string.h>

int compiler_open(const struct folding *folding, struct compiler **ret_compiler)
{
    struct compiler *compiler = calloc(1, sizeof *compiler);
    if (!compiler)
        return PW_ERROR_MEMORY;
    compiler->folding = folding;
    compiler->text.size = 1;
    compiler->sources.size = sizeof(struct snapshot_source);
    compiler->organisations.size = sizeof(struct snapshot_organisation);
    compiler->entries.size = sizeof(struct snapshot_entry);
    compiler->entry_names.size = sizeof(struct entry_name);
    compiler->links.size = sizeof(struct link);
    compiler->kinships.size = sizeof(struct kinship);
    compiler->relations.size = sizeof(struct snapshot_relation);
    compiler->meanings.size = sizeof(struct meaning);
    compiler->names.keys.size = compiler->sets.keys.size = compiler->words.keys.size =
        compiler->places.keys.size = compiler->ids.keys.size = sizeof(struct snapshot_key);
    *ret_compiler = compiler;
    return PW_OK;
}

struct compiler *compiler_close(struct compiler *compiler)
{
    if (!compiler)
        return NULL;
    struct rows *rows[] = {&compiler->text,       &compiler->sources,     &compiler->organisations,
                           &compiler->entries,    &compiler->entry_names, &compiler->links,
                           &compiler->kinships,   &compiler->relations,   &compiler->meanings,
                           &compiler->names.keys, &compiler->words.keys,  &compiler->places.keys,
                           &compiler->ids.keys};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        free(rows[i]->data);
    free(compiler->names.slots);
    free(compiler->sets.slots);
    free(compiler->sets.keys.data);
    free(compiler->words.slots);
    free(compiler->places.slots);
    free(compiler->ids.slots);
    phrase_release(&compiler->phrase);
    free(compiler);
    return NULL;
}

/* ---- taking in ----------------------------------------------------------------------------------------- */

int compiler_add_source(struct compiler *compiler, struct pw_text name, struct pw_text snapshot,
                        int64_t snapshot_ms, uint32_t *ret_source)
{
    struct snapshot_span spans[2];
    if (compiler_keep(compiler, name, &spans[0]) < 0 || compiler_keep(compiler, snapshot, &spans[1]) < 0)
        return PW_ERROR_MEMORY;
    struct snapshot_source *source = rows_append(&compiler->sources, 1);
    if (!source)
        return PW_ERROR_MEMORY;
    source->name = spans[0];
    source->snapshot = spans[1];
    source->snapshot_ms = snapshot_ms;
    *ret_source = compiler->sources.count - 1;
    return PW_OK;
}

/* How many organisations have the word in a name; an organisation's names are mostly added together. */
static int count_words(struct compiler *compiler, uint32_t organisation)
{
    const struct phrase *phrase = &compiler->phrase;
    for (uint32_t i = 0; i < phrase->count; i++) {
        uint32_t number = compiler_enter(compiler, &compiler->words, phrase_key(phrase, i, i));
        if (number == SNAPSHOT_NONE)
            return PW_ERROR_MEMORY;
        struct snapshot_key *row = table_key(&compiler->words, number);
        if (row->reserved != organisation + 1)
            row->value = row->value == SNAPSHOT_NONE ? 1 : row->value + 1;
        row->reserved = organisation + 1;
    }
    return PW_OK;
}

/* Notes which words the name at hand is made of. */
static int enter_set(struct compiler *compiler, uint32_t name)
{
    const struct phrase *phrase = &compiler->phrase;
    char set[PHRASE_SET_BYTES];
    size_t length = phrase->count ? phrase_set(phrase, 0, phrase->count - 1, set) : 0;
    uint32_t number = length ? compiler_enter(compiler, &compiler->sets, (struct pw_text){set, length}) : 0;
    if (length == 0)
        return PW_OK;
    if (number == SNAPSHOT_NONE)
        return PW_ERROR_MEMORY;
    struct snapshot_key *row = table_key(&compiler->sets, number);
    row->value =
        row->count++ ? row->value : name; /* the first of them: mostly one institution's all the same */
    return PW_OK;
}

/* Adds what the phrase at hand means; the stronger basis stays. */
static int mean(struct compiler *compiler, uint32_t organisation, enum basis basis)
{
    const struct phrase *phrase = &compiler->phrase;
    uint32_t number = compiler_enter(compiler, &compiler->names, phrase_key(phrase, 0, phrase->count - 1));
    if (number == SNAPSHOT_NONE)
        return PW_ERROR_MEMORY;
    for (uint32_t i = table_key(&compiler->names, number)->value; i != SNAPSHOT_NONE;) {
        struct meaning *known = (struct meaning *)compiler->meanings.data + i;
        if (known->organisation == organisation) {
            known->basis = basis < known->basis ? basis : known->basis;
            return PW_OK;
        }
        i = known->next;
    }
    struct meaning *added = rows_append(&compiler->meanings, 1);
    if (!added)
        return PW_ERROR_MEMORY;
    struct snapshot_key *row = table_key(&compiler->names, number);
    *added = (struct meaning){organisation, row->value, basis};
    row->value = compiler->meanings.count - 1;
    row->count++;
    int error = row->count == 1 && basis != BASIS_ACRONYM ? enter_set(compiler, number) : PW_OK;
    return error ? error : count_words(compiler, organisation);
}

/* Registries tell namesakes apart by "(Country)", and lists put an abbreviation into brackets. */
static struct pw_text without_bracket(struct pw_text name)
{
    if (name.length < 4 || name.data[name.length - 1] != ')')
        return (struct pw_text){NULL, 0};
    size_t at = name.length - 1;
    while (at > 0 && name.data[at] != '(')
        at--;
    while (at > 0 && name.data[at - 1] == ' ')
        at--;
    return (struct pw_text){name.data, at};
}

int compiler_add_name(struct compiler *compiler, uint32_t organisation, struct pw_text name, enum basis basis)
{
    struct pw_text bare = without_bracket(name);
    int error = phrase_read(compiler->folding, name, &compiler->phrase);
    if (!error && compiler->phrase.count > 0)
        error = mean(compiler, organisation, basis);
    if (!error && bare.length > 0)
        error = compiler_add_name(compiler, organisation, bare, basis == BASIS_NAME ? BASIS_ALIAS : basis);
    return error == PW_ERROR_LIMIT ? PW_OK : error;
}

int compiler_add_organisation(struct compiler *compiler, struct pw_text ror, struct pw_text name,
                              struct pw_text country, struct pw_text city, uint32_t *ret_organisation)
{
    struct snapshot_span span;
    if (compiler_keep(compiler, name, &span) < 0)
        return PW_ERROR_MEMORY;
    struct snapshot_organisation *organisation = rows_append(&compiler->organisations, 1);
    if (!organisation)
        return PW_ERROR_MEMORY;
    uint32_t number = compiler->organisations.count - 1;
    organisation->name = span;
    compiler_put_country(organisation->country, country);
    int error = PW_OK;
    if (ror.length == ROR_LENGTH) {
        memcpy(organisation->ror, ror.data, ROR_LENGTH);
        uint32_t id = compiler_enter(compiler, &compiler->ids, ror);
        if (id == SNAPSHOT_NONE)
            return PW_ERROR_MEMORY;
        table_key(&compiler->ids, id)->value = number;
    }
    if (city.length > 0)
        error = compiler_add_place(compiler, city, country, 2);
    if (!error)
        error = compiler_add_name(compiler, number, name, BASIS_NAME);
    *ret_organisation = number;
    return error;
}

int compiler_add_relation(struct compiler *compiler, uint32_t organisation, struct pw_text ror,
                          enum relation kind)
{
    struct snapshot_span span;
    if (compiler_keep(compiler, ror, &span) < 0)
        return PW_ERROR_MEMORY;
    struct kinship *kinship = rows_append(&compiler->kinships, 1);
    if (!kinship)
        return PW_ERROR_MEMORY;
    *kinship = (struct kinship){organisation, kind, span};
    return PW_OK;
}

int compiler_add_former_name(struct compiler *compiler, struct pw_text ror, struct pw_text name)
{
    uint32_t slot, row = compiler_find(compiler, &compiler->ids, ror,
                                       snapshot_hash(SNAPSHOT_SEED, ror.data, ror.length), &slot);
    return row == SNAPSHOT_NONE
               ? PW_OK
               : compiler_add_name(compiler, table_key(&compiler->ids, row)->value, name, BASIS_ALIAS);
}

const struct folding *compiler_folding(const struct compiler *compiler)
{
    return compiler->folding;
}

static int add_entry_text(struct compiler *compiler, uint32_t entry, struct pw_text text, enum basis basis,
                          bool ror)
{
    struct snapshot_span span;
    if (compiler_keep(compiler, text, &span) < 0)
        return PW_ERROR_MEMORY;
    struct entry_name *name = rows_append(&compiler->entry_names, 1);
    if (!name)
        return PW_ERROR_MEMORY;
    *name = (struct entry_name){entry, span, basis, ror};
    return PW_OK;
}

int compiler_add_entry(struct compiler *compiler, const struct compiled_entry *given, uint32_t *ret_entry)
{
    struct snapshot_entry built = {.source = given->source,
                                   .name_key = SNAPSHOT_NONE,
                                   .category = given->category,
                                   .effect = given->effect,
                                   .ends_ms = given->ends_ms};
    compiler_put_country(built.country, given->country);
    if (compiler_keep(compiler, given->list, &built.list) < 0 ||
        compiler_keep(compiler, given->id, &built.id) < 0 ||
        compiler_keep(compiler, given->name, &built.name) < 0 ||
        compiler_keep(compiler, given->valid_until, &built.valid_until) < 0)
        return PW_ERROR_MEMORY;
    struct snapshot_entry *entry = rows_append(&compiler->entries, 1);
    if (!entry)
        return PW_ERROR_MEMORY;
    *entry = built;
    *ret_entry = compiler->entries.count - 1;
    ((struct snapshot_source *)compiler->sources.data)[given->source].entries++;
    return add_entry_text(compiler, *ret_entry, given->name, BASIS_NAME, false);
}

int compiler_add_entry_once(struct compiler *compiler, const struct compiled_entry *given,
                            uint32_t *ret_entry)
{
    struct snapshot_entry *entries = compiler->entries.data;
    for (uint32_t i = compiler->entries.count; i > 0 && entries[i - 1].source == given->source; i--) {
        struct pw_text id = compiler_text(compiler, entries[i - 1].id);
        if (id.length != given->id.length || memcmp(id.data, given->id.data, id.length) != 0)
            continue;
        if (given->ends_ms > entries[i - 1].ends_ms) {
            entries[i - 1].ends_ms = given->ends_ms;
            if (compiler_keep(compiler, given->valid_until, &entries[i - 1].valid_until) < 0)
                return PW_ERROR_MEMORY;
        }
        *ret_entry = i - 1;
        return PW_OK;
    }
    return compiler_add_entry(compiler, given, ret_entry);
}

int compiler_add_entry_name(struct compiler *compiler, uint32_t entry, struct pw_text name, enum basis basis)
{
    return add_entry_text(compiler, entry, name, basis, false);
}

int compiler_add_entry_ror(struct compiler *compiler, uint32_t entry, struct pw_text ror)
{
    return add_entry_text(compiler, entry, ror, BASIS_ID, true);
}

uint32_t compiler_count(const struct compiler *compiler, uint32_t source)
{
    return ((const struct snapshot_source *)compiler->sources.data)[source].entries;
}

int compiler_set_snapshot(struct compiler *compiler, uint32_t source, struct pw_text snapshot,
                          int64_t snapshot_ms)
{
    struct snapshot_source *row = (struct snapshot_source *)compiler->sources.data + source;
    row->snapshot_ms = snapshot_ms;
    return compiler_keep(compiler, snapshot, &row->snapshot);
}

struct pw_text compiler_snapshot(const struct compiler *compiler, uint32_t source)
{
    return compiler_text(compiler, ((const struct snapshot_source *)compiler->sources.data)[source].snapshot);
}

static bool same_text(struct pw_text a, struct pw_text b)
{
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

uint32_t compiler_tally(const struct compiler *compiler, uint32_t source,
                        struct compiled_tally ret_tallies[COMPILER_MAX_LISTS])
{
    const struct snapshot_entry *entries = compiler->entries.data;
    uint32_t count = 0, at;
    for (uint32_t i = 0; i < compiler->entries.count; i++) {
        struct pw_text list = compiler_text(compiler, entries[i].list);
        if (entries[i].source != source)
            continue;
        for (at = 0; at < count && !same_text(ret_tallies[at].list, list);)
            at++;
        if (at == COMPILER_MAX_LISTS)
            continue;
        if (at == count)
            ret_tallies[count++] = (struct compiled_tally){list, 0};
        ret_tallies[at].entries++;
    }
    return count;
}
