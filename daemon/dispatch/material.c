/* SPDX-License-Identifier: Apache-2.0
 *
 * material.c: see material.h. A statement is two texts: `subject`, what it is about (list, entry, place in the event),
 * and `whole`, all that is material in it. Both sides are sorted, and walked together.
 */
#include "dispatch/material.h"

#include <pathwayd/text.h>

#include <stdlib.h>
#include <string.h>

#define SEPARATOR "\x1f"

struct statement {
    char *subject, *whole;
    char *description; /* the members of a change, without the word for it */
};

struct side {
    struct statement *statements;
    size_t count, capacity;
};

struct material {
    struct side before, after;
    struct pw_document document;
};

/* Letters and digits alone; ASCII in one case. Other scripts have no other way to be written. */
static void fold(struct buffer *out, struct pw_text name)
{
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.data[i];
        char folded = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
        if (c >= 0x80 || (c >= '0' && c <= '9') || (folded >= 'a' && folded <= 'z'))
            buffer_append(out, &folded, 1);
    }
}

static bool is_immaterial(struct pw_text key)
{
    static const char *const keys[] = {"entry", "entry_name", "basis",   "snapshot", "stale",
                                       "span",  "text",       "pointer", "left_out"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (text_is(key, keys[i]))
            return true;
    return false;
}

static void put_subject(struct buffer *out, const struct pw_document *document, uint32_t fact)
{
    static const char *const of_fact[] = {"fact", "pointer"}, *const of_value[] = {"source", "list"};
    uint32_t value = json_member(document, fact, "value");
    for (size_t i = 0; i < 2; i++)
        buffer_format(out, "%.*s" SEPARATOR,
                      TEXT_FMT(json_text(document, json_member(document, fact, of_fact[i]))));
    for (size_t i = 0; i < 2; i++)
        buffer_format(out, "%.*s" SEPARATOR,
                      TEXT_FMT(json_text(document, json_member(document, value, of_value[i]))));
    fold(out, json_text(document, json_member(document, value, "entry_name")));
    buffer_append(out, "", 1);
}

static void put_whole(struct buffer *out, const struct pw_document *document, uint32_t fact)
{
    uint32_t value = json_member(document, fact, "value");
    if (json_type(document, value) != PW_JSON_OBJECT)
        buffer_format(out, "%.*s", TEXT_FMT(json_raw(document, value)));
    for (uint32_t node = json_first(document, value); node != PW_NODE_NONE;
         node = json_next(document, node)) {
        struct pw_text key = json_key(document, node), raw = json_raw(document, node);
        if (!is_immaterial(key))
            buffer_format(out, "%.*s=%.*s" SEPARATOR, TEXT_FMT(key), TEXT_FMT(raw));
    }
    buffer_append(out, "", 1);
}

static void put_description(struct buffer *out, const struct pw_document *document, uint32_t fact)
{
    static const char *const keys[] = {"source", "list", "entry_name"};
    uint32_t value = json_member(document, fact, "value");
    json_member_text(out, "fact", json_text(document, json_member(document, fact, "fact")));
    json_member_text(out, "pointer", json_text(document, json_member(document, fact, "pointer")));
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        json_member_text(out, keys[i], json_text(document, json_member(document, value, keys[i])));
    buffer_append(out, "", 1);
}

static int add(struct side *side, const struct pw_document *document, uint32_t fact)
{
    struct buffer subject = {0}, whole = {0}, description = {0};
    if (side->count == side->capacity) {
        size_t capacity = 2 * side->capacity + 8;
        struct statement *grown = realloc(side->statements, capacity * sizeof(*grown));
        if (!grown)
            return PW_ERROR_MEMORY;
        side->statements = grown;
        side->capacity = capacity;
    }
    put_subject(&subject, document, fact);
    put_whole(&whole, document, fact);
    put_description(&description, document, fact);
    struct statement *statement = &side->statements[side->count++];
    bool failed = subject.failed || whole.failed || description.failed;
    *statement = (struct statement){buffer_take(&subject, NULL), buffer_take(&whole, NULL),
                                    buffer_take(&description, NULL)};
    return failed ? PW_ERROR_MEMORY : 0;
}

static int add_all(struct material *material, struct side *side, struct pw_text facts)
{
    struct pw_document *document = &material->document;
    struct json_error error;
    int status = json_parse(document, facts.data, facts.length, &json_limits_frame, &error);
    for (uint32_t fact = status < 0 ? PW_NODE_NONE : json_first(document, PW_NODE_ROOT);
         fact != PW_NODE_NONE && status == 0; fact = json_next(document, fact))
        status = add(side, document, fact);
    return status;
}

int material_add_before(struct material *material, struct pw_text facts)
{
    return add_all(material, &material->before, facts);
}

int material_add_after(struct material *material, struct pw_text facts)
{
    return add_all(material, &material->after, facts);
}

static int order(const void *a, const void *b)
{
    const struct statement *left = a, *right = b;
    int by_subject = strcmp(left->subject, right->subject);
    return by_subject ? by_subject : strcmp(left->whole, right->whole);
}

/* Sorted, and what is said twice said once: two entries of one institution on one list say the same. */
static void put_in_order(struct side *side)
{
    size_t kept = 0;
    if (side->count)
        qsort(side->statements, side->count, sizeof(*side->statements), order);
    for (size_t i = 0; i < side->count; i++) {
        struct statement *statement = &side->statements[i];
        if (kept && order(&side->statements[kept - 1], statement) == 0) {
            free(statement->subject);
            free(statement->whole);
            free(statement->description);
        } else {
            side->statements[kept++] = *statement;
        }
    }
    side->count = kept;
}

static void put_change(struct buffer *out, const char *word, const struct statement *statement)
{
    if (!out->length)
        json_write_begin(out, '[');
    json_write_begin(out, '{');
    json_member_string(out, "change", word);
    buffer_format(out, ",%s", statement->description);
    json_write_end(out, '}');
}

void material_compare(struct material *material, struct buffer *out)
{
    struct side *before = &material->before, *after = &material->after;
    size_t i = 0, k = 0;
    put_in_order(before);
    put_in_order(after);
    while (i < before->count || k < after->count) {
        const struct statement *old = i < before->count ? &before->statements[i] : NULL;
        const struct statement *new = k < after->count ? &after->statements[k] : NULL;
        int subject = !old ? 1 : !new ? -1 : strcmp(old->subject, new->subject);
        if (subject == 0 && strcmp(old->whole, new->whole) != 0)
            put_change(out, "changed", new);
        else if (subject != 0)
            put_change(out, subject > 0 ? "added" : "removed", subject > 0 ? new : old);
        i += subject <= 0;
        k += subject >= 0;
    }
    if (out->length)
        json_write_end(out, ']');
}

int material_new(struct material **ret_material)
{
    *ret_material = calloc(1, sizeof(**ret_material));
    return *ret_material ? 0 : PW_ERROR_MEMORY;
}

static void release(struct side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        free(side->statements[i].subject);
        free(side->statements[i].whole);
        free(side->statements[i].description);
    }
    free(side->statements);
}

struct material *material_free(struct material *material)
{
    if (!material)
        return NULL;
    release(&material->before);
    release(&material->after);
    json_release(&material->document);
    free(material);
    return NULL;
}
