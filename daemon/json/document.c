/* SPDX-License-Identifier: Apache-2.0
 *
 * document.c: the life of a document's memory: kept from one text to the next, given back when it has grown
 * out of proportion, copied into when the bytes will not outlive their use.
 */
#include "json/json.h"
#include "json/members.h"

#include <stdlib.h>
#include <string.h>

const struct json_limits json_limits_frame = {64u << 20, 4u << 20, 64, false};
const struct json_limits json_limits_config = {64u << 20, 4u << 20, 64, true};

enum { KEPT = 65536 }; /* nodes, and bytes of arena; more is given back before the next smaller text */

void document_forget(struct pw_document *document)
{
    free(document->owned);
    document->owned = NULL;
    document->bytes = NULL;
    document->length = 0;
    document->node_count = document->arena_length = 0;
}

/* One huge text must not pin its memory for as long as the document is reused. */
void document_shrink(struct pw_document *document, size_t length)
{
    if (document->node_capacity > KEPT && length < KEPT) {
        free(document->nodes);
        document->nodes = NULL;
        document->node_capacity = 0;
    }
    if (document->arena_capacity > KEPT && length < KEPT) {
        free(document->arena);
        document->arena = NULL;
        document->arena_capacity = 0;
    }
}

int json_parse_copy(struct pw_document *document, const char *bytes, size_t length,
                    const struct json_limits *limits, struct json_error *ret_error)
{
    char *copy = NULL;
    if (length <= limits->max_bytes) { /* else json_parse says so without looking at the bytes */
        copy = malloc(length + 1);
        if (!copy) {
            *ret_error =
                (struct json_error){.line = 1, .column = 1, .code = "memory", .message = "out of memory"};
            document_forget(document);
            return PW_ERROR_MEMORY;
        }
        if (length > 0)
            memcpy(copy, bytes, length);
        copy[length] = '\0';
        bytes = copy;
    }
    int status = json_parse(document, bytes, length, limits, ret_error);
    if (status < 0)
        free(copy);
    else
        document->owned = copy;
    return status;
}

void json_release(struct pw_document *document)
{
    if (!document)
        return;
    document_forget(document);
    free(document->nodes);
    free(document->arena);
    *document = (struct pw_document){0};
}
