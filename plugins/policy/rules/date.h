/* SPDX-License-Identifier: Apache-2.0
 *
 * date.h: civil dates as days since 1970-01-01 (proleptic Gregorian calendar, ISO 8601), and the windows and
 * deadlines that statutes count in them. Pure functions; no clock is ever read.
 */
#ifndef POLICY_RULES_DATE_H
#define POLICY_RULES_DATE_H

#include <stdbool.h>
#include <pathwayd/text.h>

#define DATE_SIZE 11u /* "YYYY-MM-DD" and its end */
#define DAY_MS    INT64_C(86400000)

struct civil {
    int64_t year;
    uint32_t month, day; /* from 1 */
};

struct civil date_civil(int64_t day);
int64_t date_day(struct civil civil);

/* The day that an instant (ms since 1970-01-01 UTC) falls on. */
int64_t date_of_instant(int64_t ms);

/* "2026-03-02", of a day that exists. */
bool date_parse(struct pw_text text, int64_t *ret_day);
/* "03-02", of a day that exists in every year. */
bool date_parse_yearly(struct pw_text text, uint32_t *ret_month, uint32_t *ret_day);
/* An ISO 8601 duration of years and months, "P5Y", "P1Y6M", from one month to a hundred years. */
bool date_parse_months(struct pw_text text, uint32_t *ret_months);

/* The same day of the month so many months earlier, or that month's last day. */
int64_t date_months_before(int64_t day, uint32_t months);

struct pw_text date_text(int64_t day, char buffer[DATE_SIZE]);

#endif
