/* SPDX-License-Identifier: Apache-2.0
 *
 * linking.c: which organisations an entry is about (compiler.h).
 */
#include "compiler_private.h"

#include <stdlib.h>
#include <string.h>

/* What is kept moves when more is; and a name may hold a NUL. */
static char *copy_of(struct pw_text text)
{
    char *copy = malloc(text.length + 1);
    if (copy)
        memcpy(copy, text.data, text.length);
    return copy;
}

static bool fits(const char a[4], const char b[4])
{
    return !a[0] || !b[0] || (a[0] == b[0] && a[1] == b[1]);
}

static int link_to(struct compiler *compiler, uint32_t organisation, uint32_t entry)
{
    const struct link *links = compiler->links.data;
    for (uint32_t i = compiler->links.count; i > 0 && links[i - 1].entry == entry; i--)
        if (links[i - 1].organisation == organisation)
            return PW_OK;
    struct link *link = rows_append(&compiler->links, 1);
    if (!link)
        return PW_ERROR_MEMORY;
    *link = (struct link){organisation, entry};
    return PW_OK;
}

/* A name that says little by itself: one word, or a few ideographs. */
static bool is_telling(const struct phrase *phrase)
{
    uint32_t words = 0, ideographs = 0;
    for (uint32_t i = 0; i < phrase->count; i++) {
        ideographs += phrase->words[i].ideograph;
        words += !phrase->words[i].ideograph;
    }
    return words >= 2 || ideographs >= 4 || (words && ideographs);
}

/* Links an entry to the organisations that one of its names means; how many the registry knows, or a negative code. */
static int link_by_name(struct compiler *compiler, uint32_t number, struct snapshot_span name)
{
    const struct snapshot_entry *entry = (const struct snapshot_entry *)compiler->entries.data + number;
    int error = phrase_read(compiler->folding, compiler_text(compiler, name), &compiler->phrase), count = 0;
    if (error || compiler->phrase.count == 0)
        return error == PW_ERROR_LIMIT ? 0 : error;
    struct pw_text key = phrase_key(&compiler->phrase, 0, compiler->phrase.count - 1);
    uint32_t slot, row = compiler_find(compiler, &compiler->names, key,
                                       snapshot_hash(SNAPSHOT_SEED, key.data, key.length), &slot);
    bool telling = is_telling(&compiler->phrase);
    for (uint32_t i = row == SNAPSHOT_NONE ? SNAPSHOT_NONE : table_key(&compiler->names, row)->value;
         i != SNAPSHOT_NONE && error == 0;) {
        const struct meaning *meaning = (const struct meaning *)compiler->meanings.data + i;
        const struct snapshot_organisation *organisation =
            (const struct snapshot_organisation *)compiler->organisations.data + meaning->organisation;
        bool same = telling ? fits(entry->country, organisation->country)
                            : entry->country[0] && memcmp(entry->country, organisation->country, 2) == 0;
        i = meaning->next;
        if (meaning->basis == BASIS_ACRONYM || !same)
            continue;
        count += organisation->ror[0] != '\0';
        error = link_to(compiler, meaning->organisation, number);
    }
    return error ? error : count;
}

static int link_by_ror(struct compiler *compiler, uint32_t number, struct snapshot_span ror)
{
    struct pw_text key = compiler_text(compiler, ror);
    uint32_t slot, row = compiler_find(compiler, &compiler->ids, key,
                                       snapshot_hash(SNAPSHOT_SEED, key.data, key.length), &slot);
    if (row == SNAPSHOT_NONE)
        return 0;
    int error = link_to(compiler, table_key(&compiler->ids, row)->value, number);
    return error ? error : 1;
}

/* An organisation that only the list knows. */
static int make_own(struct compiler *compiler, uint32_t number, struct pw_text ror)
{
    const struct snapshot_entry entry = ((const struct snapshot_entry *)compiler->entries.data)[number];
    uint32_t organisation;
    char *name = copy_of(compiler_text(compiler, entry.name));
    char id[ROR_LENGTH];
    if (!name)
        return PW_ERROR_MEMORY;
    if (ror.length == ROR_LENGTH)
        memcpy(id, ror.data, ROR_LENGTH);
    int error = compiler_add_organisation(
        compiler, (struct pw_text){id, ror.length == ROR_LENGTH ? ROR_LENGTH : 0},
        (struct pw_text){name, entry.name.length}, (struct pw_text){entry.country, entry.country[0] ? 2 : 0},
        (struct pw_text){NULL, 0}, &organisation);
    free(name);
    return error ? error : link_to(compiler, organisation, number);
}

/* What the entry is called means all that it is linked to. */
static int share_names(struct compiler *compiler, uint32_t number, uint32_t first_name, uint32_t last_name,
                       uint32_t first_link)
{
    int error = PW_OK;
    for (uint32_t i = first_name; i < last_name && !error; i++) {
        const struct entry_name name = ((const struct entry_name *)compiler->entry_names.data)[i];
        char *text = copy_of(compiler_text(compiler, name.text));
        if (!text)
            return PW_ERROR_MEMORY;
        for (uint32_t k = first_link; k < compiler->links.count && !error && !name.ror; k++)
            error = compiler_add_name(compiler, ((const struct link *)compiler->links.data)[k].organisation,
                                      (struct pw_text){text, name.text.length},
                                      name.basis == BASIS_NAME ? BASIS_ALIAS : name.basis);
        free(text);
    }
    (void)number;
    return error;
}

static int link_entry(struct compiler *compiler, uint32_t number, uint32_t first_name, uint32_t last_name)
{
    uint32_t first_link = compiler->links.count;
    struct pw_text own = {NULL, 0};
    int found = 0;
    const struct entry_name *names = compiler->entry_names.data;
    for (uint32_t i = first_name; i < last_name && found >= 0; i++)
        if (names[i].ror) {
            own = compiler_text(compiler, names[i].text);
            found = link_by_ror(compiler, number, names[i].text);
        }
    for (enum basis basis = BASIS_NAME; basis <= BASIS_ALIAS && found == 0; basis++)
        for (uint32_t i = first_name; i < last_name && found == 0; i++)
            if (!names[i].ror && names[i].basis == basis)
                found = link_by_name(compiler, number, names[i].text);
    if (found == 0 && compiler->links.count == first_link)
        found = make_own(compiler, number, own);
    if (found < 0)
        return found;
    int error = share_names(compiler, number, first_name, last_name, first_link);
    if (!error)
        error = phrase_read(
            compiler->folding,
            compiler_text(compiler, ((struct snapshot_entry *)compiler->entries.data)[number].name),
            &compiler->phrase);
    if (!error && compiler->phrase.count > 0)
        ((struct snapshot_entry *)compiler->entries.data)[number].name_key = compiler_enter(
            compiler, &compiler->names, phrase_key(&compiler->phrase, 0, compiler->phrase.count - 1));
    return error == PW_ERROR_LIMIT ? PW_OK : error;
}

/* In the order in which they were added: texts only ever go up. */
static int by_entry(const void *a, const void *b)
{
    const struct entry_name *left = a, *right = b;
    if (left->entry != right->entry)
        return left->entry < right->entry ? -1 : 1;
    return left->text.offset < right->text.offset ? -1 : left->text.offset > right->text.offset;
}

void compiler_sort_names(struct compiler *compiler)
{
    if (compiler->entry_names.count)
        qsort(compiler->entry_names.data, compiler->entry_names.count, sizeof(struct entry_name), by_entry);
}

int compiler_link_entries(struct compiler *compiler)
{
    uint32_t first = 0, count = compiler->entry_names.count;
    int error = PW_OK;
    compiler_sort_names(compiler);
    while (first < count && !error) {
        uint32_t entry = ((const struct entry_name *)compiler->entry_names.data)[first].entry, last = first;
        while (last < count && ((const struct entry_name *)compiler->entry_names.data)[last].entry == entry)
            last++;
        error = link_entry(compiler, entry, first, last);
        first = last;
    }
    return error;
}

/* ---- relatives ---- */

/* Kinships stand in the order of their organisations, as these were taken in. */
int compiler_link_relatives(struct compiler *compiler)
{
    const struct kinship *kinships = compiler->kinships.data;
    struct snapshot_organisation *organisations = compiler->organisations.data;
    uint32_t slot;
    for (uint32_t i = 0; i < compiler->kinships.count; i++) {
        struct pw_text ror = compiler_text(compiler, kinships[i].ror);
        uint32_t row = compiler_find(compiler, &compiler->ids, ror,
                                     snapshot_hash(SNAPSHOT_SEED, ror.data, ror.length), &slot);
        if (row == SNAPSHOT_NONE)
            continue;
        struct snapshot_relation *relation = rows_append(&compiler->relations, 1);
        if (!relation)
            return PW_ERROR_MEMORY;
        *relation = (struct snapshot_relation){table_key(&compiler->ids, row)->value, kinships[i].kind};
        struct snapshot_organisation *organisation = &organisations[kinships[i].organisation];
        if (organisation->relation_count++ == 0)
            organisation->first_relation = compiler->relations.count - 1;
    }
    return PW_OK;
}
