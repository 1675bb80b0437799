/* SPDX-License-Identifier: Apache-2.0
 *
 * phrases.h: the vocabulary's words as letters say them (plugins/notify/words/phrase.h), so that page and letter agree.
 */
#ifndef PATHWAYD_PAGE_PHRASES_H
#define PATHWAYD_PAGE_PHRASES_H

#include <pathwayd/text.h>

enum phrases { PHRASES_LEVEL, PHRASES_KIND, PHRASES_BASIS, PHRASES_WEIGHING };

/* NULL: letters have no words for it. */
const char *phrases_find(enum phrases table, struct pw_text word);

#endif
