/* SPDX-License-Identifier: Apache-2.0
 *
 * query.c: one question to the screener.
 */
#include "screener.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct asking {
    struct screener *screener;
    const struct screener_query *query;
    struct screening *answer;
    char ror[ROR_LENGTH + 1]; /* normalised; empty when none was given or it is none */
};

__attribute__((format(printf, 3, 4))) static void reject(struct asking *asking, struct pw_text words,
                                                         const char *format, ...)
{
    struct screening *answer = asking->answer;
    va_list arguments;
    if (answer->rejected_count == SCREENER_MAX_REJECTED) {
        answer->cut = true;
        return;
    }
    struct rejection *rejection = &answer->rejected[answer->rejected_count++];
    rejection->name = words;
    va_start(arguments, format);
    vsnprintf(rejection->because, sizeof rejection->because, format, arguments);
    va_end(arguments);
}

/* The first match of an entry is its strongest: ids are asked first, whole names next, longest first. */
static bool found_already(const struct screening *answer, const struct match *match)
{
    for (uint32_t i = 0; i < answer->count; i++)
        if (answer->matches[i].snapshot == match->snapshot && answer->matches[i].entry == match->entry &&
            answer->matches[i].basis <= match->basis)
            return true;
    return false;
}

static void add_match(struct asking *asking, const struct match *match, struct pw_text words)
{
    struct screening *answer = asking->answer;
    const struct snapshot *snapshot = &asking->screener->snapshots[match->snapshot];
    const struct snapshot_entry *entry = match_entry(asking->screener, match);
    struct pw_text until = snapshot_text(snapshot, entry->valid_until);
    if (found_already(answer, match))
        return;
    if (asking->query->as_of != INT64_MIN && asking->query->as_of >= entry->ends_ms) {
        reject(asking, words, "the entry was valid until %.*s", (int)until.length,
               until.data ? until.data : "");
        return;
    }
    if (answer->count == SCREENER_MAX_MATCHES)
        answer->full = true;
    else
        answer->matches[answer->count++] = *match;
}

static bool is_other_ror(const struct asking *asking, const struct snapshot_organisation *organisation)
{
    return asking->ror[0] && organisation->ror[0] && strncmp(asking->ror, organisation->ror, ROR_LENGTH) != 0;
}

/* Every entry that is about the organisation. */
static void add_entries(struct asking *asking, struct match match, uint32_t key, struct pw_text words)
{
    const struct snapshot *snapshot = &asking->screener->snapshots[match.snapshot];
    const struct snapshot_organisation *organisation = &snapshot->organisations[match.organisation];
    enum basis basis = match.basis;
    match.other_ror = is_other_ror(asking, organisation);
    for (uint32_t i = 0; i < organisation->link_count; i++) {
        uint32_t link = organisation->first_link + i;
        if (link >= snapshot->link_count || snapshot->links[link] >= snapshot->entry_count)
            break;
        match.entry = snapshot->links[link];
        match.basis = basis == BASIS_ALIAS || basis == BASIS_NAME
                          ? (snapshot->entries[match.entry].name_key == key ? BASIS_NAME : BASIS_ALIAS)
                          : basis;
        add_match(asking, &match, words);
    }
}

static void add_organisation(struct screening *answer, const struct resolved *organisation)
{
    if (answer->organisation_count < RESOLVER_MAX_FOUND)
        answer->organisations[answer->organisation_count++] = *organisation;
    else
        answer->cut = true;
}

/* Entries about the parents and parts of an organisation, those of one relative once. */
static void add_relatives(struct asking *asking, const struct resolved *found, enum field field)
{
    struct screening *answer = asking->answer;
    const struct snapshot *snapshot = &asking->screener->snapshots[found->snapshot];
    const struct snapshot_organisation *organisation = &snapshot->organisations[found->organisation];
    for (uint32_t i = 0; i < organisation->relation_count; i++) {
        uint32_t at = organisation->first_relation + i;
        if (at >= snapshot->relation_count ||
            snapshot->relations[at].relative >= snapshot->organisation_count ||
            snapshot->relations[at].kind >= RELATION_COUNT)
            return;
        const struct snapshot_organisation *relative =
            &snapshot->organisations[snapshot->relations[at].relative];
        uint32_t link = relative->first_link;
        if (!relative->link_count || link >= snapshot->link_count ||
            snapshot->links[link] >= snapshot->entry_count)
            continue;
        if (answer->related_count == SCREENER_MAX_RELATED) {
            answer->cut = true;
            return;
        }
        answer->related[answer->related_count++] =
            (struct related){.snapshot = found->snapshot,
                             .organisation = found->organisation,
                             .relative = snapshot->relations[at].relative,
                             .entry = snapshot->links[link],
                             .kind = snapshot->relations[at].kind,
                             .field = field,
                             .from = found->from,
                             .to = found->to};
    }
}

static void ask_ror(struct asking *asking)
{
    struct pw_text ror = asking->query->ror;
    struct screener *screener = asking->screener;
    if (ror.length == 0)
        return;
    if (ror_read(ror, asking->ror)) {
        asking->ror[0] = 0;
        reject(asking, ror, "not a ROR id");
        return;
    }
    struct pw_text key = {asking->ror, ROR_LENGTH};
    uint32_t hash = snapshot_hash(SNAPSHOT_SEED, key.data, key.length);
    for (uint32_t i = 0; i < screener->snapshot_count; i++) {
        const struct snapshot_key *row =
            snapshot_find(&screener->snapshots[i], &screener->snapshots[i].ids, hash, key);
        if (!row || row->value >= screener->snapshots[i].organisation_count)
            continue;
        struct match match = {.snapshot = i,
                              .organisation = row->value,
                              .basis = BASIS_ID,
                              .field = FIELD_ROR,
                              .to = (uint32_t)ror.length};
        const struct resolved named = {.snapshot = i, .organisation = row->value, .basis = BASIS_ID};
        add_organisation(asking->answer, &named);
        add_relatives(asking, &named, FIELD_ROR);
        add_entries(asking, match, SNAPSHOT_NONE, ror);
    }
}

/* An abbreviation carries a policy only where the sentence speaks of nobody else, of its country, and of one bearer. */
static bool is_weak(const struct resolver *resolver, const struct resolved *found, enum field field)
{
    if (found->basis != BASIS_ACRONYM && found->unsure)
        return true;
    if (found->basis != BASIS_ACRONYM)
        return false; /* a name's words in another order are all there, and nobody else's */
    if (field == FIELD_NAME || !found->supported)
        return true;
    for (uint32_t i = 0; i < resolver->found_count; i++) {
        const struct resolved *other = &resolver->found[i];
        if (other != found && (other->basis != BASIS_ACRONYM || other->first == found->first))
            return true;
    }
    return false;
}

static bool was_named(const struct screening *answer, const struct resolved *found)
{
    for (uint32_t i = 0; i < answer->organisation_count; i++)
        if (answer->organisations[i].snapshot == found->snapshot &&
            answer->organisations[i].organisation == found->organisation)
            return true;
    return false;
}

/* An abbreviation that a stated id or country gives to somebody else. */
static bool abbreviation_of_another(struct asking *asking, const struct resolved *found, struct pw_text words)
{
    const struct snapshot *snapshot = &asking->screener->snapshots[found->snapshot];
    const struct snapshot_organisation *organisation = &snapshot->organisations[found->organisation];
    struct pw_text name = snapshot_text(snapshot, organisation->name);
    if (found->basis != BASIS_ACRONYM || !is_other_ror(asking, organisation))
        return false;
    reject(asking, words, "an abbreviation of %.*s, but the ROR id %s is another institution's",
           (int)(name.length > 64 ? 64 : name.length), name.data ? name.data : "", asking->ror);
    return true;
}

static int ask_text(struct asking *asking, struct pw_text text, enum field field)
{
    struct resolver *resolver = &asking->screener->resolver;
    struct screening *answer = asking->answer;
    int error = resolver_resolve(resolver, text, asking->query->country, field == FIELD_NAME);
    if (error)
        return error;
    answer->full |= resolver->full;
    answer->cut |= resolver->cut;
    for (uint32_t i = 0; i < resolver->found_count; i++) {
        const struct resolved *found = &resolver->found[i];
        struct pw_text words = {text.data + found->from, found->to - found->from};
        if (abbreviation_of_another(asking, found, words))
            continue;
        if (!was_named(answer, found)) {
            add_organisation(answer, found);
            add_relatives(asking, found, field);
        }
        struct match match = {.snapshot = found->snapshot,
                              .organisation = found->organisation,
                              .basis = found->basis,
                              .field = field,
                              .from = found->from,
                              .to = found->to,
                              .weak = is_weak(resolver, found, field)};
        add_entries(asking, match, found->key, words);
    }
    for (uint32_t i = 0; i < resolver->rejected_count; i++) {
        const struct resolver_rejection *rejection = &resolver->rejected[i];
        reject(asking, (struct pw_text){text.data + rejection->from, rejection->to - rejection->from}, "%s",
               rejection->because);
    }
    return PW_OK;
}

int screener_screen(struct screener *screener, const struct screener_query *query,
                    struct screening *ret_screening)
{
    struct screening *answer = ret_screening;
    answer->count = answer->rejected_count = answer->organisation_count = answer->related_count = 0;
    answer->full = answer->cut = false;
    struct asking asking = {.screener = screener, .query = query, .answer = answer};
    ask_ror(&asking);
    int error = query->name.length > 0 ? ask_text(&asking, query->name, FIELD_NAME) : PW_OK;
    if (!error && query->sentence.length > 0)
        error = ask_text(&asking, query->sentence, FIELD_SENTENCE);
    return error;
}
