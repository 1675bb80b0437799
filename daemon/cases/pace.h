/* SPDX-License-Identifier: Apache-2.0
 *
 * pace.h: when a change of a case is told. Told once, when it has settled, at an hour that suits; what is not told says why.
 *
 *     change ──▶ held ── settled ──▶ waiting ──▶ the outbox
 *                 │ ▲ │
 *                 │ └─┤ quiet hours
 *                 │   ├── advising only, above the daily cap ──▶ digest ── its hour ──▶ folded, into one notice
 *                 │   └── absent: goes to the deputy
 *                 └── over by then, told before, silenced, needless beside a `prohibited` finding ──▶ muted
 *
 * Of one case, one reviewer has at most one notice that is not let go yet on a channel: further changes join it. A case that
 * they know of and that rises to `required` or above, one at `prohibited` that they do not know of, and what is overdue break
 * through silences and quiet hours; no cap puts off what stands at `required` or above. Nothing breaks through the wait, or
 * a nightly batch would be told event by event.
 *
 * Journal thread, inside a task's transaction.
 */
#ifndef PATHWAYD_CASES_PACE_H
#define PATHWAYD_CASES_PACE_H

#include "cases/recipient.h"

/* Holds the change for each recipient, or lets it go at once where the configuration has no wait. *ret_count: how many. */
int notices_write(struct journal_writer *writer, const struct config *config,
                  const struct case_change *change, uint32_t *ret_count);

/* Looks at what is held and whose time has come, at most so many; *ret_count: at how many. */
int notices_let_go(struct journal_writer *writer, const struct config *config, uint32_t limit,
                   uint32_t *ret_count);

#endif
