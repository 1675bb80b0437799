/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.c: see answer.h.
 */
#include "answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

/* The matched words of a fact are clipped here: 250 facts of hostile bytes must fit the host's 256 KiB, and
 * the span says where the rest is. */
#define MAX_WORDS 160u

static void put(struct answer *answer, const char *bytes, size_t length)
{
    if (answer->failed || length == 0)
        return;
    if (answer->length + length > answer->capacity) {
        size_t capacity = 2 * answer->capacity + length + 256;
        char *grown = realloc(answer->data, capacity);
        if (!grown) {
            answer->failed = true;
            return;
        }
        answer->data = grown;
        answer->capacity = capacity;
    }
    memcpy(answer->data + answer->length, bytes, length);
    answer->length += length;
}

static void put_string(struct answer *answer, const char *string)
{
    put(answer, string, strlen(string));
}

/* Printable ASCII passes in runs; the rest is decoded, and what is not UTF-8, or a NUL, becomes U+FFFD. */
static void put_quoted(struct answer *answer, struct pw_text text)
{
    const uint8_t *bytes = (const uint8_t *)text.data;
    int32_t length = (int32_t)text.length;
    put(answer, "\"", 1);
    for (int32_t i = 0; i < length;) {
        int32_t from = i;
        UChar32 c;
        U8_NEXT(bytes, i, length, c);
        char escape[8];
        if (c <= 0) {
            put_string(answer, "\xEF\xBF\xBD");
        } else if (c == '"' || c == '\\') {
            put(answer, "\\", 1);
            put(answer, text.data + from, 1);
        } else if (c < 0x20 || c == 0x7f) {
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)c);
            put_string(answer, escape);
        } else {
            put(answer, text.data + from, (size_t)(i - from));
        }
    }
    put(answer, "\"", 1);
}

/* A comma where one is needed: a value or member follows everything but an opening bracket or a colon. */
static void put_comma(struct answer *answer)
{
    char last = answer->length > 0 ? answer->data[answer->length - 1] : '{';
    if (!answer->failed && last != '{' && last != '[' && last != ':')
        put(answer, ",", 1);
}

static void put_key(struct answer *answer, const char *key)
{
    put_comma(answer);
    put(answer, "\"", 1);
    put_string(answer, key);
    put(answer, "\":", 2);
}

static void member(struct answer *answer, const char *key, struct pw_text text)
{
    put_key(answer, key);
    put_quoted(answer, text);
}

static void member_string(struct answer *answer, const char *key, const char *string)
{
    member(answer, key, (struct pw_text){string, strlen(string)});
}

static void member_raw(struct answer *answer, const char *key, const char *json)
{
    put_key(answer, key);
    put_string(answer, json);
}

static void member_span(struct answer *answer, uint32_t from, uint32_t to)
{
    char span[32];
    snprintf(span, sizeof span, "[%u,%u]", from, to);
    member_raw(answer, "span", span);
}

bool answer_stale(int64_t snapshot_ms, const struct answer_terms *terms)
{
    int64_t best_before; /* a damaged snapshot may be of any instant */
    return terms->as_of != INT64_MIN &&
           !__builtin_add_overflow(snapshot_ms, terms->max_age_ms, &best_before) &&
           terms->as_of > best_before;
}

static const struct snapshot_source *source_of(const struct screener *screener, const struct match *match)
{
    static const struct snapshot_source none;
    const struct snapshot *snapshot = &screener->snapshots[match->snapshot];
    uint32_t source = match_entry(screener, match)->source;
    return source < snapshot->source_count ? &snapshot->sources[source] : &none;
}

/* The members that facts and screenings share, in the contract's order. */
static void put_match(struct answer *answer, const struct screener *screener, const struct match *match)
{
    const struct snapshot *snapshot = &screener->snapshots[match->snapshot];
    const struct snapshot_entry *entry = match_entry(screener, match);
    const struct snapshot_source *source = source_of(screener, match);
    member(answer, "source", snapshot_text(snapshot, source->name));
    member(answer, "list", snapshot_text(snapshot, entry->list));
    member(answer, "entry", snapshot_text(snapshot, entry->id));
    member(answer, "entry_name", snapshot_text(snapshot, entry->name));
    member_string(answer, "category",
                  category_names[entry->category < CATEGORY_COUNT ? entry->category : CATEGORY_OTHER]);
    member_string(answer, "effect",
                  effect_names[entry->effect < EFFECT_COUNT ? entry->effect : EFFECT_INFORMS]);
    member_string(answer, "basis", basis_names[match->basis]);
    member_span(answer, match->from, match->to);
    member(answer, "snapshot", snapshot_text(snapshot, source->snapshot));
    member_raw(answer, "reportable", match_reportable(match) ? "true" : "false");
}

static void put_note(struct answer *answer, const struct match *match, const struct answer_terms *terms)
{
    static const char other_ror[] = "The ROR id given is not one of this entry's: verify which is meant.";
    static const char full[] = "More is named there than can be screened at once: read all of it.";
    char note[sizeof other_ror + sizeof full];
    snprintf(note, sizeof note, "%s%s%s", match->other_ror ? other_ror : "",
             match->other_ror && terms->full ? " " : "", terms->full ? full : "");
    if (note[0])
        member_string(answer, "note", note);
}

/* At most MAX_WORDS bytes, never half a character. */
static struct pw_text clip(struct pw_text words)
{
    if (words.length <= MAX_WORDS)
        return words;
    size_t end = MAX_WORDS;
    while (end > 0 && ((unsigned char)words.data[end] & 0xC0) == 0x80)
        end--;
    return (struct pw_text){words.data, end};
}

void answer_fact(struct answer *answer, const struct screener *screener, const struct match *match,
                 const struct answer_terms *terms, struct pw_text words, struct pw_text pointer)
{
    put_string(answer, "{");
    put_match(answer, screener, match);
    member(answer, "text", clip((struct pw_text){words.data + match->from, match->to - match->from}));
    member(answer, "pointer", pointer);
    if (answer_stale(source_of(screener, match)->snapshot_ms, terms))
        member_raw(answer, "stale", "true");
    put_note(answer, match, terms);
    put_string(answer, "}");
}

void answer_related(struct answer *answer, const struct screener *screener, const struct related *related)
{
    const struct snapshot *snapshot = &screener->snapshots[related->snapshot];
    const struct match match = {.snapshot = related->snapshot, .entry = related->entry};
    const struct snapshot_entry *entry = match_entry(screener, &match);
    put_string(answer, "{");
    member(answer, "source", snapshot_text(snapshot, source_of(screener, &match)->name));
    member(answer, "list", snapshot_text(snapshot, entry->list));
    member(answer, "entry", snapshot_text(snapshot, entry->id));
    member(answer, "entry_name", snapshot_text(snapshot, entry->name));
    member_string(answer, "relation", relation_names[related->kind]);
    member(answer, "of", snapshot_text(snapshot, snapshot->organisations[related->organisation].name));
    member(answer, "snapshot", snapshot_text(snapshot, source_of(screener, &match)->snapshot));
    put_string(answer, "}");
}

/* The match as the query's reader sees it: a ROR id is given beside the query, so no part of it matched. */
static struct match in_query(const struct match *match)
{
    struct match shown = *match;
    if (shown.field == FIELD_ROR)
        shown.from = shown.to = 0;
    return shown;
}

/* One institution may stand in several snapshots: the first speaks for all of the same ROR id or, without one, name. */
static bool said_before(const struct screener *screener, const struct screening *screening, uint32_t index)
{
    const struct resolved *resolved = &screening->organisations[index];
    const struct snapshot *snapshot = &screener->snapshots[resolved->snapshot];
    const struct snapshot_organisation *organisation = &snapshot->organisations[resolved->organisation];
    struct pw_text name = snapshot_text(snapshot, organisation->name);
    for (uint32_t i = 0; i < index; i++) {
        const struct resolved *before = &screening->organisations[i];
        const struct snapshot *other = &screener->snapshots[before->snapshot];
        const struct snapshot_organisation *known = &other->organisations[before->organisation];
        struct pw_text known_name = snapshot_text(other, known->name);
        if (organisation->ror[0] && known->ror[0] ? memcmp(organisation->ror, known->ror, ROR_LENGTH) == 0
                                                  : name.length == known_name.length && name.length &&
                                                        memcmp(name.data, known_name.data, name.length) == 0)
            return true;
    }
    return false;
}

static void put_organisation(struct answer *answer, const struct screener *screener,
                             const struct resolved *resolved)
{
    const struct snapshot *snapshot = &screener->snapshots[resolved->snapshot];
    const struct snapshot_organisation *organisation = &snapshot->organisations[resolved->organisation];
    char ror[sizeof "https://ror.org/" + ROR_LENGTH];
    put_comma(answer);
    put_string(answer, "{");
    snprintf(ror, sizeof ror, "https://ror.org/%.*s", (int)ROR_LENGTH, organisation->ror);
    if (organisation->ror[0])
        member_string(answer, "ror", ror);
    else
        member_raw(answer, "ror", "null");
    member(answer, "name", snapshot_text(snapshot, organisation->name));
    if (organisation->country[0])
        member(answer, "country", (struct pw_text){organisation->country, 2});
    else
        member_raw(answer, "country", "null");
    member_string(answer, "basis", basis_names[resolved->basis]);
    member_span(answer, resolved->from, resolved->to);
    put_string(answer, "}");
}

static void put_organisations(struct answer *answer, const struct screener *screener,
                              const struct screening *screening)
{
    put_key(answer, "organisations");
    put_string(answer, "[");
    for (uint32_t i = 0; i < screening->organisation_count; i++)
        if (!said_before(screener, screening, i))
            put_organisation(answer, screener, &screening->organisations[i]);
    put_string(answer, "]");
}

static void put_matches(struct answer *answer, const struct screener *screener,
                        const struct screening *screening)
{
    put_key(answer, "matches");
    put_string(answer, "[");
    for (uint32_t i = 0; i < screening->count; i++) {
        struct match match = in_query(&screening->matches[i]);
        put_comma(answer);
        put_string(answer, "{");
        put_match(answer, screener, &match);
        put_string(answer, "}");
    }
    put_string(answer, "]");
}

void answer_screening(struct answer *answer, const struct screener *screener, struct pw_text query,
                      const struct screening *screening)
{
    put_string(answer, "{");
    member(answer, "query", query);
    put_organisations(answer, screener, screening);
    put_matches(answer, screener, screening);
    if (screening->related_count) {
        put_key(answer, "related");
        put_string(answer, "[");
        for (uint32_t i = 0; i < screening->related_count; i++) {
            put_comma(answer);
            answer_related(answer, screener, &screening->related[i]);
        }
        put_string(answer, "]");
    }
    put_key(answer, "rejected");
    put_string(answer, "[");
    for (uint32_t i = 0; i < screening->rejected_count; i++) {
        put_comma(answer);
        put_string(answer, "{");
        member(answer, "name", clip(screening->rejected[i].name));
        member_string(answer, "because", screening->rejected[i].because);
        put_string(answer, "}");
    }
    put_string(answer, "]");
    if (screening->full || screening->cut)
        member_raw(answer, "full", "true");
    put_string(answer, "}");
}

void answer_open(struct answer *answer, char bracket)
{
    put_comma(answer);
    put(answer, &bracket, 1);
}

void answer_close(struct answer *answer, char bracket)
{
    put(answer, &bracket, 1);
}

void answer_key(struct answer *answer, const char *key)
{
    put_key(answer, key);
}

void answer_text(struct answer *answer, struct pw_text text)
{
    put_comma(answer);
    put_quoted(answer, text);
}

void answer_raw(struct answer *answer, const char *json)
{
    put_string(answer, json);
}

void answer_release(struct answer *answer)
{
    free(answer->data);
    *answer = (struct answer){0};
}
