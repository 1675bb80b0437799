/* SPDX-License-Identifier: Apache-2.0
 *
 * access.c: questions to a parsed document, for the daemon (json_*) and, behind the same names as slots, for
 * plugins (json_document_api). A node number from outside is never trusted: anything out of range is absent.
 */
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_IN_ARENA = 1, TEXT_IN_ARENA = 2 }; /* bits of json_node.decoded */

struct pw_text text_of(const char *string)
{
    return (struct pw_text){string ? string : "", string ? strlen(string) : 0};
}

bool text_is(struct pw_text text, const char *literal)
{
    size_t length = strlen(literal);
    return text.length == length && (length == 0 || memcmp(text.data, literal, length) == 0);
}

bool text_equal(struct pw_text a, struct pw_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

uint64_t text_hash(uint64_t hash, struct pw_text text)
{
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (uint8_t)text.data[i]) * UINT64_C(1099511628211);
    return hash;
}

bool text_blank(struct pw_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] != ' ' && text.data[i] != '\t' && text.data[i] != '\n' && text.data[i] != '\r')
            return false;
    return true;
}

struct pw_text text_cut(struct pw_text text, size_t most)
{
    if (text.length <= most)
        return text;
    text.length = most;
    while (text.length && ((unsigned char)text.data[text.length] & 0xC0) == 0x80)
        text.length--;
    return text;
}

static const struct json_node *node_at(const struct pw_document *document, uint32_t node)
{
    return document && node < document->node_count ? &document->nodes[node] : NULL;
}

void json_place(const char *bytes, size_t length, size_t offset, uint32_t *ret_line, uint32_t *ret_column)
{
    uint32_t line = 1, column = 1;
    for (size_t i = 0; i < offset && i < length; i++) {
        column++;
        if (bytes[i] == '\n') {
            line++;
            column = 1;
        }
    }
    *ret_line = line;
    *ret_column = column;
}

uint32_t json_type(const struct pw_document *document, uint32_t node)
{
    const struct json_node *at = node_at(document, node);
    return at ? at->type : PW_JSON_ABSENT;
}

uint32_t json_count(const struct pw_document *document, uint32_t node)
{
    const struct json_node *at = node_at(document, node);
    return at ? at->count : 0;
}

uint32_t json_first(const struct pw_document *document, uint32_t node)
{
    return json_count(document, node) > 0 ? node + 1 : PW_NODE_NONE;
}

uint32_t json_next(const struct pw_document *document, uint32_t node)
{
    const struct json_node *at = node_at(document, node);
    return at ? at->next : PW_NODE_NONE;
}

struct pw_text json_key(const struct pw_document *document, uint32_t node)
{
    const struct json_node *at = node_at(document, node);
    if (!at || at->key_length == 0)
        return (struct pw_text){0};
    const char *base = at->decoded & KEY_IN_ARENA ? document->arena : document->bytes;
    return (struct pw_text){base + at->key, at->key_length};
}

struct pw_text json_text(const struct pw_document *document, uint32_t node)
{
    const struct json_node *at = node_at(document, node);
    if (!at || at->type != PW_JSON_STRING || at->text_length == 0)
        return (struct pw_text){0};
    const char *base = at->decoded & TEXT_IN_ARENA ? document->arena : document->bytes;
    return (struct pw_text){base + at->text, at->text_length};
}

struct pw_text json_raw(const struct pw_document *document, uint32_t node)
{
    const struct json_node *at = node_at(document, node);
    if (!at)
        return (struct pw_text){0};
    return (struct pw_text){document->bytes + at->start, at->end - at->start};
}

int json_integer(const struct pw_document *document, uint32_t node, int64_t *ret_value)
{
    if (json_type(document, node) != PW_JSON_NUMBER)
        return PW_ERROR_INVALID;
    struct pw_text raw = json_raw(document, node);
    bool negative = raw.data[0] == '-';
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, value = 0;
    for (size_t i = negative; i < raw.length; i++) {
        if (raw.data[i] < '0' || raw.data[i] > '9')
            return PW_ERROR_INVALID;
        unsigned digit = (unsigned)(raw.data[i] - '0');
        if (value > (limit - digit) / 10)
            return PW_ERROR_INVALID;
        value = value * 10 + digit;
    }
    *ret_value = negative ? (value > INT64_MAX ? INT64_MIN : -(int64_t)value) : (int64_t)value;
    return 0;
}

bool json_true(const struct pw_document *document, uint32_t node)
{
    return json_type(document, node) == PW_JSON_TRUE;
}

bool json_text_is(const struct pw_document *document, uint32_t node, const char *literal)
{
    return json_type(document, node) == PW_JSON_STRING && text_is(json_text(document, node), literal);
}

static uint32_t find_member(const struct pw_document *document, uint32_t node, struct pw_text key)
{
    if (json_type(document, node) != PW_JSON_OBJECT)
        return PW_NODE_NONE;
    for (uint32_t child = json_first(document, node); child != PW_NODE_NONE;
         child = document->nodes[child].next)
        if (text_equal(json_key(document, child), key))
            return child;
    return PW_NODE_NONE;
}

uint32_t json_member(const struct pw_document *document, uint32_t node, const char *key)
{
    return find_member(document, node, (struct pw_text){key, strlen(key)});
}

static bool is_escaped_slash(struct pw_text token, size_t i)
{
    return token.data[i] == '~' && i + 1 < token.length &&
           (token.data[i + 1] == '0' || token.data[i + 1] == '1');
}

/* Whether a pointer's token, with ~0 and ~1 undone, is this key. */
static bool token_is_key(struct pw_text token, struct pw_text key)
{
    size_t at = 0;
    for (size_t i = 0; i < token.length; i++, at++) {
        char byte = token.data[i];
        if (is_escaped_slash(token, i))
            byte = token.data[++i] == '0' ? '~' : '/';
        if (at >= key.length || key.data[at] != byte)
            return false;
    }
    return at == key.length;
}

static uint32_t find_element(const struct pw_document *document, uint32_t node, struct pw_text token)
{
    if (token.length == 0 || token.length > 9 || (token.data[0] == '0' && token.length > 1))
        return PW_NODE_NONE;
    uint32_t index = 0;
    for (size_t i = 0; i < token.length; i++) {
        if (token.data[i] < '0' || token.data[i] > '9')
            return PW_NODE_NONE;
        index = index * 10 + (uint32_t)(token.data[i] - '0');
    }
    if (index >= json_count(document, node))
        return PW_NODE_NONE;
    uint32_t child = json_first(document, node);
    while (index-- > 0)
        child = json_next(document, child);
    return child;
}

static uint32_t find_token(const struct pw_document *document, uint32_t node, struct pw_text token)
{
    uint32_t type = json_type(document, node);
    if (type == PW_JSON_ARRAY)
        return find_element(document, node, token);
    if (type != PW_JSON_OBJECT)
        return PW_NODE_NONE;
    uint32_t child = json_first(document, node);
    while (child != PW_NODE_NONE && !token_is_key(token, json_key(document, child)))
        child = json_next(document, child);
    return child;
}

static uint32_t find_pointer(const struct pw_document *document, uint32_t node, struct pw_text pointer)
{
    size_t at = 0;
    while (at < pointer.length && node != PW_NODE_NONE) {
        if (pointer.data[at] != '/')
            return PW_NODE_NONE;
        size_t begin = ++at;
        while (at < pointer.length && pointer.data[at] != '/')
            at++;
        node = find_token(document, node, (struct pw_text){pointer.data + begin, at - begin});
    }
    return node_at(document, node) ? node : PW_NODE_NONE;
}

uint32_t json_find(const struct pw_document *document, uint32_t node, const char *pointer)
{
    return find_pointer(document, node, (struct pw_text){pointer, strlen(pointer)});
}

static uint32_t index_of(const struct pw_document *document, uint32_t node)
{
    uint32_t index = 0;
    for (uint32_t child = document->nodes[node].parent + 1; child != node;
         child = document->nodes[child].next)
        index++;
    return index;
}

/* A pointer is written from its end, because the way up is the one the tape knows. */
struct backwards {
    char *begin, *at;
    bool full;
};

static void put_back(struct backwards *to, const char *bytes, size_t length)
{
    if (to->full || (size_t)(to->at - to->begin) < length) {
        to->full = true;
        return;
    }
    to->at -= length;
    memcpy(to->at, bytes, length);
}

static void put_key_back(struct backwards *to, struct pw_text key)
{
    for (size_t i = key.length; i-- > 0 && !to->full;) {
        char byte = key.data[i];
        const char *spelt = byte == '~' ? "~0" : byte == '/' ? "~1" : NULL;
        put_back(to, spelt ? spelt : &byte, spelt ? 2 : 1);
    }
}

/* What does not fit is cut at the front: the last names say most. UTF-8 must stay whole. */
static void shorten(struct backwards *to)
{
    static const char ellipsis[] = "…";
    char *end = to->begin + strlen(to->begin);
    while (to->at < end && (to->at - to->begin < (ptrdiff_t)sizeof ellipsis - 1 || (*to->at & 0xC0) == 0x80))
        to->at++;
    if (to->at - to->begin < (ptrdiff_t)sizeof ellipsis - 1)
        return;
    to->at -= sizeof ellipsis - 1;
    memcpy(to->at, ellipsis, sizeof ellipsis - 1);
}

void json_pointer_of(const struct pw_document *document, uint32_t node, char *buffer, size_t size)
{
    json_pointer_below(document, PW_NODE_NONE, node, buffer, size);
}

void json_pointer_below(const struct pw_document *document, uint32_t top, uint32_t node, char *buffer,
                        size_t size)
{
    if (size == 0)
        return;
    memset(buffer, ' ', size - 1); /* so that shorten finds the end */
    buffer[size - 1] = '\0';
    struct backwards to = {buffer, buffer + size - 1, false};
    while (node != top && node_at(document, node) && document->nodes[node].parent != PW_NODE_NONE &&
           !to.full) {
        uint32_t parent = document->nodes[node].parent;
        if (document->nodes[parent].type == PW_JSON_ARRAY) {
            char digits[16];
            int length = snprintf(digits, sizeof digits, "%u", index_of(document, node));
            put_back(&to, digits, (size_t)length);
        } else {
            put_key_back(&to, json_key(document, node));
        }
        put_back(&to, "/", 1);
        node = parent;
    }
    if (to.full)
        shorten(&to);
    memmove(buffer, to.at, strlen(to.at) + 1);
}

static int32_t parse_for_plugin(struct pw_text bytes, uint32_t comments, struct pw_document **ret_document,
                                char *error, size_t error_size)
{
    struct pw_document *document = calloc(1, sizeof *document);
    if (!document)
        return PW_ERROR_MEMORY;
    struct json_error fault;
    int status = json_parse_copy(document, bytes.data, bytes.length,
                                 comments ? &json_limits_config : &json_limits_frame, &fault);
    if (status == 0) {
        *ret_document = document;
        return 0;
    }
    free(document->nodes);
    free(document->arena);
    free(document);
    if (error && error_size > 0)
        snprintf(error, error_size, "line %u, column %u: %s", fault.line, fault.column, fault.message);
    return status;
}

static void release_for_plugin(struct pw_document *document)
{
    json_release(document);
    free(document);
}

static int32_t integer_for_plugin(const struct pw_document *document, uint32_t node, int64_t *ret_value)
{
    return json_integer(document, node, ret_value);
}

const struct pw_document_api json_document_api = {
    .struct_size = sizeof(struct pw_document_api),
    .find = find_pointer,
    .type = json_type,
    .count = json_count,
    .first = json_first,
    .next = json_next,
    .key = json_key,
    .text = json_text,
    .raw = json_raw,
    .integer = integer_for_plugin,
    .parse = parse_for_plugin,
    .release = release_for_plugin,
};
