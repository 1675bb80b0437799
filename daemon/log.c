/* SPDX-License-Identifier: Apache-2.0
 *
 * log.c: the one place that writes the log, so that no stage need know who reads it, and nothing a plugin or a
 * feed says reaches a terminal uncleaned.
 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <pathwayd/plugin.h>
#include "json/time.h"

int64_t wall_clock(void *context)
{
    struct timespec now;
    (void)context;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void log_line(const struct log *log, uint32_t severity, const char *instance, struct pw_text line)
{
    static const char *const priorities[] = {"<7>", "<6>", "<4>", "<3>"};
    static const char *const words[] = {"debug", "info", "warning", "error"};
    char clean[1024], time[TIME_TEXT_SIZE];
    size_t length = line.length < sizeof(clean) - 1 ? line.length : sizeof(clean) - 1;
    severity = severity <= PW_LOG_ERROR ? severity : PW_LOG_ERROR;
    for (size_t i = 0; i < length; i++)
        clean[i] = (unsigned char)line.data[i] < 0x20 || line.data[i] == 0x7f ? ' ' : line.data[i];
    clean[length] = '\0';
    time_format(wall_clock(NULL), time);
    if (log->to_systemd)
        fprintf(stderr, "%s%s%s%s\n", priorities[severity], instance ? instance : "", instance ? ": " : "",
                clean);
    else
        fprintf(stderr, "%s %s %s%s%s\n", time, words[severity], instance ? instance : "",
                instance ? ": " : "", clean);
}

void log_format(const struct log *log, uint32_t severity, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    log_line(log, severity, NULL, (struct pw_text){line, strlen(line)});
}

void log_errors(const struct log *log, const char *errors)
{
    while (errors && *errors) {
        size_t length = strcspn(errors, "\n");
        log_line(log, PW_LOG_ERROR, NULL, (struct pw_text){errors, length});
        errors += length + (errors[length] == '\n');
    }
}
