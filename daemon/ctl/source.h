/* SPDX-License-Identifier: Apache-2.0
 *
 * source.h: a command's input: a file or standard input, read in pieces so that a live pipe never makes
 * anything else wait, as lines of UTF-8 whatever it is encoded in.
 */
#ifndef PATHWAYD_CTL_SOURCE_H
#define PATHWAYD_CTL_SOURCE_H

#include <stdbool.h>
#include <pathwayd/text.h>

/* Longest line or CSV row: far above the largest event, so that what is too big is refused by name, not cut.
 */
#define SOURCE_MAX_LINE (4u << 20)

struct source;

/* `file` NULL or "-": standard input. PW_ERROR_IO after a sentence was printed. */
int source_open(const char *file, struct source **ret_source);
struct source *source_close(struct source *source); /* NULL is fine; returns NULL */

/* What stands in the text where the encoding has no character: a byte that UTF-8 never has. */
#define SOURCE_NO_TEXT "\xFF"

/* Bytes are read as `encoding` (a name iconv knows) from here on. PW_ERROR_UNSUPPORTED after a sentence. */
int source_encoding(struct source *source, const char *encoding);

int source_descriptor(const struct source *source);
bool source_is_file(const struct source *source); /* a regular file: reading never waits */
bool source_ended(const struct source *source);   /* nothing more will come and all was taken */
const char *source_name(const struct source *source);

/* One read(2). 1: more bytes; 0: the end; PW_ERROR_IO after a sentence. */
int source_fill(struct source *source);

/* The next line without its end. 1; 0: fill first (or ended); PW_ERROR_LIMIT: a line over SOURCE_MAX_LINE,
 * which is skipped. The text lives until the next call. */
int source_line(struct source *source, struct pw_text *ret_line);

/* For other shapes than lines: what is there, and taking some of it away. */
struct pw_text source_peek(const struct source *source);
void source_take(struct source *source, size_t bytes);
bool source_at_end(const struct source *source); /* the file's end was read: what is there is all there is */

/* How far, for progress; total 0 when it cannot be known. */
void source_progress(const struct source *source, uint64_t *ret_done, uint64_t *ret_total);

#endif
