/* SPDX-License-Identifier: Apache-2.0
 *
 * reading.h: checked values out of a list file, and one way to complain about it: file, entry, what is wrong
 * and what would be right.
 */
#ifndef INSTITUTIONS_READING_H
#define INSTITUTIONS_READING_H

#include <stdbool.h>
#include "listing.h"

/* What is being read, and where a complaint goes. */
struct reading {
    struct listing *listing;
    const struct pw_document_api *api;
    const struct pw_document *document;
    uint32_t entry;    /* number of the entry at hand, from 1; 0 at the top */
    struct pw_text id; /* its id once known */
    char *error;
};

/* Writes the sentence, returns PW_ERROR_INVALID. */
int reading_complain(struct reading *reading, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A string with something in it, no longer than a name may be, on one line, without blanks around it. */
int reading_text(struct reading *reading, uint32_t node, const char *key, struct pw_text *ret_text);
int reading_choice(struct reading *reading, uint32_t node, const char *key, const char *const *names,
                   uint32_t count, uint32_t *ret_choice);
int reading_date(struct reading *reading, uint32_t node, const char *key, struct pw_text *ret_text,
                 int64_t *ret_ms);

/* The object's member, or PW_NODE_NONE. */
uint32_t reading_member(const struct reading *reading, uint32_t object, const char *name);
bool reading_is(struct pw_text text, const char *word);
/* How much of a text goes into a sentence, for "%.*s". */
int reading_clip(struct pw_text text);

/* Reads one entry; entry->rors is the caller's to free even after a failure. */
int reading_entry(struct reading *reading, uint32_t object, struct listing_entry *ret_entry);

#endif
