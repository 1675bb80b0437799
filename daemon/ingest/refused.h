/* SPDX-License-Identifier: Apache-2.0
 *
 * refused.h: counts the refused fields (R58) by the vocabulary's own names. What a sender wrote is never a
 * counter's name: it might be personal, and there would be no end to it.
 */
#ifndef PATHWAYD_INGEST_REFUSED_H
#define PATHWAYD_INGEST_REFUSED_H

#include <stdatomic.h>
#include <pathwayd/text.h>

#define REFUSED_COUNT 33 /* names in the table */

extern const char *const refused_names[REFUSED_COUNT];

/* `pointers`: a JSON array of pointers, as in the acknowledgement. Adds one per pointer to its name's
 * counter. */
void refused_count(atomic_ullong counters[REFUSED_COUNT], struct pw_text pointers);

#endif
