/* SPDX-License-Identifier: Apache-2.0
 *
 * defect.h: a growing list of sentences about what is wrong with a plugin, told all at once.
 */
#ifndef PATHWAYD_HOST_DEFECT_H
#define PATHWAYD_HOST_DEFECT_H

#include "json/buffer.h"

#define DEFECT_MAX       128u  /* a plugin with more than this has one defect: it is not a plugin */
#define DEFECT_MAX_BYTES 1024u /* of one sentence */

struct defects {
    struct buffer json; /* the array's elements so far */
    uint32_t count;
};

/* Adds a sentence; beyond DEFECT_MAX they are only counted. */
void defect_add(struct defects *defects, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds each line of `lines` as a sentence. */
void defect_add_lines(struct defects *defects, const char *lines);
/* {"defects":[…],"phase":"…"} */
void defect_write(const struct defects *defects, const char *phase, struct buffer *out);
void defect_release(struct defects *defects);

#endif
