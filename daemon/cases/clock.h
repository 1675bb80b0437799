/* SPDX-License-Identifier: Apache-2.0
 *
 * clock.h: by when a case is to be decided, and when it asks for attention by itself.
 *
 *     opened, reopened ──▶ decide_by: so many business days by its level, or the event's own `decide_by` where that is
 *                          earlier; a rise brings it nearer, nothing puts it off
 *     nobody acts      ──▶ a reminder after 2, 5, 12, 26 days (as configured), then no more
 *     decide_by passes ──▶ escalated: the queue's lead is told, once
 *     decided, closed, withdrawn ──▶ silent
 *
 * Advice (`suggested` alone) has no clock unless one is configured, and no reminders.
 */
#ifndef PATHWAYD_CASES_CLOCK_H
#define PATHWAYD_CASES_CLOCK_H

#include "cases/dossier.h"

/* Sets what the change makes of the clock, before the case is stored. */
void clock_set(const struct config *config, const struct dossier_change *change, int64_t now_ms,
               struct journal_case *item);
/* Somebody acted: reminders begin anew with the next dossier_store. */
void clock_touch(struct dossier *dossier);

/* Journal thread: reminds and escalates where it is time, at most so many cases. */
int clock_ring(struct journal_writer *writer, const struct config *config, uint32_t limit,
               uint32_t *ret_count);

#endif
