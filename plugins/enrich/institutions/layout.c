/* SPDX-License-Identifier: Apache-2.0
 *
 * layout.c: a compiler's content as the bytes of a snapshot (snapshot.h).
 */
#include "compiler_private.h"

#include <stdlib.h>
#include <string.h>

static int by_organisation(const void *a, const void *b)
{
    const struct link *left = a, *right = b;
    if (left->organisation != right->organisation)
        return left->organisation < right->organisation ? -1 : 1;
    return left->entry < right->entry ? -1 : left->entry > right->entry;
}

/* Sorts links by organisation and leaves their entries. */
static void settle_links(struct compiler *compiler)
{
    struct link *links = compiler->links.data;
    uint32_t *entries = compiler->links.data;
    struct snapshot_organisation *organisations = compiler->organisations.data;
    if (compiler->links.count)
        qsort(links, compiler->links.count, sizeof *links, by_organisation);
    for (uint32_t i = 0; i < compiler->links.count; i++) {
        struct snapshot_organisation *organisation = &organisations[links[i].organisation];
        if (organisation->link_count++ == 0)
            organisation->first_link = i;
        entries[i] = links[i].entry; /* never ahead of what is still to be read */
    }
}

/* Meanings of one key side by side, in the order they were added. */
static int settle_meanings(struct compiler *compiler, struct rows *ret_meanings)
{
    struct rows rows = {.size = sizeof(struct snapshot_meaning)};
    const struct meaning *meanings = compiler->meanings.data;
    for (uint32_t i = 0; i < compiler->names.keys.count; i++) {
        struct snapshot_key *row = table_key(&compiler->names, i);
        uint32_t first = rows.count, at = row->value;
        struct snapshot_meaning *out = rows_append(&rows, row->count);
        if (!out && row->count)
            return PW_ERROR_MEMORY;
        for (uint32_t k = row->count; k > 0 && at != SNAPSHOT_NONE; k--, at = meanings[at].next)
            out[k - 1] = (struct snapshot_meaning){meanings[at].organisation, meanings[at].basis};
        row->value = first;
    }
    *ret_meanings = rows;
    return PW_OK;
}

struct layout {
    char *bytes;
    size_t length;
};

static int put_section(struct layout *layout, struct snapshot_header *header, enum snapshot_section section,
                       const void *data, uint64_t count, size_t size)
{
    size_t padded = (count * size + 7) & ~(size_t)7;
    char *grown = realloc(layout->bytes, layout->length + padded);
    if (!grown)
        return PW_ERROR_MEMORY;
    memset(grown + layout->length, 0, padded);
    if (count)
        memcpy(grown + layout->length, data, count * size);
    header->sections[section].offset = layout->length;
    header->sections[section].count = count;
    layout->bytes = grown;
    layout->length += padded;
    return PW_OK;
}

static void settle_words(struct compiler *compiler)
{
    for (uint32_t i = 0; i < compiler->words.keys.count; i++)
        table_key(&compiler->words, i)->reserved = 0;
}

static int lay_out(struct compiler *compiler, const struct rows *meanings, struct layout *layout)
{
    struct snapshot_header header = {.version = SNAPSHOT_VERSION, .section_count = SECTION_COUNT};
    struct rows links = compiler->links;
    links.size = sizeof(uint32_t);
    const struct {
        enum snapshot_section section;
        const struct rows *rows;
    } parts[] = {{SECTION_TEXT, &compiler->text},
                 {SECTION_SOURCES, &compiler->sources},
                 {SECTION_ORGANISATIONS, &compiler->organisations},
                 {SECTION_ENTRIES, &compiler->entries},
                 {SECTION_LINKS, &links},
                 {SECTION_RELATIONS, &compiler->relations},
                 {SECTION_MEANINGS, meanings},
                 {SECTION_NAME_KEYS, &compiler->names.keys},
                 {SECTION_SET_KEYS, &compiler->sets.keys},
                 {SECTION_WORD_KEYS, &compiler->words.keys},
                 {SECTION_PLACE_KEYS, &compiler->places.keys},
                 {SECTION_ID_KEYS, &compiler->ids.keys}};
    const struct {
        enum snapshot_section section;
        const struct table *table;
    } tables[] = {{SECTION_NAME_SLOTS, &compiler->names},
                  {SECTION_SET_SLOTS, &compiler->sets},
                  {SECTION_WORD_SLOTS, &compiler->words},
                  {SECTION_PLACE_SLOTS, &compiler->places},
                  {SECTION_ID_SLOTS, &compiler->ids}};
    int error = put_section(layout, &header, SECTION_TEXT, &header, 1, sizeof header); /* holds its place */
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !error; i++)
        error = put_section(layout, &header, parts[i].section, parts[i].rows->data, parts[i].rows->count,
                            parts[i].rows->size);
    for (size_t i = 0; i < sizeof tables / sizeof *tables && !error; i++)
        error = put_section(layout, &header, tables[i].section, tables[i].table->slots,
                            tables[i].table->slot_count, sizeof(uint32_t));
    if (error)
        return error;
    memcpy(header.magic, SNAPSHOT_MAGIC, sizeof header.magic);
    header.bytes = layout->length;
    memcpy(layout->bytes, &header, sizeof header);
    header.check = snapshot_check(layout->bytes, layout->length);
    memcpy(layout->bytes, &header, sizeof header);
    return PW_OK;
}

int compiler_finish(struct compiler *compiler, char **ret_bytes, size_t *ret_length)
{
    struct rows meanings = {.size = sizeof(struct snapshot_meaning)};
    struct layout layout = {0};
    int error =
        compiler_add_countries(compiler); /* not before: most lists that are refused are refused at once */
    if (!error)
        error = compiler_link_entries(compiler);
    if (!error)
        error = compiler_link_relatives(compiler);
    struct table *tables[] = {&compiler->names, &compiler->sets, &compiler->words, &compiler->places,
                              &compiler->ids};
    for (size_t i = 0; i < sizeof tables / sizeof *tables && !error; i++)
        error = table_grow(tables[i]);
    if (!error)
        error = settle_meanings(compiler, &meanings);
    if (!error) {
        settle_links(compiler);
        compiler_settle_places(compiler);
        settle_words(compiler);
        error = lay_out(compiler, &meanings, &layout);
    }
    free(meanings.data);
    if (error) {
        free(layout.bytes);
        return error;
    }
    *ret_bytes = layout.bytes;
    *ret_length = layout.length;
    return PW_OK;
}
