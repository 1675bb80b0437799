/* SPDX-License-Identifier: Apache-2.0
 *
 * search.h: words looked for in short texts, whatever their case (Unicode's case folding, by ICU).
 */
#ifndef PATHWAYD_CONTROL_SEARCH_H
#define PATHWAYD_CONTROL_SEARCH_H

#include <unicode/ucasemap.h>
#include "json/buffer.h"

#define SEARCH_BYTES 256u  /* of what is looked for */
#define SEARCH_TEXT  2048u /* of a text, folded; what is longer is looked at so far */

struct search {
    UCaseMap *map; /* NULL: everything fits */
    char words[2 * SEARCH_BYTES];
};

/* 0, or -1: it is too long, or there is no memory. Blank: everything fits. */
int search_begin(struct search *search, struct pw_text words);
void search_end(struct search *search);
/* Whether each of the words stands in one of the texts. */
bool search_fits(struct search *search, const struct pw_text *texts, uint32_t count);

#endif
