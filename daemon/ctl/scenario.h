/* SPDX-License-Identifier: Apache-2.0
 *
 * scenario.h: an office's own test of a pack: an event, what lists say of its partners, and what is expected
 * (conf/packs/README.md).
 *
 * Owner: scenario_read fills an array, scenario_free_all ends it.
 */
#ifndef PATHWAYD_CTL_SCENARIO_H
#define PATHWAYD_CTL_SCENARIO_H

#include <cjson/cJSON.h>
#include "ctl/line.h"

struct scenario {
    const char *file, *name;
    uint32_t number; /* of its file, from 1 */
    cJSON *root;
    char *event;       /* a whole CloudEvent, as JSON */
    char *facts;       /* JSON; NULL: the configured enrichers say */
    struct line *line; /* what the plugins said */
    cJSON *findings;   /* of the line, once judged */
    cJSON *reasons;    /* why it is not as expected: texts */
};

struct scenarios {
    struct scenario *items;
    size_t count;
};

/* Adds the scenarios of a file: an array, or one a line. CTL_USAGE after a sentence. */
int scenario_read(struct scenarios *scenarios, const char *file);
void scenario_free_all(struct scenarios *scenarios);

/* Fills in what an event may leave out, and makes facts of the matches. `time`: when none is given. A mistake is a
 * reason. */
void scenario_prepare(struct scenario *scenario, const char *type_prefix, const char *time);

/* Adds the reasons why what was said is not what is expected. */
void scenario_compare(struct scenario *scenario);

void scenario_reason(struct scenario *scenario, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
