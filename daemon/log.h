/* SPDX-License-Identifier: Apache-2.0
 *
 * log.h: log lines on standard error, and the clock that stamps them. Any thread.
 */
#ifndef PATHWAYD_LOG_H
#define PATHWAYD_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <pathwayd/text.h>

struct log {
    bool to_systemd; /* a line begins with its priority, else with the time */
};

int64_t wall_clock(void *context); /* ms since 1970; `context` is not used */

/* `severity` is PW_LOG_*; `instance` may be NULL. Control characters become blanks, a long line is cut. */
void log_line(const struct log *log, uint32_t severity, const char *instance, struct pw_text line);
void log_format(const struct log *log, uint32_t severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Several errors, one a line; NULL is none. */
void log_errors(const struct log *log, const char *errors);

#endif
