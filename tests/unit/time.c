/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 3339 in and out, against the C library's calendar where that goes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "json/time.h"

static struct pw_text text_of(const char *string)
{
    return (struct pw_text){string, strlen(string)};
}

static void test_parses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01t00:00:00z", 0},
        {"1969-12-31T23:59:59.999Z", -1},
        {"2026-01-02T03:04:05.678Z", 1767323045678},
        {"2026-01-02T03:04:05.6789999Z", 1767323045678},
        {"2026-01-02T03:04:05.6Z", 1767323045600},
        {"2026-01-02T04:04:05+01:00", 1767323045000},
        {"2026-01-01T22:34:05-04:30", 1767323045000},
        {"2026-01-02T03:04:05-00:00", 1767323045000},
        {"2016-12-31T23:59:60Z", 1483228799999},
        {"2017-01-01T00:59:60.5+01:00", 1483228799999},
        {"2000-02-29T00:00:00Z", 951782400000},
        {"0000-01-01T00:00:00Z", -62167219200000},
        {"9999-12-31T23:59:59.999Z", 253402300799999},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t ms = 0;
        assert_int_equal(time_parse(text_of(rows[i].text), &ms), 0);
        assert_true(ms == rows[i].ms);
    }
}

static void test_refuses(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "2026",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:61Z",
        "2026-01-02T03:04:60Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05,5Z",
        "2026-01-02T03:04:05+0100",
        "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+01:60",
        "2026-01-02T03:04:05Zx",
        " 2026-01-02T03:04:05Z",
        "+2026-01-02T03:04:05Z",
        "26-01-02T03:04:05Z",
        "2026-1-02T03:04:05Z",
        "2026-01-02T03:04:05 Z",
        "2026-01-02T03:04:0\xC2\xB9Z",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t ms = 42;
        assert_int_equal(time_parse(text_of(rows[i]), &ms), PW_ERROR_INVALID);
        assert_true(ms == 42);
    }
}

static void test_dates(void **state)
{
    (void)state;
    int64_t ms = 42;
    assert_int_equal(time_parse_date(PW_TEXT("2026-03-01"), &ms), 0);
    assert_true(ms == 1772323200000);
    ms = 42;
    assert_int_equal(time_parse_date(PW_TEXT("2026-02-29"), &ms), PW_ERROR_INVALID);
    assert_int_equal(time_parse_date(PW_TEXT("2026-3-1"), &ms), PW_ERROR_INVALID);
    assert_int_equal(time_parse_date(PW_TEXT("2026-03-01Z"), &ms), PW_ERROR_INVALID);
    assert_int_equal(time_parse_date(PW_TEXT("20260301--"), &ms), PW_ERROR_INVALID);
    assert_int_equal(time_parse_date((struct pw_text){0}, &ms), PW_ERROR_INVALID);
    assert_true(ms == 42);
}

/* Every 97th hour of 400 years: print, compare with gmtime, read back. */
static void test_round_trip(void **state)
{
    (void)state;
    for (int64_t hours = -8LL * 365 * 24 * 100; hours < 330LL * 365 * 24; hours += 97) {
        int64_t ms = hours * 3600000 + 1, back = 0;
        char printed[TIME_TEXT_SIZE], expected[64];
        time_format(ms, printed);
        time_t seconds = (time_t)(hours * 3600);
        struct tm parts;
        gmtime_r(&seconds, &parts);
        snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02d.001Z", parts.tm_year + 1900,
                 parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
        assert_string_equal(printed, expected);
        assert_int_equal(time_parse(text_of(printed), &back), 0);
        assert_true(back == ms);
    }
}

static void test_format_extremes(void **state)
{
    (void)state;
    char printed[TIME_TEXT_SIZE];
    time_format(1767323045000, printed);
    assert_string_equal(printed, "2026-01-02T03:04:05Z");
    time_format(INT64_MIN, printed);
    assert_string_equal(printed, "-292275055-05-16T16:47:04.192Z");
    time_format(INT64_MAX, printed);
    assert_string_equal(printed, "292278994-08-17T07:12:55.807Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parses),          cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_dates),           cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_format_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
