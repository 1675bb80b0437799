/* SPDX-License-Identifier: Apache-2.0
 *
 * phrases.c: see phrases.h. A file of its own, since letters call a text in the making a page.
 */
#include "page/phrases.h"

#include "words/phrase.h"

const char *phrases_find(enum phrases table, struct pw_text word)
{
    static const struct phrase *const tables[] = {[PHRASES_LEVEL] = phrase_levels,
                                                  [PHRASES_KIND] = phrase_kinds,
                                                  [PHRASES_BASIS] = phrase_bases,
                                                  [PHRASES_WEIGHING] = phrase_weighings};
    return phrase_find(tables[table], word);
}
