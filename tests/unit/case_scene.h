/* SPDX-License-Identifier: Apache-2.0
 *
 * case_scene.h: a journal of one's own with a clock that the test sets, two reviewers and three routes; events judged by
 * hand; and what a case and its notices look like then.
 */
#ifndef PATHWAYD_TESTS_CASE_SCENE_H
#define PATHWAYD_TESTS_CASE_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pathwayd/plugin.h>
#include "cases/cases.h"
#include "dispatch/pathway.h"
#include "host/frame.h"

struct fixture {
    char folder[64], path[96];
    struct journal *journal;
    struct journal_view *view;
    struct config config;
    uint64_t sequence; /* of the newest event */
};

static char *mail_channels[] = {"mail", NULL}, *stream_channels[] = {"stream", NULL};
static char *alice_address[] = {"alice@example.test", NULL}, *bob_address[] = {"bob@example.test", NULL};
static char *alice[] = {"alice", NULL}, *both[] = {"alice", "bob", NULL};
static char *lab_only[] = {"lab", NULL};
#define REVIEWER(who, on, where)                                                                             \
    {                                                                                                        \
        .name = who, .channels = on, .addresses = where, .pace.daily_cap = CONFIG_CAP_UNSAID                 \
    }
static struct config_reviewer reviewers[] = {REVIEWER("alice", mail_channels, alice_address),
                                             REVIEWER("bob", mail_channels, bob_address)};
#define CHANNEL(word)                                                                                        \
    {                                                                                                        \
        .name = word, .stage = PW_STAGE_NOTIFY, .paced = true                                                \
    }
static struct config_plugin scene_channels[] = {CHANNEL("mail"), CHANNEL("mail-office"), CHANNEL("stream")};
static char *every_day[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
static struct config_route routes[] = {
    {.min_level = PW_LEVEL_RECOMMENDED, .asking = true, .reviewers = alice, .channels = mail_channels},
    {.pathways = lab_only, .min_level = PW_LEVEL_REQUIRED, .reviewers = both, .channels = mail_channels},
    {.min_level = PW_LEVEL_SUGGESTED, .channels = stream_channels},
};

#define SCENE_BEGINS INT64_C(1767225600000) /* 2026-01-01, a Thursday */
static int64_t scene_now = SCENE_BEGINS;    /* the journal's thread reads it between two steps only */

static inline int64_t clock_ms(void *context)
{
    (void)context;
    return scene_now;
}

static inline int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    char *error = NULL;
    scene_now = SCENE_BEGINS;
    strcpy(fixture->folder, "/tmp/pathwayd-cases-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof(fixture->path), "%s/journal.db", fixture->folder);
    struct journal_options options = {.path = fixture->path, .stage_slice_ms = 4, .clock_ms = clock_ms};
    assert_int_equal(journal_open(&options, &fixture->journal, &error), 0);
    assert_int_equal(journal_view_open(fixture->path, &fixture->view, &error), 0);
    fixture->config = (struct config){
        .pace = {.zone = "Etc/UTC", .quiet = "", .digest_at = "08:00", .digest_days = every_day},
        .plugins = scene_channels,
        .plugin_count = 3,
        .reviewers = reviewers,
        .reviewer_count = 2,
        .routes = routes,
        .route_count = sizeof(routes) / sizeof(routes[0])};
    *state = fixture;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char command[128];
    journal_view_close(fixture->view);
    journal_close(fixture->journal);
    snprintf(command, sizeof(command), "rm -r %s", fixture->folder);
    assert_int_equal(system(command), 0);
    free(fixture);
    return 0;
}

/* ---- steps ---- */

struct waiting {
    sem_t done;
    int status;
};

static inline void appended(struct journal_append *append)
{
    struct waiting *waiting = append->owner;
    sem_post(&waiting->done);
}

static const char body_format[] =
    "{\"specversion\":\"1.0\",\"id\":\"%s\",\"time\":\"2026-01-01T00:00:00Z\",\"source\":\"https://a.example/"
    "\","
    "\"type\":\"org.pathwayd.agreement.proposed.v1\",\"data\":{\"engagement_id\":"
    "\"%s\",\"title\":\"Title %s\"}}";

static inline void store(struct fixture *fixture, const char *id, const char *engagement, char body[512])
{
    struct waiting waiting;
    sem_init(&waiting.done, 0, 0);
    snprintf(body, 512, body_format, id, engagement, id);
    struct journal_event event = {.feed = PW_TEXT("a"),
                                  .source = PW_TEXT("https://a.example/"),
                                  .id = {id, strlen(id)},
                                  .type = PW_TEXT("org.pathwayd.agreement.proposed.v1"),
                                  .engagement_id = {engagement, strlen(engagement)},
                                  .body = {body, strlen(body)}};
    struct journal_append append = {.events = &event, .count = 1, .done = appended, .owner = &waiting};
    journal_append(fixture->journal, &append);
    sem_wait(&waiting.done);
    sem_destroy(&waiting.done);
    assert_int_equal(event.status, 0);
    fixture->sequence = event.sequence;
}

struct judging {
    struct waiting waiting;
    const struct config *config;
    uint64_t sequence;
    const char *pathway, *rule, *body;
    uint32_t level, asks;
};

static inline int judge_run(struct journal_writer *writer, struct journal_task *task)
{
    struct judging *judging = task->owner;
    char json[256];
    snprintf(json, sizeof(json), "{\"rule\":\"%s\",\"level\":\"%s\"}", judging->rule,
             level_names[judging->level]);
    struct journal_finding finding = {.sequence = judging->sequence,
                                      .instance = {judging->pathway, strlen(judging->pathway)},
                                      .pathway = {judging->pathway, strlen(judging->pathway)},
                                      .rule = {judging->rule, strlen(judging->rule)},
                                      .level = judging->level,
                                      .needs_information = judging->asks,
                                      .body = {json, strlen(json)}};
    uint32_t count = judging->level || judging->asks ? 1 : 0;
    int status =
        journal_findings_put(writer, judging->sequence, judging->pathway, judging->pathway, &finding, count);
    return status < 0 ? status
                      : cases_apply(writer, judging->config, judging->sequence,
                                    (struct pw_text){judging->body, strlen(judging->body)});
}

static inline void judged(struct journal_task *task, int status)
{
    struct judging *judging = task->owner;
    judging->waiting.status = status;
    sem_post(&judging->waiting.done);
}

static inline void submit(struct fixture *fixture, struct judging *judging,
                          int (*run)(struct journal_writer *, struct journal_task *))
{
    struct journal_task task = {.run = run, .done = judged, .owner = judging};
    sem_init(&judging->waiting.done, 0, 0);
    journal_submit(fixture->journal, &task);
    sem_wait(&judging->waiting.done);
    sem_destroy(&judging->waiting.done);
    assert_int_equal(judging->waiting.status, 0);
}

/* One event of an engagement, and what a pathway says of it. Level none withdraws. */
static inline void judge(struct fixture *fixture, uint64_t sequence, const char *body, const char *pathway,
                         const char *rule, uint32_t level, uint32_t asks)
{
    struct judging judging = {.config = &fixture->config,
                              .sequence = sequence,
                              .pathway = pathway,
                              .rule = rule,
                              .body = body,
                              .level = level,
                              .asks = asks};
    submit(fixture, &judging, judge_run);
}

struct seen {
    uint64_t case_id, revision, sequence;
    uint32_t level, asks, count;
    char state[32], title[32], rules[1u << 15], notices[4096];
};

static inline int see_case(void *to, const struct journal_case *item)
{
    struct seen *seen = to;
    seen->count++;
    seen->case_id = item->case_id;
    seen->revision = item->revision;
    seen->sequence = item->sequence;
    snprintf(seen->title, sizeof(seen->title), "%.*s", TEXT_FMT(item->title));
    seen->level = item->level;
    seen->asks = item->needs_information;
    snprintf(seen->state, sizeof(seen->state), "%.*s", TEXT_FMT(item->state));
    snprintf(seen->rules, sizeof(seen->rules), "%.*s", (int)item->rules.length,
             item->rules.data ? item->rules.data : ""); /* TEXT_FMT cuts */
    return 0;
}

static inline int see_notice(void *to, const struct journal_notice *notice)
{
    struct seen *seen = to;
    size_t used = strlen(seen->notices);
    snprintf(seen->notices + used, sizeof(seen->notices) - used, "%.*s=%.*s ", TEXT_FMT(notice->notice_id),
             TEXT_FMT(notice->state));
    return 0;
}

static inline struct seen look(struct fixture *fixture, const char *engagement)
{
    struct seen seen = {0};
    struct pw_text text = {engagement, strlen(engagement)};
    assert_int_equal(journal_case_of_engagement(fixture->view, text, see_case, &seen), 0);
    if (seen.count)
        assert_int_equal(journal_notices_of_case(fixture->view, seen.case_id, see_notice, &seen), 0);
    return seen;
}

#endif
