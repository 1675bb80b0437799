/* SPDX-License-Identifier: Apache-2.0
 *
 * emission.c: see emission.h.
 */
#include "emission.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void emission_begin(struct emission *emission, int64_t as_of, int64_t max_age_ms)
{
    emission->values.length = 0;
    emission->values.failed = false;
    emission->count = 0;
    emission->full = emission->shows = false;
    emission->terms = (struct answer_terms){as_of, max_age_ms, false};
}

/* Reportable first, then what the list forbids, then the closest tie, then the better basis. */
static uint32_t strength_of(const struct screener *screener, const struct match *match)
{
    const struct snapshot_entry *entry = match_entry(screener, match);
    uint32_t strength = match_reportable(match) ? 1 : 0;
    strength = strength * EFFECT_COUNT + entry->effect;
    strength = strength * CATEGORY_COUNT + (CATEGORY_COUNT - 1 - entry->category);
    return strength * BASIS_COUNT + (BASIS_COUNT - 1 - match->basis);
}

static struct pending *add_pending(struct emission *emission)
{
    if (emission->count == EMISSION_MAX_PENDING)
        return NULL;
    if (emission->count == emission->capacity) {
        uint32_t capacity = 2 * emission->capacity + 16;
        struct pending *grown = realloc(emission->pending, capacity * sizeof *grown);
        if (!grown)
            return NULL;
        emission->pending = grown;
        emission->capacity = capacity;
    }
    return &emission->pending[emission->count++];
}

static const char *const field_names[] = {
    [FIELD_NAME] = "/name", [FIELD_ROR] = "/ror", [FIELD_SENTENCE] = ""};

/* A fact whose value is what stands in `values` from `from` on. */
static int add_fact(struct emission *emission, const char *fact, size_t from, uint32_t strength,
                    const char *pointer)
{
    struct pending *pending = emission->values.failed ? NULL : add_pending(emission);
    if (!pending)
        return PW_ERROR_MEMORY;
    *pending = (struct pending){.fact = fact,
                                .from = from,
                                .length = emission->values.length - from,
                                .strength = strength,
                                .kept = true};
    snprintf(pending->pointer, sizeof pending->pointer, "%s", pointer);
    return PW_OK;
}

static int collect(struct emission *emission, const struct screener *screener,
                   const struct screener_query *query, const struct match *match, const char *pointer)
{
    const struct pw_text fields[] = {
        [FIELD_NAME] = query->name, [FIELD_ROR] = query->ror, [FIELD_SENTENCE] = query->sentence};
    char place[EMISSION_POINTER_BYTES + 8];
    size_t from = emission->values.length;
    snprintf(place, sizeof place, "%s%s", pointer, field_names[match->field]);
    answer_fact(&emission->values, screener, match, &emission->terms, fields[match->field],
                (struct pw_text){place, strlen(place)});
    return add_fact(emission, "list.match", from, strength_of(screener, match), pointer);
}

/* Weaker than any match: the first to go where there is no room. */
static int collect_related(struct emission *emission, const struct screener *screener,
                           const struct related *related, const char *pointer)
{
    size_t from = emission->values.length;
    answer_related(&emission->values, screener, related);
    return add_fact(emission, "list.related", from, 0, pointer);
}

int emission_screen(struct emission *emission, struct screener *screener, const struct screener_query *query,
                    const char *pointer)
{
    struct screening screening;
    int error = screener_screen(screener, query, &screening);
    emission->terms.full = screening.full;
    emission->full |= screening.full;
    for (uint32_t i = 0; i < screening.count && !error; i++) {
        error = collect(emission, screener, query, &screening.matches[i], pointer);
        emission->shows |= match_reportable(&screening.matches[i]);
    }
    for (uint32_t i = 0; i < screening.related_count && !error; i++)
        error = collect_related(emission, screener, &screening.related[i], pointer);
    return error;
}

/* Strongest first; among equals the earlier. */
static int by_strength(const void *a, const void *b)
{
    const struct pending *left = *(const struct pending *const *)a;
    const struct pending *right = *(const struct pending *const *)b;
    if (left->strength != right->strength)
        return left->strength > right->strength ? -1 : 1;
    return left < right ? -1 : left > right;
}

/* *ret_left: how many are left out. */
static int trim(struct emission *emission, uint32_t *ret_left)
{
    *ret_left = 0;
    if (emission->count <= EMISSION_MAX_FACTS && emission->values.length <= EMISSION_MAX_BYTES)
        return PW_OK;
    struct pending **sorted = calloc(emission->count, sizeof *sorted);
    if (!sorted)
        return PW_ERROR_MEMORY;
    for (uint32_t i = 0; i < emission->count; i++)
        sorted[i] = &emission->pending[i];
    qsort(sorted, emission->count, sizeof *sorted, by_strength);
    size_t bytes = 0;
    for (uint32_t i = 0; i < emission->count; i++) {
        sorted[i]->kept =
            i - *ret_left < EMISSION_MAX_FACTS && bytes + sorted[i]->length <= EMISSION_MAX_BYTES;
        bytes += sorted[i]->kept ? sorted[i]->length : 0;
        *ret_left += !sorted[i]->kept;
    }
    free(sorted);
    return PW_OK;
}

static int hand_over(const struct pw_host *host, const struct pending *pending, struct pw_text value)
{
    const struct pw_fact fact = {
        .struct_size = sizeof fact,
        .fact = PW_TEXT("list.match"),
        .pointer = {pending->pointer, strlen(pending->pointer)},
        .value = value,
    };
    return host->emit_fact(host, &fact);
}

/* The last fact, with what had no room beside it. */
static int hand_over_last(const struct pw_host *host, const struct pending *pending, struct pw_text value,
                          uint32_t left)
{
    char *last = NULL;
    int length = asprintf(&last, "%.*s,\"left_out\":%" PRIu32 "}", (int)value.length - 1, value.data, left);
    if (length < 0)
        return PW_ERROR_MEMORY;
    int error = hand_over(host, pending, (struct pw_text){last, (size_t)length});
    free(last);
    return error;
}

int emission_end(struct emission *emission, const struct pw_host *host)
{
    uint32_t left = 0, last = 0;
    int error = emission->full && !emission->shows ? PW_ERROR_LIMIT : trim(emission, &left);
    for (uint32_t i = 0; i < emission->count; i++)
        last = emission->pending[i].kept ? i : last;
    for (uint32_t i = 0; i < emission->count && !error; i++) {
        const struct pending *pending = &emission->pending[i];
        struct pw_text value = {emission->values.data + pending->from, pending->length};
        if (pending->kept)
            error = left && i == last ? hand_over_last(host, pending, value, left)
                                      : hand_over(host, pending, value);
    }
    return error;
}

void emission_release(struct emission *emission)
{
    free(emission->pending);
    answer_release(&emission->values);
    *emission = (struct emission){0};
}
