/* SPDX-License-Identifier: Apache-2.0
 *
 * The hours that people keep: zones with changes of clocks, quiet hours over midnight, digests, days away, business days.
 */
#include "config_scene.h"
#include "config/office.h"
#include "json/time.h"

static int64_t at(const char *text)
{
    int64_t ms = 0;
    assert_int_equal(time_parse((struct pw_text){text, strlen(text)}, &ms), 0);
    return ms;
}

static void assert_instant(int64_t ms, const char *wanted)
{
    char text[TIME_TEXT_SIZE];
    time_format(ms, text);
    assert_string_equal(text, wanted);
}

static void zones_are_real(void **state)
{
    (void)state;
    assert_true(office_zone_known("Europe/Berlin"));
    assert_true(office_zone_known("America/New_York"));
    assert_true(office_zone_known("Etc/UTC"));
    assert_false(office_zone_known("Europe/Atlantis"));
    assert_false(office_zone_known(""));
    assert_false(office_zone_known("GMT+25:00"));
    assert_false(office_zone_known("Europe/B\xc3\xa9rlin"));
    assert_false(office_zone_known("Europe/Berlin/Europe/Berlin/Europe/Berlin/Europe/Berlin/Europe/Berlin"));
}

static void local_time_goes_there_and_back(void **state)
{
    (void)state;
    struct office_instant local = office_local("America/New_York", at("2026-01-02T04:30:59Z"));
    assert_int_equal(local.minute, 23 * 60 + 30);
    assert_int_equal(local.weekday, 3); /* Thursday, 1 January */
    assert_instant(office_at("America/New_York", local.day, local.minute), "2026-01-02T04:30:00Z");
    local = office_local("Asia/Kathmandu", at("1969-12-31T18:14:00Z")); /* before the epoch; +05:30 then */
    assert_int_equal(local.day, -1);
    assert_int_equal(local.minute, 23 * 60 + 44);
    assert_int_equal(local.weekday, 2);
}

static void changes_of_clocks(void **state)
{
    (void)state;
    int32_t spring = 0, last = 0, autumn = 0;
    assert_true(office_read_days(PW_TEXT("2026-03-29"), &spring, &last));
    assert_true(office_read_days(PW_TEXT("2026-10-25"), &autumn, &last));
    assert_instant(office_at("Europe/Berlin", spring, 90), "2026-03-29T00:30:00Z");
    assert_instant(office_at("Europe/Berlin", spring, 150), "2026-03-29T01:30:00Z"); /* 02:30 is not: 03:30 */
    assert_instant(office_at("Europe/Berlin", spring, 210), "2026-03-29T01:30:00Z");
    assert_instant(office_at("Europe/Berlin", autumn, 60), "2026-10-24T23:00:00Z");
    assert_instant(office_at("Europe/Berlin", autumn, 240), "2026-10-25T03:00:00Z");
    for (int32_t minute = 0; minute < 24 * 60; minute++) {
        int32_t skipped = minute >= 120 && minute < 180 ? 60 : 0;
        assert_int_equal(office_local("Europe/Berlin", office_at("Europe/Berlin", spring, minute)).minute,
                         minute + skipped);
        assert_int_equal(office_local("Europe/Berlin", office_at("Europe/Berlin", autumn, minute)).minute,
                         minute);
    }
}

static void texts_are_read(void **state)
{
    (void)state;
    int32_t a = 0, b = 0;
    uint32_t weekday = 0;
    assert_true(office_read_minute(PW_TEXT("23:59"), &a) && a == 1439);
    assert_true(office_read_hours(PW_TEXT("19:00-07:30"), &a, &b) && a == 1140 && b == 450);
    assert_true(office_read_weekday(PW_TEXT("sun"), &weekday) && weekday == 6);
    assert_true(office_read_days(PW_TEXT("2026-12-21/2027-01-03"), &a, &b) && b - a == 13);
    static const char *const no_minutes[] = {"",      "24:00", "8:00",  "08:60",
                                             "08.00", "08:0a", "-1:00", "08:000"};
    static const char *const no_days[] = {
        "", "2026-02-30", "2026-01-02/2026-01-01", "2026-01-01/", "/2026-01-01", "2026-1-1"};
    for (size_t i = 0; i < sizeof no_minutes / sizeof *no_minutes; i++)
        assert_false(office_read_minute((struct pw_text){no_minutes[i], strlen(no_minutes[i])}, &a));
    for (size_t i = 0; i < sizeof no_days / sizeof *no_days; i++)
        assert_false(office_read_days((struct pw_text){no_days[i], strlen(no_days[i])}, &a, &b));
    assert_false(office_read_hours(PW_TEXT("08:00-08:00"), &a, &b)); /* all day or never? */
    assert_false(office_read_weekday(PW_TEXT("Mon"), &weekday));
    char day[16];
    assert_true(office_read_days(PW_TEXT("2024-02-29"), &a, &b));
    office_write_day(a, day);
    assert_string_equal(day, "2024-02-29");
}

static char *weekdays[] = {"mon", "tue", "wed", "thu", "fri", NULL};
static char *mondays[] = {"mon", NULL};

static void quiet_hours(void **state)
{
    (void)state;
    struct config_pace pace = {.zone = "Europe/Berlin", .quiet = "19:00-07:00"};
    int64_t until = 0;
    assert_false(office_is_quiet(&pace, at("2026-01-05T17:59:59Z"), &until));
    assert_true(office_is_quiet(&pace, at("2026-01-05T18:00:00Z"), &until));
    assert_instant(until, "2026-01-06T06:00:00Z");
    assert_true(office_is_quiet(&pace, at("2026-01-06T05:59:59Z"), &until));
    assert_instant(until, "2026-01-06T06:00:00Z");
    assert_false(office_is_quiet(&pace, at("2026-01-06T06:00:00Z"), &until));
    assert_true(office_is_quiet(&pace, at("2026-03-28T22:00:00Z"), &until)); /* the night is an hour short */
    assert_instant(until, "2026-03-29T05:00:00Z");
    pace.quiet = "12:00-13:00";
    assert_true(office_is_quiet(&pace, at("2026-01-06T11:30:00Z"), &until));
    assert_instant(until, "2026-01-06T12:00:00Z");
    assert_false(office_is_quiet(&pace, at("2026-01-06T12:00:00Z"), &until));
    pace.quiet = "";
    assert_false(office_is_quiet(&pace, at("2026-01-06T02:00:00Z"), &until));
}

static void digests(void **state)
{
    (void)state;
    struct config_pace pace = {.zone = "Europe/Berlin", .digest_at = "08:00", .digest_days = weekdays};
    assert_instant(office_next_digest(&pace, at("2026-01-05T06:59:59Z")), "2026-01-05T07:00:00Z");
    assert_instant(office_next_digest(&pace, at("2026-01-05T07:00:00Z")),
                   "2026-01-06T07:00:00Z"); /* the next, not this */
    assert_instant(office_next_digest(&pace, at("2026-01-09T12:00:00Z")),
                   "2026-01-12T07:00:00Z"); /* over the weekend */
    assert_instant(office_next_digest(&pace, at("2026-03-27T12:00:00Z")),
                   "2026-03-30T06:00:00Z"); /* summer time */
    pace.digest_days = mondays;
    assert_instant(office_next_digest(&pace, at("2026-01-05T07:00:00Z")),
                   "2026-01-12T07:00:00Z"); /* weekly */
    assert_instant(office_day_begins(&pace, at("2026-01-05T23:30:00Z")), "2026-01-05T23:00:00Z");
}

static void days_away(void **state)
{
    (void)state;
    char *absent[] = {"2026-02-02", "2026-12-21/2027-01-03", NULL};
    struct config_reviewer alice = {.name = "alice", .absent = absent}, bob = {.name = "bob"};
    struct config_pace pace = {.zone = "Pacific/Auckland"};
    int32_t last = 0;
    char day[16];
    assert_true(office_is_absent(&alice, &pace, at("2026-12-20T11:00:00Z"), &last)); /* the 21st over there */
    office_write_day(last, day);
    assert_string_equal(day, "2027-01-03");
    assert_false(office_is_absent(&alice, &pace, at("2026-12-20T10:59:59Z"), &last));
    assert_true(office_is_absent(&alice, &pace, at("2027-01-03T10:00:00Z"), &last));
    assert_false(office_is_absent(&alice, &pace, at("2027-01-03T11:00:00Z"), &last));
    assert_true(office_is_absent(&alice, &pace, at("2026-02-01T12:00:00Z"), &last));
    assert_false(office_is_absent(&bob, &pace, at("2026-02-01T12:00:00Z"), &last));
}

static void business_days(void **state)
{
    (void)state;
    char *weekend[] = {"sat", "sun", NULL};
    int32_t holidays[2], last;
    struct config config = {
        .pace = {.zone = "America/New_York"}, .day_ends = "17:00", .weekend = weekend, .holidays = holidays};
    assert_instant(office_business(&config, at("2026-12-23T15:00:00Z"), 1), "2026-12-24T22:00:00Z");
    assert_instant(office_business(&config, at("2026-12-23T15:00:00Z"), 2), "2026-12-25T22:00:00Z");
    assert_true(office_read_days(PW_TEXT("2026-12-25"), &holidays[0], &last));
    assert_true(office_read_days(PW_TEXT("2027-01-01"), &holidays[1], &last));
    config.holiday_count = 2;
    assert_instant(office_business(&config, at("2026-12-23T15:00:00Z"), 2), "2026-12-28T22:00:00Z");
    assert_instant(office_business(&config, at("2026-12-23T15:00:00Z"), 6), "2027-01-04T22:00:00Z");
    assert_instant(office_business(&config, at("2026-12-26T15:00:00Z"), 1),
                   "2026-12-28T22:00:00Z"); /* from a Saturday */
    assert_instant(office_business(&config, at("2026-12-24T04:00:00Z"), 1),
                   "2026-12-24T22:00:00Z"); /* still the 23rd */
}

static void what_is_left_out_is_the_offices(void **state)
{
    struct scene *scene = *state;
    write_file(scene, "holidays.json",
               "{\"2026-12-25\": \"Christmas Day\", /* and */ \"2026-01-01\": \"New Year\"}");
    write_file(scene, "a.conf",
               "{\"notices\": {\"wait_s\": 5, \"reminder_days\": [1, 3], \"pace\": {\"zone\": "
               "\"Europe/Berlin\", \"daily_cap\": 7}},"
               "\"clock\": {\"holidays\": \"holidays.json\", \"required_days\": 2},"
               "\"plugins\": [{\"name\": \"mail\", \"plugin\": \"email\", \"stage\": \"notify\"}],"
               "\"reviewers\": [{\"name\": \"alice\", \"addresses\": {\"mail\": \"a@b\"}, \"deputy\": "
               "\"bob\", \"pace\": {\"quiet\": \"20:00-06:00\","
               "\"daily_cap\": 0}}, {\"name\": \"bob\"}],"
               "\"queues\": [{\"name\": \"export\", \"reviewers\": [\"alice\", \"bob\"], \"channels\": "
               "[\"mail\"], \"lead\": \"bob\"}],"
               "\"routes\": [{\"queue\": \"export\", \"units\": [\"CS\"], \"regimes\": [\"paper\"]}]}");
    assert_int_equal(load(scene), 0);
    const struct config *config = scene->config;
    assert_int_equal(config->wait_s, 5);
    assert_int_equal(config->wait_most_s, 300);
    assert_int_equal(config->reminder_days[1], 3);
    assert_int_equal(config->reminder_days[2], 0);
    assert_int_equal(config->decide_days[PW_LEVEL_REQUIRED], 2);
    assert_int_equal(config->decide_days[PW_LEVEL_RECOMMENDED], 10);
    assert_int_equal(config->holiday_count, 2);
    assert_true(config->holidays[0] < config->holidays[1]);
    struct config_pace alice = office_pace(config, &config->reviewers[0]),
                       bob = office_pace(config, &config->reviewers[1]);
    assert_string_equal(alice.zone, "Europe/Berlin");
    assert_string_equal(alice.quiet, "20:00-06:00");
    assert_int_equal(alice.daily_cap, 0);
    assert_string_equal(bob.quiet, "");
    assert_int_equal(bob.daily_cap, 7);
    assert_string_equal(bob.digest_days[4], "fri");
    assert_string_equal(config->queues[0].lead, "bob");
    assert_string_equal(config->routes[0].queue, "export");
}

static void bad_hours_are_refused(void **state)
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"{\"notices\": {\"pace\": {\"zone\": \"Europe/Atlantis\"}}}",
         "there is no time zone \"Europe/Atlantis\""},
        {"{\"notices\": {\"pace\": {\"quiet\": \"19-7\"}}}",
         "\"quiet\" is \"19-7\", but must be like \"19:00-07:00\""},
        {"{\"notices\": {\"pace\": {\"digest_days\": [\"Monday\"]}}}", "\"Monday\" is none of mon"},
        {"{\"notices\": {\"wait_s\": 400}}", "\"wait_s\" is 400, more than \"wait_most_s\", which is 300"},
        {"{\"notices\": {\"reminder_days\": [0]}}", "it must be an array of numbers of days"},
        {"{\"clock\": {\"day_ends\": \"noon\"}}", "\"day_ends\" is \"noon\""},
        {"{\"clock\": {\"holidays\": \"none.json\"}}", "none.json: cannot be read"},
        {"{\"clock\": {\"holidays\": \"bad.json\"}}", "bad.json:1:22: \"2026-13-01\" is not a day"},
        {"{\"reviewers\": [{\"name\": \"a\", \"deputy\": \"a\"}]}", "nobody is a deputy of their own"},
        {"{\"reviewers\": [{\"name\": \"anna\", \"deputy\": \"ana\"}]}",
         "no reviewer is named \"ana\"; did you mean \"anna\"?"},
        {"{\"reviewers\": [{\"name\": \"a\", \"absent\": [\"next week\"]}]}",
         "\"next week\" is no day or span of days"},
        {"{\"reviewers\": [{\"name\": \"a\", \"pace\": {\"zone\": \"X\"}}]}", "there is no time zone \"X\""},
        {"{\"routes\": [{}]}", "a route has \"channels\" or a \"queue\""},
        {"{\"routes\": [{\"queue\": \"q\"}]}", "no queue is named \"q\""},
        {"{\"queues\": [{\"name\": \"q\", \"reviewers\": [\"a\"], \"channels\": [\"c\"]}]}",
         "no plugin of stage \"notify\" is named \"c\""},
        {"{\"page\": \"http://x\"}", "\"page\" must begin with https://"},
    };
    struct scene *scene = *state;
    write_file(scene, "bad.json", "{\"2026-01-01\": \"ok\", \"2026-13-01\": \"bad\"}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_file(scene, "a.conf", cases[i].text);
        assert_int_equal(load(scene), PW_ERROR_INVALID);
        if (!strstr(scene->errors, cases[i].sentence))
            fail_msg("expected: %s\nsaid: %s", cases[i].sentence, scene->errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_real),
        cmocka_unit_test(local_time_goes_there_and_back),
        cmocka_unit_test(changes_of_clocks),
        cmocka_unit_test(texts_are_read),
        cmocka_unit_test(quiet_hours),
        cmocka_unit_test(digests),
        cmocka_unit_test(days_away),
        cmocka_unit_test(business_days),
        cmocka_unit_test_setup_teardown(what_is_left_out_is_the_offices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_hours_are_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
