/* SPDX-License-Identifier: Apache-2.0
 *
 * importer.c: what the importers have in common.
 */
#include "importer.h"
#include "reference.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct import_format import_formats[] = {
    {"csl-csv", "US Consolidated Screening List, CSV", import_csl},
    {"bis-dpl", "BIS Denied Persons List, tab-separated", import_bis_dpl},
    {"aspi-misp", "ASPI China Defence Universities Tracker, MISP cluster JSON", import_aspi},
    {"dod-1286", "DoD Section 1286 list, CSV", import_dod_1286},
    {"ror", "Research Organization Registry dump, schema v2 JSON", import_ror},
    {"simple", "an office's own list, pathwayd-list/1 JSON", import_simple},
    {NULL, NULL, NULL},
};

const struct import_format *import_format_find(struct pw_text name)
{
    for (const struct import_format *format = import_formats; format->name; format++)
        if (strlen(format->name) == name.length && memcmp(format->name, name.data, name.length) == 0)
            return format;
    return NULL;
}

int import_complain(struct import *import, const char *format, ...)
{
    char sentence[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (import->row)
        snprintf(import->error, LISTING_ERROR_BYTES, "%.512s: row %llu: %s", import->path,
                 (unsigned long long)import->row, sentence);
    else
        snprintf(import->error, LISTING_ERROR_BYTES, "%.512s: %s", import->path, sentence);
    return PW_ERROR_INVALID;
}

void import_content_id(struct pw_text name, struct pw_text country, char ret_id[17])
{
    const struct pw_text parts[] = {name, {"|", 1}, country};
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (size_t k = 0; k < parts[i].length; k++)
            hash = (hash ^ (unsigned char)parts[i].data[k]) * 1099511628211u;
    snprintf(ret_id, 17, "%016llx", (unsigned long long)hash);
}

struct pw_text import_trim(struct pw_text text)
{
    while (text.length > 0 && strchr(" \t\r\n\x1a", text.data[0])) {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && strchr(" \t\r\n\x1a", text.data[text.length - 1]))
        text.length--;
    return text;
}

/* Capitals alone, and few: "BUAA", not "INDONESIA". */
#define ABBREVIATION_MOST 8u

enum basis import_basis(struct pw_text name)
{
    for (size_t i = 0; i < name.length; i++)
        if (name.data[i] < 'A' || name.data[i] > 'Z')
            return BASIS_ALIAS;
    return name.length <= ABBREVIATION_MOST ? BASIS_ACRONYM : BASIS_ALIAS;
}

int import_check_name(struct import *import, struct pw_text name)
{
    if (name.length <= IMPORT_MAX_NAME)
        return PW_OK;
    return import_complain(import, "the name \"%.40s…\" has %zu bytes; more than %u are no name", name.data,
                           name.length, IMPORT_MAX_NAME);
}

int import_entry(struct import *import, const struct compiled_entry *entry, bool once, uint32_t *ret_entry)
{
    if (import->cut)
        return import_complain(import, "the row ends too early; is the file whole?");
    const struct pw_text texts[] = {entry->name, entry->id, entry->country};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int error = import_check_name(import, texts[i]);
        if (error)
            return error;
    }
    return once ? compiler_add_entry_once(import->compiler, entry, ret_entry)
                : compiler_add_entry(import->compiler, entry, ret_entry);
}

/* Up to the next ';' that is not the end of a reference ("Xi&#x0027;an"). */
static size_t alias_length(struct pw_text aliases)
{
    size_t at = 0;
    while (at < aliases.length && aliases.data[at] != ';') {
        uint32_t length = 1;
        reference_read((struct pw_text){aliases.data + at, aliases.length - at}, &length);
        at += length;
    }
    return at;
}

int import_aliases(struct import *import, uint32_t entry, struct pw_text aliases)
{
    int error = PW_OK;
    while (aliases.length > 0 && !error) {
        size_t length = alias_length(aliases);
        bool end = length < aliases.length;
        struct pw_text name = import_trim((struct pw_text){aliases.data, length});
        if (name.length > 4 && memcmp(name.data, "and ", 4) == 0)
            name = import_trim((struct pw_text){name.data + 4, name.length - 4});
        error = import_check_name(import, name);
        if (!error && name.length > 0)
            error = compiler_add_entry_name(import->compiler, entry, name, import_basis(name));
        length += end ? 1 : 0;
        aliases = (struct pw_text){aliases.data + length, aliases.length - length};
    }
    return error;
}
