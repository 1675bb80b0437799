/* SPDX-License-Identifier: Apache-2.0
 *
 * date.c: see date.h. The conversions are H. Hinnant's days_from_civil and civil_from_days.
 */
#include "rules/date.h"

#include <stdio.h>

#define MONTHS_MAX 1200u

int64_t date_day(struct civil civil)
{
    int64_t year = civil.year - (civil.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t month = civil.month > 2 ? (int64_t)civil.month - 3 : (int64_t)civil.month + 9;
    int64_t of_year = (153 * month + 2) / 5 + civil.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct civil date_civil(int64_t day)
{
    int64_t shifted = day + 719468, era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    uint32_t civil_month = (uint32_t)(month < 10 ? month + 3 : month - 9);
    return (struct civil){.year = year + era * 400 + (civil_month <= 2),
                          .month = civil_month,
                          .day = (uint32_t)(of_year - (153 * month + 2) / 5 + 1)};
}

int64_t date_of_instant(int64_t ms)
{
    return (ms >= 0 ? ms : ms - DAY_MS + 1) / DAY_MS;
}

static uint32_t days_of_month(int64_t year, uint32_t month)
{
    static const uint32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* `count` decimal digits at `at`. */
static bool number(struct pw_text text, size_t at, size_t count, uint32_t *ret_value)
{
    uint32_t value = 0;
    if (text.length < at + count)
        return false;
    for (size_t i = at; i < at + count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (uint32_t)(text.data[i] - '0');
    }
    *ret_value = value;
    return true;
}

bool date_parse(struct pw_text text, int64_t *ret_day)
{
    uint32_t year, month, day;
    if (text.length != DATE_SIZE - 1 || text.data[4] != '-' || text.data[7] != '-' ||
        !number(text, 0, 4, &year) || !number(text, 5, 2, &month) || !number(text, 8, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month))
        return false;
    *ret_day = date_day((struct civil){year, month, day});
    return true;
}

bool date_parse_yearly(struct pw_text text, uint32_t *ret_month, uint32_t *ret_day)
{
    uint32_t month, day;
    if (text.length != 5 || text.data[2] != '-' || !number(text, 0, 2, &month) || !number(text, 3, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_of_month(2026, month))
        return false;
    *ret_month = month;
    *ret_day = day;
    return true;
}

/* "12Y" at *at, if it stands there; *ret_value is added to. */
static bool part(struct pw_text text, size_t *at, char unit, uint32_t months, uint32_t *ret_value)
{
    uint32_t value = 0;
    size_t digits = 0;
    while (digits < 4 && number(text, *at, digits + 1, &value))
        digits++;
    if (digits == 0 || digits == 4 || *at + digits >= text.length || text.data[*at + digits] != unit)
        return false;
    (void)number(text, *at, digits, &value);
    *at += digits + 1;
    *ret_value += value * months;
    return true;
}

bool date_parse_months(struct pw_text text, uint32_t *ret_months)
{
    uint32_t months = 0;
    size_t at = 1;
    if (text.length < 3 || text.data[0] != 'P')
        return false;
    (void)part(text, &at, 'Y', 12, &months);
    (void)part(text, &at, 'M', 1, &months);
    if (at != text.length || months < 1 || months > MONTHS_MAX)
        return false;
    *ret_months = months;
    return true;
}

int64_t date_months_before(int64_t day, uint32_t months)
{
    struct civil civil = date_civil(day);
    int64_t total = civil.year * 12 + civil.month - 1 - (int64_t)months;
    int64_t year = (total >= 0 ? total : total - 11) / 12;
    uint32_t month = (uint32_t)(total - year * 12) + 1, last = days_of_month(year, month);
    return date_day((struct civil){year, month, civil.day < last ? civil.day : last});
}

struct pw_text date_text(int64_t day, char buffer[DATE_SIZE])
{
    struct civil civil = date_civil(day);
    unsigned year = civil.year < 0 ? 0 : civil.year > 9999 ? 9999 : (unsigned)civil.year;
    int length =
        snprintf(buffer, DATE_SIZE, "%04u-%02u-%02u", year % 10000, civil.month % 100, civil.day % 100);
    return (struct pw_text){buffer, (size_t)length};
}
