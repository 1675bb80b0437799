/* SPDX-License-Identifier: Apache-2.0
 *
 * office.h: the hours that people keep: time zones (ICU's, with the system's rules), quiet hours, the hour of the digest,
 * days away, business days. Nothing here asks the clock. Any thread.
 *
 * A day is a number, since 1970-01-01; a minute is counted from local midnight. A local time that a change of clocks skips
 * is taken as the one after it.
 */
#ifndef PATHWAYD_CONFIG_OFFICE_H
#define PATHWAYD_CONFIG_OFFICE_H

#include "config/config.h"

#define OFFICE_DAY_MS INT64_C(86400000)

struct office_instant {
    int32_t day, minute;
    uint32_t weekday; /* 0: Monday */
};

bool office_zone_known(const char *zone);
struct office_instant office_local(const char *zone, int64_t ms);
int64_t office_at(const char *zone, int32_t day, int32_t minute);

/* "08:30", "19:00-07:00", "mon", "2026-12-21" or "2026-12-21/2027-01-03" (one day: both the same); false: it is not one. */
bool office_read_minute(struct pw_text text, int32_t *ret_minute);
bool office_read_hours(struct pw_text text, int32_t *ret_from, int32_t *ret_to);
bool office_read_weekday(struct pw_text text, uint32_t *ret_weekday);
bool office_read_days(struct pw_text text, int32_t *ret_first, int32_t *ret_last);
/* "2026-12-21" of a day. */
void office_write_day(int32_t day, char buffer[16]);

/* The reviewer's own pace, and the office's where there is none; NULL: the office's. Texts stay the configuration's. */
struct config_pace office_pace(const struct config *config, const struct config_reviewer *reviewer);

/* Whether it is quiet, and until when. */
bool office_is_quiet(const struct config_pace *pace, int64_t now_ms, int64_t *ret_until_ms);
/* When the first digest after `now_ms` is due; when the local day of `now_ms` began. */
int64_t office_next_digest(const struct config_pace *pace, int64_t now_ms);
int64_t office_day_begins(const struct config_pace *pace, int64_t now_ms);
/* Whether the reviewer is away, and up to which day. */
bool office_is_absent(const struct config_reviewer *reviewer, const struct config_pace *pace, int64_t now_ms,
                      int32_t *ret_last);

/* The end of a day, in the office's zone. */
int64_t office_day_ends(const struct config *config, int32_t day);
/* The end of the `days`th business day after the local day of `from_ms`, in the office's zone. */
int64_t office_business(const struct config *config, int64_t from_ms, uint32_t days);

#endif
