/* SPDX-License-Identifier: Apache-2.0
 *
 * review.h: a finding as a reviewer reads it.
 */
#ifndef PATHWAYD_CTL_REVIEW_H
#define PATHWAYD_CTL_REVIEW_H

#include "ctl/table.h"

/* Asks of the event that the command's arguments name, by its number or by source and id; CTL_GOOD, or it was said. */
int event_ask(struct ctl *ctl, const char *op, cJSON **ret_answer);

/* Level, rule, why, evidence, who can answer what. */
void review_finding(const struct ctl *ctl, const cJSON *finding);

/* The union of one list of words over findings that stand: costs, benefits, mitigations, each on its line. */
void review_words(const struct ctl *ctl, const cJSON *findings, const char *key, const char *title);

/* "C1.knowhow_beyond_paper" as people read it: "knowhow beyond paper (C1)". */
void review_word(const char *word);

#endif
