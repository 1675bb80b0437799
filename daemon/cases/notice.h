/* SPDX-License-Identifier: Apache-2.0
 *
 * notice.h: who is told of a change, through which channel, and the notice document
 * (include/pathwayd/notice.h).
 */
#ifndef PATHWAYD_CASES_NOTICE_H
#define PATHWAYD_CASES_NOTICE_H

#include "config/config.h"
#include "dispatch/pathway.h"
#include "journal/journal.h"

#define NOTICE_MAX_FINDINGS 32u /* told in one notice; the rest is named by number and found in the case */

struct case_change {
    const struct journal_case *after;
    const char *change; /* "opened" … see include/pathwayd/notice.h */
    uint32_t previous_level;
    uint32_t levels[PATHWAY_COUNT]; /* join of the standing findings, by pathway; for a withdrawal what stood
                                       before */
    bool asks[PATHWAY_COUNT];
    const struct pw_document *event; /* the event that changed it */
    struct pw_text changed;          /* JSON: what a decision relied on and is otherwise now; may be empty */
};

/* Writes one outbox row per recipient. *ret_count: how many. */
int notices_write(struct journal_writer *writer, const struct config *config,
                  const struct case_change *change, uint32_t *ret_count);

/* "C-000123" */
#define CASE_NAME_SIZE 32
void case_name(uint64_t case_id, char buffer[CASE_NAME_SIZE]);

#endif
