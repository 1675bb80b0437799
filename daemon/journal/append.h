/* SPDX-License-Identifier: Apache-2.0
 *
 * append.h: storing a group of events: the duplicate check, the rows, and one audit record over them all.
 * Private to daemon/journal/, on its thread.
 */
#ifndef PATHWAYD_JOURNAL_APPEND_H
#define PATHWAYD_JOURNAL_APPEND_H

#include "journal/writer.h"

/* What a rollback must take out of the duplicate index again: the hashes of the events from
 * `committed.last_sequence` + 1 on. */
struct append_group {
    struct duplicates *duplicates;
    uint64_t *hashes;
    size_t count, capacity;
};

/* Stores every event of the list that is new and settles status, sequence and content_differs of all; a
 * failure leaves the transaction to be rolled back and the group to be undone. */
int append_store(struct journal_writer *writer, struct append_group *group, struct journal_append *list);

/* After the commit: nothing is left to undo. */
void append_keep(struct append_group *group);

/* After the rollback: takes the group's events out of the duplicate index; every event of the list,
 * duplicates included, gets `status`: the sender asks again. */
void append_undo(const struct journal_writer *writer, struct append_group *group, struct journal_append *list,
                 int status);

void append_group_release(struct append_group *group);

#endif
