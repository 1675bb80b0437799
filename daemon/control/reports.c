/* SPDX-License-Identifier: Apache-2.0
 *
 * reports.c: see reports.h.
 */
#include "control/reports.h"

#include <string.h>

static bool is_same(const struct report_request *left, const struct report_request *right)
{
    return left->from_ms == right->from_ms && left->to_ms == right->to_ms &&
           memcmp(left->wanted, right->wanted, sizeof(left->wanted)) == 0;
}

struct pw_text reports_fresh(const struct reports *reports, const struct report_request *request,
                             int64_t now_ms)
{
    bool fresh = is_same(&reports->request, request) && now_ms >= reports->asked_ms &&
                 now_ms - reports->asked_ms < REPORT_KEPT_MS;
    return fresh ? buffer_view(&reports->made) : (struct pw_text){0};
}

void reports_keep(struct reports *reports, const struct report_request *request, struct pw_text made,
                  int64_t asked_ms)
{
    buffer_release(&reports->made);
    buffer_text(&reports->made, made);
    reports->request = *request;
    reports->asked_ms = asked_ms;
}

void reports_release(struct reports *reports)
{
    buffer_release(&reports->made);
}
