/* SPDX-License-Identifier: Apache-2.0
 *
 * generations.h: the folders <state_dir>/packs and <state_dir>/lists as parts of a backup: folders with a number, which
 * never change once they are there, and a link `current` to the one in force.
 */
#ifndef PATHWAYD_CTL_GENERATIONS_H
#define PATHWAYD_CTL_GENERATIONS_H

#include "ctl/parts.h"

#define GENERATIONS_LINK_BYTES 64u /* a generation's number */

/* From where to where; borrowed. */
struct generations {
    const char *state_dir, *draft;
    struct copying *copying;
    struct manifest *manifest;
};

/* All: CTL_GOOD, or another status after a sentence. */

/* Where `current` in the folder NAME ("packs", "lists") leads; "": nowhere. */
int generations_current(const struct generations *all, const char *name,
                        char current[GENERATIONS_LINK_BYTES]);
/* Every generation, with `current` as it was; none is fine. */
int generations_save_packs(const struct generations *all, const char *current);
/* The one in force. */
int generations_save_lists(const struct generations *all);

#endif
