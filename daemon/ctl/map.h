/* SPDX-License-Identifier: Apache-2.0
 *
 * map.h: how rows of a CSV export become events: conf/feeds/README.md is its user's page, pathwayctl(1) the
 * short form.
 *
 *     {"source", "type", "id", "time", "subject",     texts with {Column} in them
 *      "fields": {"/data/engagement_id": "{Case no}", …},
 *      "values": {"Rank": {"Prof.": "pi", "*": "staff"}},     what a column's values are called here; "*":
 * the rest "dates":  {"From": "DD.MM.YYYY"},                      to YYYY-MM-DD "types":
 * {"/data/covered_individual": "boolean"},     or number, json; else string "split":
 * {"/data/technology_areas": ";"},             one cell to an array of strings "skip_if_empty": ["Partner"],
 * "delimiter": ";", "encoding": "ISO-8859-1"}
 */
#ifndef PATHWAYD_CTL_MAP_H
#define PATHWAYD_CTL_MAP_H

#include "ctl/csv.h"
#include "json/json.h"

#define MAP_MAX_COLUMNS 128u /* columns one map can use */
#define MAP_MAX_FIELDS  256u
#define MAP_ERROR_SIZE  512

struct map_column {
    struct pw_text name;
    uint32_t index;  /* in the row; set by map_bind */
    uint32_t values; /* node of its values object, or PW_NODE_NONE */
    struct pw_text date;
};

enum map_type { MAP_STRING, MAP_BOOLEAN, MAP_NUMBER, MAP_JSON };

struct map_field {
    struct pw_text pointer;
    struct pw_text text; /* with {Column} */
    enum map_type type;
    struct pw_text split;
    size_t element; /* length of the pointer's part that names an array element; 0: none */
    bool literal;   /* no column in it */
};

struct map {
    struct pw_document document; /* owns every text */
    struct pw_text source, type, id, time, subject;
    struct map_column columns[MAP_MAX_COLUMNS];
    uint32_t column_count;
    struct map_field fields[MAP_MAX_FIELDS];
    uint32_t field_count;
    struct pw_text skip[MAP_MAX_COLUMNS];
    uint32_t skip_count;
    char delimiter;
    char encoding[64]; /* "" for UTF-8 */
    uint32_t width;    /* fields in the header */
};

/* PW_ERROR_* with a sentence in `error`. On success to map_free. */
int map_read(const char *file, struct map **ret_map, char error[MAP_ERROR_SIZE]);
void map_free(struct map *map); /* NULL is fine */

/* Finds the columns in the header row. */
int map_bind(struct map *map, const struct csv *header, char error[MAP_ERROR_SIZE]);

/* Writes the row's event. 0; 1: the row is to be skipped; PW_ERROR_INVALID with a sentence. */
int map_event(const struct map *map, const struct csv *row, struct buffer *out, char error[MAP_ERROR_SIZE]);

/* The column named within the braces; NULL when the map does not use it. */
const struct map_column *map_column(const struct map *map, struct pw_text name);

/* Walks a text: the next literal piece and then the next column's name (empty when the text ends). False at
 * the end;
 * "{{" is a brace. */
bool map_piece(struct pw_text *rest, struct pw_text *ret_literal, struct pw_text *ret_column);

#endif
