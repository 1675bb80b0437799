/* SPDX-License-Identifier: Apache-2.0
 *
 * view.h: what a journal_view is made of. Private to daemon/journal/.
 */
#ifndef PATHWAYD_JOURNAL_VIEW_H
#define PATHWAYD_JOURNAL_VIEW_H

#include "journal/duplicate.h"
#include "journal/store.h"

/* Facts and findings of an event have the ids sequence × 2^20 + n. Findings that no longer stand keep their
 * ids, so every re-assessment that says something new uses up some: a policy that words all of its 64 findings
 * anew each time can be asked some 16,000 times about one event, where 2^8 ids were gone after four. Of a
 * rowid's 63 bits 43 remain for the sequence number. */
#define EVENT_SLOTS     (1u << 20)
#define SLOT_FIRST(seq) ((uint64_t)(seq)*EVENT_SLOTS)
#define SLOT_LAST(seq)  (SLOT_FIRST(seq) + EVENT_SLOTS - 1u)

struct journal_view {
    struct store store;
    char *path;
    uint8_t hash_key[DUPLICATE_KEY_BYTES];
    const struct duplicates *duplicates; /* the writer's own view only; else NULL */
};

/* What a link's name is kept as. */
static inline uint64_t link_hash(const struct journal_view *view, struct pw_text link)
{
    return duplicate_hash(view->hash_key, PW_TEXT("link"), link);
}

/* Reads the 16-byte key of the duplicate index. */
int view_hash_key(struct store *store, uint8_t ret_key[DUPLICATE_KEY_BYTES]);

/* Another copy of an event, to be compared with the one that was stored. */
struct view_copy {
    struct pw_text affiliation;
    const uint8_t *digest; /* of its body, JOURNAL_DIGEST_BYTES */
    bool differs;          /* out; a stored affiliation that is empty may have been purged and says nothing */
};

/* Whether the stored event `sequence` has this source and id: 1 or 0 or an error. When it has, and `copy` is
 * not NULL, whether that differs from it. */
int view_event_is(struct store *store, uint64_t sequence, struct pw_text source, struct pw_text id,
                  struct view_copy *copy);

#endif
