/* SPDX-License-Identifier: Apache-2.0
 *
 * suppression.h: which figures of a table may be shown, so that it tells of rules and not of single engagements.
 *
 * The rule, column by column:
 *   1. A figure that comes from 1 to 4 engagements is small, and so is every figure of a row that does.
 *   2. Where a column has small figures and a total, its smallest other figure of 6 or more is a cover: hidden as well. The
 *      total then gives no more than the sum of both: a cover is at least 5, this one is more, so the small figure
 *      beside it may be one more than it is.
 *   3. Where there is no such figure, the column is hidden as a whole, total included.
 * A column that is nothing but zeros hides nothing.
 */
#ifndef PATHWAYD_REPORT_SUPPRESSION_H
#define PATHWAYD_REPORT_SUPPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUPPRESSION_LEAST 5u                      /* engagements that a figure must come from */
#define SUPPRESSION_COVER (SUPPRESSION_LEAST + 1) /* a cover's least figure */

enum shown { SHOWN, SHOWN_AS_SMALL, SHOWN_AS_COVER };

/* A figure of a column. Engagements are counted up to SUPPRESSION_LEAST. */
struct figure {
    uint64_t count;
    uint32_t engagements;     /* that it comes from */
    uint32_t row_engagements; /* that its row comes from */
    enum shown shown;         /* out */
};

/* Rules 1 and 2. False: there is no cover, and the column must be hidden, here and wherever its total stands. */
bool suppression_column(struct figure *figures, size_t count, struct figure *total);

/* Rule 3, for a column of one table. */
void suppression_hide(struct figure *figures, size_t count, struct figure *total);

/* The distinct engagements of a figure, as many as matter. A zeroed one is empty. */
struct engagements {
    uint64_t hashes[SUPPRESSION_LEAST];
    uint32_t count; /* SUPPRESSION_LEAST: that many or more */
};
void engagements_add(struct engagements *engagements, uint64_t hash);

#endif
