/* SPDX-License-Identifier: Apache-2.0
 *
 * query.c: one question to the screener: id first, then the whole name, then the sentence.
 */
#include "screener.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A question being answered. */
struct asking {
    struct screener *screener;
    const struct screener_query *query;
    struct screening *answer;
    char ror[ROR_LENGTH + 1]; /* empty when none, or none that is one, was given */
};

bool match_reportable(const struct match *match)
{
    return match->basis < BASIS_ACRONYM;
}

__attribute__((format(printf, 3, 4))) static void reject(struct asking *asking, struct pw_text name,
                                                         const char *format, ...)
{
    struct screening *answer = asking->answer;
    if (answer->rejected_count == SCREENER_MAX_REJECTED) {
        answer->full = true;
        return;
    }
    struct rejection *rejection = &answer->rejected[answer->rejected_count++];
    rejection->name = name;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(rejection->because, sizeof rejection->because, format, arguments);
    va_end(arguments);
}

static bool has_ror(const struct listing_entry *entry, const char *ror)
{
    for (uint32_t i = 0; i < entry->ror_count; i++)
        if (strcmp(entry->rors[i], ror) == 0)
            return true;
    return false;
}

/* One match an entry and field: an entry that an id has found is not found again by its name. */
static bool found_already(const struct screening *answer, uint32_t entry, enum field field, uint32_t from)
{
    for (uint32_t i = 0; i < answer->count; i++) {
        const struct match *match = &answer->matches[i];
        if (match->entry == entry &&
            (field != FIELD_SENTENCE || match->field != FIELD_SENTENCE || match->from == from))
            return true;
    }
    return false;
}

/* An abbreviation has many owners: what else is said about the institution decides against it, never for it.
 */
static bool abbreviation_of_another(struct asking *asking, const struct listing_entry *entry,
                                    struct pw_text words)
{
    struct pw_text country = asking->query->country;
    if (asking->ror[0] && entry->ror_count > 0 && !has_ror(entry, asking->ror)) {
        reject(asking, words, "an abbreviation of %.*s, but the ROR id %s is another institution's",
               (int)(entry->name.length > 64 ? 64 : entry->name.length), entry->name.data, asking->ror);
        return true;
    }
    if (country.length == 2 && entry->country.length == 2 &&
        strncasecmp(country.data, entry->country.data, 2) != 0) {
        reject(asking, words, "an abbreviation of %.*s in %.2s, but the country given is %.2s",
               (int)(entry->name.length > 64 ? 64 : entry->name.length), entry->name.data,
               entry->country.data, country.data);
        return true;
    }
    return false;
}

static void add_match(struct asking *asking, const struct index_meaning *meaning, struct match match,
                      struct pw_text words)
{
    struct screening *answer = asking->answer;
    const struct listing_entry *entry = asking->screener->entries[meaning->entry].entry;
    if (found_already(answer, meaning->entry, match.field, match.from))
        return;
    if (asking->query->as_of != INT64_MIN && asking->query->as_of >= entry->ends_ms) {
        reject(asking, words, "the entry was valid until %.*s", (int)entry->valid_until.length,
               entry->valid_until.data);
        return;
    }
    if (meaning->basis == BASIS_ACRONYM && abbreviation_of_another(asking, entry, words))
        return;
    if (answer->count == SCREENER_MAX_MATCHES) {
        answer->full = true;
        return;
    }
    match.entry = meaning->entry;
    match.basis = meaning->basis;
    match.other_ror = asking->ror[0] && entry->ror_count > 0 && !has_ror(entry, asking->ror);
    answer->matches[answer->count++] = match;
}

static void ask_ror(struct asking *asking)
{
    struct pw_text ror = asking->query->ror;
    if (ror.length == 0)
        return;
    if (ror_read(ror, asking->ror)) {
        asking->ror[0] = 0;
        reject(asking, ror, "not a ROR id");
        return;
    }
    const struct index *rors = &asking->screener->rors;
    for (uint32_t i = index_find(rors, (struct pw_text){asking->ror, ROR_LENGTH}); i != INDEX_NONE;
         i = rors->meanings[i].next)
        add_match(asking, &rors->meanings[i], (struct match){.field = FIELD_ROR, .to = (uint32_t)ror.length},
                  ror);
}

static int ask_name(struct asking *asking)
{
    struct screener *screener = asking->screener;
    struct pw_text name = asking->query->name;
    struct folded *folded = &screener->folded;
    int error = folding_fold(screener->folding, name, folded);
    uint32_t first = folded_first(folded);
    if (error || folded->count == 0)
        return error;
    uint32_t start = folded->tokens[first].start;
    struct pw_text key = {folded->bytes + start, folded->length - start};
    const struct index *names = &screener->names;
    /* From the first word to the last, without the blanks and quotes around them. */
    const struct match match = {
        .field = FIELD_NAME, .from = folded->tokens[0].from, .to = folded->tokens[folded->count - 1].to};
    for (uint32_t i = index_find(names, key); i != INDEX_NONE; i = names->meanings[i].next)
        add_match(asking, &names->meanings[i], match, name);
    return PW_OK;
}

/* The longest listed name that begins at token `first`: its last token and first meaning. */
static uint32_t longest_at(const struct screener *screener, uint32_t first, uint32_t *ret_last)
{
    const struct folded *folded = &screener->folded;
    const struct index *names = &screener->names;
    uint32_t start = folded->tokens[first].start;
    uint32_t best = INDEX_NONE;
    uint64_t hash = INDEX_SEED;
    for (uint32_t last = first; last < folded->count; last++) {
        const struct folded_token *token = &folded->tokens[last];
        if (token->end - start > names->longest)
            break;
        hash = index_hash(hash, folded->bytes + token->start, token->end - token->start);
        uint32_t found =
            index_find_hashed(names, hash, (struct pw_text){folded->bytes + start, token->end - start});
        while (found != INDEX_NONE && !names->meanings[found].in_sentences)
            found = names->meanings[found].next;
        if (found == INDEX_NONE)
            continue;
        best = found;
        *ret_last = last;
    }
    return best;
}

/* "Central South University of Forestry and Technology" is not Central South University. */
static bool goes_on(const struct folded *folded, uint32_t last)
{
    return folded_is(folded, last + 1, "of") || folded_is(folded, last + 1, "for");
}

static int ask_sentence(struct asking *asking)
{
    struct screener *screener = asking->screener;
    struct pw_text sentence = asking->query->sentence;
    struct folded *folded = &screener->folded;
    int error = folding_fold(screener->folding, sentence, folded);
    if (error)
        return error;
    const struct index *names = &screener->names;
    for (uint32_t first = 0, last = 0; first < folded->count; first = last + 1) {
        last = first;
        uint32_t found = longest_at(screener, first, &last);
        if (found == INDEX_NONE)
            continue;
        struct match match = {
            .field = FIELD_SENTENCE, .from = folded->tokens[first].from, .to = folded->tokens[last].to};
        struct pw_text words = {sentence.data + match.from, match.to - match.from};
        if (goes_on(folded, last)) {
            reject(asking, words, "the name goes on: it is part of a longer one");
            continue;
        }
        for (; found != INDEX_NONE; found = names->meanings[found].next)
            if (names->meanings[found].in_sentences)
                add_match(asking, &names->meanings[found], match, words);
    }
    return PW_OK;
}

int screener_screen(struct screener *screener, const struct screener_query *query,
                    struct screening *ret_screening)
{
    struct screening *answer = ret_screening;
    answer->count = answer->rejected_count = 0;
    answer->full = false;
    struct asking asking = {.screener = screener, .query = query, .answer = answer};
    ask_ror(&asking);
    int error = query->name.length > 0 ? ask_name(&asking) : PW_OK;
    if (!error && query->sentence.length > 0)
        error = ask_sentence(&asking);
    return error;
}
