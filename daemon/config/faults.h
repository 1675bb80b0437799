/* SPDX-License-Identifier: Apache-2.0
 *
 * faults.h: everything that is wrong with a configuration, collected so that one run tells it all.
 *
 * A line each, "file:line:column: sentence". Bounded: past CONFIG_MAX_FAULTS only their number is kept.
 */
#ifndef PATHWAYD_CONFIG_FAULTS_H
#define PATHWAYD_CONFIG_FAULTS_H

#include <stdbool.h>
#include "json/buffer.h"

#define CONFIG_MAX_FAULTS 64u /* more than a screen; past that, mending the first ones helps more */

struct setting;

struct faults {
    struct buffer text;
    uint32_t count; /* also those not written out */
    bool memory;    /* an allocation failed: the result is worthless whatever the text says */
};

/* At the place of a value … */
void faults_add(struct faults *faults, const struct setting *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* … or of its key. */
void faults_add_key(struct faults *faults, const struct setting *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Where no value stands: a file that cannot be read. Line 0 leaves line and column out. */
void faults_add_file(struct faults *faults, const char *file, uint32_t line, uint32_t column,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Gives the text away and empties the list. 0 when there was none; PW_ERROR_INVALID, or PW_ERROR_MEMORY with
 * *ret_text possibly NULL. */
int faults_take(struct faults *faults, char **ret_text);

/* The known word nearest to a mistyped one. */
struct nearest {
    struct pw_text wanted;
    const char *best; /* NULL while nothing is near enough */
    size_t distance;
    char clause[128];
};
void nearest_begin(struct nearest *nearest, struct pw_text wanted);
void nearest_offer(struct nearest *nearest, const char *word);
/* "; did you mean "x"?" or "". Lives as long as `nearest`. */
const char *nearest_clause(struct nearest *nearest);

#endif
