/* SPDX-License-Identifier: Apache-2.0
 *
 * importer.h: lists and registry as their publishers serve them, read into a compiler (compiler.h). Each importer takes
 * what says something about institutions and looks at nothing else: persons, vessels and aircraft, birth dates,
 * nationalities and streets are never kept, not even in memory past the row they stand in.
 *
 * A file is taken whole or refused whole, with a sentence that names file and row.
 */
#ifndef INSTITUTIONS_IMPORTER_H
#define INSTITUTIONS_IMPORTER_H

#include <pathwayd/document.h>
#include "compiler.h"
#include "intake.h"

struct import {
    const struct pw_document_api *api;
    struct compiler *compiler;
    struct intake *intake;
    bool lenient;            /* rows whose meaning is not known are passed over and counted */
    const char *path;        /* for sentences */
    struct pw_text name;     /* of the source */
    struct pw_text snapshot; /* the day it is of, "YYYY-MM-DD" */
    int64_t snapshot_ms;
    uint32_t source; /* as the compiler gave it */
    uint64_t row;    /* being read, from 1 */
    uint64_t organisations, names, skipped;
    bool cut;    /* the row has fewer fields than the header */
    char *error; /* LISTING_ERROR_BYTES */
};

struct import_format {
    const char *name;
    const char *help;
    int (*read)(struct import *import);
};
extern const struct import_format import_formats[]; /* ends with a NULL name */

const struct import_format *import_format_find(struct pw_text name); /* NULL when unknown */

/* Writes the sentence "PATH: row N: …", returns PW_ERROR_INVALID. */
int import_complain(struct import *import, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For publishers that give no ids: 16 hex digits of what the entry says. Reordering a file changes none. */
void import_content_id(struct pw_text name, struct pw_text country, char ret_id[17]);

/* Adds an entry, or to one of the same id if `once`; with a sentence where the row is cut short or a text is longer than
 * any name. */
int import_entry(struct import *import, const struct compiled_entry *entry, bool once, uint32_t *ret_entry);
/* 0, or a sentence where the name is too long to be screened. */
#define IMPORT_MAX_NAME 2048u /* five times the longest known */
int import_check_name(struct import *import, struct pw_text name);

/* Adds the names in a text separated by ';': blanks around them and a leading "and " are typing, capitals alone an
 * abbreviation. */
int import_aliases(struct import *import, uint32_t entry, struct pw_text aliases);
enum basis import_basis(struct pw_text name);
struct pw_text import_trim(struct pw_text text);

int import_csl(struct import *import);
int import_bis_dpl(struct import *import);
int import_aspi(struct import *import);
int import_dod_1286(struct import *import);
int import_ror(struct import *import);
int import_simple(struct import *import);
/* A list that has been read and checked already. */
int import_listing(struct import *import, const struct listing *listing);

#endif
