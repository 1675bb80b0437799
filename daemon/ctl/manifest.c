/* SPDX-License-Identifier: Apache-2.0
 *
 * manifest.c: see manifest.h.
 */
#include "ctl/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ctl/parts.h"
#include "json/time.h"

#define MANIFEST_FORMAT 1
#define MANIFEST_FILE   "manifest.json"
#define MANIFEST_SUM    "manifest.b2sum"
#define MANIFEST_BYTES  (2u << 20) /* MANIFEST_PARTS lines of a path and a hash */
#define MANIFEST_DEPTH  3          /* lists/000007/all.snap */

static const struct json_limits manifest_limits = {
    .max_bytes = MANIFEST_BYTES, .max_values = 8 * MANIFEST_PARTS, .max_depth = 8};

static int no_memory(void)
{
    ctl_complain("out of memory");
    return CTL_BAD;
}

int manifest_add(struct manifest *manifest, const char *path, uint64_t bytes, const char hash[MANIFEST_HASH])
{
    if (manifest->part_count == MANIFEST_PARTS) {
        ctl_complain("a backup has %u files at most", MANIFEST_PARTS);
        return CTL_BAD;
    }
    struct manifest_part *parts =
        reallocarray(manifest->parts, manifest->part_count + 1u, sizeof(*manifest->parts));
    if (!parts)
        return no_memory();
    manifest->parts = parts;
    struct manifest_part *part = &parts[manifest->part_count];
    *part = (struct manifest_part){.path = strdup(path), .bytes = bytes};
    if (!part->path)
        return no_memory();
    memcpy(part->hash, hash, MANIFEST_HASH);
    manifest->part_count++;
    return CTL_GOOD;
}

int manifest_add_link(struct manifest *manifest, const char *path, const char *to)
{
    struct manifest_link *links =
        reallocarray(manifest->links, manifest->link_count + 1u, sizeof(*manifest->links));
    if (!links)
        return no_memory();
    manifest->links = links;
    struct manifest_link *link = &links[manifest->link_count++];
    *link = (struct manifest_link){strdup(path), strdup(to)};
    return link->path && link->to ? CTL_GOOD : no_memory();
}

void manifest_release(struct manifest *manifest)
{
    for (uint32_t i = 0; i < manifest->part_count; i++)
        free(manifest->parts[i].path);
    for (uint32_t i = 0; i < manifest->link_count; i++) {
        free(manifest->links[i].path);
        free(manifest->links[i].to);
    }
    free(manifest->parts);
    free(manifest->links);
    *manifest = (struct manifest){0};
}

/* ---- writing ------------------------------------------------------------------------------------------- */

static void member_time(struct buffer *out, const char *key, int64_t ms)
{
    char text[TIME_TEXT_SIZE];
    time_format(ms, text);
    json_member_string(out, key, text);
}

static void write_json(const struct manifest *manifest, struct buffer *out)
{
    json_write_begin(out, '{');
    json_member_unsigned(out, "format", MANIFEST_FORMAT);
    json_member_string(out, "pathwayd", PATHWAYD_VERSION);
    member_time(out, "made", manifest->made_ms);
    json_member_unsigned(out, "schema", manifest->schema);
    json_member_unsigned(out, "sequence", manifest->sequence);
    if (manifest->sequence)
        member_time(out, "received", manifest->received_ms);
    json_member_unsigned(out, "audit_records", manifest->audit_records);
    json_member_string(out, "audit_head", manifest->audit_head);
    json_write_key(out, "parts");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        json_write_begin(out, '{');
        json_member_string(out, "path", manifest->parts[i].path);
        json_member_unsigned(out, "bytes", manifest->parts[i].bytes);
        json_member_string(out, "blake2b", manifest->parts[i].hash);
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
    json_write_key(out, "links");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < manifest->link_count; i++) {
        json_write_begin(out, '{');
        json_member_string(out, "path", manifest->links[i].path);
        json_member_string(out, "to", manifest->links[i].to);
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
    json_write_end(out, '}');
    buffer_string(out, "\n");
}

static void hash_of(struct pw_text bytes, char ret_hash[MANIFEST_HASH])
{
    uint8_t digest[32];
    crypto_generichash(digest, sizeof(digest), (const uint8_t *)bytes.data, bytes.length, NULL, 0);
    sodium_bin2hex(ret_hash, MANIFEST_HASH, digest, sizeof(digest));
}

static int write_file(const char *folder, const char *name, struct pw_text bytes)
{
    char *path = part_path(folder, name);
    int file = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    bool good =
        file >= 0 && write(file, bytes.data, bytes.length) == (ssize_t)bytes.length && fsync(file) == 0;
    int error = errno;
    if (file >= 0 && close(file) != 0)
        good = false;
    if (path && !good)
        ctl_complain("%s cannot be written: %s", path, strerror(error));
    free(path);
    return good ? CTL_GOOD : CTL_BAD;
}

int manifest_write(const struct manifest *manifest, const char *folder)
{
    struct buffer json = {0}, sum = {0};
    char hash[MANIFEST_HASH];
    int status = sodium_init() < 0 ? no_memory() : CTL_GOOD;
    write_json(manifest, &json);
    if (status == CTL_GOOD && json.failed)
        status = no_memory();
    if (status == CTL_GOOD) {
        hash_of(buffer_view(&json), hash);
        buffer_format(&sum, "%s  " MANIFEST_FILE "\n", hash);
        status = sum.failed ? no_memory() : write_file(folder, MANIFEST_FILE, buffer_view(&json));
    }
    if (status == CTL_GOOD)
        status = write_file(folder, MANIFEST_SUM, buffer_view(&sum));
    buffer_release(&json);
    buffer_release(&sum);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------------- */

static int damaged(const char *folder, const char *part)
{
    ctl_complain("the backup %s is damaged: %s is not what was written; nothing was changed", folder, part);
    return CTL_BAD;
}

/* NULL after a sentence; *ret_status says which kind. */
static char *read_file(const char *folder, const char *name, size_t *ret_length, int *ret_status)
{
    char *path = part_path(folder, name), *bytes = malloc(MANIFEST_BYTES + 1);
    FILE *file = path && bytes ? fopen(path, "re") : NULL;
    *ret_status = CTL_USAGE;
    if (!file) {
        ctl_complain("%s is no backup that can be read: %s: %s", folder, name, strerror(errno));
    } else {
        *ret_length = fread(bytes, 1, MANIFEST_BYTES + 1, file);
        if (ferror(file) || *ret_length > MANIFEST_BYTES)
            *ret_status = damaged(folder, name);
        else
            *ret_status = CTL_GOOD;
        fclose(file);
    }
    free(path);
    if (*ret_status == CTL_GOOD)
        return bytes;
    free(bytes);
    return NULL;
}

/* What a backup of ours may hold, so that a manifest of somebody else's leads nowhere else. */
static bool good_path(const char *path)
{
    static const char *const folders[] = {"packs", "lists"};
    const char *segment = path;
    size_t first = strcspn(path, "/");
    bool known = strcmp(path, MANIFEST_JOURNAL) == 0;
    for (size_t i = 0; i < 2; i++)
        known |= path[first] && strlen(folders[i]) == first && strncmp(path, folders[i], first) == 0;
    for (int depth = 0; known && depth < MANIFEST_DEPTH; depth++) {
        size_t length = strcspn(segment, "/");
        if (length == 0 || segment[0] == '.')
            return false;
        if (!segment[length])
            return true;
        segment += length + 1;
    }
    return false;
}

static bool good_hash(const char *hash)
{
    return strlen(hash) == MANIFEST_HASH - 1 && strspn(hash, "0123456789abcdef") == MANIFEST_HASH - 1;
}

static char *member_text(const struct pw_document *document, uint32_t object, const char *name)
{
    struct pw_text text = json_text(document, json_member(document, object, name));
    return strndup(text.data ? text.data : "", text.length);
}

static uint64_t number_of(const struct pw_document *document, const char *name)
{
    int64_t value = 0;
    (void)json_integer(document, json_member(document, PW_NODE_ROOT, name), &value);
    return value > 0 ? (uint64_t)value : 0;
}

static bool read_part(struct manifest *manifest, const struct pw_document *document, uint32_t node)
{
    char *path = member_text(document, node, "path"), *hash = member_text(document, node, "blake2b");
    int64_t bytes = -1;
    (void)json_integer(document, json_member(document, node, "bytes"), &bytes);
    bool good = path && hash && good_path(path) && good_hash(hash) && bytes >= 0 &&
                manifest_add(manifest, path, (uint64_t)bytes, hash) == CTL_GOOD;
    free(path);
    free(hash);
    return good;
}

static bool read_link(struct manifest *manifest, const struct pw_document *document, uint32_t node)
{
    char *path = member_text(document, node, "path"), *to = member_text(document, node, "to");
    bool good = path && to && good_path(path) && *to && strspn(to, "0123456789") == strlen(to) &&
                manifest_add_link(manifest, path, to) == CTL_GOOD;
    free(path);
    free(to);
    return good;
}

static bool read_all(struct manifest *manifest, const struct pw_document *document, const char *name,
                     bool (*read)(struct manifest *, const struct pw_document *, uint32_t))
{
    uint32_t node = json_first(document, json_member(document, PW_NODE_ROOT, name));
    bool good = true;
    for (; node != PW_NODE_NONE && good; node = json_next(document, node))
        good = read(manifest, document, node);
    return good;
}

static bool read_json(struct manifest *manifest, const struct pw_document *document)
{
    char *head = member_text(document, PW_NODE_ROOT, "audit_head");
    bool good = head && good_hash(head) && number_of(document, "format") == MANIFEST_FORMAT;
    if (good)
        memcpy(manifest->audit_head, head, MANIFEST_HASH);
    free(head);
    manifest->schema = number_of(document, "schema");
    manifest->sequence = number_of(document, "sequence");
    manifest->audit_records = number_of(document, "audit_records");
    good = good && time_parse(json_text(document, json_member(document, PW_NODE_ROOT, "made")),
                              &manifest->made_ms) == 0;
    if (good && manifest->sequence)
        good = time_parse(json_text(document, json_member(document, PW_NODE_ROOT, "received")),
                          &manifest->received_ms) == 0;
    return good && read_all(manifest, document, "parts", read_part) &&
           read_all(manifest, document, "links", read_link) && manifest->part_count > 0 &&
           strcmp(manifest->parts[0].path, MANIFEST_JOURNAL) == 0;
}

static int read_checked(const char *folder, char *bytes, size_t length, const char *sum, size_t sum_length,
                        struct manifest *manifest)
{
    struct pw_document document = {0};
    struct json_error error;
    char hash[MANIFEST_HASH], expected[sizeof(hash) + sizeof("  " MANIFEST_FILE "\n")];
    hash_of((struct pw_text){bytes, length}, hash);
    int size = snprintf(expected, sizeof(expected), "%s  " MANIFEST_FILE "\n", hash);
    if (sum_length != (size_t)size || memcmp(sum, expected, sum_length) != 0)
        return damaged(folder, MANIFEST_FILE ", or its sum " MANIFEST_SUM ",");
    int status =
        json_parse(&document, bytes, length, &manifest_limits, &error) == 0 && read_json(manifest, &document)
            ? CTL_GOOD
            : CTL_BAD;
    json_release(&document);
    if (status != CTL_GOOD)
        ctl_complain("%s/" MANIFEST_FILE " is not what this pathwayctl writes, nor can it read it", folder);
    return status;
}

int manifest_read(const char *folder, struct manifest *ret_manifest)
{
    size_t length = 0, sum_length = 0;
    int status = CTL_BAD;
    *ret_manifest = (struct manifest){0};
    if (sodium_init() < 0)
        return no_memory();
    char *bytes = read_file(folder, MANIFEST_FILE, &length, &status);
    char *sum = bytes ? read_file(folder, MANIFEST_SUM, &sum_length, &status) : NULL;
    if (sum)
        status = read_checked(folder, bytes, length, sum, sum_length, ret_manifest);
    free(bytes);
    free(sum);
    if (status != CTL_GOOD)
        manifest_release(ret_manifest);
    return status;
}
