/* SPDX-License-Identifier: Apache-2.0
 *
 * generation.c: see generation.h.
 */
#include "packs/generation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pathwayd/plugin.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json/buffer.h"
#include "json/json.h"

static int fail(char **ret_error, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int fail(char **ret_error, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(ret_error, format, arguments) < 0)
        *ret_error = NULL;
    va_end(arguments);
    return status;
}

/* ---- heads ---- */

static char *member(const struct pw_document *document, const char *name)
{
    struct pw_text text = json_text(document, json_member(document, PW_NODE_ROOT, name));
    return strndup(text.data ? text.data : "", text.length);
}

int pack_head_read(struct pack_head *ret_head, struct pw_text text, char **ret_error)
{
    struct pw_document document = {0};
    struct json_error error = {0};
    int status = json_parse(&document, text.data, text.length, &json_limits_config, &error);
    if (status < 0) {
        json_release(&document);
        return fail(ret_error, PW_ERROR_INVALID, "%u:%u: %s", error.line, error.column, error.message);
    }
    *ret_head = (struct pack_head){member(&document, "pack"), member(&document, "version"),
                                   member(&document, "regime"), member(&document, "effective_from"),
                                   member(&document, "effective_to")};
    json_release(&document);
    if (!ret_head->pack || !ret_head->version || !ret_head->regime || !ret_head->effective_from ||
        !ret_head->effective_to)
        return fail(ret_error, PW_ERROR_MEMORY, "out of memory");
    if (!*ret_head->pack || !*ret_head->version || !*ret_head->regime)
        return fail(ret_error, PW_ERROR_INVALID,
                    "1:1: it is no pack: \"pack\", \"version\" or \"regime\" is missing");
    return 0;
}

void pack_head_release(struct pack_head *head)
{
    free(head->pack);
    free(head->version);
    free(head->regime);
    free(head->effective_from);
    free(head->effective_to);
    *head = (struct pack_head){0};
}

/* Dates are YYYY-MM-DD, so their order is that of the words. */
static bool overlap(const struct pack_head *a, const struct pack_head *b)
{
    return strcmp(a->regime, b->regime) == 0 &&
           (!*b->effective_to || strcmp(a->effective_from, b->effective_to) < 0) &&
           (!*a->effective_to || strcmp(b->effective_from, a->effective_to) < 0);
}

/* ---- what there is ---- */

struct item {
    struct pack_head head;
    char *bytes;
    size_t length;
    bool shadow, gone;
};

struct making {
    struct item items[GENERATION_PACKS + 1];
    uint32_t count;
    char **ret_error;
};

static char *read_file(const char *path, size_t *ret_length, char **ret_error)
{
    FILE *file = fopen(path, "re");
    char *bytes = file ? malloc(GENERATION_BYTES + 1) : NULL;
    if (!bytes) {
        (void)fail(ret_error, PW_ERROR_IO, "%s cannot be read: %s", path, strerror(errno));
        if (file)
            fclose(file);
        return NULL;
    }
    *ret_length = fread(bytes, 1, GENERATION_BYTES + 1, file);
    bool whole = !ferror(file) && *ret_length <= GENERATION_BYTES;
    fclose(file);
    if (whole)
        return bytes;
    (void)fail(ret_error, PW_ERROR_LIMIT, "%s cannot be read, or is too large", path);
    free(bytes);
    return NULL;
}

/* Takes `bytes` over. */
static int add_item(struct making *making, const char *what, char *bytes, size_t length, bool shadow)
{
    char *why = NULL;
    struct item *item = &making->items[making->count];
    if (making->count == GENERATION_PACKS + 1) {
        free(bytes);
        return fail(making->ret_error, PW_ERROR_LIMIT, "there would be more than %u packs", GENERATION_PACKS);
    }
    *item = (struct item){.bytes = bytes, .length = length, .shadow = shadow};
    making->count++;
    int status = pack_head_read(&item->head, (struct pw_text){bytes, length}, &why);
    if (status < 0)
        status = fail(making->ret_error, status, "%s:%s", what, why ? why : "");
    free(why);
    return status;
}

static int add_file(struct making *making, const char *path, bool shadow)
{
    size_t length = 0;
    char *bytes = read_file(path, &length, making->ret_error);
    return bytes ? add_item(making, path, bytes, length, shadow) : PW_ERROR_IO;
}

/* A name beside the file that has it; "/…" is one by itself. */
static char *beside(const char *file, struct pw_text name)
{
    char *path = NULL;
    const char *slash = strrchr(file, '/');
    int folder = slash && name.length && name.data[0] != '/' ? (int)(slash - file) + 1 : 0;
    return asprintf(&path, "%.*s%.*s", folder, file, TEXT_FMT(name)) < 0 ? NULL : path;
}

static int add_listed(struct making *making, const struct pw_document *document, const char *file,
                      const char *key, bool shadow)
{
    int status = 0;
    uint32_t node = json_first(document, json_member(document, PW_NODE_ROOT, key));
    for (; node != PW_NODE_NONE && status == 0; node = json_next(document, node)) {
        char *path = beside(file, json_text(document, node));
        status = path ? add_file(making, path, shadow) : PW_ERROR_MEMORY;
        free(path);
    }
    return status;
}

/* As the policies read it (rules/selection.h): what has a member "active" lists packs, anything else is one. */
static int read_chooser(struct making *making, const char *file)
{
    size_t length = 0;
    struct pw_document document = {0};
    struct json_error error = {0};
    char *bytes = read_file(file, &length, making->ret_error);
    if (!bytes)
        return PW_ERROR_IO;
    int status = json_parse(&document, bytes, length, &json_limits_config, &error);
    if (status < 0)
        status = fail(making->ret_error, PW_ERROR_INVALID, "%s:%u:%u: %s", file, error.line, error.column,
                      error.message);
    else if (json_member(&document, PW_NODE_ROOT, "active") == PW_NODE_NONE)
        status = add_file(making, file, false);
    else
        status = add_listed(making, &document, file, "active", false);
    if (status == 0)
        status = add_listed(making, &document, file, "shadow", true);
    json_release(&document);
    free(bytes);
    return status;
}

/* ---- what there is to be ---- */

/* The day at which the item's place is taken goes where its own end stands, or first of all; comments stay. */
static int end_at(struct making *making, struct item *item, const char *day)
{
    struct pw_document document = {0};
    struct json_error error;
    struct buffer out = {0};
    int status = json_parse(&document, item->bytes, item->length, &json_limits_config, &error);
    uint32_t node = status == 0 ? json_member(&document, PW_NODE_ROOT, "effective_to") : PW_NODE_NONE;
    struct pw_text old = json_raw(&document, node), root = json_raw(&document, PW_NODE_ROOT);
    size_t at = old.length ? (size_t)(old.data - item->bytes) : (size_t)(root.data - item->bytes) + 1;
    buffer_text(&out, (struct pw_text){item->bytes, at});
    if (!old.length)
        buffer_string(&out, "\"effective_to\": ");
    json_write_string(&out, day);
    if (!old.length)
        buffer_string(&out, ",");
    at += old.length;
    buffer_text(&out, (struct pw_text){item->bytes + at, item->length - at});
    json_release(&document);
    if (status < 0 || out.failed) {
        buffer_release(&out);
        return fail(making->ret_error, PW_ERROR_MEMORY, "out of memory");
    }
    free(item->bytes);
    item->bytes = buffer_take(&out, &item->length);
    return 0;
}

static int apply(struct making *making, const struct generation_change *change)
{
    bool off = strcmp(change->choice, "off") == 0, shadow = strcmp(change->choice, "shadow") == 0;
    uint32_t before = making->count, dropped = 0;
    struct item *added = &making->items[before];
    if (!off) {
        char *bytes = malloc(change->text.length + 1);
        if (!bytes)
            return fail(making->ret_error, PW_ERROR_MEMORY, "out of memory");
        memcpy(bytes, change->text.data, change->text.length);
        int status = add_item(making, change->pack, bytes, change->text.length, shadow);
        if (status < 0)
            return status;
    }
    for (uint32_t i = 0; i < before; i++) {
        struct item *item = &making->items[i];
        bool own = strcmp(item->head.pack, change->pack) == 0;
        bool other = own && !off && strcmp(item->head.version, added->head.version) == 0 &&
                     (item->length != added->length || memcmp(item->bytes, added->bytes, item->length) != 0);
        if (other)
            return fail(making->ret_error, PW_ERROR_INVALID,
                        "%s %s is there already, with other words: give this one another \"version\"",
                        item->head.pack, item->head.version);
        if (off)
            item->gone = own;
        else if (shadow)
            item->gone = own && item->shadow;
        else if (item->shadow)
            item->gone = own;
        else if (overlap(&item->head, &added->head)) {
            item->gone = strcmp(item->head.effective_from, added->head.effective_from) >= 0;
            int status = item->gone ? 0 : end_at(making, item, added->head.effective_from);
            if (status < 0)
                return status;
        }
        dropped += item->gone;
    }
    if (off && !dropped)
        return fail(making->ret_error, PW_ERROR_NOT_FOUND, "no pack named \"%s\" is in force or on trial",
                    change->pack);
    return 0;
}

/* ---- written ---- */

/* Unlike names of packs may become like names of files, so each begins with its place. */
static void file_name(const struct item *item, uint32_t index, char name[160])
{
    int length = snprintf(name, 160, "%02u-%.60s-%.60s.json", index, item->head.pack, item->head.version);
    for (int i = 0; i < length && name[i]; i++) {
        char c = name[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '.';
        name[i] = plain ? c : '_';
    }
}

static int write_file(const char *folder, const char *name, const void *bytes, size_t length)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return PW_ERROR_MEMORY;
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    free(path);
    if (file < 0)
        return PW_ERROR_IO;
    bool good = write(file, bytes, length) == (ssize_t)length && fsync(file) == 0;
    return close(file) == 0 && good ? 0 : PW_ERROR_IO;
}

static void write_names(struct buffer *out, const struct making *making, const char *key, bool shadow)
{
    char name[160];
    json_write_key(out, key);
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < making->count; i++) {
        if (making->items[i].gone || making->items[i].shadow != shadow)
            continue;
        file_name(&making->items[i], i, name);
        json_write_string(out, name);
    }
    json_write_end(out, ']');
}

static int write_all(const struct making *making, const char *folder)
{
    struct buffer chooser = {0};
    char name[160];
    int status = 0;
    json_write_begin(&chooser, '{');
    write_names(&chooser, making, "active", false);
    write_names(&chooser, making, "shadow", true);
    json_write_end(&chooser, '}');
    buffer_string(&chooser, "\n");
    for (uint32_t i = 0; i < making->count && status == 0; i++) {
        if (making->items[i].gone)
            continue;
        file_name(&making->items[i], i, name);
        status = write_file(folder, name, making->items[i].bytes, making->items[i].length);
    }
    if (status == 0)
        status = chooser.failed ? PW_ERROR_MEMORY
                                : write_file(folder, "active.json", chooser.data, chooser.length);
    buffer_release(&chooser);
    return status;
}

static int sync_folder(const char *folder)
{
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0)
        close(descriptor);
    return good ? 0 : PW_ERROR_IO;
}

static void remove_folder(const char *folder)
{
    DIR *listed = opendir(folder);
    for (const struct dirent *entry = listed ? readdir(listed) : NULL; entry; entry = readdir(listed))
        (void)unlinkat(dirfd(listed), entry->d_name, 0); /* of "." and ".." it fails */
    if (listed)
        closedir(listed);
    (void)rmdir(folder);
}

/* The number after the highest there is. */
static uint64_t next_number(const char *parent)
{
    uint64_t highest = 0;
    DIR *listed = opendir(parent);
    for (const struct dirent *entry = listed ? readdir(listed) : NULL; entry; entry = readdir(listed)) {
        uint64_t number = strtoull(entry->d_name, NULL, 10);
        highest = number > highest ? number : highest;
    }
    if (listed)
        closedir(listed);
    return highest + 1;
}

static int write_origin(const char *folder, uint64_t base, const struct generation_change *change)
{
    struct buffer out = {0};
    json_write_begin(&out, '{');
    json_member_unsigned(&out, "change", change->change_id);
    json_member_integer(&out, "at", change->at_ms);
    json_member_unsigned(&out, "base", base);
    json_write_end(&out, '}');
    int status = out.failed ? PW_ERROR_MEMORY : write_file(folder, "change.json", out.data, out.length);
    buffer_release(&out);
    return status;
}

/* Written aside, then named. */
static int write_generation(const struct making *making, const char *parent, uint64_t base,
                            const struct generation_change *change, uint64_t *ret_number)
{
    char *draft = NULL, *folder = NULL;
    uint64_t number = next_number(parent);
    int status = PW_ERROR_IO;
    if (asprintf(&draft, "%s/draft-XXXXXX", parent) < 0)
        return PW_ERROR_MEMORY;
    if (asprintf(&folder, "%s/%06llu", parent, (unsigned long long)number) < 0) {
        free(draft);
        return PW_ERROR_MEMORY;
    }
    if (mkdtemp(draft)) {
        status = chmod(draft, 0750) == 0 ? write_all(making, draft) : PW_ERROR_IO;
        if (status == 0)
            status = write_origin(draft, base, change);
        if (status == 0)
            status = sync_folder(draft);
        if (status == 0)
            status = rename(draft, folder) == 0 ? sync_folder(parent) : PW_ERROR_IO;
        if (status < 0)
            remove_folder(draft);
    }
    *ret_number = number;
    free(folder);
    free(draft);
    return status;
}

static char *folder_of(const char *state_dir)
{
    char *parent = NULL;
    return asprintf(&parent, "%s/packs", state_dir) < 0 ? NULL : parent;
}

int generation_make(const char *state_dir, uint64_t base, const char *configured,
                    const struct generation_change *change, uint64_t *ret_number, char **ret_error)
{
    struct making *making = calloc(1, sizeof(*making));
    char *parent = folder_of(state_dir), *chooser = NULL;
    int status = 0;
    *ret_error = NULL;
    if (!making || !parent ||
        (base && asprintf(&chooser, "%s/%06llu/active.json", parent, (unsigned long long)base) < 0)) {
        free(making);
        free(parent);
        return fail(ret_error, PW_ERROR_MEMORY, "out of memory");
    }
    making->ret_error = ret_error;
    if (!base && !configured)
        status = fail(ret_error, PW_ERROR_NOT_FOUND, "no policy's configuration has the setting \"packs\"");
    if (status == 0)
        status = read_chooser(making, base ? chooser : configured);
    if (status == 0)
        status = apply(making, change);
    if (status == 0) {
        bool there = mkdir(parent, 0750) == 0 || errno == EEXIST;
        status = there ? write_generation(making, parent, base, change, ret_number) : PW_ERROR_IO;
        if (status < 0)
            (void)fail(ret_error, status, "the packs cannot be written to %s: %s", parent, strerror(errno));
    }
    for (uint32_t i = 0; i < making->count; i++) {
        pack_head_release(&making->items[i].head);
        free(making->items[i].bytes);
    }
    free(making);
    free(parent);
    free(chooser);
    return status;
}

static int64_t number_of(const struct pw_document *document, const char *name)
{
    int64_t value = -1;
    return json_integer(document, json_member(document, PW_NODE_ROOT, name), &value) == 0 ? value : -1;
}

uint64_t generation_base(const char *state_dir, uint64_t number, const struct generation_change *change)
{
    struct pw_document document = {0};
    struct json_error wrong;
    char *path = NULL, *error = NULL, *bytes = NULL;
    size_t length = 0;
    uint64_t base = number;
    if (!number || asprintf(&path, "%s/packs/%06llu/change.json", state_dir, (unsigned long long)number) < 0)
        return number;
    bytes = read_file(path, &length, &error);
    if (bytes && json_parse(&document, bytes, length, &json_limits_config, &wrong) == 0 &&
        number_of(&document, "change") == (int64_t)change->change_id &&
        number_of(&document, "at") == change->at_ms && number_of(&document, "base") >= 0)
        base = (uint64_t)number_of(&document, "base");
    json_release(&document);
    free(bytes);
    free(error);
    free(path);
    return base;
}

int generation_use(const char *state_dir, uint64_t number)
{
    char *parent = NULL, *link = NULL, *next = NULL, name[32];
    int status = PW_ERROR_IO;
    snprintf(name, sizeof(name), "%06llu", (unsigned long long)number);
    if (asprintf(&parent, "%s/packs", state_dir) < 0)
        parent = NULL;
    else if (asprintf(&link, "%s/current", parent) < 0)
        link = NULL;
    else if (asprintf(&next, "%s/next", parent) < 0)
        next = NULL;
    else if (number == 0)
        status = unlink(link) == 0 || errno == ENOENT ? 0 : PW_ERROR_IO;
    else if ((unlink(next) == 0 || errno == ENOENT) && symlink(name, next) == 0 && rename(next, link) == 0)
        status = sync_folder(parent);
    free(next);
    free(link);
    free(parent);
    return status;
}
