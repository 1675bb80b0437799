/* SPDX-License-Identifier: Apache-2.0
 *
 * history.h: the running join per engagement, for `assess --together`.
 */
#ifndef PATHWAYD_CTL_HISTORY_H
#define PATHWAYD_CTL_HISTORY_H

#include "cases/cases.h"

struct history {
    void *root;
};

/* Joins into the engagement's entry and gives the join so far. PW_ERROR_MEMORY. */
int history_join(struct history *history, const char *engagement_id, struct case_join *join);
void history_release(struct history *history);

#endif
