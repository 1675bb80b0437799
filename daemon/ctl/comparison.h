/* SPDX-License-Identifier: Apache-2.0
 *
 * comparison.h: what two sets of packs say of the same history, counted: by rule, pathway, unit and level, and engagement
 * by engagement.
 *
 * Memory: some 100 bytes an engagement, and a line for each rule that comes or goes in it.
 */
#ifndef PATHWAYD_CTL_COMPARISON_H
#define PATHWAYD_CTL_COMPARISON_H

#include "cases/cases.h"
#include "ctl/ctl.h"
#include "dispatch/pathway.h"

struct comparison;

/* What one side says of one event: findings as JSON arrays, added one by one. Shadow findings count for nothing. */
struct verdict {
    enum pathway pathway;
    uint32_t level;
    bool asks;
    char rule[132];
};
#define VERDICTS_MAX 512u
struct verdicts {
    struct verdict items[VERDICTS_MAX];
    uint32_t count;
    struct case_join join;
};
void verdicts_clear(struct verdicts *verdicts);
/* 0, or PW_ERROR_MEMORY. */
int verdicts_add(struct verdicts *verdicts, struct pw_text findings);

int comparison_new(struct comparison **ret_comparison);
void comparison_free(struct comparison *comparison); /* NULL is fine */

/* One event, judged by both. 0, or PW_ERROR_MEMORY. */
int comparison_add(struct comparison *comparison, struct pw_text engagement, struct pw_text unit,
                   const struct verdicts *before, const struct verdicts *after);

/* Rows by pathway and name, whatever order events were judged in: the same history, the same bytes. */
void comparison_sort(struct comparison *comparison);

struct comparison_view {
    bool engagements;       /* list those that change */
    const char *engagement; /* … or this one alone; NULL: all */
};
/* Tables for people, or one JSON object. */
void comparison_print(const struct comparison *comparison, const struct ctl *ctl,
                      const struct comparison_view *view);

uint64_t comparison_events(const struct comparison *comparison);

#endif
