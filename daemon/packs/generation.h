/* SPDX-License-Identifier: Apache-2.0
 *
 * generation.h: the packs in force as files: <state_dir>/packs, one folder a generation, never changed once it is there.
 *
 *     packs/current ──▶ 000007/   active.json          which packs, and which are on trial
 *                                 00-paper-2.1.json …  each a copy of what was brought into force
 *                                 change.json          which change made it (packs/change.h), and out of which generation
 *
 * The first is made from what the configuration names, every other from the one in force. A generation appears whole or
 * not at all, and `current` is replaced in one step. Loop thread.
 */
#ifndef PATHWAYD_PACKS_GENERATION_H
#define PATHWAYD_PACKS_GENERATION_H

#include <stdint.h>
#include <pathwayd/text.h>

#define GENERATION_PACKS 64u        /* in force and on trial; as many as policies read (rules/selection.h) */
#define GENERATION_BYTES (2u << 20) /* of one pack */

/* The head of a pack. */
struct pack_head {
    char *pack, *version, *regime, *effective_from, *effective_to; /* effective_to: "" without end */
};
/* 0; PW_ERROR_INVALID with "line:column: sentence" in *ret_error (malloc'd). */
int pack_head_read(struct pack_head *ret_head, struct pw_text text, char **ret_error);
void pack_head_release(struct pack_head *head);

struct generation_change {
    uint64_t change_id;
    int64_t at_ms;      /* when it was proposed: numbers begin again with a new journal */
    const char *choice; /* "active", "shadow", "off" */
    const char *pack;   /* its name */
    struct pw_text text;
};

/* Which one `number` was made out of, when it was this change that made it; else `number` itself: an attempt that was
 * interrupted is begun again from where it began. */
uint64_t generation_base(const char *state_dir, uint64_t number, const struct generation_change *change);

/* Makes a new generation out of `base`, 0: out of the file `configured`. An active pack takes the place of its own trial
 * and of those of its regime that are in force at the same time; one that began before ends where it begins. 0, or a
 * negative code and a sentence. */
int generation_make(const char *state_dir, uint64_t base, const char *configured,
                    const struct generation_change *change, uint64_t *ret_number, char **ret_error);

/* Makes it the current one; 0: none is, and what is configured counts. 0 or PW_ERROR_IO. */
int generation_use(const char *state_dir, uint64_t number);

#endif
