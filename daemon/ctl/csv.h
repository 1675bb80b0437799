/* SPDX-License-Identifier: Apache-2.0
 *
 * csv.h: rows of a CSV file (RFC 4180: quoted fields, doubled quotes, line ends inside quotes; any
 * delimiter).
 */
#ifndef PATHWAYD_CTL_CSV_H
#define PATHWAYD_CTL_CSV_H

#include "ctl/source.h"
#include "json/buffer.h"

#define CSV_MAX_FIELDS 512u /* columns; more is not an export but a mistaken delimiter */

struct csv {
    char delimiter;
    uint64_t line; /* of the row last read, from 1 */
    uint64_t next_line;
    uint64_t row; /* number of the row last read, from 1, the header counted */
    uint32_t count;
    struct pw_text fields[CSV_MAX_FIELDS]; /* live until the next row */
    struct buffer arena;
    char error[256];
};

void csv_release(struct csv *csv);

/* 1: a row; 0: fill the source first (or it ended); PW_ERROR_INVALID: this row is bad, csv->error says why,
 * and the next call goes on behind it; PW_ERROR_LIMIT: it cannot go on. */
int csv_row(struct csv *csv, struct source *source);

#endif
