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

static void member_span(struct answer *answer, const struct match *match)
{
    char span[32];
    snprintf(span, sizeof span, "[%u,%u]", match->from, match->to);
    member_raw(answer, "span", span);
}

bool answer_stale(const struct listing *listing, const struct answer_terms *terms)
{
    /* as_of may be any instant an event can name: no subtraction that could overflow. */
    return terms->as_of != INT64_MIN && terms->as_of > listing->snapshot_ms + terms->max_age_ms;
}

/* The members that facts and screenings share, in the contract's order. */
static void put_match(struct answer *answer, const struct screener *screener, const struct match *match)
{
    const struct screener_entry *at = &screener->entries[match->entry];
    member(answer, "source", at->listing->source);
    member(answer, "list", at->entry->list);
    member(answer, "entry", at->entry->id);
    member(answer, "entry_name", at->entry->name);
    member_string(answer, "category", category_names[at->entry->category]);
    member_string(answer, "effect", effect_names[at->entry->effect]);
    member_string(answer, "basis", basis_names[match->basis]);
    member_span(answer, match);
    member(answer, "snapshot", at->listing->snapshot);
    member_raw(answer, "reportable", match_reportable(match) ? "true" : "false");
}

/* The match as the query's reader sees it: a ROR id is given beside the query, so no part of it matched. */
static struct match in_query(const struct match *match)
{
    struct match shown = *match;
    if (shown.field == FIELD_ROR)
        shown.from = shown.to = 0;
    return shown;
}

static void put_note(struct answer *answer, const struct match *match)
{
    if (match->other_ror)
        member_string(answer, "note", "The ROR id given is not one of this entry's: verify which is meant.");
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
    if (answer_stale(screener->entries[match->entry].listing, terms))
        member_raw(answer, "stale", "true");
    put_note(answer, match);
    put_string(answer, "}");
}

/* The first match of an institution speaks for it: same ROR id, or, without one, same name. */
static bool said_before(const struct screener *screener, const struct screening *screening, uint32_t index)
{
    const struct listing_entry *entry = screener->entries[screening->matches[index].entry].entry;
    for (uint32_t i = 0; i < index; i++) {
        const struct listing_entry *other = screener->entries[screening->matches[i].entry].entry;
        bool same = entry->ror_count > 0 && other->ror_count > 0
                        ? strcmp(entry->rors[0], other->rors[0]) == 0
                        : entry->name.length == other->name.length &&
                              memcmp(entry->name.data, other->name.data, entry->name.length) == 0;
        if (same)
            return true;
    }
    return false;
}

static void put_organisation(struct answer *answer, const struct listing_entry *entry,
                             const struct match *match)
{
    char ror[sizeof "https://ror.org/" + ROR_LENGTH];
    put_comma(answer);
    put_string(answer, "{");
    if (entry->ror_count > 0) {
        snprintf(ror, sizeof ror, "https://ror.org/%s", entry->rors[0]);
        member_string(answer, "ror", ror);
    } else {
        member_raw(answer, "ror", "null");
    }
    member(answer, "name", entry->name);
    if (entry->country.length > 0)
        member(answer, "country", entry->country);
    else
        member_raw(answer, "country", "null");
    member_string(answer, "basis", basis_names[match->basis]);
    member_span(answer, match);
    put_string(answer, "}");
}

static void put_organisations(struct answer *answer, const struct screener *screener,
                              const struct screening *screening)
{
    put_key(answer, "organisations");
    put_string(answer, "[");
    for (uint32_t i = 0; i < screening->count; i++) {
        struct match match = in_query(&screening->matches[i]);
        if (!said_before(screener, screening, i))
            put_organisation(answer, screener->entries[match.entry].entry, &match);
    }
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
    put_key(answer, "rejected");
    put_string(answer, "[");
    for (uint32_t i = 0; i < screening->rejected_count; i++) {
        put_comma(answer);
        put_string(answer, "{");
        member(answer, "name", clip(screening->rejected[i].name));
        member_string(answer, "because", screening->rejected[i].because);
        put_string(answer, "}");
    }
    put_string(answer, "]}");
}

void answer_release(struct answer *answer)
{
    free(answer->data);
    *answer = (struct answer){0};
}
