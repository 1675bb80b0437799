/* SPDX-License-Identifier: Apache-2.0
 *
 * report.c: the operation `report`. The loop reads what is asked for and keeps what was made (reports.h); between the two,
 * a thread of its own reads the journal.
 */
#include "control/reports.h"
#include "control/request.h"

#include <stdlib.h>

static int read_day(struct request *request, const char *key, bool end, int64_t *ret_ms)
{
    struct pw_text text = request_text(request, key);
    if (text.length && report_day(text, end, ret_ms) != 0)
        return request_fail(request, "bad_request",
                            "\"%s\" is a day, like 2026-01-31, or an instant, like 2026-01-31T12:00:00Z.",
                            key);
    return 0;
}

static int read_tables(struct request *request, bool *ret_wanted)
{
    struct pw_text by = request_text(request, "by");
    bool found = by.length == 0;
    for (enum survey_table table = 0; table < SURVEY_TABLES; table++) {
        ret_wanted[table] = by.length ? text_is(by, survey_names[table]) : table != SURVEY_SHADOW;
        found = found || ret_wanted[table];
    }
    return found ? 0
                 : request_fail(request, "bad_request",
                                "\"by\" is one of pathway, rule, unit, country, shadow.");
}

static int read_request(struct request *request, struct report_request *ret_wanted)
{
    *ret_wanted = (struct report_request){.from_ms = INT64_MIN, .to_ms = INT64_MAX};
    if (read_day(request, "from", false, &ret_wanted->from_ms) != 0 ||
        read_day(request, "to", true, &ret_wanted->to_ms) != 0 ||
        read_tables(request, ret_wanted->wanted) != 0)
        return -1;
    return ret_wanted->from_ms <= ret_wanted->to_ms
               ? 0
               : request_fail(request, "bad_request", "\"from\" is after \"to\".");
}

int request_report(struct request *request)
{
    struct reports *reports = request->reports;
    if (read_request(request, &request->report) != 0)
        return -1;
    struct pw_text made = reports_fresh(reports, &request->report, request->now_ms);
    if (made.length) {
        buffer_text(request->out, made);
        return 0;
    }
    if (reports->in_work)
        return request_fail(request, "busy", "Another report is being made; ask again in a moment.");
    reports->in_work = true;
    return 0;
}

int request_report_make(struct request *request)
{
    struct journal_view *view = NULL;
    char *error = NULL;
    int status = journal_view_open(request->config->journal, &view, &error);
    json_write_begin(request->out, '{');
    if (status == 0)
        status = report_make(&request->report, request->config, view, &request->reports->stop, request->out);
    json_write_end(request->out, '}');
    journal_view_close(view);
    free(error);
    if (status == PW_ERROR_MEMORY)
        return request_fail(request, "memory", "The daemon is out of memory.");
    return status == 0 ? 0 : request_journal_failed(request, status);
}

void request_report_made(struct request *request, bool good)
{
    request->reports->in_work = false;
    if (good && !request->out->failed)
        reports_keep(request->reports, &request->report, buffer_view(request->out), request->now_ms);
}
