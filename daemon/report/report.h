/* SPDX-License-Identifier: Apache-2.0
 *
 * report.h: what the policies cost, and whom they burden (R24, R38), as JSON: for the command `report` and for the control
 * endpoint's operation alike, so that what is hidden is decided in one place.
 */
#ifndef PATHWAYD_REPORT_REPORT_H
#define PATHWAYD_REPORT_REPORT_H

#include "json/buffer.h"
#include "report/survey.h"

#define REPORT_NOISY_HITS 20u  /* fewer say nothing of a rule */
#define REPORT_SMALL      "<5" /* stands for a figure from fewer than SUPPRESSION_LEAST engagements … */
#define REPORT_COVER      "*"  /* … and for one that would tell such a one */

/* What is asked for. */
struct report_request {
    int64_t from_ms, to_ms; /* events received then, both included; INT64_MIN and INT64_MAX: all */
    bool wanted[SURVEY_TABLES];
};

/* A day, of which *ret_ms is the beginning, or with `end` the end; or an instant. PW_ERROR_INVALID: neither. */
int report_day(struct pw_text text, bool end, int64_t *ret_ms);

/* Surveys the journal and writes the members of the report's object, without braces. A pass over everything, which takes
 * its time: nothing for a loop's thread. `config` as in struct survey; once *stop is true (NULL: never), it ends early
 * with PW_ERROR_STATE. 0, or an error of survey_run's with `out` untouched; out of memory for `out` shows in it. */
int report_make(const struct report_request *request, const struct config *config, struct journal_view *view,
                const atomic_bool *stop, struct buffer *out);

#endif
