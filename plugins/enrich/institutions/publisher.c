/* SPDX-License-Identifier: Apache-2.0
 *
 * publisher.c: the lists that come as tables: Consolidated Screening List, BIS denied persons, DoD Section 1286.
 */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#define NO_END INT64_MAX
#define DAY_MS INT64_C(86400000)

/* ---- what the sources of the Consolidated Screening List are --------------------------------------------- */

struct csl_source {
    const char *name; /* what the publisher's word for it begins with */
    const char *list;
    enum effect effect;
    enum category category;
    bool names_persons; /* without saying which: only what is named like an organisation is taken */
};

/* 15 CFR 744 and 764, 31 CFR 500 ff., 22 CFR 127: what each list means for a university. */
static const struct csl_source csl_sources[] = {
    {"Specially Designated Nationals", "SDN", EFFECT_FORBIDS_DEALING, CATEGORY_OTHER, false},
    {"Denied Persons List", "DPL", EFFECT_FORBIDS_DEALING, CATEGORY_OTHER, true},
    {"Entity List", "EL", EFFECT_NEEDS_LICENCE, CATEGORY_OTHER, false},
    {"Unverified List", "UVL", EFFECT_NEEDS_LICENCE, CATEGORY_OTHER, false},
    {"Military End User", "MEU", EFFECT_NEEDS_LICENCE, CATEGORY_MILITARY, false},
    {"ITAR Debarred", "DTC", EFFECT_NEEDS_LICENCE, CATEGORY_OTHER, true},
    {"Nonproliferation Sanctions", "ISN", EFFECT_FORBIDS_DEALING, CATEGORY_OTHER, true},
    {"Foreign Sanctions Evaders", "FSE", EFFECT_FORBIDS_DEALING, CATEGORY_OTHER, false},
    {"Sectoral Sanctions", "SSI", EFFECT_INFORMS, CATEGORY_OTHER, false},
    {"Palestinian Legislative Council", "PLC", EFFECT_INFORMS, CATEGORY_OTHER, false},
    {"Capta List", "CAP", EFFECT_INFORMS, CATEGORY_OTHER, false},
    {"CAPTA List", "CAP", EFFECT_INFORMS, CATEGORY_OTHER, false},
    {"Non-SDN Menu-Based Sanctions", "NS-MBS", EFFECT_INFORMS, CATEGORY_OTHER, false},
    {"Non-SDN Chinese Military-Industrial", "CMIC", EFFECT_INFORMS, CATEGORY_DEFENCE_INDUSTRY, false},
};

static const struct csl_source *csl_source_of(struct pw_text word)
{
    for (size_t i = 0; i < sizeof csl_sources / sizeof *csl_sources; i++) {
        size_t length = strlen(csl_sources[i].name);
        if (word.length >= length && memcmp(word.data, csl_sources[i].name, length) == 0)
            return &csl_sources[i];
    }
    return NULL;
}

static bool is_word(struct pw_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

/* Words of companies beside those of words.h, folded. */
static bool is_trade(struct pw_text token)
{
    static const char *const words[] = {
        "trading",    "trade",    "group",     "system",   "systems",  "services",   "service",
        "industries", "airlines", "airways",   "aviation", "bank",     "enterprise", "enterprises",
        "holding",    "holdings", "export",    "exports",  "import",   "logistics",  "shipping",
        "global",     "world",    "solutions", "supply",   "supplies", "air",        "cargo",
        "bureau",     "factory",  "plant",     "works",    "design",   "fze",        "products"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(token, words[i]))
            return true;
    return false;
}

static bool names_organisation(struct import *import, struct pw_text name, const struct folding *folding)
{
    struct folded folded = {0};
    bool found = folding_fold(folding, name, &folded) != PW_OK;
    (void)import;
    for (uint32_t i = 0; i < folded.count && !found; i++) {
        struct pw_text token = {folded.bytes + folded.tokens[i].start,
                                folded.tokens[i].end - folded.tokens[i].start};
        enum word_kind kind = word_of(token).kind;
        found = kind == WORD_LEGAL || (kind == WORD_CLASS && token.length > 3) || is_trade(token);
    }
    folded_release(&folded);
    return found;
}

/* "…, Beijing, CN; …, HK": the country at the end of the first address. */
static struct pw_text country_of(struct pw_text addresses)
{
    const char *end = addresses.length ? memchr(addresses.data, ';', addresses.length) : NULL;
    size_t length = end ? (size_t)(end - addresses.data) : addresses.length;
    struct pw_text first = import_trim((struct pw_text){addresses.data, length});
    bool two = first.length >= 2 && (first.length == 2 || strchr(" ,", first.data[first.length - 3]));
    for (size_t i = first.length - (two ? 2 : 0); two && i < first.length; i++)
        two = first.data[i] >= 'A' && first.data[i] <= 'Z';
    return two ? (struct pw_text){first.data + first.length - 2, 2} : (struct pw_text){NULL, 0};
}

static void read_end(struct pw_text date, struct compiled_entry *entry)
{
    int64_t ms;
    entry->ends_ms = NO_END;
    if (listing_date(date, &ms) != PW_OK)
        return;
    entry->valid_until = date;
    entry->ends_ms = ms + DAY_MS;
}

enum { CSL_ID, CSL_SOURCE, CSL_TYPE, CSL_NAME, CSL_ADDRESSES, CSL_END, CSL_ALIASES };
static const struct table_column csl_columns[] = {
    {"_id", true},        {"source", true},    {"type", true},     {"name", true},
    {"addresses", false}, {"end_date", false}, {"alt_names", true}};

static int csl_row(struct import *import, const struct pw_text *fields)
{
    const struct csl_source *source = csl_source_of(fields[CSL_SOURCE]);
    struct pw_text type = fields[CSL_TYPE];
    uint32_t number;
    if (!source && import->lenient) {
        import->skipped++;
        return PW_OK;
    }
    if (!source)
        return import_complain(import, "the source \"%.*s\" is not known, so neither is what it means",
                               (int)(fields[CSL_SOURCE].length > 80 ? 80 : fields[CSL_SOURCE].length),
                               fields[CSL_SOURCE].data);
    bool person = is_word(type, "Individual") || is_word(type, "Vessel") || is_word(type, "Aircraft") ||
                  (source->names_persons &&
                   !names_organisation(import, fields[CSL_NAME], compiler_folding(import->compiler)));
    import->skipped += person;
    if (person)
        return PW_OK;
    struct compiled_entry entry = {.source = import->source,
                                   .list = {source->list, strlen(source->list)},
                                   .id = fields[CSL_ID],
                                   .name = fields[CSL_NAME],
                                   .country = country_of(fields[CSL_ADDRESSES]),
                                   .category = source->category,
                                   .effect = source->effect};
    read_end(fields[CSL_END], &entry);
    if (entry.id.length == 0 || entry.name.length == 0)
        return import_complain(import, "the id or the name is empty");
    int error = import_entry(import, &entry, false, &number);
    return error ? error : import_aliases(import, number, fields[CSL_ALIASES]);
}

int import_csl(struct import *import)
{
    return table_read(import, ',', csl_columns, sizeof csl_columns / sizeof *csl_columns, csl_row);
}

/* ---- BIS denied persons ------------------------------------------------------------------------------------ */

enum { DPL_NAME, DPL_COUNTRY, DPL_EXPIRES };
static const struct table_column dpl_columns[] = {
    {"Name", true}, {"Country", true}, {"Expiration_Date", true}};

/* "01/14/2026" as "2026-01-14". */
static struct pw_text iso_date(struct pw_text us, char to[11])
{
    if (us.length != 10 || us.data[2] != '/' || us.data[5] != '/')
        return (struct pw_text){NULL, 0};
    memcpy(to, us.data + 6, 4);
    memcpy(to + 5, us.data, 2);
    memcpy(to + 8, us.data + 3, 2);
    to[4] = to[7] = '-';
    return (struct pw_text){to, 10};
}

static int dpl_row(struct import *import, const struct pw_text *fields)
{
    char id[17], date[11];
    uint32_t number;
    if (fields[DPL_NAME].length == 0)
        return PW_OK;
    if (!names_organisation(import, fields[DPL_NAME], compiler_folding(import->compiler))) {
        import->skipped++;
        return PW_OK;
    }
    import_content_id(fields[DPL_NAME], fields[DPL_COUNTRY], id);
    struct compiled_entry entry = {.source = import->source,
                                   .list = PW_TEXT("DPL"),
                                   .id = {id, 16},
                                   .name = fields[DPL_NAME],
                                   .country = fields[DPL_COUNTRY],
                                   .category = CATEGORY_OTHER,
                                   .effect = EFFECT_FORBIDS_DEALING};
    read_end(iso_date(fields[DPL_EXPIRES], date), &entry);
    return import_entry(import, &entry, false, &number);
}

int import_bis_dpl(struct import *import)
{
    return table_read(import, '\t', dpl_columns, sizeof dpl_columns / sizeof *dpl_columns, dpl_row);
}

/* ---- DoD Section 1286 -------------------------------------------------------------------------------------- */

enum { DOD_SCHEMA, DOD_NAME, DOD_ALIASES, DOD_PROGRAM, DOD_END, DOD_COUNTRY };
static const struct table_column dod_columns[] = {{"schema", true},  {"name", true},     {"aliases", true},
                                                  {"program", true}, {"end-date", true}, {"country", false}};

/* The file repeats an institution for every year in which it was named; each row says the same, or adds an alias. */
static int dod_row(struct import *import, const struct pw_text *fields)
{
    char id[17];
    uint32_t number;
    if (is_word(fields[DOD_SCHEMA], "Person")) {
        import->skipped++;
        return PW_OK;
    }
    if (fields[DOD_NAME].length == 0)
        return import_complain(import, "the name is empty");
    import_content_id(fields[DOD_NAME], PW_TEXT("DOD1286"), id); /* some years' rows lack the country */
    struct compiled_entry entry = {.source = import->source,
                                   .list = PW_TEXT("DOD1286"),
                                   .id = {id, 16},
                                   .name = fields[DOD_NAME],
                                   .country = fields[DOD_COUNTRY],
                                   .category = CATEGORY_OTHER,
                                   .effect = EFFECT_INFORMS};
    read_end(fields[DOD_END], &entry);
    int error = import_entry(import, &entry, true, &number);
    return error ? error : import_aliases(import, number, fields[DOD_ALIASES]);
}

int import_dod_1286(struct import *import)
{
    return table_read(import, ',', dod_columns, sizeof dod_columns / sizeof *dod_columns, dod_row);
}
