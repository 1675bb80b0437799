/* SPDX-License-Identifier: Apache-2.0
 *
 * correct.c: see correct.h. A merge patch on raw bytes rather than on a parsed tree, because a library that prints
 * numbers again would change what was said.
 */
#include "event/correct.h"

struct merge {
    struct buffer *out;
    const struct pw_document *base, *patch;
};

static void write_key(struct buffer *out, struct pw_text key)
{
    json_write_text(out, key);
    buffer_string(out, ":");
}

static void write_member(struct buffer *out, const struct pw_document *document, uint32_t node)
{
    write_key(out, json_key(document, node));
    json_write_raw(out, json_raw(document, node));
}

/* A patch's object where there is none to merge into: its nulls take nothing away and are left out. */
static void write_patch(const struct merge *merge, uint32_t patch)
{
    const struct pw_document *document = merge->patch;
    if (json_type(document, patch) != PW_JSON_OBJECT) {
        json_write_raw(merge->out, json_raw(document, patch));
        return;
    }
    json_write_begin(merge->out, '{');
    for (uint32_t node = json_first(document, patch); node != PW_NODE_NONE;
         node = json_next(document, node)) {
        if (json_type(document, node) == PW_JSON_NULL)
            continue;
        write_key(merge->out, json_key(document, node));
        write_patch(merge, node);
    }
    json_write_end(merge->out, '}');
}

static uint32_t member_of(const struct pw_document *document, uint32_t object, struct pw_text key)
{
    uint32_t node = json_first(document, object);
    while (node != PW_NODE_NONE && !text_equal(json_key(document, node), key))
        node = json_next(document, node);
    return node;
}

/* Depth is that of the documents, which the limits bound. `kept`: a key that no patch may change, or NULL. */
static void write_merged(const struct merge *merge, uint32_t base, uint32_t patch, const char *kept)
{
    struct buffer *out = merge->out;
    json_write_begin(out, '{');
    for (uint32_t node = json_first(merge->base, base); node != PW_NODE_NONE;
         node = json_next(merge->base, node)) {
        struct pw_text key = json_key(merge->base, node);
        uint32_t change = kept && text_is(key, kept) ? PW_NODE_NONE : member_of(merge->patch, patch, key);
        uint32_t type = json_type(merge->patch, change);
        if (change == PW_NODE_NONE) {
            write_member(out, merge->base, node);
        } else if (type != PW_JSON_NULL) {
            write_key(out, key);
            if (type == PW_JSON_OBJECT && json_type(merge->base, node) == PW_JSON_OBJECT)
                write_merged(merge, node, change, NULL);
            else
                write_patch(merge, change);
        }
    }
    for (uint32_t node = json_first(merge->patch, patch); node != PW_NODE_NONE;
         node = json_next(merge->patch, node)) {
        struct pw_text key = json_key(merge->patch, node);
        if (json_type(merge->patch, node) == PW_JSON_NULL || (kept && text_is(key, kept)) ||
            member_of(merge->base, base, key) != PW_NODE_NONE)
            continue;
        write_key(out, key);
        write_patch(merge, node);
    }
    json_write_end(out, '}');
}

static bool is_about(const struct pw_document *correction, const struct pw_document *event)
{
    struct pw_text source = json_text(event, json_member(event, PW_NODE_ROOT, "source"));
    struct pw_text id = json_text(event, json_member(event, PW_NODE_ROOT, "id"));
    return text_equal(source, json_text(correction, json_member(correction, PW_NODE_ROOT, "source"))) &&
           text_equal(id, json_text(correction, json_member(correction, PW_NODE_ROOT, "causationid")));
}

/* The event's members in their order, `data` merged. */
static void write_event(const struct merge *merge, uint32_t patch)
{
    json_write_begin(merge->out, '{');
    for (uint32_t node = json_first(merge->base, PW_NODE_ROOT); node != PW_NODE_NONE;
         node = json_next(merge->base, node)) {
        if (!text_is(json_key(merge->base, node), "data")) {
            write_member(merge->out, merge->base, node);
            continue;
        }
        json_write_key(merge->out, "data");
        write_merged(merge, node, patch, "engagement_id");
    }
    json_write_end(merge->out, '}');
}

int event_correct(struct buffer *out, struct pw_text body, struct pw_text correction, bool *ret_unsaid)
{
    struct pw_document base = {0}, patch = {0};
    struct json_error error;
    int status = json_parse(&base, body.data, body.length, &json_limits_frame, &error);
    if (status == 0)
        status = json_parse(&patch, correction.data, correction.length, &json_limits_frame, &error);
    if (status == 0 && !is_about(&patch, &base))
        status = PW_ERROR_NOT_FOUND;
    if (status == 0) {
        const struct merge merge = {out, &base, &patch};
        uint32_t data = json_member(&patch, PW_NODE_ROOT, "data");
        buffer_clear(out);
        write_event(&merge, data);
        status = out->failed ? PW_ERROR_MEMORY : 0;
        *ret_unsaid = json_type(&patch, json_member(&patch, data, "raw_affiliation")) == PW_JSON_NULL;
    }
    json_release(&base);
    json_release(&patch);
    return status;
}

bool event_is_correction(struct pw_text type, const char *prefix)
{
    struct pw_text name;
    return event_family_of(type, prefix, &name) == EVENT_CONTROL && text_is(name, "correction");
}
