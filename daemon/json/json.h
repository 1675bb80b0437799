/* SPDX-License-Identifier: Apache-2.0
 *
 * json.h: the one JSON reader, for bytes nobody vouches for: events, frames, configuration.
 *
 * It accepts RFC 8259 and nothing else (with `comments`, also // and block comments between tokens), and
 * yields a tape of nodes with decoded keys and strings and the byte span of every value, so that a caller can
 * cut members out of the raw bytes and leave the rest exactly as it was spelt. Refused, each with code and
 * place: invalid UTF-8, raw control characters, lone surrogates, U+0000 in a string, duplicate keys (compared
 * decoded), numbers that overflow a double, trailing bytes, a byte order mark, and whatever exceeds the
 * limits.
 *
 * A document is reusable: json_parse forgets the previous content and keeps the memory. It keeps a pointer to
 * the bytes given, which must outlive its use. No recursion, no locale, no globals.
 *
 * This is the struct behind the plugin interface's opaque pw_document; json_document_api is the table that
 * plugins get.
 */
#ifndef PATHWAYD_JSON_JSON_H
#define PATHWAYD_JSON_JSON_H

#include <stdbool.h>
#include <pathwayd/document.h>

struct json_limits {
    uint32_t max_bytes;
    uint32_t max_values; /* nodes, containers included */
    uint32_t max_depth;
    bool comments;
};

/* For bytes of our own making or of the operator's: frames, configuration, list and rule files. */
extern const struct json_limits json_limits_frame;  /* 64 MiB, 4 Mi values, depth 64 */
extern const struct json_limits json_limits_config; /* 64 MiB, 4 Mi values, depth 64, comments */

struct json_error {
    size_t offset;         /* byte in the input */
    uint32_t line, column; /* from 1; columns count bytes */
    const char *code;      /* static word: "syntax", "utf8", "control", "surrogate", "nul", "duplicate_key",
                              "number", "trailing", "bytes", "values", "depth", "memory" */
    char pointer[256];     /* JSON pointer of the value being read, shortened if need be */
    char message[256];     /* one plain sentence without line and column */
};

struct json_node {
    uint32_t type; /* PW_JSON_* */
    uint32_t parent;
    uint32_t next;              /* next sibling or PW_NODE_NONE */
    uint32_t count;             /* children */
    uint32_t start, end;        /* span of the value in the input: [start, end) */
    uint32_t member;            /* where its member begins (the key's opening quote); start when no member */
    uint32_t key, key_length;   /* decoded key; see decoded */
    uint32_t text, text_length; /* decoded string; see decoded */
    uint32_t decoded;           /* bit 0: key stands in the arena, not in the input; bit 1: text does */
};

struct pw_document {
    const char *bytes;
    size_t length;
    struct json_node *nodes; /* in order of the text; children follow their parent */
    uint32_t node_count, node_capacity;
    char *arena; /* decoded keys and strings that contain escapes */
    uint32_t arena_length, arena_capacity;
    char *owned; /* bytes owned by the document (json_parse_copy), or NULL */
};

/* A zeroed pw_document is an empty, valid one. */
void json_release(struct pw_document *document); /* frees what it holds, not the struct; NULL is fine */

/* 0; PW_ERROR_INVALID or PW_ERROR_LIMIT with *ret_error filled; PW_ERROR_MEMORY. On failure the document is
 * empty. `bytes` is borrowed. */
int json_parse(struct pw_document *document, const char *bytes, size_t length,
               const struct json_limits *limits, struct json_error *ret_error);

/* The same on a copy of the bytes that the document owns. */
int json_parse_copy(struct pw_document *document, const char *bytes, size_t length,
                    const struct json_limits *limits, struct json_error *ret_error);

/* Line and column of an offset. */
void json_place(const char *bytes, size_t length, size_t offset, uint32_t *ret_line, uint32_t *ret_column);

/* Accessors, all safe with PW_NODE_NONE. */
uint32_t json_find(const struct pw_document *document, uint32_t node, const char *pointer);
uint32_t json_member(const struct pw_document *document, uint32_t node,
                     const char *key); /* key is not a pointer */
uint32_t json_first(const struct pw_document *document, uint32_t node);
uint32_t json_next(const struct pw_document *document, uint32_t node);
uint32_t json_type(const struct pw_document *document, uint32_t node);
uint32_t json_count(const struct pw_document *document, uint32_t node);
struct pw_text json_key(const struct pw_document *document, uint32_t node);
struct pw_text json_text(const struct pw_document *document, uint32_t node); /* decoded string, else empty */
struct pw_text json_raw(const struct pw_document *document, uint32_t node);
int json_integer(const struct pw_document *document, uint32_t node, int64_t *ret_value);
bool json_true(const struct pw_document *document, uint32_t node);
bool json_text_is(const struct pw_document *document, uint32_t node, const char *literal);

/* The node's own JSON pointer, NUL-terminated, shortened with "…" if it does not fit. */
void json_pointer_of(const struct pw_document *document, uint32_t node, char *buffer, size_t size);
/* The same as seen from `top`, a node above it; PW_NODE_NONE means the document. */
void json_pointer_below(const struct pw_document *document, uint32_t top, uint32_t node, char *buffer,
                        size_t size);

extern const struct pw_document_api json_document_api;

/* pw_text helpers. */
struct pw_text text_of(const char *string); /* NULL: empty; it owns nothing */
bool text_is(struct pw_text text, const char *literal);
bool text_equal(struct pw_text a, struct pw_text b);
/* As much of it as `most` bytes hold, in whole characters of UTF-8. */
struct pw_text text_cut(struct pw_text text, size_t most);
/* FNV-1a, the same on every machine; begin with TEXT_HASH_SEED, or go on with what came out. */
#define TEXT_HASH_SEED UINT64_C(14695981039346656037)
uint64_t text_hash(uint64_t hash, struct pw_text text);
/* Whether it holds nothing but spaces and line breaks. */
bool text_blank(struct pw_text text);
#define TEXT_FMT(t) (int)((t).length > 4096 ? 4096 : (t).length), ((t).data ? (t).data : "")

#endif
