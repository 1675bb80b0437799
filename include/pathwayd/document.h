/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd/document.h: reading JSON. Events, facts, notices and configuration all reach a plugin as
 * documents: parsed, checked (RFC 8259, strictly) and read only.
 *
 * A document is a tree of nodes; a node is a number, valid for the life of its document. PW_NODE_NONE
 * stands for "absent" and may be passed to every accessor, which then answers as for an absent value, so
 * look-ups can be chained without checks between them.
 *
 * Owner: the host owns every document it hands out (valid until the call it was handed to returns, the
 * configuration until `destroy`). A document made with `parse` belongs to the plugin, which calls `release`.
 * Thread: documents are plain memory without locks; use one from one thread at a time.
 */
#ifndef PATHWAYD_DOCUMENT_H
#define PATHWAYD_DOCUMENT_H

#include <pathwayd/text.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pw_document; /* opaque */

#define PW_NODE_ROOT 0u
#define PW_NODE_NONE UINT32_MAX

#define PW_JSON_ABSENT 0u
#define PW_JSON_NULL   1u
#define PW_JSON_FALSE  2u
#define PW_JSON_TRUE   3u
#define PW_JSON_NUMBER 4u
#define PW_JSON_STRING 5u
#define PW_JSON_ARRAY  6u
#define PW_JSON_OBJECT 7u

struct pw_document_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* The node that `pointer` (RFC 6901: "" or "/a/0/b") names below `node`, or PW_NODE_NONE. */
    uint32_t (*find)(const struct pw_document *document, uint32_t node, struct pw_text pointer);

    /* PW_JSON_*. */
    uint32_t (*type)(const struct pw_document *document, uint32_t node);

    /* Members of an object or elements of an array; 0 for everything else. */
    uint32_t (*count)(const struct pw_document *document, uint32_t node);

    /* Walking a container: its first child, then each next one, in the order of the text. */
    uint32_t (*first)(const struct pw_document *document, uint32_t node);
    uint32_t (*next)(const struct pw_document *document, uint32_t node);

    /* The decoded member name of a child of an object; empty for everything else. */
    struct pw_text (*key)(const struct pw_document *document, uint32_t node);

    /* The decoded string; empty when the node is not a string. Lives as long as the document. */
    struct pw_text (*text)(const struct pw_document *document, uint32_t node);

    /* The bytes of the value exactly as they were written, e.g. a number's own spelling. */
    struct pw_text (*raw)(const struct pw_document *document, uint32_t node);

    /* An integer that fits: PW_OK, else PW_ERROR_INVALID and *ret_value untouched. */
    int32_t (*integer)(const struct pw_document *document, uint32_t node, int64_t *ret_value);

    /* Parses bytes of the plugin's own, such as a list file. With `comments` other than 0, comments are
     * allowed as in configuration files. On success *ret_document is the plugin's, to `release`. On failure
     * PW_ERROR_INVALID (or _MEMORY, _LIMIT), and up to `error_size` bytes of a NUL-terminated sentence with
     * line and column are in `error`. */
    int32_t (*parse)(struct pw_text bytes, uint32_t comments, struct pw_document **ret_document, char *error,
                     size_t error_size);
    void (*release)(struct pw_document *document); /* NULL is fine */
};

#ifdef __cplusplus
}
#endif
#endif
