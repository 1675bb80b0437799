/* SPDX-License-Identifier: Apache-2.0
 *
 * reader.c: the small steps of reading a pack, each of which can say what is wrong and where.
 */
#include "rules/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *pack_append(void *array_of_pointers, uint32_t *count, uint32_t *room, size_t size)
{
    void *items;
    memcpy(&items, array_of_pointers, sizeof items);
    if (*count == *room) {
        uint32_t more = *room ? *room * 2 : 16;
        void *grown = realloc(items, more * size);
        if (!grown)
            return NULL;
        items = grown;
        *room = more;
        memcpy(array_of_pointers, &items, sizeof items);
    }
    void *item = (char *)items + *count * size;
    memset(item, 0, size);
    (*count)++;
    return item;
}

/* Where the root value begins: after blanks and comments. */
static size_t root_of(const char *bytes, size_t length)
{
    size_t i = 0;
    while (i < length) {
        const char *end = NULL;
        if (strchr(" \t\r\n", bytes[i])) {
            i++;
            continue;
        }
        if (bytes[i] == '/' && i + 1 < length && bytes[i + 1] == '/')
            end = memchr(bytes + i, '\n', length - i);
        else if (bytes[i] == '/' && i + 1 < length && bytes[i + 1] == '*')
            end = memmem(bytes + i + 2, length - i - 2, "*/", 2);
        if (!end)
            break;
        i = (size_t)(end - bytes) + (*end == '*' ? 2 : 1);
    }
    return i;
}

void reader_begin(struct reader *reader, const struct pw_host *host, const struct pack_file *file,
                  const char *name, char error[PACK_ERROR_SIZE])
{
    reader->documents = host->documents;
    reader->document = file->document;
    reader->bytes = file->bytes;
    reader->length = file->length;
    reader->root = root_of(file->bytes, file->length);
    reader->file = name;
    reader->error = error;
}

/* The document keeps a copy of the bytes, so places are counted from its root value. */
static size_t place_of(const struct reader *reader, uint32_t node)
{
    struct pw_text root = reader->documents->raw(reader->document, PW_NODE_ROOT);
    struct pw_text raw = reader->documents->raw(reader->document, node);
    if (!raw.data || !root.data || raw.data < root.data)
        return reader->root;
    size_t offset = reader->root + (size_t)(raw.data - root.data);
    return offset < reader->length ? offset : reader->length;
}

uint32_t reader_line(const struct reader *reader, uint32_t node)
{
    uint32_t line = 1;
    for (size_t i = 0, offset = place_of(reader, node); i < offset; i++)
        line += reader->bytes[i] == '\n';
    return line;
}

int32_t reader_fail(struct reader *reader, uint32_t node, const char *format, ...)
{
    char sentence[PACK_ERROR_SIZE / 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    size_t offset = place_of(reader, node), start = 0;
    unsigned line = 1;
    for (size_t i = 0; i < offset; i++)
        if (reader->bytes[i] == '\n') {
            line++;
            start = i + 1;
        }
    snprintf(reader->error, PACK_ERROR_SIZE, "%s:%u:%zu: %s%.*s%s%s", reader->file, line, offset - start + 1,
             reader->rule.length ? "rule " : "", READER_FMT(reader->rule), reader->rule.length ? ": " : "",
             sentence);
    return PW_ERROR_INVALID;
}

int32_t reader_memory(struct reader *reader)
{
    snprintf(reader->error, PACK_ERROR_SIZE, "%s: not enough memory for these rules", reader->file);
    return PW_ERROR_MEMORY;
}

static void join_names(const char *const *names, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (; *names && length < size; names++)
        length += (size_t)snprintf(text + length, size - length, "%s\"%s\"", length ? ", " : "", *names);
}

int32_t reader_members(struct reader *reader, uint32_t node, const char *what, const char *const *names,
                       uint32_t *ret_nodes)
{
    const struct pw_document_api *api = reader->documents;
    if (api->type(reader->document, node) != PW_JSON_OBJECT)
        return reader_fail(reader, node, "%s must be an object", what);
    for (uint32_t i = 0; names[i]; i++)
        ret_nodes[i] = PW_NODE_NONE;
    for (uint32_t child = api->first(reader->document, node); child != PW_NODE_NONE;
         child = api->next(reader->document, child)) {
        struct pw_text key = api->key(reader->document, child);
        uint32_t i = 0;
        while (names[i] && !text_same(key, names[i]))
            i++;
        if (!names[i]) {
            char known[256];
            join_names(names, known, sizeof known);
            return reader_fail(reader, child, "unknown key \"%.*s\" in %s; known are %s", READER_FMT(key),
                               what, known);
        }
        ret_nodes[i] = child;
    }
    return PW_OK;
}

int32_t reader_text(struct reader *reader, uint32_t node, const char *what, struct pw_text *ret_text)
{
    if (reader->documents->type(reader->document, node) != PW_JSON_STRING)
        return reader_fail(reader, node, "%s must be a string", what);
    struct pw_text text = reader->documents->text(reader->document, node);
    if (text.length == 0)
        return reader_fail(reader, node, "%s must not be empty", what);
    *ret_text = text;
    return PW_OK;
}

int32_t reader_word(struct reader *reader, uint32_t node, const char *what, const char *choices)
{
    static const char *const booleans[] = {[PW_JSON_FALSE] = "false", [PW_JSON_TRUE] = "true"};
    struct pw_text word;
    uint32_t type = reader->documents->type(reader->document, node);
    if (type == PW_JSON_TRUE || type == PW_JSON_FALSE)
        word = (struct pw_text){booleans[type], strlen(booleans[type])};
    else if (reader_text(reader, node, what, &word) != PW_OK)
        return PW_ERROR_INVALID;
    if (choices && !field_choice(choices, word))
        return reader_fail(reader, node, "\"%.*s\" is not a word for %s; those are %s", READER_FMT(word),
                           what, choices);
    struct pack *pack = reader->pack;
    struct pw_text *slot =
        pack_append(&pack->words, &pack->word_count, &pack->word_room, sizeof *pack->words);
    if (!slot)
        return reader_memory(reader);
    *slot = word;
    return PW_OK;
}

int32_t reader_words(struct reader *reader, uint32_t node, const char *what, const char *choices,
                     struct span *ret_words)
{
    const struct pw_document_api *api = reader->documents;
    struct span words = {reader->pack->word_count, 0};
    if (node == PW_NODE_NONE) {
        *ret_words = words;
        return PW_OK;
    }
    if (api->type(reader->document, node) != PW_JSON_ARRAY || api->count(reader->document, node) == 0)
        return reader_fail(reader, node, "%s must be an array with at least one word", what);
    for (uint32_t child = api->first(reader->document, node); child != PW_NODE_NONE;
         child = api->next(reader->document, child)) {
        int32_t status = reader_word(reader, child, what, choices);
        if (status < 0)
            return status;
        words.count++;
    }
    *ret_words = words;
    return PW_OK;
}
