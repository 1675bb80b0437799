/* SPDX-License-Identifier: Apache-2.0
 *
 * registry.c: what comes as JSON: the ROR dump, streamed record by record, ASPI's tracker, and an office's own lists.
 */
#include "importer.h"

#include <stdlib.h>
#include <string.h>

#define RECORD_MOST (4u << 20) /* of one organisation; the longest known has some 30 KiB */
#define FILE_MOST   (256u << 20)

static bool is_word(struct pw_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

/* ---- the Research Organization Registry -------------------------------------------------------------------- */

/* A former name, kept until the organisation that bears it now has been read. */
struct former {
    char ror[ROR_LENGTH + 1];
    char *name;
};

struct registry {
    struct import *import;
    struct former *formers;
    uint32_t former_count, former_capacity;
};

static bool has_type(const struct import *import, const struct pw_document *document, uint32_t name,
                     const char *type)
{
    const struct pw_document_api *api = import->api;
    uint32_t types = api->find(document, name, PW_TEXT("/types"));
    for (uint32_t node = api->first(document, types); node != PW_NODE_NONE; node = api->next(document, node))
        if (is_word(api->text(document, node), type))
            return true;
    return false;
}

static int keep_former(struct registry *registry, const char ror[ROR_LENGTH + 1], struct pw_text name)
{
    if (registry->former_count == registry->former_capacity) {
        uint32_t capacity = 2 * registry->former_capacity + 64;
        struct former *grown = realloc(registry->formers, capacity * sizeof *grown);
        if (!grown)
            return PW_ERROR_MEMORY;
        registry->formers = grown;
        registry->former_capacity = capacity;
    }
    struct former *former = &registry->formers[registry->former_count];
    former->name = strndup(name.data, name.length);
    memcpy(former->ror, ror, ROR_LENGTH + 1);
    registry->former_count += former->name != NULL;
    return former->name ? PW_OK : PW_ERROR_MEMORY;
}

static struct pw_text display_name(const struct import *import, const struct pw_document *document,
                                   uint32_t names)
{
    const struct pw_document_api *api = import->api;
    struct pw_text first = {NULL, 0};
    for (uint32_t node = api->first(document, names); node != PW_NODE_NONE;
         node = api->next(document, node)) {
        struct pw_text value = api->text(document, api->find(document, node, PW_TEXT("/value")));
        if (has_type(import, document, node, "ror_display"))
            return value;
        first = first.length ? first : value;
    }
    return first;
}

/* An organisation's successor, if it has one: its names are then the successor's former ones. */
static bool find_successor(const struct import *import, const struct pw_document *document,
                           char ret_ror[ROR_LENGTH + 1])
{
    const struct pw_document_api *api = import->api;
    uint32_t list = api->find(document, PW_NODE_ROOT, PW_TEXT("/relationships"));
    for (uint32_t node = api->first(document, list); node != PW_NODE_NONE; node = api->next(document, node))
        if (is_word(api->text(document, api->find(document, node, PW_TEXT("/type"))), "successor") &&
            ror_read(api->text(document, api->find(document, node, PW_TEXT("/id"))), ret_ror) == PW_OK)
            return true;
    return false;
}

/* Whose part it is, and what is part of it. */
static int add_relations(struct registry *registry, const struct pw_document *document, uint32_t organisation)
{
    struct import *import = registry->import;
    const struct pw_document_api *api = import->api;
    uint32_t list = api->find(document, PW_NODE_ROOT, PW_TEXT("/relationships"));
    char ror[ROR_LENGTH + 1];
    int error = PW_OK;
    for (uint32_t node = api->first(document, list); node != PW_NODE_NONE && !error;
         node = api->next(document, node)) {
        struct pw_text type = api->text(document, api->find(document, node, PW_TEXT("/type")));
        if (ror_read(api->text(document, api->find(document, node, PW_TEXT("/id"))), ror) != PW_OK)
            continue;
        for (enum relation kind = 0; kind < RELATION_COUNT && !error; kind++)
            if (is_word(type, relation_names[kind]))
                error = compiler_add_relation(import->compiler, organisation,
                                              (struct pw_text){ror, ROR_LENGTH}, kind);
    }
    return error;
}

static int add_names(struct registry *registry, const struct pw_document *document, uint32_t names,
                     uint32_t organisation)
{
    struct import *import = registry->import;
    const struct pw_document_api *api = import->api;
    char successor[ROR_LENGTH + 1];
    bool former = find_successor(import, document, successor);
    int error = PW_OK;
    for (uint32_t node = api->first(document, names); node != PW_NODE_NONE && !error;
         node = api->next(document, node)) {
        struct pw_text value = api->text(document, api->find(document, node, PW_TEXT("/value")));
        bool acronym = has_type(import, document, node, "acronym");
        error = import_check_name(import, value);
        if (!error)
            error = compiler_add_name(import->compiler, organisation, value,
                                      acronym ? BASIS_ACRONYM : BASIS_ALIAS);
        if (!error && former && !acronym && value.length)
            error = keep_former(registry, successor, value);
        import->names++;
    }
    return error;
}

static int read_organisation(struct registry *registry, struct pw_text bytes)
{
    struct import *import = registry->import;
    const struct pw_document_api *api = import->api;
    struct pw_document *document = NULL;
    char why[256] = "", ror[ROR_LENGTH + 1];
    uint32_t organisation;
    import->row++;
    int error = api->parse(bytes, 0, &document, why, sizeof why);
    if (error)
        return error == PW_ERROR_MEMORY ? error : import_complain(import, "%s", why);
    uint32_t names = api->find(document, PW_NODE_ROOT, PW_TEXT("/names"));
    struct pw_text name = display_name(import, document, names);
    uint32_t place = api->find(document, PW_NODE_ROOT, PW_TEXT("/locations/0/geonames_details"));
    if (ror_read(api->text(document, api->find(document, PW_NODE_ROOT, PW_TEXT("/id"))), ror) != PW_OK ||
        name.length == 0)
        error = import_complain(
            import, "an organisation without a ROR id or a name; is it a registry dump of schema v2?");
    if (!error &&
        !is_word(api->text(document, api->find(document, PW_NODE_ROOT, PW_TEXT("/status"))), "withdrawn")) {
        error = compiler_add_organisation(
            import->compiler, (struct pw_text){ror, ROR_LENGTH}, name,
            api->text(document, api->find(document, place, PW_TEXT("/country_code"))),
            api->text(document, api->find(document, place, PW_TEXT("/name"))), &organisation);
        if (!error)
            error = add_names(registry, document, names, organisation);
        if (!error)
            error = add_relations(registry, document, organisation);
        import->organisations++;
    }
    api->release(document);
    return error;
}

/* The objects of one large array, each handed on as soon as it is whole. */
struct splitter {
    char *bytes;
    size_t length, capacity;
    uint32_t depth;
    bool string, escape, began, ended;
};

static int put(struct splitter *splitter, struct import *import, char c)
{
    if (splitter->length == RECORD_MOST)
        return import_complain(import, "an organisation of more than 4 MiB");
    if (splitter->length == splitter->capacity) {
        size_t capacity = 2 * splitter->capacity + 4096;
        char *grown = realloc(splitter->bytes, capacity);
        if (!grown)
            return PW_ERROR_MEMORY;
        splitter->bytes = grown;
        splitter->capacity = capacity;
    }
    splitter->bytes[splitter->length++] = c;
    return PW_OK;
}

static int split_outside(struct splitter *splitter, struct import *import, char c)
{
    if (strchr(" \t\r\n,", c))
        return PW_OK;
    if (c == '[' && !splitter->began && !splitter->ended)
        splitter->began = true;
    else if (c == ']' && splitter->began)
        splitter->began = false, splitter->ended = true;
    else if (c == '{' && splitter->began)
        splitter->depth = 1;
    else
        return import_complain(import, "this is not a JSON array of organisations");
    return splitter->depth ? put(splitter, import, c) : PW_OK;
}

static int split(struct splitter *splitter, struct registry *registry, char c)
{
    if (splitter->depth == 0)
        return split_outside(splitter, registry->import, c);
    int error = put(splitter, registry->import, c);
    if (splitter->string) {
        splitter->string = splitter->escape || c != '"';
        splitter->escape = !splitter->escape && c == '\\';
    } else if (c == '"') {
        splitter->string = true;
    } else if (c == '{') {
        splitter->depth++;
    } else if (c == '}' && --splitter->depth == 0 && !error) {
        error = read_organisation(registry, (struct pw_text){splitter->bytes, splitter->length});
        splitter->length = 0;
    }
    return error;
}

int import_ror(struct import *import)
{
    struct registry registry = {.import = import};
    struct splitter splitter = {0};
    struct pw_text bytes;
    int error = PW_OK, status = 0;
    while (!error && (status = intake_next(import->intake, &bytes, import->error)) > 0)
        for (size_t i = 0; i < bytes.length && !error; i++)
            error = split(&splitter, &registry, bytes.data[i]);
    if (!error)
        error = status;
    if (!error && !splitter.ended)
        error = import_complain(import, "the file ends too early");
    for (uint32_t i = 0; i < registry.former_count; i++) {
        if (!error)
            error = compiler_add_former_name(
                import->compiler, (struct pw_text){registry.formers[i].ror, ROR_LENGTH},
                (struct pw_text){registry.formers[i].name, strlen(registry.formers[i].name)});
        free(registry.formers[i].name);
    }
    free(registry.formers);
    free(splitter.bytes);
    return error;
}

/* ---- ASPI ---------------------------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    enum category category;
} aspi_categories[] = {{"Seven sons of national defence", CATEGORY_SEVEN_SONS},
                       {"Military", CATEGORY_MILITARY},
                       {"Security", CATEGORY_SECURITY},
                       {"Defence industry conglomerate", CATEGORY_DEFENCE_INDUSTRY},
                       {"Civilian", CATEGORY_CIVILIAN}};

static int aspi_category(struct import *import, const struct pw_document *document, uint32_t value,
                         enum category *ret_category)
{
    struct pw_text word =
        import->api->text(document, import->api->find(document, value, PW_TEXT("/meta/categories/0")));
    for (size_t i = 0; i < sizeof aspi_categories / sizeof *aspi_categories; i++)
        if (is_word(word, aspi_categories[i].word)) {
            *ret_category = aspi_categories[i].category;
            return PW_OK;
        }
    return import_complain(import, "the category \"%.*s\" is not known",
                           (int)(word.length > 60 ? 60 : word.length), word.data ? word.data : "");
}

/* "Peking University (北京大学)": the name, and the same in Chinese. */
static struct pw_text split_bracket(struct pw_text name, struct pw_text *ret_inside)
{
    const char *open = memrchr(name.data, '(', name.length);
    bool han = open && name.data[name.length - 1] == ')' && (unsigned char)open[1] >= 0xE3;
    if (!han)
        return name;
    size_t outside = (size_t)(open - name.data);
    *ret_inside = (struct pw_text){open + 1, name.length - outside - 2};
    return import_trim((struct pw_text){name.data, outside});
}

static int aspi_value(struct import *import, const struct pw_document *document, uint32_t value)
{
    const struct pw_document_api *api = import->api;
    char id[17];
    uint32_t number;
    struct compiled_entry entry = {
        .source = import->source,
        .list = PW_TEXT("ASPI"),
        .id = api->text(document, api->find(document, value, PW_TEXT("/uuid"))),
        .name = import_trim(api->text(document, api->find(document, value, PW_TEXT("/value")))),
        .country = PW_TEXT("CN"),
        .effect = EFFECT_INFORMS,
        .ends_ms = INT64_MAX};
    struct pw_text chinese = {NULL, 0};
    if (entry.name.length == 0)
        return import_complain(import, "an institution without a name");
    entry.name = split_bracket(entry.name, &chinese);
    import_content_id(entry.name, entry.country, id);
    if (entry.id.length == 0)
        entry.id = (struct pw_text){id, 16};
    int error = aspi_category(import, document, value, &entry.category);
    if (!error)
        error = import_entry(import, &entry, false, &number);
    if (!error && chinese.length)
        error = compiler_add_entry_name(import->compiler, number, chinese, BASIS_ALIAS);
    uint32_t aliases = api->find(document, value, PW_TEXT("/meta/aliases"));
    for (uint32_t node = api->first(document, aliases); node != PW_NODE_NONE && !error;
         node = api->next(document, node)) {
        struct pw_text name = import_trim(api->text(document, node));
        error = import_check_name(import, name);
        if (!error && name.length)
            error = compiler_add_entry_name(import->compiler, number, name, import_basis(name));
    }
    return error;
}

static int read_document(struct import *import, struct pw_document **ret_document)
{
    char *bytes = NULL, why[256] = "";
    size_t length = 0;
    int error = intake_all(import->intake, FILE_MOST, &bytes, &length, import->error);
    if (!error)
        error = import->api->parse((struct pw_text){bytes, length}, 0, ret_document, why, sizeof why);
    free(bytes);
    return error != PW_ERROR_MEMORY && why[0] ? import_complain(import, "%s", why) : error;
}

int import_aspi(struct import *import)
{
    struct pw_document *document = NULL;
    int error = read_document(import, &document);
    if (error)
        return error;
    uint32_t values = import->api->find(document, PW_NODE_ROOT, PW_TEXT("/values"));
    if (!is_word(import->api->text(document, import->api->find(document, PW_NODE_ROOT, PW_TEXT("/type"))),
                 "china-defence-universities"))
        error =
            import_complain(import, "this is not the China Defence Universities Tracker as a MISP cluster");
    for (uint32_t node = import->api->first(document, values); node != PW_NODE_NONE && !error;
         node = import->api->next(document, node)) {
        import->row++;
        error = aspi_value(import, document, node);
    }
    import->api->release(document);
    return error;
}

/* ---- an office's own ------------------------------------------------------------------------------------------ */

static int add_listed_names(struct import *import, const struct listing *listing, uint32_t array,
                            uint32_t entry, enum basis basis)
{
    int error = PW_OK;
    for (uint32_t node = import->api->first(listing->document, array); node != PW_NODE_NONE && !error;
         node = import->api->next(listing->document, node))
        error = compiler_add_entry_name(import->compiler, entry, import->api->text(listing->document, node),
                                        basis);
    return error;
}

int import_listing(struct import *import, const struct listing *listing)
{
    int error = PW_OK;
    for (uint32_t i = 0; i < listing->entry_count && !error; i++) {
        const struct listing_entry *given = &listing->entries[i];
        struct compiled_entry entry = {.source = import->source,
                                       .list = given->list,
                                       .id = given->id,
                                       .name = given->name,
                                       .country = given->country,
                                       .valid_until = given->valid_until,
                                       .category = given->category,
                                       .effect = given->effect,
                                       .ends_ms = given->ends_ms};
        uint32_t number;
        error = compiler_add_entry(import->compiler, &entry, &number);
        for (uint32_t k = 0; k < given->ror_count && !error; k++)
            error = compiler_add_entry_ror(import->compiler, number,
                                           (struct pw_text){given->rors[k], ROR_LENGTH});
        if (!error)
            error = add_listed_names(import, listing, given->aliases, number, BASIS_ALIAS);
        if (!error)
            error = add_listed_names(import, listing, given->abbreviations, number, BASIS_ACRONYM);
    }
    return error;
}

int import_simple(struct import *import)
{
    char *bytes = NULL;
    size_t length = 0;
    struct listing *listing = NULL;
    int error = intake_all(import->intake, LISTING_MAX_BYTES, &bytes, &length, import->error);
    if (!error)
        error = listing_read(import->api, (struct pw_text){import->path, strlen(import->path)},
                             (struct pw_text){bytes, length}, &listing, import->error);
    free(bytes);
    if (!error)
        error =
            compiler_set_snapshot(import->compiler, import->source, listing->snapshot, listing->snapshot_ms);
    if (!error)
        error = import_listing(import, listing);
    listing_free(listing);
    return error;
}
