/* SPDX-License-Identifier: Apache-2.0
 *
 * screener.c: see screener.h. Building the index; the questions are in query.c.
 */
#include "screener.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Inside a sentence a name must be telling: two words, or four ideographs. */
#define SENTENCE_TOKENS     2u
#define SENTENCE_IDEOGRAPHS 4u

int screener_open(struct screener *screener, const struct pw_document_api *api)
{
    *screener = (struct screener){.api = api};
    return folding_open(&screener->folding);
}

void screener_close(struct screener *screener)
{
    for (uint32_t i = 0; i < screener->listing_count; i++)
        listing_free(screener->listings[i]);
    free(screener->entries);
    index_release(&screener->names);
    index_release(&screener->rors);
    folded_release(&screener->folded);
    folding_close(screener->folding);
    *screener = (struct screener){0};
}

static bool telling(const struct folded *folded, uint32_t first)
{
    uint32_t ideographs = 0;
    for (uint32_t i = first; i < folded->count; i++)
        ideographs += folded->tokens[i].ideograph ? 1 : 0;
    uint32_t words = folded->count - first - ideographs;
    return ideographs >= SENTENCE_IDEOGRAPHS || words >= SENTENCE_TOKENS || (words >= 1 && ideographs >= 1);
}

/* The key of tokens first..last of the folded name: they stand side by side. */
static struct pw_text key_of(const struct folded *folded, uint32_t first, uint32_t last)
{
    uint32_t start = folded->tokens[first].start;
    return (struct pw_text){folded->bytes + start, folded->tokens[last].end - start};
}

static int add_name(struct screener *screener, struct pw_text name, uint32_t entry, enum basis basis)
{
    struct folded *folded = &screener->folded;
    int error = folding_fold(screener->folding, name, folded);
    if (error)
        return error;
    if (folded->count == 0)
        return PW_ERROR_INVALID;
    uint32_t first = folded_first(folded);
    struct index_meaning meaning = {.entry = entry, .next = INDEX_NONE, .basis = basis};
    meaning.in_sentences = basis != BASIS_ACRONYM && telling(folded, first);
    return index_add(&screener->names, key_of(folded, first, folded->count - 1), meaning);
}

/* The name that cannot be indexed goes into *ret_culprit. */
static int add_names(struct screener *screener, const struct listing *listing, uint32_t array, uint32_t entry,
                     enum basis basis, struct pw_text *ret_culprit)
{
    int error = PW_OK;
    for (uint32_t node = screener->api->first(listing->document, array); node != PW_NODE_NONE && !error;
         node = screener->api->next(listing->document, node)) {
        *ret_culprit = screener->api->text(listing->document, node);
        error = add_name(screener, *ret_culprit, entry, basis);
    }
    return error;
}

static int reserve_entry(struct screener *screener)
{
    if (screener->entry_count < screener->entry_capacity)
        return PW_OK;
    uint32_t capacity = 2 * screener->entry_capacity + 64;
    struct screener_entry *grown = realloc(screener->entries, capacity * sizeof *grown);
    if (!grown)
        return PW_ERROR_MEMORY;
    screener->entries = grown;
    screener->entry_capacity = capacity;
    return PW_OK;
}

static int add_entry(struct screener *screener, const struct listing *listing,
                     const struct listing_entry *entry, struct pw_text *ret_culprit)
{
    int error = reserve_entry(screener);
    if (error)
        return error;
    uint32_t number = screener->entry_count++;
    screener->entries[number] = (struct screener_entry){listing, entry};
    for (uint32_t i = 0; i < entry->ror_count && !error; i++) {
        struct index_meaning meaning = {.entry = number, .next = INDEX_NONE, .basis = BASIS_ID};
        error = index_add(&screener->rors, (struct pw_text){entry->rors[i], ROR_LENGTH}, meaning);
    }
    *ret_culprit = entry->name;
    if (!error)
        error = add_name(screener, entry->name, number, BASIS_NAME);
    if (!error)
        error = add_names(screener, listing, entry->aliases, number, BASIS_ALIAS, ret_culprit);
    if (!error)
        error = add_names(screener, listing, entry->abbreviations, number, BASIS_ACRONYM, ret_culprit);
    return error;
}

static const struct listing *same_source(const struct screener *screener, const struct listing *listing)
{
    for (uint32_t i = 0; i < screener->listing_count; i++) {
        const struct listing *known = screener->listings[i];
        if (known->source.length == listing->source.length &&
            memcmp(known->source.data, listing->source.data, listing->source.length) == 0)
            return known;
    }
    return NULL;
}

static int refuse(struct listing *listing, char ret_error[LISTING_ERROR_BYTES], const char *why,
                  const char *what)
{
    snprintf(ret_error, LISTING_ERROR_BYTES, "%.256s: %s%.256s", listing->path, why, what);
    listing_free(listing);
    return PW_ERROR_INVALID;
}

int screener_add(struct screener *screener, struct listing *listing, char ret_error[LISTING_ERROR_BYTES])
{
    const struct listing *known = same_source(screener, listing);
    if (known)
        return refuse(listing, ret_error, "its source is taken; give it a name of its own, or drop ",
                      known->path);
    if (screener->listing_count == SCREENER_MAX_LISTS)
        return refuse(listing, ret_error, "one list too many; at most 64 are allowed", "");
    screener->listings[screener->listing_count++] = listing;
    for (uint32_t i = 0; i < listing->entry_count; i++) {
        struct pw_text culprit = {0};
        int error = add_entry(screener, listing, &listing->entries[i], &culprit);
        if (error == PW_ERROR_INVALID)
            snprintf(
                ret_error, LISTING_ERROR_BYTES,
                "%.256s: entry %u (\"%.*s\"): the name \"%.*s\" has neither letter nor digit", listing->path,
                i + 1, (int)(listing->entries[i].id.length > 64 ? 64 : listing->entries[i].id.length),
                listing->entries[i].id.data, (int)(culprit.length > 64 ? 64 : culprit.length), culprit.data);
        else if (error)
            snprintf(ret_error, LISTING_ERROR_BYTES, "%.256s: out of memory", listing->path);
        if (error)
            return error;
    }
    return PW_OK;
}
