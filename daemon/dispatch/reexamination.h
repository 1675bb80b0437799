/* SPDX-License-Identifier: Apache-2.0
 *
 * reexamination.h: when lists have changed, which earlier events that concerns (R36, R61). Every event is put to the
 * enrichers once more, in the background; one about which they now say something else is owed to be judged again, with
 * an audit record that names what is different. Nothing else is touched.
 *
 *   lists ≠ those all events were looked at with ──▶ look at 1 … n ──▶ different? owed, reason "list"
 *                                                          └─ all seen ──▶ remembered in the journal
 *
 * What is remembered is the end: a scan that was cut short begins again, and finds what it found before.
 */
#ifndef PATHWAYD_DISPATCH_REEXAMINATION_H
#define PATHWAYD_DISPATCH_REEXAMINATION_H

#include "dispatch/work.h"

#define REEXAMINATION_MARK "lists"

struct reexamination {
    uint64_t done;        /* what all events have been looked at with; 0: nothing yet */
    uint64_t lists;       /* what they are being looked at with; 0: no scan */
    uint64_t after, upto; /* how far, of how many; at first: what was committed before this start */
    uint32_t looking;     /* WORK_LOOK in memory */
    uint64_t changed;
    bool again; /* somebody could not be asked: from the beginning */
    bool ending;
};

struct dispatch;

/* Loop thread. Looks at more events while there is room. */
void reexamination_fill(struct dispatch *dispatch);
/* The enrichers have answered about a WORK_LOOK. */
void reexamination_looked(struct dispatch *dispatch, struct work *work);
/* Its commit is on disk. */
void reexamination_settled(struct dispatch *dispatch, const struct work *work);
/* Whether there is anything left to look at. */
bool reexamination_under_way(const struct dispatch *dispatch);

/* Journal thread. */
int reexamination_write(struct journal_writer *writer, const struct work *work,
                        const struct work_context *context);

#endif
