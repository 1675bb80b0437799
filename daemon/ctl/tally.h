/* SPDX-License-Identifier: Apache-2.0
 *
 * tally.h: what `send` says: acknowledgements in order, trouble as it comes, progress, the summary.
 */
#ifndef PATHWAYD_CTL_TALLY_H
#define PATHWAYD_CTL_TALLY_H

#include "ctl/ctl.h"
#include "ctl/intake.h"

struct tally {
    const struct ctl *ctl;
    const struct source *source;
    bool acks, quiet, shown;
    uint64_t counts[ITEM_OUTCOMES];
    uint64_t resumed;         /* skipped because an earlier run settled them … */
    uint64_t resumed_refused; /* … of these, not accepted then and not tried again */
    uint32_t told;            /* troubles printed */
    int64_t begun_ms, shown_ms;
};

void tally_begin(struct tally *tally, const struct ctl *ctl, const struct source *source);
void tally_item(struct tally *tally, const struct item *item); /* in the order of the input */
void tally_progress(struct tally *tally);
void tally_end(struct tally *tally);
int tally_status(const struct tally *tally); /* CTL_GOOD or CTL_BAD */

#endif
