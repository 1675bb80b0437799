/* SPDX-License-Identifier: Apache-2.0
 *
 * emission.c: see emission.h.
 */
#include "emission.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void emission_begin(struct emission *emission, int64_t as_of, int64_t max_age_ms)
{
    emission->values.length = 0;
    emission->values.failed = false;
    emission->count = 0;
    emission->terms = (struct answer_terms){as_of, max_age_ms};
}

/* Reportable first, then what the list forbids, then the closest tie, then the better basis. */
static uint32_t strength_of(const struct screener *screener, const struct match *match)
{
    const struct listing_entry *entry = screener->entries[match->entry].entry;
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

static int collect(struct emission *emission, const struct screener *screener,
                   const struct screener_query *query, const struct match *match, const char *pointer)
{
    const struct pw_text fields[] = {
        [FIELD_NAME] = query->name, [FIELD_ROR] = query->ror, [FIELD_SENTENCE] = query->sentence};
    char place[EMISSION_POINTER_BYTES + 8];
    snprintf(place, sizeof place, "%s%s", pointer, field_names[match->field]);
    struct pending *pending = add_pending(emission);
    if (!pending)
        return PW_ERROR_MEMORY;
    pending->from = emission->values.length;
    answer_fact(&emission->values, screener, match, &emission->terms, fields[match->field],
                (struct pw_text){place, strlen(place)});
    if (emission->values.failed)
        return PW_ERROR_MEMORY;
    pending->length = emission->values.length - pending->from;
    pending->strength = strength_of(screener, match);
    pending->kept = true;
    snprintf(pending->pointer, sizeof pending->pointer, "%s", pointer);
    return PW_OK;
}

int emission_screen(struct emission *emission, struct screener *screener, const struct screener_query *query,
                    const char *pointer)
{
    struct screening screening;
    int error = screener_screen(screener, query, &screening);
    for (uint32_t i = 0; i < screening.count && !error; i++)
        error = collect(emission, screener, query, &screening.matches[i], pointer);
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

static int trim(struct emission *emission)
{
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
        bytes += sorted[i]->length;
        sorted[i]->kept = i < EMISSION_MAX_FACTS && bytes <= EMISSION_MAX_BYTES;
    }
    free(sorted);
    return PW_OK;
}

int emission_end(struct emission *emission, const struct pw_host *host)
{
    int error = trim(emission);
    for (uint32_t i = 0; i < emission->count && !error; i++) {
        const struct pending *pending = &emission->pending[i];
        struct pw_fact fact = {
            .struct_size = sizeof fact,
            .fact = PW_TEXT("list.match"),
            .pointer = {pending->pointer, strlen(pending->pointer)},
            .value = {emission->values.data + pending->from, pending->length},
        };
        if (pending->kept)
            error = host->emit_fact(host, &fact);
    }
    return error;
}

void emission_release(struct emission *emission)
{
    free(emission->pending);
    answer_release(&emission->values);
    *emission = (struct emission){0};
}
