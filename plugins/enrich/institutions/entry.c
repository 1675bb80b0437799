/* SPDX-License-Identifier: Apache-2.0
 *
 * entry.c: one entry of a list file. Its keys are a table; each is checked for type and read, and a key that
 * is not in the table is refused: a mistyped "valid_untill" must not turn into an entry that is valid for
 * ever.
 */
#include "reading.h"

#include <stdio.h>
#include <stdlib.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof *(a))

#define DAY_MS 86400000

const char *const category_names[CATEGORY_COUNT] = {
    [CATEGORY_SEVEN_SONS] = "seven_sons", [CATEGORY_MILITARY] = "military",
    [CATEGORY_SECURITY] = "security",     [CATEGORY_DEFENCE_INDUSTRY] = "defence_industry",
    [CATEGORY_CIVILIAN] = "civilian",     [CATEGORY_OTHER] = "other",
};
const char *const basis_names[BASIS_COUNT] = {
    [BASIS_ID] = "id_exact",     [BASIS_NAME] = "name_exact",  [BASIS_ALIAS] = "alias_exact",
    [BASIS_ACRONYM] = "acronym", [BASIS_FUZZY] = "name_fuzzy",
};
const char *const effect_names[EFFECT_COUNT] = {
    [EFFECT_INFORMS] = "informs",
    [EFFECT_NEEDS_LICENCE] = "needs_licence",
    [EFFECT_FORBIDS_DEALING] = "forbids_dealing",
};

static int entry_id(struct reading *reading, uint32_t node, struct listing_entry *entry)
{
    return reading_text(reading, node, "id", &entry->id);
}

static int entry_name(struct reading *reading, uint32_t node, struct listing_entry *entry)
{
    return reading_text(reading, node, "name", &entry->name);
}

static int entry_list(struct reading *reading, uint32_t node, struct listing_entry *entry)
{
    return reading_text(reading, node, "list", &entry->list);
}

static int check_names(struct reading *reading, uint32_t array, const char *key)
{
    if (reading->api->type(reading->document, array) != PW_JSON_ARRAY)
        return reading_complain(reading, "%s must be an array of strings", key);
    uint32_t count = reading->api->count(reading->document, array);
    if (count > LISTING_MAX_NAMES)
        return reading_complain(reading, "%s has %u elements; at most %u are allowed", key, count,
                                LISTING_MAX_NAMES);
    uint32_t number = 0;
    for (uint32_t node = reading->api->first(reading->document, array); node != PW_NODE_NONE;
         node = reading->api->next(reading->document, node)) {
        char element[64];
        struct pw_text text;
        snprintf(element, sizeof element, "%s[%u]", key, number++);
        int error = reading_text(reading, node, element, &text);
        if (error)
            return error;
    }
    return PW_OK;
}

static int entry_aliases(struct reading *reading, uint32_t node, struct listing_entry *entry)
{
    entry->aliases = node;
    return check_names(reading, node, "aliases");
}

static int entry_abbreviations(struct reading *reading, uint32_t node, struct listing_entry *entry)
{
    entry->abbreviations = node;
    return check_names(reading, node, "abbreviations");
}

static int entry_country(struct reading *reading, uint32_t node, struct listing_entry *entry)
{
    int error = reading_text(reading, node, "country", &entry->country);
    if (error)
        return error;
    const char *code = entry->country.data;
    if (entry->country.length != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z')
        return reading_complain(
            reading, "country is \"%.*s\"; it must be two capital letters of ISO 3166-1, such as \"CN\"",
            reading_clip(entry->country), code);
    return PW_OK;
}

static int entry_category(struct reading *reading, uint32_t node, struct listing_entry *entry)
{
    uint32_t choice = 0;
    int error = reading_choice(reading, node, "category", category_names, CATEGORY_COUNT, &choice);
    entry->category = (enum category)choice;
    return error;
}

static int entry_effect(struct reading *reading, uint32_t node, struct listing_entry *entry)
{
    uint32_t choice = 0;
    int error = reading_choice(reading, node, "effect", effect_names, EFFECT_COUNT, &choice);
    entry->effect = (enum effect)choice;
    return error;
}

static int entry_valid_until(struct reading *reading, uint32_t node, struct listing_entry *entry)
{
    int64_t begins = 0;
    int error = reading_date(reading, node, "valid_until", &entry->valid_until, &begins);
    if (!error)
        entry->ends_ms = begins + DAY_MS;
    return error;
}

static int read_ror(struct reading *reading, uint32_t node, char ret_id[ROR_LENGTH + 1])
{
    struct pw_text text = {0};
    int error = reading_text(reading, node, "ids.ror", &text);
    if (error)
        return error;
    if (ror_read(text, ret_id) == PW_OK)
        return PW_OK;
    if (ret_id[0] == 0)
        return reading_complain(reading, "ids.ror \"%.*s\" is not a ROR id; it must look like \"00wk2mp56\"",
                                reading_clip(text), text.data);
    return reading_complain(reading, "ids.ror \"%.*s\" fails its checksum; if the rest is right it is \"%s\"",
                            reading_clip(text), text.data, ret_id);
}

static int entry_ids(struct reading *reading, uint32_t object, struct listing_entry *entry)
{
    const struct pw_document_api *api = reading->api;
    if (api->type(reading->document, object) != PW_JSON_OBJECT)
        return reading_complain(reading, "ids must be an object such as {\"ror\": [\"00wk2mp56\"]}");
    uint32_t array = api->first(reading->document, object);
    if (array == PW_NODE_NONE)
        return PW_OK;
    struct pw_text key = api->key(reading->document, array);
    if (!reading_is(key, "ror") || api->count(reading->document, object) != 1)
        return reading_complain(reading, "ids may only hold \"ror\"");
    if (api->type(reading->document, array) != PW_JSON_ARRAY)
        return reading_complain(reading, "ids.ror must be an array of strings");
    uint32_t count = api->count(reading->document, array);
    if (count > LISTING_MAX_RORS)
        return reading_complain(reading, "ids.ror has %u elements; at most %u are allowed", count,
                                LISTING_MAX_RORS);
    if (count == 0)
        return PW_OK;
    entry->rors = calloc(count, sizeof *entry->rors);
    if (!entry->rors)
        return PW_ERROR_MEMORY;
    for (uint32_t node = api->first(reading->document, array); node != PW_NODE_NONE;
         node = api->next(reading->document, node)) {
        int error = read_ror(reading, node, entry->rors[entry->ror_count++]);
        if (error)
            return error;
    }
    return PW_OK;
}

static const struct entry_key {
    const char *name;
    bool required;
    int (*read)(struct reading *reading, uint32_t node, struct listing_entry *entry);
} entry_keys[] = {
    {"id", true, entry_id}, /* first, so that every later complaint can name it */
    {"name", true, entry_name},
    {"category", true, entry_category},
    {"effect", true, entry_effect},
    {"aliases", false, entry_aliases},
    {"abbreviations", false, entry_abbreviations},
    {"ids", false, entry_ids},
    {"country", false, entry_country},
    {"list", false, entry_list},
    {"valid_until", false, entry_valid_until},
};

static int unknown_entry_key(struct reading *reading, uint32_t object)
{
    for (uint32_t node = reading->api->first(reading->document, object); node != PW_NODE_NONE;
         node = reading->api->next(reading->document, node)) {
        struct pw_text key = reading->api->key(reading->document, node);
        bool known = false;
        for (size_t i = 0; i < ARRAY_LENGTH(entry_keys) && !known; i++)
            known = reading_is(key, entry_keys[i].name);
        if (!known)
            return reading_complain(
                reading,
                "\"%.*s\" is not a key of an entry; known are id, name, category, effect, aliases, "
                "abbreviations, ids, country, list, valid_until",
                reading_clip(key), key.data ? key.data : "");
    }
    return PW_OK;
}

int reading_entry(struct reading *reading, uint32_t object, struct listing_entry *ret_entry)
{
    struct listing_entry *entry = ret_entry;
    *entry =
        (struct listing_entry){.aliases = PW_NODE_NONE, .abbreviations = PW_NODE_NONE, .ends_ms = INT64_MAX};
    entry->list = reading->listing->list;
    reading->id = (struct pw_text){0};
    if (reading->api->type(reading->document, object) != PW_JSON_OBJECT)
        return reading_complain(reading, "an entry must be an object");
    for (size_t i = 0; i < ARRAY_LENGTH(entry_keys); i++) {
        uint32_t node = reading_member(reading, object, entry_keys[i].name);
        if (node == PW_NODE_NONE && !entry_keys[i].required)
            continue;
        if (node == PW_NODE_NONE)
            return reading_complain(reading, "%s is missing; every entry needs it", entry_keys[i].name);
        int error = entry_keys[i].read(reading, node, entry);
        if (error)
            return error;
        reading->id = entry->id;
    }
    return unknown_entry_key(reading, object);
}
