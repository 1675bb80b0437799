/* SPDX-License-Identifier: Apache-2.0
 *
 * table.h: a CSV or tab-separated file with a header, row by row, by column name. libcsv knows the quoting.
 */
#ifndef INSTITUTIONS_TABLE_H
#define INSTITUTIONS_TABLE_H

#include "importer.h"

#define TABLE_MAX_COLUMNS 64u
#define TABLE_MAX_FIELD   (1u << 20) /* the longest known, 95 aliases, has 4 KiB */

struct table_column {
    const char *name;
    bool required; /* the file is another list without it */
};

/* One row; fields are in the order of the columns asked for, empty where the file has none. Lives during the call. */
typedef int table_row(struct import *import, const struct pw_text *fields);

int table_read(struct import *import, char separator, const struct table_column *columns, uint32_t count,
               table_row *row);

#endif
