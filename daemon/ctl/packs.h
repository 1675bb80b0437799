/* SPDX-License-Identifier: Apache-2.0
 *
 * packs.h: the packs that the configuration chooses from: what active.json names, and what else lies in its folder.
 *
 * Owner: packs_find fills the struct, packs_release empties it, also after a failure.
 */
#ifndef PATHWAYD_CTL_PACKS_H
#define PATHWAYD_CTL_PACKS_H

#include "ctl/packfile.h"

enum pack_choice { PACK_OFF, PACK_ACTIVE, PACK_SHADOW };
extern const char *const pack_choices[]; /* "off", "active", "on trial" */

struct pack_entry {
    char *name; /* as active.json has it, else the file's */
    char *file; /* where it is */
    enum pack_choice choice;
    struct packfile pack;
};

struct packs {
    char *chooser; /* active.json, or the one pack that is configured */
    struct pack_entry *entries;
    size_t count;
};

/* By the setting "packs" of the configured policies. CTL_GOOD; CTL_USAGE after a sentence. */
int packs_find(struct ctl *ctl, struct packs *ret_packs);
void packs_release(struct packs *packs);

#endif
