/* SPDX-License-Identifier: Apache-2.0
 *
 * census.c: see census.h.
 */
#include "report/census.h"

#include <stdlib.h>
#include <string.h>
#include "json/json.h"

#define PLACES     8192u /* of the index; a power of two, far above CENSUS_MAX_ROWS */
#define FIRST_ROOM 16u   /* of a set of cases; a power of two */

const char *const column_names[COLUMN_COUNT] = {"events",   "findings",  "hits",      "asks",     "holds",
                                                "declines", "reversals", "withdrawn", "no_action"};

void census_row_release(struct census_row *row)
{
    free(row->minutes);
    free(row->cases);
    row->minutes = NULL;
    row->cases = NULL;
}

void census_release(struct census *census)
{
    for (uint32_t i = 0; i < census->count; i++) {
        census_row_release(census->rows[i]);
        free(census->rows[i]);
    }
    free(census->rows);
    free(census->places);
    *census = (struct census){0};
}

static bool is_named(const struct census_row *row, struct pw_text name)
{
    return strlen(row->name) == name.length && memcmp(row->name, name.data, name.length) == 0;
}

static struct census_row *add_row(struct census *census, struct pw_text name, uint32_t *place)
{
    struct census_row *row = calloc(1, sizeof(*row));
    if (!row) {
        census->failed = true;
        return NULL;
    }
    memcpy(row->name, name.data, name.length);
    census->rows[census->count++] = row;
    *place = census->count;
    return row;
}

struct census_row *census_row(struct census *census, struct pw_text name)
{
    if (!census->rows) {
        census->rows = calloc(CENSUS_MAX_ROWS + 1, sizeof(struct census_row *));
        census->places = calloc(PLACES, sizeof(*census->places));
    }
    if (!census->rows || !census->places) {
        census->failed = true;
        return NULL;
    }
    name = text_cut(name, CENSUS_NAME_BYTES - 1); /* two that are the same so far share a row */
    uint32_t at = (uint32_t)text_hash(TEXT_HASH_SEED, name) % PLACES;
    while (census->places[at] > 0 && !is_named(census->rows[census->places[at] - 1], name))
        at = (at + 1) % PLACES;
    if (census->places[at] > 0)
        return census->rows[census->places[at] - 1];
    struct pw_text others = PW_TEXT(CENSUS_OTHERS);
    if (census->count >= CENSUS_MAX_ROWS &&
        !(name.length == others.length && memcmp(name.data, others.data, others.length) == 0))
        return census_row(census, others);
    return add_row(census, name, &census->places[at]);
}

void census_count(struct census_row *row, enum column column, uint64_t engagement)
{
    row->cells[column].count++;
    engagements_add(&row->cells[column].engagements, engagement);
    engagements_add(&row->engagements, engagement);
}

/* ---- decided cases ------------------------------------------------------------------------------------- */

/* Cases have numbers from 1, so 0 is a free place. False: it is there already. */
static bool insert(uint64_t *cases, uint32_t room, uint64_t case_id)
{
    uint32_t at = (uint32_t)((case_id * 11400714819323198485u) >> 32) & (room - 1);
    while (cases[at] != 0 && cases[at] != case_id)
        at = (at + 1) & (room - 1);
    bool fresh = cases[at] == 0;
    cases[at] = case_id;
    return fresh;
}

/* Half of the places stay free. */
static bool make_room(struct census_row *row)
{
    if (row->decided * 2 < row->room)
        return true;
    uint32_t room = row->room ? 2 * row->room : FIRST_ROOM;
    uint64_t *cases = calloc(room, sizeof(*cases));
    uint32_t *minutes = realloc(row->minutes, room * sizeof(*minutes));
    if (minutes)
        row->minutes = minutes;
    if (!cases || !minutes) {
        free(cases);
        return false;
    }
    for (uint32_t i = 0; i < row->room; i++)
        if (row->cases[i] != 0)
            insert(cases, room, row->cases[i]);
    free(row->cases);
    row->cases = cases;
    row->room = room;
    return true;
}

bool census_case(struct census *census, struct census_row *row, uint64_t case_id, uint64_t engagement,
                 uint32_t minutes)
{
    if (!make_room(row)) {
        census->failed = true;
        return false;
    }
    if (!insert(row->cases, row->room, case_id))
        return false;
    row->minutes[row->decided++] = minutes;
    engagements_add(&row->decided_by, engagement);
    return true;
}

static int compare_minutes(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

bool census_median(struct census_row *row, uint32_t *ret_minutes)
{
    uint32_t middle = row->decided / 2;
    if (row->decided == 0)
        return false;
    qsort(row->minutes, row->decided, sizeof(*row->minutes), compare_minutes);
    *ret_minutes = row->decided % 2 == 1
                       ? row->minutes[middle]
                       : (uint32_t)(((uint64_t)row->minutes[middle - 1] + row->minutes[middle]) / 2);
    return true;
}

/* ---- what is shown ------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    const struct census_row *left = *(struct census_row *const *)a, *right = *(struct census_row *const *)b;
    return strcmp(left->name, right->name);
}

static struct figure figure_of(const struct census_row *row, enum column column)
{
    return (struct figure){.count = row->cells[column].count,
                           .engagements = row->cells[column].engagements.count,
                           .row_engagements = row->engagements.count,
                           .shown = row->cells[column].shown};
}

/* Decides on one column; `hide`: that it is hidden as a whole. False: it must be. */
static bool suppress(struct census *census, struct census_row *total, enum column column, bool hide)
{
    struct figure whole = figure_of(total, column), *figures = calloc(census->count + 1, sizeof(*figures));
    bool covered = true;
    if (!figures) {
        census->failed = true;
        return false;
    }
    for (uint32_t i = 0; i < census->count; i++)
        figures[i] = figure_of(census->rows[i], column);
    if (hide)
        suppression_hide(figures, census->count, &whole);
    else
        covered = suppression_column(figures, census->count, &whole);
    for (uint32_t i = 0; i < census->count; i++)
        census->rows[i]->cells[column].shown = figures[i].shown;
    total->cells[column].shown = whole.shown;
    free(figures);
    return covered;
}

void census_suppress(struct census *census, struct census_row *total, uint32_t *hidden)
{
    if (census->count > 0) {
        qsort(census->rows, census->count, sizeof(census->rows[0]), compare_names);
        free(census->places); /* which the order was of */
        census->places = NULL;
    }
    for (enum column column = 0; column < COLUMN_COUNT; column++)
        if (!suppress(census, total, column, false))
            *hidden |= 1u << column;
}

void census_hide(struct census *census, struct census_row *total, uint32_t hidden)
{
    for (enum column column = 0; column < COLUMN_COUNT; column++)
        if (hidden & 1u << column)
            suppress(census, total, column, true);
}
