/* SPDX-License-Identifier: Apache-2.0
 *
 * resolver.c: see resolver.h.
 *
 *     text ─▶ words ─▶ every name in them ─▶ longest first: country, length, what goes on ─▶ organisations
 */
#include "resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_WORDS  64u /* of the longest name that is looked for; the longest on any list has 56 */
#define PLACE_WORDS 4u
/* A name of one word counts when so few names hold that word, and it is no shorter than this. */
#define RARE_NAMES  3u
#define RARE_BYTES  5u
#define PLAIN_BYTES 3u /* shorter words are initials and numbers */
#define LONG_WORDS  5u /* so many words say enough together */
/* A word in more names than this says little; two such together still do. */
#define KNOWN_NAMES   400u
#define ACRONYM_LEAST 3u
#define ACRONYM_MOST  10u

struct candidate {
    const struct snapshot_key *row;
    uint32_t snapshot, first, last, bytes;
    bool taken;
};

int resolver_open(struct resolver *resolver, const struct folding *folding, const struct snapshot *snapshots,
                  uint32_t count)
{
    *resolver = (struct resolver){.folding = folding, .snapshots = snapshots, .snapshot_count = count};
    resolver->candidates = malloc(RESOLVER_MAX_CANDIDATES * sizeof *resolver->candidates);
    return resolver->candidates ? PW_OK : PW_ERROR_MEMORY;
}

void resolver_close(struct resolver *resolver)
{
    phrase_release(&resolver->phrase);
    free(resolver->candidates);
    *resolver = (struct resolver){0};
}

/* ---- what the text says of places ----------------------------------------------------------------------- */

static void add_country(struct resolver *resolver, uint16_t code)
{
    for (uint32_t i = 0; i < resolver->country_count; i++)
        if (resolver->countries[i] == code)
            return;
    if (resolver->country_count < RESOLVER_MAX_COUNTRIES)
        resolver->countries[resolver->country_count++] = code;
}

/* The place that begins at word `first`; its kind (1 country, 2 town, 0 none) and last word. */
static uint32_t place_at(const struct resolver *resolver, uint32_t first, uint32_t *ret_last,
                         uint16_t *ret_code)
{
    const struct phrase *phrase = &resolver->phrase;
    uint32_t kind = 0, hash = SNAPSHOT_SEED;
    for (uint32_t last = first; last < phrase->count && last < first + PLACE_WORDS; last++) {
        const struct phrase_word *word = &phrase->words[last];
        if (last > first && word->before & (PHRASE_COMMA | PHRASE_STOP | PHRASE_BRACKET))
            break;
        hash = snapshot_hash(hash, phrase->bytes + word->start, word->end - word->start);
        for (uint32_t i = 0; i < resolver->snapshot_count; i++) {
            const struct snapshot_key *row =
                snapshot_find(&resolver->snapshots[i], &resolver->snapshots[i].places, hash,
                              phrase_key(phrase, first, last));
            if (!row || row->count == 0)
                continue;
            kind = row->count;
            *ret_code = (uint16_t)row->value;
            *ret_last = last;
            break;
        }
    }
    return kind;
}

static bool is_country(const struct resolver *resolver, uint32_t first)
{
    uint32_t last;
    uint16_t code;
    return place_at(resolver, first, &last, &code) == 1;
}

static bool is_number(const struct phrase *phrase, uint32_t word)
{
    char first = phrase->bytes[phrase->words[word].start];
    return first >= '0' && first <= '9';
}

#define BREAKS (PHRASE_COMMA | PHRASE_STOP | PHRASE_BRACKET)

/* Whether words first..last are all that stands between two commas, as towns do in addresses; post codes aside. */
static bool stands_alone(const struct phrase *phrase, uint32_t first, uint32_t last)
{
    bool begins = first == 0 || phrase->words[first].before & BREAKS || is_number(phrase, first - 1);
    bool ends =
        last + 1 >= phrase->count || phrase->words[last + 1].before & BREAKS || is_number(phrase, last + 1);
    return begins && ends && !phrase->words[first].general;
}

static void read_places(struct resolver *resolver, struct pw_text country)
{
    uint16_t towns[RESOLVER_MAX_COUNTRIES];
    uint32_t town_count = 0;
    resolver->country_count = 0;
    resolver->given[0] = '\0';
    if (country.length == 2)
        memcpy(resolver->given, country.data, 2);
    if (country.length == 2)
        add_country(resolver,
                    (uint16_t)((uint32_t)(country.data[0] & 0xDF) << 8 | (uint32_t)(country.data[1] & 0xDF)));
    for (uint32_t first = 0, last = 0; first < resolver->phrase.count && !country.length; first = last + 1) {
        uint16_t code = 0;
        last = first;
        uint32_t kind = place_at(resolver, first, &last, &code);
        if (kind == 1)
            add_country(resolver, code);
        else if (kind == 2 && town_count < RESOLVER_MAX_COUNTRIES &&
                 (stands_alone(&resolver->phrase, first, last) ||
                  (last + 1 < resolver->phrase.count && is_country(resolver, last + 1) &&
                   !resolver->phrase.words[first].general)))
            towns[town_count++] = code;
    }
    resolver->explicit_country = resolver->country_count > 0;
    for (uint32_t i = 0; i < town_count && !resolver->explicit_country; i++)
        add_country(resolver, towns[i]);
}

/* Whether an organisation can be meant, as far as the places say. */
static bool place_fits(const struct resolver *resolver, const struct snapshot_organisation *organisation)
{
    uint16_t code =
        (uint16_t)((unsigned char)organisation->country[0] << 8 | (unsigned char)organisation->country[1]);
    if (!organisation->country[0] || resolver->country_count == 0)
        return true;
    for (uint32_t i = 0; i < resolver->country_count; i++)
        if (resolver->countries[i] == code)
            return true;
    return false;
}

/* ---- candidates ---------------------------------------------------------------------------------------- */

static void add_candidate(struct resolver *resolver, const struct snapshot_key *row, uint32_t snapshot,
                          uint32_t first, uint32_t last)
{
    const struct phrase_word *words = resolver->phrase.words;
    if (resolver->candidate_count == RESOLVER_MAX_CANDIDATES) {
        resolver->full = true;
        return;
    }
    resolver->candidates[resolver->candidate_count++] =
        (struct candidate){row, snapshot, first, last, words[last].end - words[first].start, false};
}

/* Where a name cannot go on: another affiliation, a bracket, or a comma after which an address may begin. */
static bool breaks(const struct phrase_word *word)
{
    return word->before & (PHRASE_STOP | PHRASE_BRACKET);
}

/* "…, University, Jinan" is no University of Jinan: general words before the last comma, an address behind it. */
static bool is_across_address(const struct resolver *resolver, uint32_t first, uint32_t last)
{
    const struct phrase *phrase = &resolver->phrase;
    uint32_t comma = last;
    while (comma > first && !(phrase->words[comma].before & PHRASE_COMMA))
        comma--;
    if (comma == first)
        return false;
    for (uint32_t i = first; i < comma; i++)
        if (!phrase->words[i].general)
            return false;
    return true;
}

/* The names that begin at word `first`; a whole text is one name or none, whatever stands between its words. */
static void collect_at(struct resolver *resolver, uint32_t first, bool whole)
{
    const struct phrase *phrase = &resolver->phrase;
    uint32_t hash = SNAPSHOT_SEED;
    for (uint32_t last = first; last < phrase->count && (whole || last < first + NAME_WORDS); last++) {
        const struct phrase_word *word = &phrase->words[last];
        if (last > first && !whole && breaks(word))
            break;
        hash = snapshot_hash(hash, phrase->bytes + word->start, word->end - word->start);
        if (whole && last + 1 < phrase->count)
            continue;
        for (uint32_t i = 0; i < resolver->snapshot_count; i++) {
            const struct snapshot *snapshot = &resolver->snapshots[i];
            const struct snapshot_key *row =
                snapshot_find(snapshot, &snapshot->names, hash, phrase_key(phrase, first, last));
            if (row && (whole || !is_across_address(resolver, first, last)))
                add_candidate(resolver, row, i, first, last);
        }
    }
}

static int longest_first(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    if (left->bytes != right->bytes)
        return left->bytes > right->bytes ? -1 : 1;
    if (left->first != right->first)
        return left->first < right->first ? -1 : 1;
    return left->snapshot < right->snapshot ? -1 : left->snapshot > right->snapshot;
}

/* ---- choosing ------------------------------------------------------------------------------------------ */

static bool is_listed(const struct resolver *resolver, const struct candidate *candidate)
{
    const struct snapshot *snapshot = &resolver->snapshots[candidate->snapshot];
    for (uint32_t i = 0; i < candidate->row->count; i++) {
        uint32_t number = candidate->row->value + i;
        if (number < snapshot->meaning_count &&
            snapshot->meanings[number].organisation < snapshot->organisation_count &&
            snapshot->organisations[snapshot->meanings[number].organisation].link_count > 0)
            return true;
    }
    return false;
}

/* That a name lost is worth a word where it is a listed one. */
static void reject(struct resolver *resolver, const struct candidate *candidate, const char *why,
                   struct pw_text whose)
{
    if (!is_listed(resolver, candidate))
        return;
    if (resolver->rejected_count == RESOLVER_MAX_REJECTED) {
        resolver->cut = true;
        return;
    }
    struct resolver_rejection *rejection = &resolver->rejected[resolver->rejected_count++];
    rejection->from = resolver->phrase.words[candidate->first].from;
    rejection->to = resolver->phrase.words[candidate->last].to;
    snprintf(rejection->because, sizeof rejection->because, "%s%.*s", why,
             (int)(whose.length > 120 ? 120 : whose.length), whose.data ? whose.data : "");
}

static bool is_place(const struct resolver *resolver, uint32_t first, uint32_t last)
{
    while (first <= last) {
        uint32_t end = first;
        uint16_t code;
        if (!place_at(resolver, first, &end, &code))
            return false;
        first = end + 1;
    }
    return true;
}

static bool holds_affiliate(const struct phrase *phrase, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i <= last; i++)
        if (word_is_affiliate(phrase_key(phrase, i, i)))
            return true;
    return false;
}

/* Whether the longer name is that of a part or branch of the shorter, so that both are named: "N Hospital", "Hospital
 * of N", "N, Beijing". */
static bool is_part_of(const struct resolver *resolver, const struct candidate *longer,
                       const struct candidate *shorter)
{
    const struct phrase *phrase = &resolver->phrase;
    uint32_t next = shorter->last + 1;
    if (longer->first < shorter->first && !holds_affiliate(phrase, longer->first, shorter->first - 1))
        return false;
    if (longer->last == shorter->last)
        return true;
    if (phrase->words[next].before & PHRASE_GOES_ON) /* "Renmin University of China" is its whole name */
        return is_place(resolver, next, longer->last) && !is_country(resolver, next);
    return holds_affiliate(phrase, next, longer->last) || is_place(resolver, next, longer->last);
}

/* Whether a longer name that was taken covers this one for another institution's sake. */
static const struct candidate *covering(const struct resolver *resolver, const struct candidate *candidate)
{
    for (uint32_t i = 0; i < resolver->candidate_count; i++) {
        const struct candidate *longer = &resolver->candidates[i];
        bool covers = longer->taken && longer->first <= candidate->first && longer->last >= candidate->last &&
                      longer->bytes > candidate->bytes;
        if (covers && !is_part_of(resolver, longer, candidate))
            return longer;
    }
    return NULL;
}

/* "N of X", where no name is known for the whole: another, longer name all the same. */
static bool goes_on(const struct resolver *resolver, const struct candidate *candidate)
{
    const struct phrase *phrase = &resolver->phrase;
    uint32_t next = candidate->last + 1, last = next;
    uint16_t code;
    if (next >= phrase->count || !(phrase->words[next].before & PHRASE_GOES_ON) ||
        phrase->words[next].before & (PHRASE_COMMA | PHRASE_STOP | PHRASE_BRACKET))
        return false;
    return place_at(resolver, next, &last, &code) == 0 && !holds_affiliate(phrase, next, next);
}

/* "National N", where no name is known for the whole: so is a name that begins earlier. */
static bool begins_earlier(const struct resolver *resolver, const struct candidate *candidate)
{
    static const char *const words[] = {"nation",   "north",    "south",   "east",   "west",
                                        "northern", "southern", "eastern", "western"};
    const struct phrase *phrase = &resolver->phrase;
    if (candidate->first == 0 || phrase->words[candidate->first].before)
        return false;
    struct pw_text word = phrase_key(phrase, candidate->first - 1, candidate->first - 1);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (word.length == strlen(words[i]) && memcmp(word.data, words[i], word.length) == 0)
            return true;
    return false;
}

static uint32_t frequency(const struct resolver *resolver, uint32_t word)
{
    const struct phrase *phrase = &resolver->phrase;
    struct pw_text key = phrase_key(phrase, word, word);
    uint32_t hash = snapshot_hash(SNAPSHOT_SEED, key.data, key.length), most = 0;
    for (uint32_t i = 0; i < resolver->snapshot_count; i++) {
        const struct snapshot_key *row =
            snapshot_find(&resolver->snapshots[i], &resolver->snapshots[i].words, hash, key);
        if (row && row->value > most)
            most = row->value;
    }
    return most;
}

/* "Digital Technologies" says something only with its "Ltd". */
static bool legal_follows(const struct phrase *phrase, uint32_t last)
{
    return (last + 1 < phrase->count ? phrase->words[last + 1].before : phrase->after) & PHRASE_LEGAL;
}

/* Some lists have "INDONESIA" for another name of a company. */
static bool is_country_name(const struct resolver *resolver, const struct candidate *candidate)
{
    uint32_t last;
    uint16_t code;
    return place_at(resolver, candidate->first, &last, &code) == 1 && last == candidate->last;
}

/* How much a name says by itself: 0 nothing, 1 enough when the text names its country, 2 enough. */
static int telling(const struct resolver *resolver, const struct candidate *candidate)
{
    const struct phrase *phrase = &resolver->phrase;
    uint32_t ideographs = 0, plain = 0, rarest = UINT32_MAX, words = candidate->last - candidate->first + 1;
    uint32_t heads = 0;
    bool town = false;
    for (uint32_t i = candidate->first; i <= candidate->last; i++) {
        const struct phrase_word *word = &phrase->words[i];
        ideographs += word->ideograph;
        heads |= word->general ? word_head(phrase_key(phrase, i, i)) : 0;
        town |= !word->general && is_place(resolver, i, i);
        if (word->ideograph || word->general || word->end - word->start < PLAIN_BYTES)
            continue;
        uint32_t names = frequency(resolver, i);
        plain++;
        rarest = names < rarest ? names : rarest;
    }
    if (is_country_name(resolver, candidate))
        return 0;
    if (heads & HEAD_STATE && words > 1 && is_place(resolver, candidate->first + 1, candidate->last))
        return 0; /* "under the Government of N" says where, not who */
    if (ideographs)
        return ideographs >= 4 || plain ? 2 : 0;
    if (words == 1) {
        if (!plain || candidate->bytes < RARE_BYTES || rarest > RARE_NAMES)
            return 0;
        return stands_alone(phrase, candidate->first, candidate->last) ? 2 : 1;
    }
    if (words >= LONG_WORDS || plain >= 3)
        return 2;
    if (plain > 0 && (heads & HEAD_UNIQUE || (heads & HEAD_COMMON && town)))
        return 2;
    if (plain >= 2 && rarest <= KNOWN_NAMES)
        return 2;
    if (plain == 1 && words == 2 && !heads)
        return rarest <= RARE_NAMES ? 2 : legal_follows(phrase, candidate->last);
    if (plain == 0)
        return words > 2 || legal_follows(phrase, candidate->last) ? 1 : 0;
    return heads && rarest <= RARE_NAMES ? 2 : 1;
}

static bool is_capital(const struct resolver *resolver, struct pw_text text, uint32_t word)
{
    const struct phrase_word *at = &resolver->phrase.words[word];
    uint32_t length = at->to - at->from;
    if (length < ACRONYM_LEAST || length > ACRONYM_MOST)
        return false;
    for (uint32_t i = at->from; i < at->to; i++)
        if (text.data[i] < 'A' || text.data[i] > 'Z')
            return false;
    return true;
}

static bool has_entries(const struct resolver *resolver, const struct resolved *resolved)
{
    return resolver->snapshots[resolved->snapshot].organisations[resolved->organisation].link_count > 0;
}

/* Where there is no more room, a listed organisation takes that of one that nobody lists. */
static void add_found(struct resolver *resolver, const struct resolved *resolved)
{
    for (uint32_t i = 0; i < resolver->found_count; i++)
        if (resolver->found[i].snapshot == resolved->snapshot &&
            resolver->found[i].organisation == resolved->organisation)
            return;
    if (resolver->found_count < RESOLVER_MAX_FOUND) {
        resolver->found[resolver->found_count++] = *resolved;
        return;
    }
    uint32_t place = 0;
    if (!has_entries(resolver, resolved))
        return;
    while (place < RESOLVER_MAX_FOUND && has_entries(resolver, &resolver->found[place]))
        place++;
    if (place < RESOLVER_MAX_FOUND)
        resolver->found[place] = *resolved;
    else
        resolver->full = true;
}

/* "北大": two ideographs say, as a whole name, what four must say in a sentence. */
static bool holds_ideographs(const struct phrase *phrase)
{
    uint32_t ideographs = 0;
    for (uint32_t i = 0; i < phrase->count; i++)
        ideographs += phrase->words[i].ideograph;
    return ideographs >= 2;
}

static bool holds_plain(const struct phrase *phrase)
{
    uint32_t ideographs = 0;
    for (uint32_t i = 0; i < phrase->count; i++) {
        const struct phrase_word *word = &phrase->words[i];
        ideographs += word->ideograph;
        if (!word->general && !word->ideograph && word->end - word->start >= PLAIN_BYTES)
            return true;
    }
    return ideographs >= 3;
}

/* A whole name that says something is stronger than the country beside it, unless that tells namesakes apart. */
static bool fits_any(const struct resolver *resolver, const struct candidate *candidate)
{
    const struct snapshot *snapshot = &resolver->snapshots[candidate->snapshot];
    for (uint32_t i = 0; i < candidate->row->count; i++) {
        uint32_t number = candidate->row->value + i;
        if (number >= snapshot->meaning_count ||
            snapshot->meanings[number].organisation >= snapshot->organisation_count)
            break;
        if (snapshot->meanings[number].basis != BASIS_ACRONYM &&
            place_fits(resolver, &snapshot->organisations[snapshot->meanings[number].organisation]))
            return true;
    }
    return false;
}

/* Takes what the candidate means, as far as the places allow; whether anything was taken. */
static bool take(struct resolver *resolver, struct candidate *candidate, struct pw_text text, bool whole)
{
    const struct snapshot *snapshot = &resolver->snapshots[candidate->snapshot];
    const struct phrase_word *words = resolver->phrase.words;
    int tells = whole && holds_ideographs(&resolver->phrase) ? 2 : telling(resolver, candidate);
    bool acronym = whole || (text.data && candidate->first == candidate->last &&
                             is_capital(resolver, text, candidate->first));
    bool taken = false, elsewhere = false;
    bool insists = whole && holds_plain(&resolver->phrase) && !fits_any(resolver, candidate);
    uint32_t other = 0;
    for (uint32_t i = 0; i < candidate->row->count; i++) {
        uint32_t number = candidate->row->value + i;
        if (number >= snapshot->meaning_count ||
            snapshot->meanings[number].organisation >= snapshot->organisation_count)
            break;
        const struct snapshot_meaning *meaning = &snapshot->meanings[number];
        const struct snapshot_organisation *organisation = &snapshot->organisations[meaning->organisation];
        bool fits = place_fits(resolver, organisation) || (insists && meaning->basis != BASIS_ACRONYM);
        bool supported = fits && resolver->country_count > 0 && organisation->country[0];
        if (meaning->basis > BASIS_ACRONYM) /* a damaged snapshot's */
            continue;
        if (meaning->basis == BASIS_ACRONYM ? !acronym || (!whole && !supported)
                                            : !whole && (tells == 0 || (tells == 1 && !supported)))
            continue;
        if (!fits) {
            elsewhere = true;
            other = meaning->organisation;
            continue;
        }
        const struct folded *folded = &resolver->phrase.folded;
        const struct resolved resolved = {candidate->snapshot,
                                          meaning->organisation,
                                          (enum basis)meaning->basis,
                                          (uint32_t)(candidate->row - snapshot->names.keys),
                                          whole ? folded->tokens[0].from : words[candidate->first].from,
                                          whole ? folded->tokens[folded->count - 1].to
                                                : words[candidate->last].to,
                                          candidate->first,
                                          candidate->last,
                                          supported,
                                          (tells < 2 && !supported) || is_country_name(resolver, candidate)};
        add_found(resolver, &resolved);
        taken |= meaning->basis != BASIS_ACRONYM;
    }
    if (!taken && elsewhere) {
        char why[] = "the country given is XX, not that of ";
        memcpy(strchr(why, 'X'), resolver->given, 2);
        reject(resolver, candidate, resolver->given[0] ? why : "the text names another country than that of ",
               snapshot_text(snapshot, snapshot->organisations[other].name));
    }
    return taken;
}

/* The words of a name in another order ("Moscow State Lomonosov University"), looked for only where nothing else was
 * found. */
static void take_reordered(struct resolver *resolver)
{
    const struct phrase *phrase = &resolver->phrase;
    char set[PHRASE_SET_BYTES];
    for (uint32_t first = 0; first + PHRASE_SET_LEAST <= phrase->count; first++)
        for (uint32_t last = first + 1; last < phrase->count && last < first + PHRASE_SET_MOST; last++) {
            if (phrase->words[last].before & BREAKS)
                break;
            size_t length = phrase_set(phrase, first, last, set);
            struct pw_text key = {set, length};
            uint32_t hash = snapshot_hash(SNAPSHOT_SEED, set, length);
            for (uint32_t i = 0; i < resolver->snapshot_count && length; i++) {
                const struct snapshot *snapshot = &resolver->snapshots[i];
                const struct snapshot_key *row = snapshot_find(snapshot, &snapshot->sets, hash, key);
                if (!row || row->value >= snapshot->names.key_count)
                    continue;
                struct candidate candidate = {&snapshot->names.keys[row->value], i, first, last, 0, false};
                take(resolver, &candidate, (struct pw_text){NULL, 0}, false);
                for (uint32_t k = 0; k < resolver->found_count; k++)
                    resolver->found[k].basis = BASIS_FUZZY;
            }
        }
}

static int as_printed(const void *a, const void *b)
{
    const struct resolved *left = a, *right = b;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    if (left->to != right->to)
        return left->to > right->to ? -1 : 1;
    if (left->snapshot != right->snapshot)
        return left->snapshot < right->snapshot ? -1 : 1;
    return left->organisation < right->organisation ? -1 : left->organisation > right->organisation;
}

int resolver_resolve(struct resolver *resolver, struct pw_text text, struct pw_text country, bool whole)
{
    int error = phrase_read(resolver->folding, text, &resolver->phrase);
    resolver->candidate_count = resolver->found_count = resolver->rejected_count = 0;
    resolver->full = resolver->cut = false;
    if (error || resolver->phrase.count == 0)
        return error;
    read_places(resolver, country);
    for (uint32_t first = 0; first < (whole ? 1 : resolver->phrase.count); first++)
        collect_at(resolver, first, whole);
    if (resolver->candidate_count > 1)
        qsort(resolver->candidates, resolver->candidate_count, sizeof *resolver->candidates, longest_first);
    for (uint32_t i = 0; i < resolver->candidate_count; i++) {
        struct candidate *candidate = &resolver->candidates[i];
        const struct candidate *longer = whole ? NULL : covering(resolver, candidate);
        if (longer) {
            struct pw_text key = snapshot_text(
                &resolver->snapshots[longer->snapshot],
                resolver->snapshots[longer->snapshot]
                    .organisations
                        [resolver->snapshots[longer->snapshot].meanings[longer->row->value].organisation]
                    .name);
            reject(resolver, candidate, "it is part of a longer name, that of ", key);
        } else if (!whole && begins_earlier(resolver, candidate)) {
            reject(resolver, candidate, "the name begins earlier: it is part of a longer one",
                   (struct pw_text){NULL, 0});
        } else if (!whole && goes_on(resolver, candidate)) {
            reject(resolver, candidate, "the name goes on: it is part of a longer one",
                   (struct pw_text){NULL, 0});
        } else {
            candidate->taken = take(resolver, candidate, text, whole);
        }
    }
    if (!whole && resolver->found_count == 0)
        take_reordered(resolver);
    if (resolver->found_count > 1)
        qsort(resolver->found, resolver->found_count, sizeof *resolver->found, as_printed);
    return PW_OK;
}
