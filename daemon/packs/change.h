/* SPDX-License-Identifier: Apache-2.0
 *
 * change.h: who brings which pack into force (requirements: packs, R06). A pack is policy, so it takes two people, as a
 * decision that declines does; a small office may do without the second ("packs": {"two_people": false}), and then every
 * record says so.
 *
 *     propose ──▶ proposed ── second ──▶ trying ──▶ done       the policies read it
 *        │            └── withdraw ──▶ withdrawn └─▶ refused    they would not: what was in force stays
 *        └─ one person is enough ──────────▲
 *
 * Journal thread, inside a task's transaction. activation.h does what `trying` says.
 */
#ifndef PATHWAYD_PACKS_CHANGE_H
#define PATHWAYD_PACKS_CHANGE_H

#include "cases/actor.h"
#include "config/config.h"
#include "journal/journal.h"

#define PACK_REASON 8192u /* bytes */

struct pack_proposal {
    struct actor actor;
    struct pw_text choice; /* "active", "shadow" (on trial), "off" */
    struct pw_text body;   /* the pack; for "off" empty, and `pack` names it */
    struct pw_text pack, reason;
};

struct pack_answer {
    struct refusal refusal;
    uint64_t change_id;
    const char *state;
    char pack[128], version[64];
};

/* 0; PW_ERROR_INVALID with the answer's refusal; else a journal error. */
int pack_propose(struct journal_writer *writer, const struct config *config,
                 const struct pack_proposal *proposal, struct pack_answer *ret_answer);
int pack_second(struct journal_writer *writer, uint64_t change_id, const struct actor *actor,
                struct pack_answer *ret_answer);
int pack_withdraw(struct journal_writer *writer, uint64_t change_id, const struct actor *actor,
                  struct pack_answer *ret_answer);

/* What `trying` came to; `why`: the policies' own words, empty: they read it. */
int pack_settle(struct journal_writer *writer, uint64_t change_id, struct pw_text why);

#endif
