/* SPDX-License-Identifier: Apache-2.0
 *
 * snapshot.c: opening a compiled snapshot and looking things up in it.
 */
#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const relation_names[RELATION_COUNT] = {"parent", "child"};

static const uint32_t record_bytes[SECTION_COUNT] = {
    [SECTION_TEXT] = 1,
    [SECTION_SOURCES] = sizeof(struct snapshot_source),
    [SECTION_ORGANISATIONS] = sizeof(struct snapshot_organisation),
    [SECTION_ENTRIES] = sizeof(struct snapshot_entry),
    [SECTION_LINKS] = sizeof(uint32_t),
    [SECTION_RELATIONS] = sizeof(struct snapshot_relation),
    [SECTION_MEANINGS] = sizeof(struct snapshot_meaning),
    [SECTION_NAME_SLOTS] = sizeof(uint32_t),
    [SECTION_NAME_KEYS] = sizeof(struct snapshot_key),
    [SECTION_SET_SLOTS] = sizeof(uint32_t),
    [SECTION_SET_KEYS] = sizeof(struct snapshot_key),
    [SECTION_WORD_SLOTS] = sizeof(uint32_t),
    [SECTION_WORD_KEYS] = sizeof(struct snapshot_key),
    [SECTION_PLACE_SLOTS] = sizeof(uint32_t),
    [SECTION_PLACE_KEYS] = sizeof(struct snapshot_key),
    [SECTION_ID_SLOTS] = sizeof(uint32_t),
    [SECTION_ID_KEYS] = sizeof(struct snapshot_key),
};

static int refuse(char ret_error[LISTING_ERROR_BYTES], const char *path, const char *why)
{
    snprintf(ret_error, LISTING_ERROR_BYTES, "%.512s: %s", path, why);
    return PW_ERROR_INVALID;
}

static int check_header(const struct snapshot *snapshot, const char *path,
                        char ret_error[LISTING_ERROR_BYTES])
{
    const struct snapshot_header *header = (const void *)snapshot->base;
    if (snapshot->bytes < sizeof *header || memcmp(header->magic, SNAPSHOT_MAGIC, sizeof header->magic) != 0)
        return refuse(ret_error, path, "not a compiled list snapshot; make one with pathwayctl list compile");
    if (header->version != SNAPSHOT_VERSION || header->section_count != SECTION_COUNT)
        return refuse(ret_error, path, "compiled by another version; compile it again");
    if (header->bytes != snapshot->bytes)
        return refuse(ret_error, path, "cut short, or longer than it was written; compile it again");
    for (uint32_t i = 0; i < SECTION_COUNT; i++) {
        uint64_t offset = header->sections[i].offset, count = header->sections[i].count;
        if (offset % 8 || offset < sizeof *header || offset > snapshot->bytes || count > UINT32_MAX ||
            count * record_bytes[i] > snapshot->bytes - offset)
            return refuse(ret_error, path, "damaged: a section lies outside the file; compile it again");
    }
    return PW_OK;
}

static const void *section(const struct snapshot *snapshot, enum snapshot_section which)
{
    const struct snapshot_header *header = (const void *)snapshot->base;
    return snapshot->base + header->sections[which].offset;
}

static uint32_t count_of(const struct snapshot *snapshot, enum snapshot_section which)
{
    const struct snapshot_header *header = (const void *)snapshot->base;
    return (uint32_t)header->sections[which].count;
}

/* Keys follow their slots in the list of sections. */
static bool read_table(const struct snapshot *snapshot, enum snapshot_section slots,
                       struct snapshot_table *ret_table)
{
    uint32_t count = count_of(snapshot, slots);
    *ret_table = (struct snapshot_table){.slots = section(snapshot, slots),
                                         .slot_mask = count - 1,
                                         .keys = section(snapshot, slots + 1),
                                         .key_count = count_of(snapshot, slots + 1)};
    return count > ret_table->key_count && (count & (count - 1)) == 0;
}

static int read_sections(struct snapshot *snapshot, const char *path, char ret_error[LISTING_ERROR_BYTES])
{
    int error = check_header(snapshot, path, ret_error);
    if (error)
        return error;
    snapshot->text = section(snapshot, SECTION_TEXT);
    snapshot->text_length = count_of(snapshot, SECTION_TEXT);
    snapshot->sources = section(snapshot, SECTION_SOURCES);
    snapshot->source_count = count_of(snapshot, SECTION_SOURCES);
    snapshot->organisations = section(snapshot, SECTION_ORGANISATIONS);
    snapshot->organisation_count = count_of(snapshot, SECTION_ORGANISATIONS);
    snapshot->entries = section(snapshot, SECTION_ENTRIES);
    snapshot->entry_count = count_of(snapshot, SECTION_ENTRIES);
    snapshot->links = section(snapshot, SECTION_LINKS);
    snapshot->link_count = count_of(snapshot, SECTION_LINKS);
    snapshot->relations = section(snapshot, SECTION_RELATIONS);
    snapshot->relation_count = count_of(snapshot, SECTION_RELATIONS);
    snapshot->meanings = section(snapshot, SECTION_MEANINGS);
    snapshot->meaning_count = count_of(snapshot, SECTION_MEANINGS);
    if (!read_table(snapshot, SECTION_NAME_SLOTS, &snapshot->names) ||
        !read_table(snapshot, SECTION_SET_SLOTS, &snapshot->sets) ||
        !read_table(snapshot, SECTION_WORD_SLOTS, &snapshot->words) ||
        !read_table(snapshot, SECTION_PLACE_SLOTS, &snapshot->places) ||
        !read_table(snapshot, SECTION_ID_SLOTS, &snapshot->ids))
        return refuse(ret_error, path, "damaged: a table has no room; compile it again");
    return PW_OK;
}

int snapshot_adopt(struct snapshot *ret_snapshot, char *bytes, size_t length,
                   char ret_error[LISTING_ERROR_BYTES])
{
    struct snapshot snapshot = {.base = bytes, .bytes = length};
    int error = read_sections(&snapshot, "the snapshot", ret_error);
    if (error)
        snapshot_close(&snapshot);
    else
        *ret_snapshot = snapshot;
    return error;
}

int snapshot_open(struct snapshot *ret_snapshot, const char *path, char ret_error[LISTING_ERROR_BYTES])
{
    struct snapshot snapshot = {.mapped = true};
    struct stat found;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* of a pipe there would be no end */
    if (file < 0 || fstat(file, &found) < 0) {
        snprintf(ret_error, LISTING_ERROR_BYTES, "%.512s: cannot be read: %s", path, strerror(errno));
        if (file >= 0)
            close(file);
        return PW_ERROR_IO;
    }
    snapshot.bytes = S_ISREG(found.st_mode) ? (size_t)found.st_size : 0;
    void *mapped = snapshot.bytes ? mmap(NULL, snapshot.bytes, PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
    close(file);
    if (mapped == MAP_FAILED)
        return refuse(ret_error, path, "empty, or no regular file");
    snapshot.base = mapped;
    int error = read_sections(&snapshot, path, ret_error);
    if (!error && !snapshot_verify(&snapshot))
        error =
            refuse(ret_error, path, "damaged: its bytes are not those that were compiled; compile it again");
    if (error)
        snapshot_close(&snapshot);
    else
        *ret_snapshot = snapshot;
    return error;
}

void snapshot_close(struct snapshot *snapshot)
{
    if (snapshot->base && snapshot->mapped)
        munmap((void *)(uintptr_t)snapshot->base, snapshot->bytes);
    else
        free((void *)(uintptr_t)snapshot->base);
    *snapshot = (struct snapshot){0};
}

/* FNV-1a by words: a whole registry is checked whenever a plugin starts. */
uint64_t snapshot_check(const char *bytes, size_t length)
{
    const size_t own = offsetof(struct snapshot_header, check);
    uint64_t check = 14695981039346656037u;
    for (size_t at = 0; at + sizeof check <= length; at += sizeof check) {
        uint64_t word = 0;
        if (at != own)
            memcpy(&word, bytes + at, sizeof word);
        check = (check ^ word) * 1099511628211u;
        check ^= check >> 32;
    }
    return check;
}

bool snapshot_verify(const struct snapshot *snapshot)
{
    const struct snapshot_header *header = (const void *)snapshot->base;
    return snapshot->bytes % sizeof header->check == 0 &&
           snapshot_check(snapshot->base, snapshot->bytes) == header->check;
}

struct pw_text snapshot_text(const struct snapshot *snapshot, struct snapshot_span span)
{
    if (span.offset > snapshot->text_length || span.length > snapshot->text_length - span.offset)
        return (struct pw_text){NULL, 0};
    return (struct pw_text){snapshot->text + span.offset, span.length};
}

/* FNV's low bits are its weak ones. */
static uint32_t slot_of(const struct snapshot_table *table, uint32_t hash)
{
    return (hash ^ (hash >> 15)) & table->slot_mask;
}

static bool is_key(const struct snapshot *snapshot, const struct snapshot_key *row, struct pw_text key)
{
    return row->key.length == key.length && row->key.offset <= snapshot->text_length &&
           key.length <= snapshot->text_length - row->key.offset &&
           memcmp(snapshot->text + row->key.offset, key.data, key.length) == 0;
}

const struct snapshot_key *snapshot_find(const struct snapshot *snapshot, const struct snapshot_table *table,
                                         uint32_t hash, struct pw_text key)
{
    uint32_t slot = slot_of(table, hash);
    for (uint32_t tries = 0; tries <= table->slot_mask && table->slots[slot]; tries++) {
        uint32_t number = table->slots[slot] - 1;
        if (number >= table->key_count)
            return NULL;
        const struct snapshot_key *row = &table->keys[number];
        if (row->hash == hash && is_key(snapshot, row, key))
            return row;
        slot = (slot + 1) & table->slot_mask;
    }
    return NULL;
}
