/* SPDX-License-Identifier: Apache-2.0
 *
 * When people are told, hour by hour, on a real journal and a clock that the test sets: the wait, what joins, quiet hours,
 * digests, caps, deputies, silences, what a prohibited finding makes needless; reminders and escalations.
 */
#include "pace_scene.h"

#include "cases/decision.h"

static char *units[] = {"CS", NULL};

/* ---- the wait ---- */

static void a_batch_is_told_once(void **state)
{
    struct fixture *fixture = *state;
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 20 * SECOND);
    says(fixture, "2", "E-1", "research.b", PW_LEVEL_RECOMMENDED);
    passes(fixture, 20 * SECOND);
    says(fixture, "3", "E-1", "research.c", PW_LEVEL_REQUIRED);
    passes(fixture, 29 * SECOND);
    assert_rows(fixture, "E-1", "alice opened held\nbob opened held\n");
    passes(fixture, 1 * SECOND);
    assert_rows(fixture, "E-1", "alice opened waiting\nbob opened waiting\n");
    struct finding_row row = row_of(fixture, "E-1", "alice", "waiting");
    assert_said(row.body, "\"level\":\"required\"");
    assert_said(row.body, "\"previous_level\":\"none\"");
    assert_said(row.body, "\"queue\":\"desk\"");
    assert_said(row.body, "research.a");
    assert_said(row.body, "research.c");
    assert_said(row.because, "You work on the queue desk.");
    says(fixture, "4", "E-1", "research.d", PW_LEVEL_REQUIRED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1",
                "alice opened waiting\nbob opened waiting\nalice added waiting\nbob added waiting\n");
}

static void it_waits_no_longer_than_said(void **state)
{
    struct fixture *fixture = *state;
    char id[16];
    for (int i = 0; i < 15; i++) { /* a change each 20 s never leaves 30 s of rest */
        snprintf(id, sizeof id, "%d", i);
        says(fixture, id, "E-1", id, PW_LEVEL_RECOMMENDED);
        passes(fixture, 20 * SECOND);
    }
    assert_rows(fixture, "E-1", "alice opened waiting\nbob opened waiting\n");
}

static void what_was_never_told_is_not_taken_back(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "research", "research.a", PW_LEVEL_RECOMMENDED, 0);
    judge(fixture, fixture->sequence, body, "research", "", PW_LEVEL_NONE, 0);
    passes(fixture, HOUR);
    assert_rows(fixture, "E-1", "alice opened muted\nbob opened muted\n");
    assert_said(row_of(fixture, "E-1", "bob", "muted").reason, "withdrawn before anybody was told");
    judge(fixture, fixture->sequence, body, "research", "research.a", PW_LEVEL_RECOMMENDED, 0);
    passes(fixture, HOUR);
    judge(fixture, fixture->sequence, body, "research", "", PW_LEVEL_NONE, 0);
    passes(fixture, HOUR);
    assert_rows(fixture, "E-1",
                "alice opened muted\nbob opened muted\nalice reopened waiting\nbob reopened waiting\n"
                "alice withdrawn waiting\nbob withdrawn waiting\n");
    assert_said(row_of(fixture, "E-1", "bob", "waiting").body, "\"pathways\":[\"research\"]");
}

/* ---- hours ---- */

static void quiet_hours_hold_and_a_rise_breaks_through(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.reviewers[0].pace.quiet = "12:00-14:00";
    passes(fixture, 3 * HOUR); /* 13:00 */
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1", "alice opened held\nbob opened waiting\n");
    assert_said(row_of(fixture, "E-1", "alice", "held").reason,
                "alice has quiet hours until 2026-01-01T14:00:00Z.");
    says(fixture, "2", "E-2", "research.a", PW_LEVEL_PROHIBITED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-2", "alice opened waiting\nbob opened waiting\n");
    passes(fixture, HOUR);
    assert_rows(fixture, "E-1", "alice opened waiting\nbob opened waiting\n");
    passes(fixture, 23 * HOUR); /* the next day, in the quiet hours, a case that she knows rises */
    says(fixture, "3", "E-1", "research.b", PW_LEVEL_REQUIRED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1",
                "alice opened waiting\nbob opened waiting\nalice raised waiting\nbob raised waiting\n");
}

static void advice_is_one_digest_and_never_an_empty_one(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_SUGGESTED);
    says(fixture, "2", "E-2", "research.a", PW_LEVEL_SUGGESTED);
    store(fixture, "3", "E-3", body);
    judge(fixture, fixture->sequence, body, "research", "research.a", PW_LEVEL_SUGGESTED, 0);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1", "alice opened digest\nbob opened digest\n");
    assert_said(row_of(fixture, "E-1", "alice", "digest").reason, "digest of 2026-01-02T08:00:00Z");
    judge(fixture, fixture->sequence, body, "research", "", PW_LEVEL_NONE, 0); /* nobody need hear of it */
    passes(fixture, 10 * HOUR);
    says(fixture, "4", "E-1", "research.b", PW_LEVEL_SUGGESTED);
    passes(fixture, 30 * SECOND);
    assert_int_equal(digest_of(fixture, "alice").count, 0);
    passes(fixture, 12 * HOUR);
    struct finding_row digest = digest_of(fixture, "alice");
    assert_int_equal(digest.count, 1);
    assert_int_equal(digest_of(fixture, "bob").count, 1);
    assert_said(digest.body, "\"kind\":\"digest\"");
    const char *first = strstr(digest.body, "\"engagement_id\":\"E-1\"");
    assert_non_null(first);
    assert_null(strstr(first + 1, "\"engagement_id\":\"E-1\"")); /* once */
    assert_non_null(strstr(digest.body, "\"engagement_id\":\"E-2\""));
    assert_null(strstr(digest.body, "\"engagement_id\":\"E-3\""));
    assert_rows(fixture, "E-1", "alice opened folded\nbob opened folded\n");
    assert_rows(fixture, "E-3", "alice opened muted\nbob opened muted\n");
    passes(fixture, DAY);
    assert_int_equal(digest_of(fixture, "alice").count, 1);
}

static void a_rise_takes_a_case_out_of_the_digest(void **state)
{
    struct fixture *fixture = *state;
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_SUGGESTED);
    passes(fixture, HOUR);
    assert_rows(fixture, "E-1", "alice opened digest\nbob opened digest\n");
    says(fixture, "2", "E-1", "research.b", PW_LEVEL_REQUIRED);
    passes(fixture, 29 * SECOND);
    assert_rows(fixture, "E-1", "alice opened held\nbob opened held\n");
    passes(fixture, SECOND);
    assert_rows(fixture, "E-1", "alice opened waiting\nbob opened waiting\n");
    passes(fixture, DAY);
    assert_int_equal(digest_of(fixture, "alice").count, 0);
}

static void above_the_cap_goes_to_the_digest(void **state)
{
    struct fixture *fixture = *state;
    char id[16], engagement[16];
    fixture->config.reviewers[0].pace.daily_cap = 2;
    for (int i = 1; i <= 4; i++) {
        snprintf(id, sizeof id, "%d", i);
        snprintf(engagement, sizeof engagement, "E-%d", i);
        says(fixture, id, engagement, "research.a", i == 4 ? PW_LEVEL_PROHIBITED : PW_LEVEL_RECOMMENDED);
        passes(fixture, 30 * SECOND);
    }
    assert_rows(fixture, "E-2", "alice opened waiting\nbob opened waiting\n");
    assert_rows(fixture, "E-3", "alice opened digest\nbob opened waiting\n");
    assert_said(row_of(fixture, "E-3", "alice", "digest").reason, "The day's notices have reached the cap.");
    assert_rows(fixture, "E-4", "alice opened waiting\nbob opened waiting\n"); /* prohibited breaks through */
    passes(fixture, 15 * HOUR);                                                /* a new day has a new count */
    says(fixture, "5", "E-5", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-5", "alice opened waiting\nbob opened waiting\n");
}

/* ---- people ---- */

static void the_deputy_is_told_once(void **state)
{
    struct fixture *fixture = *state;
    static char *away[] = {"2026-01-01/2026-01-05", NULL};
    fixture->config.reviewers[0].absent = away;
    fixture->config.reviewers[0].deputy = "carol";
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1", "carol opened waiting\nbob opened waiting\n");
    struct finding_row row = row_of(fixture, "E-1", "carol", "waiting");
    assert_said(row.because, "alice is away until 2026-01-05, and you are the deputy.");
    assert_said(row.body, "carol@example.test");
    fixture->config.reviewers[0].deputy = "bob"; /* who works on the queue himself */
    says(fixture, "2", "E-2", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-2", "alice opened muted\nbob opened waiting\n");
    fixture->config.reviewers[2].absent = away; /* the deputy's deputy */
    fixture->config.reviewers[0].deputy = "carol";
    fixture->config.reviewers[2].deputy = "bob";
    says(fixture, "3", "E-3", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-3", "alice opened muted\nbob opened waiting\n");
    fixture->config.reviewers[2].deputy = "alice"; /* a circle: somebody must hear of it */
    says(fixture, "4", "E-4", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 30 * SECOND);
    assert_non_null(strstr(look(fixture, "E-4").notices, "alice=waiting"));
}

static int silence_run(struct journal_writer *writer, struct journal_task *task)
{
    const struct judging *judging = task->owner;
    uint64_t id = 0;
    const struct journal_silence silence = {.author = PW_TEXT("carol"),
                                            .reason = PW_TEXT("the register is being moved"),
                                            .rule = {judging->rule, strlen(judging->rule)},
                                            .at_ms = scene_now,
                                            .until_ms = scene_now + DAY};
    return journal_silence_add(writer, &silence, &id);
}

static void a_silence_mutes_its_rule_alone_and_ends(void **state)
{
    struct fixture *fixture = *state;
    struct judging silence = {.rule = "research.noisy"};
    submit(fixture, &silence, silence_run);
    says(fixture, "1", "E-1", "research.noisy", PW_LEVEL_RECOMMENDED);
    says(fixture, "2", "E-2", "research.other", PW_LEVEL_RECOMMENDED);
    says(fixture, "3", "E-3", "research.noisy", PW_LEVEL_PROHIBITED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1", "alice opened muted\nbob opened muted\n");
    assert_said(row_of(fixture, "E-1", "bob", "muted").reason,
                "carol silenced it until 2026-01-02T10:00:00Z (silence 1): the register is being moved");
    assert_rows(fixture, "E-2", "alice opened waiting\nbob opened waiting\n");
    assert_rows(fixture, "E-3", "alice opened waiting\nbob opened waiting\n"); /* breaks through */
    says(fixture, "4", "E-1", "research.other", PW_LEVEL_RECOMMENDED); /* a rule more than what is silenced */
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1",
                "alice opened muted\nbob opened muted\nalice added waiting\nbob added waiting\n");
    passes(fixture, DAY);
    says(fixture, "5", "E-5", "research.noisy", PW_LEVEL_RECOMMENDED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-5", "alice opened waiting\nbob opened waiting\n");
}

static void beside_prohibited_lesser_news_is_none(void **state)
{
    struct fixture *fixture = *state;
    says(fixture, "1", "E-1", "legal.ban", PW_LEVEL_PROHIBITED);
    passes(fixture, 30 * SECOND);
    says(fixture, "2", "E-1", "research.b", PW_LEVEL_RECOMMENDED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1",
                "alice opened waiting\nbob opened waiting\nalice added muted\nbob added muted\n");
    assert_said(row_of(fixture, "E-1", "bob", "muted").reason, "a lesser one is no news");
    says(fixture, "3", "E-2", "research.b", PW_LEVEL_RECOMMENDED);
    says(fixture, "4", "E-2", "legal.ban", PW_LEVEL_PROHIBITED);
    passes(fixture, 30 * SECOND);
    struct finding_row row = row_of(fixture, "E-2", "bob", "waiting");
    assert_said(row.body, "\"muted\":1");
    assert_null(strstr(row.body, "research.b"));
}

static void a_channel_that_is_back_tells_one_digest(void **state)
{
    struct fixture *fixture = *state;
    struct judging judging = {.config = &fixture->config};
    char id[16], engagement[16];
    for (int i = 1; i <= 6; i++) {
        snprintf(id, sizeof id, "%d", i);
        snprintf(engagement, sizeof engagement, "E-%d", i);
        says(fixture, id, engagement, "research.a", PW_LEVEL_RECOMMENDED);
        passes(fixture, 30 * SECOND);
    }
    submit(fixture, &judging, fail_run); /* a short trouble: they are told as they are */
    assert_int_equal(digest_of(fixture, "alice").count, 0);
    passes(fixture, 48 * HOUR);
    says(fixture, "7", "E-7", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 30 * SECOND);
    submit(fixture, &judging, fail_run);
    struct finding_row digest = digest_of(fixture, "alice");
    assert_int_equal(digest.count, 1);
    assert_said(digest.body, "out of order");
    assert_said(digest.body, "\"engagement_id\":\"E-1\"");
    assert_said(digest.body, "\"engagement_id\":\"E-6\"");
    assert_rows(fixture, "E-7", "alice opened waiting\nbob opened waiting\n");
    assert_said(row_of(fixture, "E-1", "bob", "folded").reason, "It was told in the digest backlog-");
    submit(fixture, &judging, fail_run);
    assert_int_equal(digest_of(fixture, "alice").count, 1);
}

static int orphan_run(struct journal_writer *writer, struct journal_task *task)
{
    (void)task;
    const struct journal_notice notice = {.case_id = 999,
                                          .notice_id = PW_TEXT("C-000999-1-1+mail+bob"),
                                          .channel = PW_TEXT("mail"),
                                          .reviewer = PW_TEXT("bob"),
                                          .state = PW_TEXT("held"),
                                          .created_ms = scene_now,
                                          .next_ms = scene_now,
                                          .change = PW_TEXT("opened")};
    return journal_notice_add(writer, &notice);
}

static void one_that_cannot_be_told_stops_no_other(void **state)
{
    struct fixture *fixture = *state;
    struct judging judging = {0};
    struct finding_row row = {.reviewer = "bob", .state = "failed"};
    submit(fixture, &judging, orphan_run);
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1", "alice opened waiting\nbob opened waiting\n");
    assert_int_equal(journal_notices_of_case(fixture->view, 999, find_row, &row), 0);
    assert_int_equal(row.count, 1);
    assert_said(row.reason, "could not be worded");
}

static int decide_run(struct journal_writer *writer, struct journal_task *task)
{
    const struct judging *judging = task->owner;
    struct act_answer answer = {0};
    const struct decision_request request = {
        .case_id = judging->sequence,
        .actor = {.name = PW_TEXT("alice"), .person = true, .roles = ROLE_ALL},
        .disposition = PW_TEXT("proceed"),
        .reason = PW_TEXT("It is open work.")};
    return decision_make(writer, judging->config, &request, &answer);
}

static void decides(struct fixture *fixture, const char *engagement)
{
    struct judging judging = {.config = &fixture->config, .sequence = look(fixture, engagement).case_id};
    fixture->config.review_days = 365;
    fixture->config.type_prefix = "org.pathwayd.";
    submit(fixture, &judging, decide_run);
}

/* Who knows of a case hears that nothing is left to do, in the digest; a program at once. */
static void a_decision_is_told_too(void **state)
{
    static char *programs[] = {"stream", NULL};
    static struct config_plugin channels[] = {CHANNEL("mail"), {.name = "stream", .stage = PW_STAGE_NOTIFY}};
    struct fixture *fixture = *state;
    fixture->config.plugins = channels;
    fixture->config.plugin_count = 2;
    fixture->config.routes[0].channels = programs;
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    says(fixture, "2", "E-2", "research.a", PW_LEVEL_RECOMMENDED);
    decides(fixture, "E-2"); /* before anybody was told */
    passes(fixture, HOUR);
    assert_rows(fixture, "E-2", "alice opened muted\nbob opened muted\n opened muted\n");
    assert_said(row_of(fixture, "E-2", "bob", "muted").reason, "decided before anybody was told");
    decides(fixture, "E-1");
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1",
                "alice opened waiting\nbob opened waiting\n opened waiting\nalice decided digest\nbob "
                "decided digest\n"
                " decided waiting\n");
    passes(fixture, DAY);
    assert_said(digest_of(fixture, "bob").body, "\"change\":\"decided\"");
    fixture->config.routes[0].channels = NULL;
}

static void a_program_keeps_no_hours(void **state)
{
    static char *programs[] = {"stream", NULL};
    static struct config_plugin channels[] = {CHANNEL("mail"), {.name = "stream", .stage = PW_STAGE_NOTIFY}};
    struct fixture *fixture = *state;
    struct judging silence = {.rule = "research.a"};
    fixture->config.plugins = channels;
    fixture->config.plugin_count = 2;
    fixture->config.routes[0].channels = programs;
    submit(fixture, &silence, silence_run);
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_SUGGESTED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1", "alice opened muted\nbob opened muted\n opened waiting\n");
    fixture->config.routes[0].channels = NULL;
}

static void routes_look_at_units(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.routes[0].units = units;
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_REQUIRED);
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1", "");
    fixture->config.routes[0].units = NULL;
}

/* ---- the clock ---- */

static int see_clock(void *to, const struct journal_case *item)
{
    *(struct journal_case *)to = *item;
    return 0;
}

static void assert_clock(struct fixture *fixture, const char *engagement, const char *decide_by,
                         const char *wake)
{
    struct journal_case item;
    char text[TIME_TEXT_SIZE];
    assert_int_equal(journal_case_of_engagement(
                         fixture->view, (struct pw_text){engagement, strlen(engagement)}, see_clock, &item),
                     0);
    time_format(item.decide_by_ms, text);
    assert_string_equal(item.decide_by_ms ? text : "", decide_by);
    time_format(item.wake_ms, text);
    assert_string_equal(item.wake_ms ? text : "", wake);
}

static void nobody_acts(void **state)
{
    struct fixture *fixture = *state;
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_REQUIRED); /* Thursday, 10:00 */
    passes(fixture, 30 * SECOND);
    assert_clock(fixture, "E-1", "2026-01-08T17:00:00Z", "2026-01-03T10:00:00Z");
    passes(fixture, 2 * DAY);
    assert_clock(fixture, "E-1", "2026-01-08T17:00:00Z", "2026-01-08T10:00:30Z");
    passes(fixture, 30 * SECOND);
    assert_rows(fixture, "E-1",
                "alice opened waiting\nbob opened waiting\nalice reminder waiting\nbob reminder waiting\n");
    passes(fixture, 5 * DAY); /* the second reminder; there is no third */
    passes(fixture, 7 * HOUR);
    assert_clock(fixture, "E-1", "2026-01-08T17:00:00Z", "");
    passes(fixture, 30 * SECOND);
    struct finding_row lead = row_of(fixture, "E-1", "carol", "waiting");
    assert_said(lead.body, "\"change\":\"escalated\"");
    assert_said(lead.because, "You lead the queue desk, and this was not decided in time.");
    uint32_t before = row_of(fixture, "E-1", "bob", "waiting").count;
    passes(fixture, 60 * DAY);
    assert_int_equal(row_of(fixture, "E-1", "bob", "waiting").count, before);
}

static void an_event_may_name_its_own_day(void **state)
{
    struct fixture *fixture = *state;
    static const char *const days[] = {"2026-01-06", "2026-02-06", "soon"};
    static const char *const wanted[] = {"2026-01-06T17:00:00Z", "2026-01-08T17:00:00Z",
                                         "2026-01-08T17:00:00Z"};
    char body[512], engagement[16], text[600];
    for (int i = 0; i < 3; i++) {
        snprintf(engagement, sizeof engagement, "E-%d", i);
        store(fixture, engagement, engagement, body);
        body[strlen(body) - 2] = '\0'; /* the braces */
        snprintf(text, sizeof text, "%s,\"decide_by\":\"%s\"}}", body, days[i]);
        judge(fixture, fixture->sequence, text, "research", "research.a", PW_LEVEL_REQUIRED, 0);
        assert_clock(fixture, engagement, wanted[i], "2026-01-03T10:00:00Z");
    }
}

static void a_rise_brings_the_day_nearer(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.decide_days[PW_LEVEL_RECOMMENDED] = 10;
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    assert_clock(fixture, "E-1", "2026-01-15T17:00:00Z", "2026-01-03T10:00:00Z");
    passes(fixture, DAY);
    says(fixture, "2", "E-1", "research.b", PW_LEVEL_REQUIRED);
    assert_clock(fixture, "E-1", "2026-01-09T17:00:00Z", "2026-01-04T10:00:00Z");
    passes(fixture, DAY);
    says(fixture, "3", "E-1", "research.c", PW_LEVEL_REQUIRED); /* news put nothing off */
    assert_clock(fixture, "E-1", "2026-01-09T17:00:00Z", "2026-01-05T10:00:00Z");
    char body[512];
    store(fixture, "4", "E-2", body);
    judge(fixture, fixture->sequence, body, "research", "research.a", PW_LEVEL_REQUIRED, 0);
    judge(fixture, fixture->sequence, body, "research", "", PW_LEVEL_NONE, 0);
    assert_clock(fixture, "E-2", "", ""); /* what is withdrawn is silent */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, pace_set_up, tear_down)
    (void)both, (void)lab_only, (void)stream_channels, (void)routes, (void)alice;
    const struct CMUnitTest tests[] = {
        TEST(a_batch_is_told_once),
        TEST(it_waits_no_longer_than_said),
        TEST(what_was_never_told_is_not_taken_back),
        TEST(quiet_hours_hold_and_a_rise_breaks_through),
        TEST(advice_is_one_digest_and_never_an_empty_one),
        TEST(a_rise_takes_a_case_out_of_the_digest),
        TEST(above_the_cap_goes_to_the_digest),
        TEST(the_deputy_is_told_once),
        TEST(a_silence_mutes_its_rule_alone_and_ends),
        TEST(beside_prohibited_lesser_news_is_none),
        TEST(a_channel_that_is_back_tells_one_digest),
        TEST(one_that_cannot_be_told_stops_no_other),
        TEST(a_decision_is_told_too),
        TEST(a_program_keeps_no_hours),
        TEST(routes_look_at_units),
        TEST(nobody_acts),
        TEST(an_event_may_name_its_own_day),
        TEST(a_rise_brings_the_day_nearer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
