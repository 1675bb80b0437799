/* SPDX-License-Identifier: Apache-2.0
 *
 * survey.h: one pass over a journal's events and findings, counted by pathway, rule, unit and country.
 *
 * A finding is what one rule says of one event on one pathway, however often it was said anew: it stands when any of its
 * wordings does, and is as severe as the worst of those that stand, or once stood. A hit is a finding that opens a case:
 * `suggested` or above, or asking. Findings of packs on trial are counted in a table of their own and nowhere else.
 */
#ifndef PATHWAYD_REPORT_SURVEY_H
#define PATHWAYD_REPORT_SURVEY_H

#include <stdatomic.h>
#include "config/config.h"
#include "report/census.h"
#include "report/outcome.h"

enum survey_table { SURVEY_PATHWAY, SURVEY_RULE, SURVEY_UNIT, SURVEY_COUNTRY, SURVEY_SHADOW, SURVEY_TABLES };
extern const char *const survey_names[SURVEY_TABLES]; /* "pathway" … */

struct survey {
    const struct config *config; /* routes events to pathways; NULL: as nothing is configured */
    int64_t from_ms, to_ms;      /* events received then, both included */
    const atomic_bool *stop;     /* another thread may set it, and the pass ends early; NULL: nobody does */
    struct outcomes outcomes;
    struct census tables[SURVEY_TABLES];
    struct census_row total; /* "all", over all events: of every table but the last … */
    struct census_row trial; /* … and of that */
};

/* Counts, and decides what is shown. 0, a journal error, PW_ERROR_MEMORY, or when stopped PW_ERROR_STATE. */
int survey_run(struct survey *survey, struct journal_view *view);
void survey_release(struct survey *survey);

#endif
