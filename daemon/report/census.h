/* SPDX-License-Identifier: Apache-2.0
 *
 * census.h: one table of the report: a row for each pathway, rule, unit or country, and what was counted for it.
 *
 * Memory: some 700 bytes a row, CENSUS_MAX_ROWS of them at most; further names share the last row. Besides, some bytes
 * for each decided case of a row.
 */
#ifndef PATHWAYD_REPORT_CENSUS_H
#define PATHWAYD_REPORT_CENSUS_H

#include <pathwayd/text.h>
#include "report/suppression.h"

#define CENSUS_MAX_ROWS   2000u /* a university has some hundred units, and the world some 250 countries */
#define CENSUS_NAME_BYTES 200u
#define CENSUS_OTHERS     "(others)"

enum column {
    COLUMN_EVENTS,
    COLUMN_FINDINGS,
    COLUMN_HITS,
    COLUMN_ASKS,
    COLUMN_HOLDS,
    COLUMN_DECLINES,
    COLUMN_REVERSALS,
    COLUMN_WITHDRAWN,
    COLUMN_NO_ACTION,
    COLUMN_COUNT
};
extern const char *const column_names[COLUMN_COUNT]; /* "events" …, as in JSON */

struct census_row {
    char name[CENSUS_NAME_BYTES];
    struct engagements engagements, decided_by; /* decided_by: those of the decided cases */
    struct {
        uint64_t count;
        struct engagements engagements;
        enum shown shown; /* set by census_suppress */
    } cells[COLUMN_COUNT];
    uint32_t *minutes; /* to the decision, of each decided case */
    uint64_t *cases;   /* a hash set of the decided cases: each counts once */
    uint32_t decided, room;
};

struct census {
    struct census_row **rows; /* sorted by census_suppress */
    uint32_t count;
    uint32_t *places; /* of names: a hash index */
    bool failed;      /* out of memory; looked at once at the end */
};

void census_release(struct census *census);
void census_row_release(struct census_row *row);

/* The row of that name, made when it is new; NULL: out of memory. */
struct census_row *census_row(struct census *census, struct pw_text name);

/* One more of it, from an engagement. */
void census_count(struct census_row *row, enum column column, uint64_t engagement);

/* A decided case of the row: true when it has not been counted yet. */
bool census_case(struct census *census, struct census_row *row, uint64_t case_id, uint64_t engagement,
                 uint32_t minutes);

/* Median of the minutes. False: no case is decided. */
bool census_median(struct census_row *row, uint32_t *ret_minutes);

/* Sorts the rows by name and decides what is shown. `hidden` gets the columns, as bits, that must be hidden wherever
 * their total stands. */
void census_suppress(struct census *census, struct census_row *total, uint32_t *hidden);
void census_hide(struct census *census, struct census_row *total, uint32_t hidden);

#endif
