/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes to the JSON reader: what it takes, cJSON takes too, its spans lie inside one another, and every
 * string written out again reads back the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cjson/cJSON.h>

#include "json/buffer.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

static void check_node(const struct pw_document *document, uint32_t node)
{
    const struct json_node *at = &document->nodes[node];
    require(at->member <= at->start && at->start < at->end && at->end <= document->length);
    if (at->parent != PW_NODE_NONE) {
        const struct json_node *parent = &document->nodes[at->parent];
        require(at->parent < node && parent->start < at->member && at->end < parent->end);
    }
    if (at->next != PW_NODE_NONE)
        require(at->next > node && document->nodes[at->next].member > at->end &&
                document->nodes[at->next].parent == at->parent);
    uint32_t children = 0;
    for (uint32_t child = json_first(document, node); child != PW_NODE_NONE;
         child = json_next(document, child))
        children++;
    require(children == at->count);
}

static void check_text(struct pw_text text)
{
    struct buffer written = {0};
    struct pw_document document = {0};
    struct json_error error;
    json_write_text(&written, text);
    require(json_parse(&document, written.data, written.length, &json_limits_frame, &error) == 0);
    require(text_equal(json_text(&document, 0), text));
    json_release(&document);
    buffer_release(&written);
}

static void check_pointer(const struct pw_document *document, uint32_t node)
{
    char pointer[256];
    json_pointer_of(document, node, pointer, sizeof pointer);
    if (strncmp(pointer, "…", sizeof "…" - 1) != 0) /* one that was shortened leads nowhere */
        require(json_find(document, PW_NODE_ROOT, pointer) == node);
}

/* cJSON stops at 1,000 levels; ours at 64 here, so depth never sets them apart. */
static void check_with_cjson(const char *bytes, size_t length)
{
    const char *end = NULL;
    cJSON *other = cJSON_ParseWithLengthOpts(bytes, length, &end, 0);
    require(other != NULL);
    cJSON_Delete(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pw_document document = {0};
    struct json_error error;
    /* A copy of the exact size, so that the sanitizer sees one byte too many. */
    char *bytes = malloc(size + !size);
    if (!bytes)
        return 0;
    if (size > 0)
        memcpy(bytes, data, size);
    if (json_parse(&document, bytes, size, &json_limits_frame, &error) == 0) {
        check_with_cjson(bytes, size);
        uint32_t looked_at =
            document.node_count < 300 ? document.node_count : 300; /* pointers cost siblings */
        for (uint32_t node = 0; node < looked_at; node++) {
            check_node(&document, node);
            check_text(json_key(&document, node));
            check_text(json_text(&document, node));
            check_pointer(&document, node);
        }
    } else {
        require(error.offset <= size && error.code && error.message[0] && document.node_count == 0);
    }
    json_parse(&document, bytes, size, &json_limits_config, &error);
    json_release(&document);
    free(bytes);
    return 0;
}
