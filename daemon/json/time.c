/* SPDX-License-Identifier: Apache-2.0
 *
 * time.c: RFC 3339 without the C library's calendar, which knows time zones, locales and a 32-bit past.
 */
#include "json/time.h"

#include <stdbool.h>
#include <stdio.h>

enum {
    MS_SECOND = 1000,
    MS_MINUTE = 60 * MS_SECOND,
    MS_HOUR = 60 * MS_MINUTE,
    MS_DAY = 24 * MS_HOUR,
    DAYS_ERA = 146097,        /* days in 400 years */
    DAYS_BEFORE_1970 = 719468 /* from 0000-03-01 */
};

/* Days since 1970-01-01 of a proleptic Gregorian date; years begin in March so that leap days come last. */
static int64_t days_from_date(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * DAYS_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_BEFORE_1970;
}

static void date_from_days(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
    days += DAYS_BEFORE_1970;
    int64_t era = (days >= 0 ? days : days - (DAYS_ERA - 1)) / DAYS_ERA;
    int64_t of_era = days - era * DAYS_ERA;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    *ret_day = (int)(of_year - (153 * month + 2) / 5 + 1);
    *ret_month = (int)(month < 10 ? month + 3 : month - 9);
    *ret_year = year + era * 400 + (*ret_month <= 2);
}

struct cursor {
    const char *at, *end;
    bool failed;
};

static int take_digits(struct cursor *cursor, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++, cursor->at++) {
        if (cursor->failed || cursor->at == cursor->end || *cursor->at < '0' || *cursor->at > '9') {
            cursor->failed = true;
            return 0;
        }
        value = value * 10 + (*cursor->at - '0');
    }
    return value;
}

/* One of the two letters given. */
static void take(struct cursor *cursor, char letter, char other)
{
    if (cursor->failed || cursor->at == cursor->end || (*cursor->at != letter && *cursor->at != other))
        cursor->failed = true;
    else
        cursor->at++;
}

static int64_t take_date(struct cursor *cursor)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = take_digits(cursor, 4);
    take(cursor, '-', '-');
    int month = take_digits(cursor, 2);
    take(cursor, '-', '-');
    int day = take_digits(cursor, 2);
    if (cursor->failed || month < 1 || month > 12) {
        cursor->failed = true;
        return 0;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day < 1 || day > lengths[month - 1] + (month == 2 && leap))
        cursor->failed = true;
    return days_from_date(year, month, day);
}

/* The fraction's first three digits; the others are read and dropped. */
static int take_fraction(struct cursor *cursor)
{
    if (cursor->failed || cursor->at == cursor->end || *cursor->at != '.')
        return 0;
    cursor->at++;
    int ms = take_digits(cursor, 1) * 100;
    for (int weight = 10; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; weight /= 10)
        ms += weight * (*cursor->at++ - '0');
    return ms;
}

/* Milliseconds east of Greenwich. */
static int64_t take_offset(struct cursor *cursor)
{
    if (!cursor->failed && cursor->at < cursor->end && (*cursor->at == 'Z' || *cursor->at == 'z')) {
        cursor->at++;
        return 0;
    }
    bool west = cursor->at < cursor->end && *cursor->at == '-';
    take(cursor, '+', '-');
    int hours = take_digits(cursor, 2);
    take(cursor, ':', ':');
    int minutes = take_digits(cursor, 2);
    if (hours > 23 || minutes > 59)
        cursor->failed = true;
    int64_t offset = (int64_t)hours * MS_HOUR + (int64_t)minutes * MS_MINUTE;
    return west ? -offset : offset;
}

int time_parse(struct pw_text text, int64_t *ret_ms)
{
    if (text.length == 0)
        return PW_ERROR_INVALID;
    struct cursor cursor = {text.data, text.data + text.length, false};
    int64_t days = take_date(&cursor);
    take(&cursor, 'T', 't');
    int hour = take_digits(&cursor, 2);
    take(&cursor, ':', ':');
    int minute = take_digits(&cursor, 2);
    take(&cursor, ':', ':');
    int second = take_digits(&cursor, 2);
    int fraction = take_fraction(&cursor);
    int64_t offset = take_offset(&cursor);
    if (cursor.failed || cursor.at != cursor.end || hour > 23 || minute > 59 || second > 60)
        return PW_ERROR_INVALID;
    bool leap = second == 60;
    if (leap) {
        second = 59;
        fraction = 999;
    }
    int64_t of_day =
        (int64_t)hour * MS_HOUR + (int64_t)minute * MS_MINUTE + (int64_t)second * MS_SECOND + fraction;
    int64_t ms = days * MS_DAY + of_day - offset;
    /* Leap seconds are only ever inserted at the end of a UTC day. */
    if (leap && ((ms % MS_DAY) + MS_DAY) % MS_DAY != MS_DAY - 1)
        return PW_ERROR_INVALID;
    *ret_ms = ms;
    return 0;
}

int time_parse_date(struct pw_text text, int64_t *ret_ms)
{
    if (text.length != sizeof "YYYY-MM-DD" - 1)
        return PW_ERROR_INVALID;
    struct cursor cursor = {text.data, text.data + text.length, false};
    int64_t days = take_date(&cursor);
    if (cursor.failed)
        return PW_ERROR_INVALID;
    *ret_ms = days * MS_DAY;
    return 0;
}

void time_format(int64_t ms, char buffer[TIME_TEXT_SIZE])
{
    int64_t days = ms / MS_DAY, of_day = ms % MS_DAY;
    if (of_day < 0) {
        of_day += MS_DAY;
        days--;
    }
    int64_t year;
    int month, day;
    date_from_days(days, &year, &month, &day);
    int fraction = (int)(of_day % MS_SECOND);
    int length =
        snprintf(buffer, TIME_TEXT_SIZE, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)year, month, day,
                 (int)(of_day / MS_HOUR), (int)(of_day / MS_MINUTE % 60), (int)(of_day / MS_SECOND % 60));
    if (length < 0 || length >= TIME_TEXT_SIZE)
        return;
    size_t rest = (size_t)(TIME_TEXT_SIZE - length);
    if (fraction)
        snprintf(buffer + length, rest, ".%03dZ", fraction);
    else
        snprintf(buffer + length, rest, "Z");
}
