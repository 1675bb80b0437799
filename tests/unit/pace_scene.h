/* SPDX-License-Identifier: Apache-2.0
 *
 * pace_scene.h: a queue of two reviewers with a lead, a wait of 30 s and a clock that the test sets; what each was told then.
 */
#ifndef PATHWAYD_TESTS_PACE_SCENE_H
#define PATHWAYD_TESTS_PACE_SCENE_H

#include "case_scene.h"

#include "cases/clock.h"
#include "cases/digest.h"
#include "cases/pace.h"
#include "json/time.h"

#define SECOND INT64_C(1000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)

static char *desk[] = {"alice", "bob", NULL};
static char *carol_address[] = {"carol@example.test", NULL};
static uint32_t reminders[] = {2, 5, 0};
static char *weekend[] = {"sat", "sun", NULL};

/* A queue of two with a lead, a wait of 30 s, no pathway left out. */
static inline int pace_set_up(void **state)
{
    static struct config_reviewer people[3];
    static struct config_queue queue = {
        .name = "desk", .reviewers = desk, .channels = mail_channels, .lead = "carol"};
    static struct config_route ways[] = {{.min_level = PW_LEVEL_SUGGESTED, .asking = true, .queue = "desk"}};
    int status = set_up(state);
    struct fixture *fixture = *state;
    people[0] = (struct config_reviewer)REVIEWER("alice", mail_channels, alice_address);
    people[1] = (struct config_reviewer)REVIEWER("bob", mail_channels, bob_address);
    people[2] = (struct config_reviewer)REVIEWER("carol", mail_channels, carol_address);
    struct config *config = &fixture->config;
    config->reviewers = people;
    config->reviewer_count = 3;
    config->queues = &queue;
    config->queue_count = 1;
    config->routes = ways;
    config->route_count = 1;
    config->wait_s = 30;
    config->wait_most_s = 300;
    config->reminder_days = reminders;
    config->weekend = weekend;
    config->day_ends = "17:00";
    config->decide_days[PW_LEVEL_REQUIRED] = 5;
    scene_now = SCENE_BEGINS + 10 * HOUR; /* the digest of the 1st is over */
    return status;
}

/* ---- steps ---- */

static inline void says(struct fixture *fixture, const char *id, const char *engagement, const char *rule,
                        uint32_t level)
{
    char body[512];
    store(fixture, id, engagement, body);
    judge(fixture, fixture->sequence, body, "research", rule, level, 0);
}

static inline int let_go_run(struct journal_writer *writer, struct journal_task *task)
{
    const struct judging *judging = task->owner;
    uint32_t count = 0;
    int status = clock_ring(writer, judging->config, 64, &count);
    return status < 0 ? status : notices_let_go(writer, judging->config, 64, &count);
}

/* The clock goes on, and what is due happens. */
static inline void passes(struct fixture *fixture, int64_t ms)
{
    struct judging judging = {.config = &fixture->config};
    scene_now += ms;
    submit(fixture, &judging, let_go_run);
}

struct rows {
    char text[4096];
    struct pw_document document;
};

static inline int see_row(void *to, const struct journal_notice *notice)
{
    struct rows *rows = to;
    size_t used = strlen(rows->text);
    snprintf(rows->text + used, sizeof rows->text - used, "%.*s %.*s %.*s\n", TEXT_FMT(notice->reviewer),
             TEXT_FMT(notice->change), TEXT_FMT(notice->state));
    return 0;
}

/* "alice opened waiting\nbob …" of a case, oldest first. */
static inline void assert_rows(struct fixture *fixture, const char *engagement, const char *wanted)
{
    struct rows rows = {.text = ""};
    struct seen seen = look(fixture, engagement);
    assert_int_equal(journal_notices_of_case(fixture->view, seen.case_id, see_row, &rows), 0);
    assert_string_equal(rows.text, wanted);
}

struct finding_row {
    const char *reviewer, *state;
    char body[8192], reason[512], because[256];
    uint32_t count;
};

static inline int find_row(void *to, const struct journal_notice *notice)
{
    struct finding_row *row = to;
    if (!text_is(notice->reviewer, row->reviewer) || !text_is(notice->state, row->state))
        return 0;
    row->count++;
    snprintf(row->body, sizeof row->body, "%.*s", (int)notice->body.length, notice->body.data);
    snprintf(row->reason, sizeof row->reason, "%.*s", TEXT_FMT(notice->reason));
    snprintf(row->because, sizeof row->because, "%.*s", TEXT_FMT(notice->because));
    return 0;
}

/* The newest of that reviewer in that state. */
static inline struct finding_row row_of(struct fixture *fixture, const char *engagement, const char *reviewer,
                                        const char *state)
{
    struct finding_row row = {.reviewer = reviewer, .state = state};
    struct seen seen = look(fixture, engagement);
    assert_int_equal(journal_notices_of_case(fixture->view, seen.case_id, find_row, &row), 0);
    if (!row.count)
        fail_msg("%s has nothing that is %s", reviewer, state);
    return row;
}

static inline void assert_said(const char *text, const char *wanted)
{
    if (!strstr(text, wanted))
        fail_msg("expected: %s\nsaid: %s", wanted, text);
}

/* ---- digests ---- */

static inline int first_of_digest(void *to, const struct journal_notice *notice)
{
    struct finding_row *row = to;
    if (!text_is(notice->change, "digest") || !text_is(notice->reviewer, row->reviewer))
        return 0;
    row->count++;
    snprintf(row->body, sizeof row->body, "%.*s", (int)notice->body.length, notice->body.data);
    return 0;
}

static inline struct finding_row digest_of(struct fixture *fixture, const char *reviewer)
{
    struct finding_row row = {.reviewer = reviewer};
    assert_int_equal(
        journal_notices_due(fixture->view, PW_TEXT("mail"), INT64_MAX, 1000, first_of_digest, &row), 0);
    return row;
}

static inline int fail_run(struct journal_writer *writer, struct journal_task *task)
{
    (void)task;
    int status = digest_recovered(writer, "mail");
    return status < 0 ? status : digest_backlogs(writer, ((struct judging *)task->owner)->config);
}

#endif
