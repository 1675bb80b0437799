/* SPDX-License-Identifier: Apache-2.0
 *
 * table.h: tables and paragraphs for people. Whatever is printed has its control characters made harmless:
 * the words come from feeds, and a terminal obeys escape sequences.
 */
#ifndef PATHWAYD_CTL_TABLE_H
#define PATHWAYD_CTL_TABLE_H

#include <cjson/cJSON.h>
#include "ctl/ctl.h"

struct table_column {
    const char *title;
    const char *key; /* dotted path into the row: "event.id" */
    size_t width;    /* longest shown; 0: no bound */
};

struct table; /* rows are kept until the end, so that columns fit */

struct table *table_new(const struct ctl *ctl,
                        const struct table_column *columns); /* ends with a NULL title */
void table_add(struct table *table, const cJSON *row);
/* Prints and frees; `none` is said when there was no row; NULL: nothing is. */
void table_end(struct table *table, const char *none);

/* Any value as people read it, "" for absent and null, arrays joined by ", "; malloc'd. */
char *table_value(const cJSON *value);
const cJSON *table_find(const cJSON *object, const char *path); /* dotted */
const char *table_word(const cJSON *object, const char *path);  /* a string there, else "" */

/* A text, wrapped at the terminal's width (at most 100), each line indented; controls made harmless. */
void table_paragraph(const char *text, int indent);
void table_print(const char *text); /* one line's part, controls made harmless */

/* Colour codes, "" when there is no colour. */
const char *table_level_colour(const struct ctl *ctl, const char *level);
const char *table_bold(const struct ctl *ctl);
const char *table_plain(const struct ctl *ctl);

#endif
