/* SPDX-License-Identifier: Apache-2.0
 *
 * edition.c: see edition.h. The hash is FNV-1a, 64 bits: it tells an office's own changes apart, and guards against nobody.
 */
#include "rules/edition.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

/* What is said of a conclusion, and no part of reaching it. */
static const char *const prose[] = {"explanation", "label",    "answerable_by", "unknowns", "requirements",
                                    "costs",       "benefits", "mitigations",   NULL};

static uint64_t mix(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * FNV_PRIME;
    return hash;
}

/* With its length, so that two texts cannot run into each other. */
static uint64_t mix_text(uint64_t hash, struct pw_text text)
{
    return mix(mix(hash, &text.length, sizeof text.length), text.data, text.length);
}

static bool is_prose(struct pw_text key)
{
    for (size_t i = 0; prose[i]; i++)
        if (text_same(key, prose[i]))
            return true;
    return false;
}

/* What a named condition or a question is made of counts as if it stood here. */
static uint64_t mix_used(const struct reader *reader, uint64_t hash, struct pw_text key, struct pw_text name)
{
    static const char *const questions[QUESTION_COUNT] = {"q1", "q2", "q3"};
    for (uint32_t i = 0; text_same(key, "use") && i < reader->definition_count; i++)
        if (text_same_text(reader->definitions[i].name, name))
            return mix(hash, &reader->definitions[i].edition, sizeof reader->definitions[i].edition);
    for (uint32_t i = 0; text_same(key, "question") && i < QUESTION_COUNT; i++)
        if (text_same(name, questions[i]))
            return mix(hash, &reader->question_editions[i], sizeof reader->question_editions[i]);
    return hash;
}

static uint64_t walk(const struct reader *reader, uint64_t hash, uint32_t node)
{
    const struct pw_document_api *api = reader->documents;
    uint32_t type = api->type(reader->document, node);
    hash = mix(hash, &type, sizeof type);
    if (type == PW_JSON_STRING)
        return mix_text(hash, api->text(reader->document, node));
    if (type != PW_JSON_ARRAY && type != PW_JSON_OBJECT)
        return mix_text(hash, api->raw(reader->document, node));
    uint32_t counted = 0;
    for (uint32_t child = api->first(reader->document, node); child != PW_NODE_NONE;
         child = api->next(reader->document, child)) {
        struct pw_text key = api->key(reader->document, child);
        if (type == PW_JSON_OBJECT && is_prose(key))
            continue;
        hash = walk(reader, mix_text(hash, key), child);
        hash = mix_used(reader, hash, key, api->text(reader->document, child));
        counted++;
    }
    return mix(hash, &counted, sizeof counted);
}

uint64_t edition_of(const struct reader *reader, uint32_t node)
{
    return node == PW_NODE_NONE ? 0 : walk(reader, FNV_BASIS, node);
}

char *edition_version(const struct reader *reader, uint32_t node)
{
    struct pw_text version = reader->pack->version;
    size_t size = version.length + sizeof "+12345678";
    char *text = malloc(size);
    uint64_t edition = edition_of(reader, node);
    if (text)
        snprintf(text, size, "%.*s+%08" PRIx32, (int)version.length, version.data,
                 (uint32_t)(edition ^ edition >> 32));
    return text;
}
