/* SPDX-License-Identifier: Apache-2.0
 *
 * exposition.h: figures as text that Prometheus reads (text exposition format 0.0.4). Why it exists: names, units and
 * escaping in one place, so that no label, whatever it holds, can add a line or a series.
 *
 * A metric is begun once, and all its samples follow. Durations are in seconds, sizes in bytes.
 */
#ifndef PATHWAYD_METRICS_EXPOSITION_H
#define PATHWAYD_METRICS_EXPOSITION_H

#include "json/buffer.h"

#define EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE };

struct metric {
    const char *name; /* a counter's ends in _total */
    enum metric_type type;
    const char *help; /* a sentence */
};

struct metric_label {
    const char *name; /* NULL: there are no more */
    struct pw_text value;
};

/* HELP and TYPE. */
void exposition_begin(struct buffer *out, const struct metric *metric);
/* `labels` ends with one without a name; NULL: none. */
void exposition_count(struct buffer *out, const struct metric *metric, const struct metric_label *labels,
                      uint64_t value);
/* A duration or an instant, given in milliseconds, as seconds. */
void exposition_seconds(struct buffer *out, const struct metric *metric, const struct metric_label *labels,
                        int64_t ms);

#endif
