/* SPDX-License-Identifier: Apache-2.0
 *
 * reference.h: "&#x0027;" and its like, left over in affiliations from web pages, some of them escaped twice.
 */
#ifndef INSTITUTIONS_REFERENCE_H
#define INSTITUTIONS_REFERENCE_H

#include <pathwayd/text.h>

/* The character that a reference at the beginning of the text stands for, U+FFFD where that is none, and in *ret_length
 * the bytes it takes; 0: the text does not begin with one. */
int32_t reference_read(struct pw_text text, uint32_t *ret_length);

#endif
