/* SPDX-License-Identifier: Apache-2.0
 *
 * What operators are told, once, and by which channels.
 */
#include "case_scene.h"

#include "cases/alarm.h"

static char *both_channels[] = {"mail", "stream", NULL};
static char *operators[] = {"alice", NULL};

struct raising {
    struct waiting waiting;
    const struct config *config;
    struct alarm alarm;
    bool ends;
};

static int raise_run(struct journal_writer *writer, struct journal_task *task)
{
    const struct raising *raising = task->owner;
    return raising->ends ? alarm_end(writer, raising->alarm.key)
                         : alarm_raise(writer, raising->config, &raising->alarm);
}

static void raised(struct journal_task *task, int status)
{
    struct raising *raising = task->owner;
    raising->waiting.status = status;
    sem_post(&raising->waiting.done);
}

static void raises(struct fixture *fixture, struct alarm alarm, bool ends)
{
    struct raising raising = {.config = &fixture->config, .alarm = alarm, .ends = ends};
    struct journal_task task = {.run = raise_run, .done = raised, .owner = &raising};
    scene_now += 1000;
    sem_init(&raising.waiting.done, 0, 0);
    journal_submit(fixture->journal, &task);
    sem_wait(&raising.waiting.done);
    sem_destroy(&raising.waiting.done);
    assert_int_equal(raising.waiting.status, 0);
}

struct told {
    char rows[2048];
};

static int see_told(void *to, const struct journal_notice *notice)
{
    struct told *told = to;
    size_t used = strlen(told->rows);
    snprintf(told->rows + used, sizeof told->rows - used, "%.*s/%.*s ", TEXT_FMT(notice->channel),
             TEXT_FMT(notice->reviewer));
    assert_true(text_is(notice->state, "waiting"));
    assert_non_null(strstr(notice->body.data, "\"kind\":\"alarm\""));
    assert_non_null(strstr(notice->body.data, "\"subject\":\"The list sdn is too old\""));
    return 0;
}

static struct told told_now(struct fixture *fixture)
{
    struct told told = {.rows = ""};
    assert_int_equal(journal_notices_of_case(fixture->view, 0, see_told, &told), 0);
    return told;
}

static const struct alarm stale = {
    .key = "list/sdn", .subject = "The list sdn is too old", .text = "T", .act = "pathwayctl list status"};

static void an_alarm_is_told_once_until_it_is_over(void **state)
{
    struct fixture *fixture = *state;
    struct alarm alarm = stale;
    fixture->config.operator_channels = both_channels;
    fixture->config.operator_reviewers = operators;
    raises(fixture, alarm, false);
    assert_string_equal(told_now(fixture).rows, "mail/alice stream/ ");
    assert_true(alarm_stands(fixture->view, "list/sdn"));
    raises(fixture, alarm, false);
    assert_string_equal(told_now(fixture).rows, "mail/alice stream/ ");
    raises(fixture, alarm, true);
    assert_false(alarm_stands(fixture->view, "list/sdn"));
    raises(fixture, alarm, true); /* over already */
    raises(fixture, alarm, false);
    assert_string_equal(told_now(fixture).rows, "mail/alice stream/ mail/alice stream/ ");
}

static void the_keeper_is_told_too_and_not_twice(void **state)
{
    struct fixture *fixture = *state;
    struct alarm alarm = stale;
    fixture->config.operator_channels = mail_channels;
    fixture->config.operator_reviewers = operators;
    alarm.keeper = "bob";
    raises(fixture, alarm, false);
    assert_string_equal(told_now(fixture).rows, "mail/alice mail/bob ");
    raises(fixture, alarm, true);
    alarm.keeper = "alice";
    raises(fixture, alarm, false);
    assert_string_equal(told_now(fixture).rows, "mail/alice mail/bob mail/alice ");
}

static void not_by_the_channel_that_it_is_about(void **state)
{
    struct fixture *fixture = *state;
    struct alarm alarm = stale;
    fixture->config.operator_channels = both_channels;
    fixture->config.operator_reviewers = operators;
    alarm.channel = "mail";
    raises(fixture, alarm, false);
    assert_string_equal(told_now(fixture).rows, "stream/ ");
}

static void without_operators_it_is_noted_all_the_same(void **state)
{
    struct fixture *fixture = *state;
    raises(fixture, stale, false);
    assert_string_equal(told_now(fixture).rows, "");
    assert_true(alarm_stands(fixture->view, "list/sdn"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    (void)both, (void)lab_only, (void)stream_channels, (void)routes, (void)alice, (void)body_format;
    (void)store, (void)judge, (void)look;
    const struct CMUnitTest tests[] = {
        TEST(an_alarm_is_told_once_until_it_is_over),
        TEST(the_keeper_is_told_too_and_not_twice),
        TEST(not_by_the_channel_that_it_is_about),
        TEST(without_operators_it_is_noted_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
