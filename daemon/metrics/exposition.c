/* SPDX-License-Identifier: Apache-2.0
 *
 * exposition.c: see exposition.h.
 */
#include "metrics/exposition.h"

#include <inttypes.h>
#include "json/scan.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD: for what is not UTF-8, and for NUL, which some readers end at */

void exposition_begin(struct buffer *out, const struct metric *metric)
{
    buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
                  metric->type == METRIC_COUNTER ? "counter" : "gauge");
}

/* The format knows three escapes; any other byte stands for itself. */
static void write_value(struct buffer *out, struct pw_text value)
{
    const char *at = value.data, *end = value.length ? value.data + value.length : value.data;
    buffer_string(out, "\"");
    while (at < end) {
        size_t length = (unsigned char)*at < 0x80 ? 1 : scan_utf8(at, end);
        if (*at == '"' || *at == '\\')
            buffer_append(out, (char[]){'\\', *at}, 2);
        else if (*at == '\n')
            buffer_string(out, "\\n");
        else if (*at == '\0' || length == 0)
            buffer_string(out, REPLACEMENT);
        else
            buffer_append(out, at, length);
        at += length ? length : 1;
    }
    buffer_string(out, "\"");
}

static void write_series(struct buffer *out, const struct metric *metric, const struct metric_label *labels)
{
    buffer_string(out, metric->name);
    for (const struct metric_label *label = labels; label && label->name; label++) {
        buffer_format(out, "%c%s=", label == labels ? '{' : ',', label->name);
        write_value(out, label->value);
    }
    buffer_string(out, labels && labels->name ? "} " : " ");
}

void exposition_count(struct buffer *out, const struct metric *metric, const struct metric_label *labels,
                      uint64_t value)
{
    write_series(out, metric, labels);
    buffer_format(out, "%" PRIu64 "\n", value);
}

void exposition_seconds(struct buffer *out, const struct metric *metric, const struct metric_label *labels,
                        int64_t ms)
{
    uint64_t size = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    write_series(out, metric, labels);
    buffer_format(out, "%s%" PRIu64 ".%03u\n", ms < 0 ? "-" : "", size / 1000, (unsigned)(size % 1000));
}
