/* SPDX-License-Identifier: Apache-2.0
 *
 * packfile.h: a rule pack as a tree, for showing and comparing. Whether it is a good one only the policy plugins know
 * (trial.h); here a file is read as far as it is JSON.
 *
 * Owner: packfile_read fills the struct, packfile_release empties it, also after a failure.
 */
#ifndef PATHWAYD_CTL_PACKFILE_H
#define PATHWAYD_CTL_PACKFILE_H

#include <cjson/cJSON.h>
#include "ctl/ctl.h"
#include "dispatch/pathway.h"

struct packfile {
    char *path;  /* real and absolute */
    cJSON *root; /* NULL when the file cannot be read or is no JSON */
    char *error; /* then why: "file:line:column: sentence" */
};

/* CTL_GOOD, or CTL_BAD with an error. */
int packfile_read(const char *file, struct packfile *ret_pack);
void packfile_release(struct packfile *pack);

/* A JSON file with comments, of any kind. */
cJSON *packfile_json(const char *file, char **ret_error);
/* The same of text in memory; `file` and `line` (from 1) name its place. */
cJSON *packfile_parse(const char *file, uint32_t line, const char *bytes, size_t length, char **ret_error);
/* The bytes of a file, "-" for standard input; NULL with an error. */
char *packfile_bytes(const char *file, size_t *ret_length, char **ret_error);

/* What the pack says of a pathway, or NULL. */
const cJSON *packfile_pathway(const cJSON *pack, enum pathway pathway);
/* Bit set of the pathways that it says something of. */
uint32_t packfile_pathways(const cJSON *pack);
/* Whether it looks like a pack at all: other JSON files may lie beside packs. */
bool packfile_is_pack(const cJSON *root);

/* Whether two packs are of one regime and in force at the same time, by what their heads say. */
bool packfile_overlap(const cJSON *a, const cJSON *b);

#endif
