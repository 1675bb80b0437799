/* SPDX-License-Identifier: Apache-2.0
 *
 * json.c: puts tokens together into the tape of nodes. There is no recursion: the chain of parents in the
 * tape is the stack, and a container that is still open keeps its bookkeeping in fields of its own node that
 * mean nothing before it is closed (open_last here, the filter in members.c), so a document costs its nodes
 * and no more.
 */
#include "json/json.h"
#include "json/members.h"
#include "json/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_NODES = 128, /* an ordinary event needs some 40 */

    KEY_IN_ARENA = 1,
    TEXT_IN_ARENA = 2,
};

struct reader {
    struct pw_document *document;
    const char *begin, *at, *end;
    const struct json_limits *limits;
    struct json_error *error;
    uint32_t parent; /* the innermost open container */
    uint32_t node;   /* the value being read */
    uint32_t depth;
    int status;
};

/* While a container is open: its last child so far. */
static uint32_t *open_last(struct json_node *node)
{
    return &node->end;
}

static bool refuse(struct reader *reader, const char *at, int status, const char *code, const char *message)
{
    struct json_error *error = reader->error;
    reader->status = status;
    error->offset = (size_t)(at - reader->begin);
    json_place(reader->begin, (size_t)(reader->end - reader->begin), error->offset, &error->line,
               &error->column);
    error->code = code;
    json_pointer_of(reader->document, reader->node, error->pointer, sizeof error->pointer);
    snprintf(error->message, sizeof error->message, "%s", message);
    return false;
}

static bool refuse_fault(struct reader *reader, const struct scan_fault *fault)
{
    return refuse(reader, fault->at, PW_ERROR_INVALID, fault->code, fault->message);
}

static bool refuse_limit(struct reader *reader, const char *at, const char *code, const char *what,
                         uint32_t limit)
{
    char message[128];
    snprintf(message, sizeof message, "more than the limit of %u %s", limit, what);
    return refuse(reader, at, PW_ERROR_LIMIT, code, message);
}

static bool refuse_memory(struct reader *reader)
{
    return refuse(reader, reader->at, PW_ERROR_MEMORY, "memory", "out of memory");
}

static bool skip_blank(struct reader *reader)
{
    struct scan_fault fault;
    const char *at = scan_blank(reader->at, reader->end, reader->limits->comments, &fault);
    if (!at)
        return refuse_fault(reader, &fault);
    reader->at = at;
    return true;
}

static bool grow_nodes(struct reader *reader)
{
    struct pw_document *document = reader->document;
    uint32_t capacity = document->node_capacity ? document->node_capacity * 2 : FIRST_NODES;
    struct json_node *nodes = realloc(document->nodes, capacity * sizeof *nodes);
    if (!nodes)
        return refuse_memory(reader);
    document->nodes = nodes;
    document->node_capacity = capacity;
    return true;
}

/* Appends an empty node below the open container and makes it the current one. */
static bool add_node(struct reader *reader)
{
    struct pw_document *document = reader->document;
    uint32_t index = document->node_count;
    if (index >= reader->limits->max_values)
        return refuse_limit(reader, reader->at, "values", "values", reader->limits->max_values);
    if (index == document->node_capacity && !grow_nodes(reader))
        return false;
    uint32_t place = (uint32_t)(reader->at - reader->begin);
    document->nodes[index] = (struct json_node){
        .parent = reader->parent, .next = PW_NODE_NONE, .start = place, .end = place, .member = place};
    document->node_count++;
    if (reader->parent != PW_NODE_NONE) {
        struct json_node *parent = &document->nodes[reader->parent];
        if (parent->count > 0)
            document->nodes[*open_last(parent)].next = index;
        *open_last(parent) = index;
        parent->count++;
    }
    reader->node = index;
    return true;
}

static bool grow_arena(struct reader *reader, size_t needed)
{
    struct pw_document *document = reader->document;
    if (document->arena_capacity - document->arena_length >= needed)
        return true;
    /* The inputs' bytes bound the sum, and 64 MiB bound those, so nothing overflows. */
    size_t capacity = (size_t)document->arena_length * 2 + needed + 64;
    char *arena = realloc(document->arena, capacity);
    if (!arena)
        return refuse_memory(reader);
    document->arena = arena;
    document->arena_capacity = (uint32_t)capacity;
    return true;
}

/* Reads a string at `at`; says where its decoded form stands. */
static bool read_string(struct reader *reader, uint32_t *ret_place, uint32_t *ret_length, bool *ret_in_arena)
{
    struct scan_fault fault;
    bool escapes;
    const char *begin = reader->at + 1;
    const char *behind = scan_string(reader->at, reader->end, &escapes, &fault);
    if (!behind)
        return refuse_fault(reader, &fault);
    size_t length = (size_t)(behind - 1 - begin);
    if (escapes) {
        struct pw_document *document = reader->document;
        if (!grow_arena(reader, length))
            return false;
        *ret_place = document->arena_length;
        *ret_length = (uint32_t)scan_decode(begin, length, document->arena + document->arena_length);
        document->arena_length += *ret_length;
    } else {
        *ret_place = (uint32_t)(begin - reader->begin);
        *ret_length = (uint32_t)length;
    }
    *ret_in_arena = escapes;
    reader->at = behind;
    return true;
}

static bool refuse_duplicate(struct reader *reader, uint32_t node)
{
    struct pw_text key = json_key(reader->document, node);
    char message[128];
    snprintf(message, sizeof message, "the key \"%.*s\" appears twice in one object",
             (int)(key.length > 64 ? 64 : key.length), key.data);
    reader->node = node;
    return refuse(reader, reader->begin + reader->document->nodes[node].member, PW_ERROR_INVALID,
                  "duplicate_key", message);
}

/* Compares the newest member with those before it; beyond MEMBERS_PAIRWISE the object's end does it. */
static bool check_member(struct reader *reader)
{
    uint32_t twin = members_twin_before(reader->document, reader->parent, reader->node);
    return twin == PW_NODE_NONE || refuse_duplicate(reader, reader->node);
}

static bool check_members(struct reader *reader, uint32_t object)
{
    uint32_t twin;
    if (members_first_twin(reader->document, object, &twin) < 0)
        return refuse_memory(reader);
    return twin == PW_NODE_NONE || refuse_duplicate(reader, twin);
}

/* From the opening quote to the value behind the colon. */
static bool read_key(struct reader *reader)
{
    if (reader->at == reader->end || *reader->at != '"')
        return refuse(reader, reader->at, PW_ERROR_INVALID, "syntax", "a key in double quotes is missing");
    uint32_t member = (uint32_t)(reader->at - reader->begin);
    uint32_t key, length;
    bool in_arena;
    if (!read_string(reader, &key, &length, &in_arena) || !add_node(reader))
        return false;
    struct json_node *node = &reader->document->nodes[reader->node];
    node->member = member;
    node->key = key;
    node->key_length = length;
    node->decoded = in_arena ? KEY_IN_ARENA : 0;
    if (!check_member(reader) || !skip_blank(reader))
        return false;
    if (reader->at == reader->end || *reader->at != ':')
        return refuse(reader, reader->at, PW_ERROR_INVALID, "syntax", "a ':' is missing behind a key");
    reader->at++;
    return true;
}

static bool read_word(struct reader *reader, const char *word, uint32_t type)
{
    size_t length = strlen(word);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
        return refuse(reader, reader->at, PW_ERROR_INVALID, "syntax", "a value is missing");
    reader->document->nodes[reader->node].type = type;
    reader->at += length;
    return true;
}

static bool read_text(struct reader *reader)
{
    uint32_t text, length;
    bool in_arena;
    if (!read_string(reader, &text, &length, &in_arena))
        return false;
    struct json_node *node = &reader->document->nodes[reader->node];
    node->type = PW_JSON_STRING;
    node->text = text;
    node->text_length = length;
    node->decoded |= in_arena ? TEXT_IN_ARENA : 0;
    return true;
}

static bool read_number(struct reader *reader)
{
    struct scan_fault fault;
    const char *behind = scan_number(reader->at, reader->end, &fault);
    if (!behind)
        return refuse_fault(reader, &fault);
    reader->document->nodes[reader->node].type = PW_JSON_NUMBER;
    reader->at = behind;
    return true;
}

static bool open_container(struct reader *reader, uint32_t type)
{
    if (reader->depth == reader->limits->max_depth)
        return refuse_limit(reader, reader->at, "depth", "levels of nesting", reader->limits->max_depth);
    reader->depth++;
    reader->document->nodes[reader->node].type = type;
    reader->parent = reader->node;
    reader->at++;
    return true;
}

static bool close_container(struct reader *reader)
{
    uint32_t index = reader->parent;
    struct json_node *node = &reader->document->nodes[index];
    reader->at++;
    if (node->type == PW_JSON_OBJECT && node->count > MEMBERS_PAIRWISE && !check_members(reader, index))
        return false;
    node->end = (uint32_t)(reader->at - reader->begin);
    node->text = node->text_length = 0;
    reader->node = index;
    reader->parent = node->parent;
    reader->depth--;
    return true;
}

/* A value without children, or the opening of a container; *ret_open says which. */
static bool begin_value(struct reader *reader, bool *ret_open)
{
    *ret_open = false;
    if (!skip_blank(reader))
        return false;
    if (reader->at == reader->end)
        return refuse(reader, reader->at, PW_ERROR_INVALID, "syntax",
                      "the text ends where a value should stand");
    reader->document->nodes[reader->node].start = (uint32_t)(reader->at - reader->begin);
    bool good;
    switch (*reader->at) {
    case '{':
        *ret_open = true;
        return open_container(reader, PW_JSON_OBJECT);
    case '[':
        *ret_open = true;
        return open_container(reader, PW_JSON_ARRAY);
    case '"':
        good = read_text(reader);
        break;
    case 't':
        good = read_word(reader, "true", PW_JSON_TRUE);
        break;
    case 'f':
        good = read_word(reader, "false", PW_JSON_FALSE);
        break;
    case 'n':
        good = read_word(reader, "null", PW_JSON_NULL);
        break;
    default:
        if (*reader->at != '-' && (*reader->at < '0' || *reader->at > '9'))
            return refuse(reader, reader->at, PW_ERROR_INVALID, "syntax", "a value is missing");
        good = read_number(reader);
    }
    if (good)
        reader->document->nodes[reader->node].end = (uint32_t)(reader->at - reader->begin);
    return good;
}

/* Behind an opening bracket: the first child's node, or the end of an empty container (*ret_closed). */
static bool begin_first(struct reader *reader, bool *ret_closed)
{
    if (!skip_blank(reader))
        return false;
    bool object = reader->document->nodes[reader->parent].type == PW_JSON_OBJECT;
    *ret_closed = reader->at < reader->end && *reader->at == (object ? '}' : ']');
    if (*ret_closed)
        return close_container(reader);
    return object ? read_key(reader) : add_node(reader);
}

/* Behind a value: the next child's node, or the container's end (*ret_closed). */
static bool begin_next(struct reader *reader, bool *ret_closed)
{
    reader->node = reader->parent;
    if (!skip_blank(reader))
        return false;
    bool object = reader->document->nodes[reader->parent].type == PW_JSON_OBJECT;
    *ret_closed = reader->at < reader->end && *reader->at == (object ? '}' : ']');
    if (*ret_closed)
        return close_container(reader);
    if (reader->at == reader->end || *reader->at != ',')
        return refuse(reader, reader->at, PW_ERROR_INVALID, "syntax",
                      object ? "a ',' or '}' is missing" : "a ',' or ']' is missing");
    reader->at++;
    if (!skip_blank(reader))
        return false;
    return object ? read_key(reader) : add_node(reader);
}

static bool read_values(struct reader *reader)
{
    if (!skip_blank(reader) || !add_node(reader))
        return false;
    for (;;) {
        bool open, closed;
        if (!begin_value(reader, &open))
            return false;
        if (!open)
            closed = true;
        else if (!begin_first(reader, &closed))
            return false;
        while (closed && reader->parent != PW_NODE_NONE)
            if (!begin_next(reader, &closed))
                return false;
        if (closed)
            return true;
    }
}

static bool read_document(struct reader *reader)
{
    size_t length = (size_t)(reader->end - reader->begin);
    if (length > reader->limits->max_bytes)
        return refuse_limit(reader, reader->begin, "bytes", "bytes", reader->limits->max_bytes);
    if (length >= 3 && memcmp(reader->begin, "\xEF\xBB\xBF", 3) == 0)
        return refuse(reader, reader->begin, PW_ERROR_INVALID, "syntax",
                      "the text begins with a byte order mark");
    if (!read_values(reader) || !skip_blank(reader))
        return false;
    if (reader->at != reader->end)
        return refuse(reader, reader->at, PW_ERROR_INVALID, "trailing", "bytes behind the end of the value");
    return true;
}

int json_parse(struct pw_document *document, const char *bytes, size_t length,
               const struct json_limits *limits, struct json_error *ret_error)
{
    struct json_error error = {0};
    if (length == 0)
        bytes = ""; /* NULL is a fair way to say that there are none, but no place to point at */
    document_forget(document);
    document_shrink(document, length);
    document->bytes = bytes;
    document->length = length;
    struct reader reader = {.document = document,
                            .begin = bytes,
                            .at = bytes,
                            .end = bytes + length,
                            .limits = limits,
                            .error = &error,
                            .parent = PW_NODE_NONE,
                            .node = PW_NODE_NONE};
    if (read_document(&reader))
        return 0;
    *ret_error = error;
    document_forget(document);
    return reader.status;
}
