/* SPDX-License-Identifier: Apache-2.0
 *
 * intake.h: a published file as a stream of bytes, whether plain, gzipped or the one file in a zip. Opened while the
 * plugin starts, since nothing may be opened later; read once.
 */
#ifndef INSTITUTIONS_INTAKE_H
#define INSTITUTIONS_INTAKE_H

#include <stddef.h>
#include <stdint.h>
#include "listing.h"

#define INTAKE_MAX_BYTES (4ull << 30) /* unpacked: ten times the registry; a bomb is refused */

struct intake;

/* 0, or a negative code and a sentence. */
int intake_open(const char *path, struct intake **ret_intake, char ret_error[LISTING_ERROR_BYTES]);

/* The next bytes, which live until the next call. 1; 0 at the end; a negative code and a sentence: damaged, cut
 * short, or more than INTAKE_MAX_BYTES. */
int intake_next(struct intake *intake, struct pw_text *ret_bytes, char ret_error[LISTING_ERROR_BYTES]);

/* All of it, up to `most` bytes; malloc'd. */
int intake_all(struct intake *intake, size_t most, char **ret_bytes, size_t *ret_length,
               char ret_error[LISTING_ERROR_BYTES]);
/* When the file was written last, ms: what stands for the day of publication where the file gives none. */
int64_t intake_written_ms(const struct intake *intake);
struct intake *intake_close(struct intake *intake); /* NULL is fine; returns NULL */

#endif
