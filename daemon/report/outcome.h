/* SPDX-License-Identifier: Apache-2.0
 *
 * outcome.h: what people decided, case by case. Memory grows by decided cases, which people make.
 */
#ifndef PATHWAYD_REPORT_OUTCOME_H
#define PATHWAYD_REPORT_OUTCOME_H

#include "journal/journal.h"

struct outcome {
    uint64_t case_id;
    int64_t last_ms;  /* of the decision that stands */
    uint32_t minutes; /* from the opening to the first decision */
    bool declined;    /* it stands so … */
    bool no_action;   /* … or as `proceed`, without mitigation */
    bool reversed;    /* declining was undone later, or came after a decision to go on */
};

struct outcomes {
    struct outcome *items; /* by case */
    size_t count, room;
    uint64_t spared; /* alerts that decisions made needless, in all */
};

/* 0 or a journal error. */
int outcomes_read(struct outcomes *outcomes, struct journal_view *view);
void outcomes_release(struct outcomes *outcomes);

/* NULL when nobody has decided that case. */
const struct outcome *outcome_of(const struct outcomes *outcomes, uint64_t case_id);

#endif
