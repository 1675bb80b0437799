/* SPDX-License-Identifier: Apache-2.0
 *
 * reports.h: the report that is being made, and the one that was made last. A survey passes over the whole journal, so one
 * is made at a time, and whoever asks for the same within a minute is given the same. Loop thread, but for `stop`.
 */
#ifndef PATHWAYD_CONTROL_REPORTS_H
#define PATHWAYD_CONTROL_REPORTS_H

#include "report/report.h"

#define REPORT_KEPT_MS 60000 /* it changes slowly, and a page that shows it has many readers */

struct reports {
    atomic_bool stop; /* the endpoint closes: ends a survey early; read on its thread */
    bool in_work;
    struct report_request request; /* of the one made last … */
    struct buffer made;            /* … which is this; empty: there is none */
    int64_t asked_ms;
};

/* What was made for such a request a moment ago; empty: nothing. */
struct pw_text reports_fresh(const struct reports *reports, const struct report_request *request,
                             int64_t now_ms);
/* Takes the place of the last. It is none where there is no memory for it. */
void reports_keep(struct reports *reports, const struct report_request *request, struct pw_text made,
                  int64_t asked_ms);
void reports_release(struct reports *reports);

#endif
