/* SPDX-License-Identifier: Apache-2.0
 *
 * listing.c: see listing.h. The file's own keys, and what holds over all entries.
 */
#include "reading.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT "pathwayd-list/1"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof *(a))

static int file_format(struct reading *reading, uint32_t node)
{
    struct pw_text text = {0};
    int error = reading_text(reading, node, "format", &text);
    if (!error && !reading_is(text, FORMAT))
        error = reading_complain(reading, "format is \"%.*s\"; this reads \"" FORMAT "\"", reading_clip(text),
                                 text.data);
    return error;
}

static int file_source(struct reading *reading, uint32_t node)
{
    struct pw_text *source = &reading->listing->source;
    int error = reading_text(reading, node, "source", source);
    if (error)
        return error;
    size_t good = 0;
    while (good < source->length && strchr("abcdefghijklmnopqrstuvwxyz0123456789-", source->data[good]))
        good++;
    if (good < source->length || source->length > 64)
        return reading_complain(reading, "source is \"%.*s\"; it must be at most 64 of a-z, 0-9 and \"-\"",
                                reading_clip(*source), source->data);
    return PW_OK;
}

static int file_list(struct reading *reading, uint32_t node)
{
    return reading_text(reading, node, "list", &reading->listing->list);
}

static int file_snapshot(struct reading *reading, uint32_t node)
{
    return reading_date(reading, node, "snapshot", &reading->listing->snapshot,
                        &reading->listing->snapshot_ms);
}

static int file_title(struct reading *reading, uint32_t node)
{
    struct pw_text ignored;
    return reading_text(reading, node, "title", &ignored);
}

static int file_licence(struct reading *reading, uint32_t node)
{
    struct pw_text ignored;
    return reading_text(reading, node, "licence", &ignored);
}

static int file_entries(struct reading *reading, uint32_t array)
{
    struct listing *listing = reading->listing;
    if (reading->api->type(reading->document, array) != PW_JSON_ARRAY ||
        reading->api->count(reading->document, array) == 0)
        return reading_complain(reading,
                                "entries must be an array of at least one entry; an empty list would look "
                                "like a list that nobody is on");
    listing->entries = calloc(reading->api->count(reading->document, array), sizeof *listing->entries);
    if (!listing->entries)
        return PW_ERROR_MEMORY;
    for (uint32_t node = reading->api->first(reading->document, array); node != PW_NODE_NONE;
         node = reading->api->next(reading->document, node)) {
        reading->entry++;
        int error = reading_entry(reading, node, &listing->entries[listing->entry_count++]);
        if (error)
            return error;
    }
    reading->entry = 0;
    return PW_OK;
}

static const struct file_key {
    const char *name;
    int (*read)(struct reading *reading, uint32_t node);
} file_keys[] = {
    {"format", file_format},     {"source", file_source}, {"list", file_list},
    {"snapshot", file_snapshot}, {"title", file_title},   {"licence", file_licence},
    {"entries", file_entries}, /* last: entries inherit `list` */
};

static int unknown_file_key(struct reading *reading)
{
    for (uint32_t node = reading->api->first(reading->document, PW_NODE_ROOT); node != PW_NODE_NONE;
         node = reading->api->next(reading->document, node)) {
        struct pw_text key = reading->api->key(reading->document, node);
        bool known = false;
        for (size_t i = 0; i < ARRAY_LENGTH(file_keys) && !known; i++)
            known = reading_is(key, file_keys[i].name);
        if (!known)
            return reading_complain(
                reading,
                "\"%.*s\" is not a key of a list file; known are format, source, list, snapshot, "
                "title, licence, entries",
                reading_clip(key), key.data ? key.data : "");
    }
    return PW_OK;
}

static int compare_texts(struct pw_text left, struct pw_text right)
{
    size_t shorter = left.length < right.length ? left.length : right.length;
    int order = memcmp(left.data, right.data, shorter);
    if (order != 0)
        return order;
    return left.length < right.length ? -1 : left.length > right.length;
}

/* A publisher with several lists may number each by itself. */
static int compare_ids(const void *a, const void *b)
{
    const struct listing_entry *left = *(const struct listing_entry *const *)a;
    const struct listing_entry *right = *(const struct listing_entry *const *)b;
    int order = compare_texts(left->id, right->id);
    return order ? order : compare_texts(left->list, right->list);
}

static int unique_ids(struct reading *reading)
{
    struct listing *listing = reading->listing;
    const struct listing_entry **sorted = calloc(listing->entry_count, sizeof *sorted);
    if (!sorted)
        return PW_ERROR_MEMORY;
    for (uint32_t i = 0; i < listing->entry_count; i++)
        sorted[i] = &listing->entries[i];
    qsort(sorted, listing->entry_count, sizeof *sorted, compare_ids);
    int error = PW_OK;
    for (uint32_t i = 1; i < listing->entry_count && !error; i++) {
        if (compare_ids(&sorted[i - 1], &sorted[i]) != 0)
            continue;
        ptrdiff_t one = sorted[i - 1] - listing->entries + 1;
        ptrdiff_t other = sorted[i] - listing->entries + 1;
        reading->entry = (uint32_t)(one > other ? one : other);
        reading->id = sorted[i]->id;
        error = reading_complain(reading, "its id is entry %td's as well; every entry needs one of its own",
                                 one > other ? other : one);
    }
    free(sorted);
    return error;
}

static int read_file(struct reading *reading)
{
    if (reading->api->type(reading->document, PW_NODE_ROOT) != PW_JSON_OBJECT)
        return reading_complain(reading, "a list file must be one JSON object");
    int error = unknown_file_key(reading);
    for (size_t i = 0; i < ARRAY_LENGTH(file_keys) && !error; i++) {
        uint32_t node = reading_member(reading, PW_NODE_ROOT, file_keys[i].name);
        error = node == PW_NODE_NONE
                    ? reading_complain(reading, "%s is missing; every list file needs it", file_keys[i].name)
                    : file_keys[i].read(reading, node);
    }
    return error ? error : unique_ids(reading);
}

static int parse_listing(struct listing *listing, size_t length, char ret_error[LISTING_ERROR_BYTES])
{
    struct reading reading = {.listing = listing, .api = listing->api, .error = ret_error};
    char where[LISTING_ERROR_BYTES / 2] = "";
    int error = listing->api->parse((struct pw_text){listing->bytes, length}, 1, &listing->document, where,
                                    sizeof where);
    if (error) {
        reading_complain(&reading, "%s", where);
        return error;
    }
    reading.document = listing->document;
    error = read_file(&reading);
    if (error == PW_ERROR_MEMORY)
        snprintf(ret_error, LISTING_ERROR_BYTES, "out of memory while reading a list");
    return error;
}

static struct listing *new_listing(const struct pw_document_api *api, struct pw_text path, size_t length)
{
    struct listing *listing = calloc(1, sizeof *listing);
    if (!listing)
        return NULL;
    listing->api = api;
    listing->path = strndup(path.data ? path.data : "", path.length);
    listing->bytes = malloc(length + 1);
    return listing->path && listing->bytes ? listing : listing_free(listing);
}

int listing_read(const struct pw_document_api *api, struct pw_text path, struct pw_text bytes,
                 struct listing **ret_listing, char ret_error[LISTING_ERROR_BYTES])
{
    struct listing *listing = new_listing(api, path, bytes.length);
    if (!listing) {
        snprintf(ret_error, LISTING_ERROR_BYTES, "out of memory while reading a list");
        return PW_ERROR_MEMORY;
    }
    if (bytes.length > 0)
        memcpy(listing->bytes, bytes.data, bytes.length);
    int error = parse_listing(listing, bytes.length, ret_error);
    if (error)
        listing_free(listing);
    else
        *ret_listing = listing;
    return error;
}

/* The whole of a regular file of bearable size. */
static int slurp(int file, char **ret_bytes, size_t *ret_length)
{
    struct stat status;
    if (fstat(file, &status) != 0)
        return PW_ERROR_IO;
    if (!S_ISREG(status.st_mode))
        return PW_ERROR_INVALID;
    if (status.st_size > (off_t)LISTING_MAX_BYTES)
        return PW_ERROR_LIMIT;
    size_t size = (size_t)status.st_size;
    char *bytes = malloc(size + 1);
    if (!bytes)
        return PW_ERROR_MEMORY;
    size_t length = 0;
    while (length < size) {
        ssize_t got = read(file, bytes + length, size - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            free(bytes);
            return PW_ERROR_IO;
        }
        if (got == 0)
            break;
        length += (size_t)got;
    }
    *ret_bytes = bytes;
    *ret_length = length;
    return PW_OK;
}

static const char *trouble(int error)
{
    switch (error) {
    case PW_ERROR_INVALID:
        return "it is not a regular file";
    case PW_ERROR_LIMIT:
        return "it is larger than 64 MiB";
    case PW_ERROR_MEMORY:
        return "out of memory";
    default:
        return strerror(errno);
    }
}

int listing_load(const struct pw_document_api *api, struct pw_text path, struct listing **ret_listing,
                 char ret_error[LISTING_ERROR_BYTES])
{
    char *bytes = NULL;
    size_t length = 0;
    char *name = strndup(path.data ? path.data : "", path.length);
    int file = name ? open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    int error = file < 0 ? PW_ERROR_IO : slurp(file, &bytes, &length);
    if (error)
        snprintf(ret_error, LISTING_ERROR_BYTES, "%.256s: cannot be read: %s", name ? name : "list",
                 trouble(error));
    if (file >= 0)
        close(file);
    free(name);
    if (error)
        return error;
    error = listing_read(api, path, (struct pw_text){bytes, length}, ret_listing, ret_error);
    free(bytes);
    return error;
}

struct listing *listing_free(struct listing *listing)
{
    if (!listing)
        return NULL;
    for (uint32_t i = 0; i < listing->entry_count; i++)
        free(listing->entries[i].rors);
    free(listing->entries);
    if (listing->document)
        listing->api->release(listing->document);
    free(listing->bytes);
    free(listing->path);
    free(listing);
    return NULL;
}
