/* SPDX-License-Identifier: Apache-2.0
 *
 * line.h: one line of `assess`: the event it holds, what the plugins said, and how that is printed.
 */
#ifndef PATHWAYD_CTL_LINE_H
#define PATHWAYD_CTL_LINE_H

#include "ctl/ctl.h"
#include "ctl/history.h"
#include "dispatch/pipeline.h"

/* What holds for all lines, and memory they share. */
struct line_options {
    const struct ctl *ctl;
    const struct config *config;
    bool together, as_of_given;
    int64_t as_of;
    struct history history;
    struct pw_document document, body;
    struct event event;
};

struct line {
    struct line *next;
    bool done, bad; /* bad: `findings` is {"error":…} */
    bool lacking;   /* some plugin could not be asked */
    char *bytes;    /* the event as it would be stored, then the affiliation */
    char *source, *id, *engagement_id;
    char *about; /* the event's id that the findings are about: a correction's is another's */
    struct history_event *recorded; /* --together */
    bool repeated;                  /* --together: another copy came before; nothing is asked */
    struct case_join join;
    struct buffer findings; /* a JSON array */
};

/* --as-of: a time or a date. */
int line_time(const char *text, struct line_options *options);
void line_options_release(struct line_options *options);

/* Checks and cuts the line's event as ingest would. *ret_assessment is NULL when nothing is to be asked: then
 * the line is done. NULL when out of memory. */
struct line *line_read(struct line_options *options, uint64_t number, struct pw_text text, bool too_long,
                       struct assessment **ret_assessment);
void line_fail(struct line *line, const char *why);

/* Collects the findings; the assessment may be freed afterwards. */
void line_judged(struct line *line, struct pipeline *pipeline, const struct assessment *assessment);

/* CTL_BAD for a bad line, and for one on which a plugin was missing. In the order of the input. */
int line_print(struct line *line, struct line_options *options);
void line_free(struct line *line);

#endif
