/* SPDX-License-Identifier: Apache-2.0
 *
 * time.h: instants as milliseconds since 1970-01-01 UTC, read and printed as RFC 3339. Nothing here asks the
 * clock: time comes in as an argument everywhere.
 */
#ifndef PATHWAYD_JSON_TIME_H
#define PATHWAYD_JSON_TIME_H

#include <pathwayd/text.h>

/* RFC 3339 date-time with offset (leap second 60 counts as 59.999); PW_ERROR_INVALID otherwise. */
int time_parse(struct pw_text text, int64_t *ret_ms);

/* "YYYY-MM-DD" to the instant it begins in UTC; a real calendar date or PW_ERROR_INVALID. */
int time_parse_date(struct pw_text text, int64_t *ret_ms);

#define TIME_TEXT_SIZE 32
/* "2026-01-02T03:04:05.678Z", without the fraction when it is zero. */
void time_format(int64_t ms, char buffer[TIME_TEXT_SIZE]);

#endif
