/* SPDX-License-Identifier: Apache-2.0
 *
 * office.c: see office.h. ICU says how far a zone is from UTC at an instant; the rest is arithmetic.
 */
#include "config/office.h"

#include <stdio.h>
#include <string.h>
#include <unicode/ucal.h>

#include "json/time.h"

#define ZONE_CHARACTERS 64u
#define MINUTE_MS       INT64_C(60000)
#define DAY_MINUTES     1440
#define SEARCH_DAYS     3660 /* no office is closed for ten years */

/* ---- zones --------------------------------------------------------------------------------------------- */

/* false: longer than any name of a zone, or not plain ASCII. */
static bool widen(const char *zone, UChar wide[ZONE_CHARACTERS])
{
    size_t length = strlen(zone);
    if (length == 0 || length >= ZONE_CHARACTERS)
        return false;
    for (size_t i = 0; i <= length; i++) {
        if ((unsigned char)zone[i] >= 0x80)
            return false;
        wide[i] = (UChar)zone[i];
    }
    return true;
}

bool office_zone_known(const char *zone)
{
    UChar wide[ZONE_CHARACTERS], canonical[ZONE_CHARACTERS * 2];
    UErrorCode error = U_ZERO_ERROR;
    UBool is_system = 0;
    if (!widen(zone, wide))
        return false;
    ucal_getCanonicalTimeZoneID(wide, -1, canonical, ZONE_CHARACTERS * 2, &is_system, &error);
    return U_SUCCESS(error) && is_system;
}

/* ms to add to UTC; 0 of a zone that is none, which the configuration has refused. */
static int64_t offset(const char *zone, int64_t ms)
{
    UChar wide[ZONE_CHARACTERS];
    UErrorCode error = U_ZERO_ERROR;
    if (!widen(zone, wide))
        return 0;
    UCalendar *calendar = ucal_open(wide, -1, "en", UCAL_GREGORIAN, &error);
    if (U_FAILURE(error))
        return 0;
    ucal_setMillis(calendar, (UDate)ms, &error);
    int64_t found =
        (int64_t)ucal_get(calendar, UCAL_ZONE_OFFSET, &error) + ucal_get(calendar, UCAL_DST_OFFSET, &error);
    ucal_close(calendar);
    return U_FAILURE(error) ? 0 : found;
}

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

static uint32_t weekday_of(int32_t day)
{
    return (uint32_t)(((int64_t)day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
}

struct office_instant office_local(const char *zone, int64_t ms)
{
    int64_t local = ms + offset(zone, ms);
    int64_t day = floor_divide(local, OFFICE_DAY_MS);
    return (struct office_instant){.day = (int32_t)day,
                                   .minute = (int32_t)((local - day * OFFICE_DAY_MS) / MINUTE_MS),
                                   .weekday = weekday_of((int32_t)day)};
}

int64_t office_at(const char *zone, int32_t day, int32_t minute)
{
    int64_t local = (int64_t)day * OFFICE_DAY_MS + (int64_t)minute * MINUTE_MS;
    int64_t before = offset(zone, local - OFFICE_DAY_MS), ms = local - offset(zone, local - before);
    /* Skipped by a change of clocks: the offset from before it gives the time after it. */
    return ms + offset(zone, ms) == local ? ms : local - before;
}

/* ---- reading ------------------------------------------------------------------------------------------- */

static bool digits(const char *at, int32_t *ret_value)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return false;
    *ret_value = (at[0] - '0') * 10 + (at[1] - '0');
    return true;
}

bool office_read_minute(struct pw_text text, int32_t *ret_minute)
{
    int32_t hour, minute;
    if (text.length != 5 || text.data[2] != ':' || !digits(text.data, &hour) ||
        !digits(text.data + 3, &minute) || hour > 23 || minute > 59)
        return false;
    *ret_minute = hour * 60 + minute;
    return true;
}

bool office_read_hours(struct pw_text text, int32_t *ret_from, int32_t *ret_to)
{
    return text.length == 11 && text.data[5] == '-' &&
           office_read_minute((struct pw_text){text.data, 5}, ret_from) &&
           office_read_minute((struct pw_text){text.data + 6, 5}, ret_to) && *ret_from != *ret_to;
}

bool office_read_weekday(struct pw_text text, uint32_t *ret_weekday)
{
    static const char *const words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (uint32_t i = 0; i < 7; i++)
        if (text_is(text, words[i])) {
            *ret_weekday = i;
            return true;
        }
    return false;
}

static bool read_day(struct pw_text text, int32_t *ret_day)
{
    int64_t ms;
    if (time_parse_date(text, &ms) != 0)
        return false;
    *ret_day = (int32_t)floor_divide(ms, OFFICE_DAY_MS);
    return true;
}

bool office_read_days(struct pw_text text, int32_t *ret_first, int32_t *ret_last)
{
    const char *slash = text.length ? memchr(text.data, '/', text.length) : NULL;
    size_t first = slash ? (size_t)(slash - text.data) : text.length;
    if (!read_day((struct pw_text){text.data, first}, ret_first))
        return false;
    *ret_last = *ret_first;
    return !slash || (read_day((struct pw_text){slash + 1, text.length - first - 1}, ret_last) &&
                      *ret_last >= *ret_first);
}

void office_write_day(int32_t day, char buffer[16])
{
    char text[TIME_TEXT_SIZE];
    time_format((int64_t)day * OFFICE_DAY_MS, text);
    snprintf(buffer, 16, "%.10s", text);
}

/* ---- people -------------------------------------------------------------------------------------------- */

struct config_pace office_pace(const struct config *config, const struct config_reviewer *reviewer)
{
    struct config_pace pace = config->pace;
    if (!reviewer)
        return pace;
    const struct config_pace *own = &reviewer->pace;
    pace.zone = own->zone ? own->zone : pace.zone;
    pace.quiet = own->quiet ? own->quiet : pace.quiet;
    pace.digest_at = own->digest_at ? own->digest_at : pace.digest_at;
    pace.digest_days = own->digest_days ? own->digest_days : pace.digest_days;
    pace.daily_cap = own->daily_cap != CONFIG_CAP_UNSAID ? own->daily_cap : pace.daily_cap;
    return pace;
}

bool office_is_quiet(const struct config_pace *pace, int64_t now_ms, int64_t *ret_until_ms)
{
    int32_t from, to;
    if (!office_read_hours(text_of(pace->quiet), &from, &to))
        return false;
    struct office_instant now = office_local(pace->zone, now_ms);
    bool over_midnight = from > to;
    bool late = now.minute >= from, early = now.minute < to;
    if (over_midnight ? !late && !early : !late || !early)
        return false;
    *ret_until_ms = office_at(pace->zone, now.day + (over_midnight && late), to);
    if (*ret_until_ms <= now_ms) /* in the second of two hours of one name */
        *ret_until_ms = now_ms + (to - now.minute) * MINUTE_MS;
    return true;
}

static bool named(char *const *weekdays, uint32_t weekday)
{
    uint32_t each;
    for (char *const *word = weekdays; *word; word++)
        if (office_read_weekday(text_of(*word), &each) && each == weekday)
            return true;
    return false;
}

int64_t office_next_digest(const struct config_pace *pace, int64_t now_ms)
{
    struct office_instant now = office_local(pace->zone, now_ms);
    int32_t minute = 0;
    (void)office_read_minute(text_of(pace->digest_at), &minute);
    for (int32_t day = now.day; day <= now.day + 8; day++) {
        int64_t at = office_at(pace->zone, day, minute);
        if (at > now_ms && named(pace->digest_days, weekday_of(day)))
            return at;
    }
    return now_ms + OFFICE_DAY_MS;
}

int64_t office_day_begins(const struct config_pace *pace, int64_t now_ms)
{
    return office_at(pace->zone, office_local(pace->zone, now_ms).day, 0);
}

bool office_is_absent(const struct config_reviewer *reviewer, const struct config_pace *pace, int64_t now_ms,
                      int32_t *ret_last)
{
    int32_t today, first, last;
    if (!reviewer->absent || !*reviewer->absent)
        return false;
    today = office_local(pace->zone, now_ms).day;
    for (char *const *days = reviewer->absent; *days; days++)
        if (office_read_days(text_of(*days), &first, &last) && today >= first && today <= last) {
            *ret_last = last;
            return true;
        }
    return false;
}

/* ---- business days ------------------------------------------------------------------------------------- */

static bool is_holiday(const struct config *config, int32_t day)
{
    uint32_t low = 0, high = config->holiday_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (config->holidays[middle] == day)
            return true;
        if (config->holidays[middle] < day)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

int64_t office_day_ends(const struct config *config, int32_t day)
{
    int32_t ends = DAY_MINUTES - 1;
    (void)office_read_minute(text_of(config->day_ends), &ends);
    return office_at(config->pace.zone, day, ends);
}

int64_t office_business(const struct config *config, int64_t from_ms, uint32_t days)
{
    int32_t day = office_local(config->pace.zone, from_ms).day;
    for (int32_t end = day + SEARCH_DAYS + (int32_t)days * 2; days && day < end;) {
        day++;
        days -= !named(config->weekend, weekday_of(day)) && !is_holiday(config, day);
    }
    return office_day_ends(config, day);
}
