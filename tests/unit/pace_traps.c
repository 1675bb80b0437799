/* SPDX-License-Identifier: Apache-2.0
 *
 * Where somebody would hear of nothing, or of one thing twice: what joins at the wrong moment, whoever leaves, clocks that go
 * back, queues that are renamed, decisions that end.
 */
#include "pace_scene.h"

#include "cases/decision.h"
#include "config/office.h"

static void withdrawn_again(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "research", "research.a", PW_LEVEL_RECOMMENDED, 0);
    passes(fixture, HOUR);
    judge(fixture, fixture->sequence, body, "research", "", PW_LEVEL_NONE, 0);
    judge(fixture, fixture->sequence, body, "research", "research.a", PW_LEVEL_RECOMMENDED, 0);
    judge(fixture, fixture->sequence, body, "research", "", PW_LEVEL_NONE, 0);
    passes(fixture, HOUR);
    assert_rows(fixture, "E-1",
                "alice opened waiting\nbob opened waiting\nalice withdrawn waiting\nbob withdrawn waiting\n");
}

static int propose_run(struct journal_writer *writer, struct journal_task *task)
{
    const struct judging *judging = task->owner;
    struct act_answer answer = {0};
    struct decision_request request = {.case_id = judging->sequence,
                                       .actor = {.name = PW_TEXT("alice"), .person = true, .roles = ROLE_ALL},
                                       .disposition = PW_TEXT("declined"),
                                       .reason = PW_TEXT("r"),
                                       .displacement = PW_TEXT("d"),
                                       .benefits = PW_TEXT("[\"b\"]"),
                                       .benefit_count = 1};
    const struct act_request act = {.case_id = judging->sequence, .actor = request.actor};
    int status = judging->asks ? decision_reopen(writer, judging->config, &act, PW_TEXT("why"), &answer)
                               : decision_make(writer, judging->config, &request, &answer);
    if (status)
        fprintf(stderr, "decision: %s\n", answer.refusal.sentence);
    return status;
}

static void propose(struct fixture *fixture, const char *e, bool reopen)
{
    struct seen seen = look(fixture, e);
    struct judging judging = {.config = &fixture->config, .sequence = seen.case_id, .asks = reopen};
    submit(fixture, &judging, propose_run);
}

static void a_rise_ends_a_held_proposal(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.review_days = 365;
    fixture->config.type_prefix = "org.pathwayd.";
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, HOUR);
    propose(fixture, "E-1", false);
    passes(fixture, 10 * SECOND);
    says(fixture, "2", "E-1", "research.b", PW_LEVEL_PROHIBITED);
    assert_string_equal(look(fixture, "E-1").state, "new");
    passes(fixture, HOUR);
    assert_rows(fixture, "E-1",
                "alice opened waiting\nbob opened waiting\nalice raised waiting\nbob raised waiting\n");
}

static void proposed_and_taken_back_before_anybody_heard(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.review_days = 365;
    fixture->config.type_prefix = "org.pathwayd.";
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_REQUIRED);
    propose(fixture, "E-1", false);
    propose(fixture, "E-1", true);
    assert_string_equal(look(fixture, "E-1").state, "new");
    passes(fixture, HOUR);
    assert_non_null(strstr(look(fixture, "E-1").notices, "bob=waiting"));
}

static void withdrawn_advice_waits_for_its_digest(void **state)
{
    struct fixture *fixture = *state;
    char one[512], two[512];
    store(fixture, "1", "E-1", one);
    uint64_t first = fixture->sequence;
    judge(fixture, first, one, "research", "research.a", PW_LEVEL_SUGGESTED, 0);
    passes(fixture, 60 * SECOND);
    passes(fixture, DAY);
    assert_int_equal(digest_of(fixture, "alice").count, 1);
    store(fixture, "2", "E-1", two);
    judge(fixture, fixture->sequence, two, "research", "research.b", PW_LEVEL_SUGGESTED, 0);
    passes(fixture, 60 * SECOND);
    judge(fixture, first, one, "research", "", PW_LEVEL_NONE, 0);
    judge(fixture, fixture->sequence, two, "research", "", PW_LEVEL_NONE, 0);
    passes(fixture, 60 * SECOND);
    assert_int_equal(digest_of(fixture, "alice").count, 1);
}

static void an_opening_that_rises_is_told_after_quiet(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.reviewers[0].pace.quiet = "10:00-20:00";
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 60 * SECOND);
    assert_rows(fixture, "E-1", "alice opened held\nbob opened waiting\n");
    says(fixture, "2", "E-1", "research.b",
         PW_LEVEL_REQUIRED); /* she knows nothing of it: it can wait for the morning */
    passes(fixture, 60 * SECOND);
    assert_rows(fixture, "E-1", "alice opened held\nbob opened waiting\nbob raised waiting\n");
    passes(fixture, 10 * HOUR);
    assert_said(row_of(fixture, "E-1", "alice", "waiting").body, "\"level\":\"required\"");
}

static void a_rise_breaks_through_the_cap(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.reviewers[0].pace.daily_cap = 1;
    says(fixture, "0", "E-0", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 60 * SECOND);
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 60 * SECOND);
    assert_rows(fixture, "E-1", "alice opened digest\nbob opened waiting\n");
    says(fixture, "2", "E-1", "research.b", PW_LEVEL_REQUIRED);
    passes(fixture, 60 * SECOND);
    assert_non_null(strstr(look(fixture, "E-1").notices, "alice=waiting"));
}

static char *away_long[] = {"2026-01-01/2026-02-05", NULL};

static void deputy_once_after_a_wordless_revision(void **state)
{
    struct fixture *fixture = *state;
    char one[512];
    fixture->config.reviewers[0].absent = away_long;
    fixture->config.reviewers[0].deputy = "bob";
    store(fixture, "1", "E-1", one);
    uint64_t first = fixture->sequence;
    judge(fixture, first, one, "research", "research.a", PW_LEVEL_REQUIRED, 0);
    says(fixture, "2", "E-1", "research.b", PW_LEVEL_RECOMMENDED);
    judge(fixture, first, one, "research", "", PW_LEVEL_NONE, 0);
    passes(fixture, 60 * SECOND);
    assert_rows(fixture, "E-1", "alice opened muted\nbob opened waiting\n");
}

static void quiet_deputy_once(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.reviewers[0].absent = away_long;
    fixture->config.reviewers[0].deputy = "carol";
    fixture->config.reviewers[2].pace.quiet = "10:00-20:00";
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 60 * SECOND);
    says(fixture, "2", "E-1", "research.b", PW_LEVEL_RECOMMENDED);
    passes(fixture, 60 * SECOND);
    passes(fixture, 12 * HOUR);
    assert_rows(fixture, "E-1",
                "carol opened waiting\nbob opened waiting\nalice added muted\nbob added waiting\n");
}

static char *legal_only[] = {"legal", NULL}, *research_only[] = {"research", NULL},
            *bob_only[] = {"bob", NULL};

static void news_to_whom_prohibited_was_never_told(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    struct config_route two[] = {{.pathways = legal_only,
                                  .min_level = PW_LEVEL_SUGGESTED,
                                  .reviewers = alice,
                                  .channels = mail_channels},
                                 {.pathways = research_only,
                                  .min_level = PW_LEVEL_SUGGESTED,
                                  .reviewers = bob_only,
                                  .channels = mail_channels}};
    fixture->config.routes = two;
    fixture->config.route_count = 2;
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "legal", "legal.ban", PW_LEVEL_PROHIBITED, 0);
    passes(fixture, 60 * SECOND);
    assert_rows(fixture, "E-1", "alice opened waiting\n");
    says(fixture, "2", "E-1", "research.b", PW_LEVEL_REQUIRED);
    passes(fixture, 60 * SECOND);
    assert_non_null(strstr(look(fixture, "E-1").notices, "bob=waiting"));
}

static void a_second_prohibited(void **state)
{
    struct fixture *fixture = *state;
    says(fixture, "1", "E-1", "legal.ban", PW_LEVEL_PROHIBITED);
    passes(fixture, 60 * SECOND);
    says(fixture, "2", "E-1", "legal.other_ban", PW_LEVEL_PROHIBITED);
    passes(fixture, 60 * SECOND);
    assert_rows(fixture, "E-1",
                "alice opened waiting\nbob opened waiting\nalice added waiting\nbob added waiting\n");
}

static void quiet_ends_when_clocks_go_back(void **state)
{
    (void)state;
    int64_t now = 0, until = 0;
    struct config_pace pace = {.zone = "Europe/Berlin", .quiet = "22:00-02:30"};
    time_parse(PW_TEXT("2026-10-25T01:10:00Z"), &now);
    if (office_is_quiet(&pace, now, &until))
        assert_true(until > now);
}

static void quiet_row_does_not_spin(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.reviewers[0].pace.zone = "Europe/Berlin";
    fixture->config.reviewers[0].pace.quiet = "22:00-02:30";
    time_parse(PW_TEXT("2026-10-25T01:10:00Z"), &scene_now);
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 60 * SECOND);
    struct finding_row row = {.reviewer = "alice", .state = "held"};
    assert_int_equal(journal_notices_held(fixture->view, scene_now, 10, find_row, &row), 0);
    assert_int_equal(row.count, 0); /* still due at once: due.c looks again without end */
}

static char *stream_one[] = {"carol", NULL};

static void lead_elsewhere(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.reviewers[2].channels = stream_channels;
    fixture->config.reviewers[2].addresses = stream_one;
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_REQUIRED);
    for (int i = 0; i < 9; i++)
        passes(fixture, DAY);
    passes(fixture, 60 * SECOND);
    struct finding_row none = {.reviewer = "", .state = "waiting"};
    assert_int_equal(journal_notices_of_case(fixture->view, look(fixture, "E-1").case_id, find_row, &none),
                     0);
    assert_int_equal(none.count, 0);
    row_of(fixture, "E-1", "carol", "waiting");
}

static void no_longer_than_said_when_looked_at_late(void **state)
{
    struct fixture *fixture = *state;
    char id[16];
    for (int i = 0; i < 16; i++) { /* nobody looks meanwhile: the journal's thread is busy with the batch */
        snprintf(id, sizeof id, "%d", i);
        says(fixture, id, "E-1", id, PW_LEVEL_RECOMMENDED);
        scene_now += 20 * SECOND;
    }
    passes(fixture, 0); /* 320 s after the first */
    assert_rows(fixture, "E-1", "alice opened waiting\nbob opened waiting\n");
}

static void renamed_queue(void **state)
{
    struct fixture *fixture = *state;
    static struct config_queue bureau = {
        .name = "bureau", .reviewers = desk, .channels = mail_channels, .lead = "carol"};
    static struct config_route ways[] = {
        {.min_level = PW_LEVEL_SUGGESTED, .asking = true, .queue = "bureau"}};
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_REQUIRED);
    passes(fixture, 60 * SECOND);
    fixture->config.queues = &bureau;
    fixture->config.routes = ways;
    for (int i = 0; i < 9; i++)
        passes(fixture, DAY);
    passes(fixture, 60 * SECOND);
    row_of(fixture, "E-1", "carol", "waiting");
}

static void who_left_is_told_nothing(void **state)
{
    struct fixture *fixture = *state;
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    fixture->config.reviewers++; /* alice left; the configuration is read again */
    fixture->config.reviewer_count = 2;
    passes(fixture, 60 * SECOND);
    assert_rows(fixture, "E-1", "alice opened muted\nbob opened waiting\n");
}

static void digest_names_no_notes(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "publication", "publication.a", PW_LEVEL_NOTE, 0);
    judge(fixture, fixture->sequence, body, "research", "research.a", PW_LEVEL_SUGGESTED, 0);
    passes(fixture, 60 * SECOND);
    passes(fixture, DAY);
    struct finding_row row = digest_of(fixture, "alice");
    assert_null(strstr(row.body, "publication"));
}

static int silence_path_run(struct journal_writer *writer, struct journal_task *task)
{
    const struct judging *judging = task->owner;
    uint64_t id = 0;
    const struct journal_silence silence = {.author = PW_TEXT("carol"),
                                            .reason = PW_TEXT("x"),
                                            .pathway = {judging->rule, strlen(judging->rule)},
                                            .at_ms = scene_now,
                                            .until_ms = scene_now + DAY};
    return journal_silence_add(writer, &silence, &id);
}

static void silence_of_a_pathway_with_a_note(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    struct judging silence = {.rule = "research"};
    submit(fixture, &silence, silence_path_run);
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "publication", "publication.a", PW_LEVEL_NOTE, 0);
    judge(fixture, fixture->sequence, body, "research", "research.a", PW_LEVEL_RECOMMENDED, 0);
    passes(fixture, 60 * SECOND);
    assert_rows(fixture, "E-1", "alice opened muted\nbob opened muted\n");
}

static void reopened_at_prohibited(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "research", "research.a", PW_LEVEL_RECOMMENDED, 0);
    passes(fixture, HOUR);
    judge(fixture, fixture->sequence, body, "research", "", PW_LEVEL_NONE, 0);
    passes(fixture, HOUR);
    fixture->config.reviewers[0].pace.quiet = "10:00-20:00";
    judge(fixture, fixture->sequence, body, "research", "research.a", PW_LEVEL_PROHIBITED, 0);
    passes(fixture, 60 * SECOND);
    assert_rows(fixture, "E-1",
                "alice opened waiting\nbob opened waiting\nalice withdrawn waiting\nbob withdrawn "
                "waiting\nalice reopened waiting\nbob reopened waiting\n");
}

static void advice_has_no_reminders(void **state)
{
    struct fixture *fixture = *state;
    char one[512];
    store(fixture, "1", "E-1", one);
    judge(fixture, fixture->sequence, one, "research", "research.a", PW_LEVEL_RECOMMENDED, 0);
    passes(fixture, HOUR);
    judge(fixture, fixture->sequence, one, "research", "research.a", PW_LEVEL_SUGGESTED, 0);
    passes(fixture, 3 * DAY);
    assert_rows(fixture, "E-1", "alice opened waiting\nbob opened waiting\n");
}

static void a_rise_that_is_over(void **state)
{
    struct fixture *fixture = *state;
    char one[512];
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, HOUR);
    store(fixture, "2", "E-1", one);
    judge(fixture, fixture->sequence, one, "research", "research.b", PW_LEVEL_REQUIRED, 0);
    judge(fixture, fixture->sequence, one, "research", "", PW_LEVEL_NONE, 0);
    passes(fixture, HOUR);
    assert_rows(fixture, "E-1",
                "alice opened waiting\nbob opened waiting\nalice raised muted\nbob raised muted\n");
}

static int decide_run(struct journal_writer *writer, struct journal_task *task)
{
    const struct judging *judging = task->owner;
    struct act_answer answer = {0};
    const struct act_request act = {.case_id = judging->sequence,
                                    .actor = {.name = PW_TEXT("bob"), .person = true, .roles = ROLE_ALL}};
    struct decision_request request = {.case_id = judging->sequence,
                                       .actor = {.name = PW_TEXT("alice"), .person = true, .roles = ROLE_ALL},
                                       .disposition = PW_TEXT("proceed"),
                                       .reason = PW_TEXT("r")};
    int status = judging->asks ? decision_second(writer, judging->config, &act, &answer)
                               : decision_make(writer, judging->config, &request, &answer);
    if (status)
        fprintf(stderr, "decision: %s\n", answer.refusal.sentence);
    return status;
}

static void decide(struct fixture *fixture, const char *e, bool second)
{
    struct seen seen = look(fixture, e);
    struct judging judging = {.config = &fixture->config, .sequence = seen.case_id, .asks = second};
    fixture->config.review_days = 365;
    fixture->config.type_prefix = "org.pathwayd.";
    submit(fixture, &judging, decide_run);
}

static void what_changed_survives_a_join(void **state)
{
    struct fixture *fixture = *state;
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, HOUR);
    decide(fixture, "E-1", false);
    assert_string_equal(look(fixture, "E-1").state, "decided");
    says(fixture, "2", "E-1", "research.b", PW_LEVEL_RECOMMENDED);
    assert_string_equal(look(fixture, "E-1").state, "new");
    says(fixture, "3", "E-1", "research.c", PW_LEVEL_RECOMMENDED);
    passes(fixture, HOUR);
    assert_said(row_of(fixture, "E-1", "alice", "waiting").body, "\"changed\":[");
}

static void a_prohibited_case_that_is_open_again(void **state)
{
    struct fixture *fixture = *state;
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_PROHIBITED);
    passes(fixture, HOUR);
    decide(fixture, "E-1", false);
    passes(fixture, HOUR);
    decide(fixture, "E-1", true);
    assert_string_equal(look(fixture, "E-1").state, "decided");
    passes(fixture, HOUR);
    says(fixture, "2", "E-1", "research.b", PW_LEVEL_RECOMMENDED);
    assert_string_equal(look(fixture, "E-1").state, "new");
    passes(fixture, HOUR);
    assert_rows(fixture, "E-1",
                "alice opened waiting\nbob opened waiting\nalice proposed waiting\nbob proposed "
                "waiting\nalice added waiting\nbob added waiting\n");
}

static char *on_mondays[] = {"mon", NULL};

static void what_is_overdue_breaks_through(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.reviewers[0].pace.daily_cap = 1;
    fixture->config.reviewers[0].pace.digest_days = on_mondays;
    fixture->config.decide_days[PW_LEVEL_RECOMMENDED] = 1;
    says(fixture, "0", "E-0", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 60 * SECOND);
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 60 * SECOND);
    assert_rows(fixture, "E-1", "alice opened digest\nbob opened waiting\n");
    passes(fixture, DAY);
    says(fixture, "2", "E-2", "research.a", PW_LEVEL_RECOMMENDED);
    passes(fixture, 60 * SECOND);
    passes(fixture, 7 * HOUR);
    passes(fixture, 60 * SECOND);
    assert_non_null(strstr(look(fixture, "E-1").notices, "carol=waiting"));
    assert_non_null(strstr(look(fixture, "E-1").notices, "alice=waiting"));
}

static int old_run(struct journal_writer *writer, struct journal_task *task)
{
    const struct judging *judging = task->owner;
    int status = 0;
    for (int i = 0; i < 5 && !status; i++) {
        char id[32];
        snprintf(id, sizeof id, "old-%d", i);
        const struct journal_notice notice = {.case_id = judging->sequence,
                                              .notice_id = {id, strlen(id)},
                                              .channel = PW_TEXT("mail"),
                                              .reviewer = PW_TEXT("bob"),
                                              .address = PW_TEXT("b"),
                                              .state = PW_TEXT("waiting"),
                                              .body = PW_TEXT("{\"change\":\"withdrawn\"}"),
                                              .created_ms = 1,
                                              .next_ms = 1};
        status = journal_notice_add(writer, &notice);
    }
    return status;
}

static void old_withdrawals_in_a_backlog(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "research", "research.a", PW_LEVEL_RECOMMENDED, 0);
    judge(fixture, fixture->sequence, body, "research", "", PW_LEVEL_NONE, 0);
    struct judging judging = {.config = &fixture->config, .sequence = look(fixture, "E-1").case_id};
    submit(fixture, &judging, old_run);
    submit(fixture, &judging, fail_run);
    assert_null(strstr(look(fixture, "E-1").notices, "old-4=muted"));
}

static void advice_that_is_overdue(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.decide_days[PW_LEVEL_SUGGESTED] = 1;
    says(fixture, "1", "E-1", "research.a", PW_LEVEL_SUGGESTED);
    passes(fixture, DAY);
    passes(fixture, 8 * HOUR);
    passes(fixture, 60 * SECOND);
    assert_said(row_of(fixture, "E-1", "carol", "waiting").body, "\"change\":\"escalated\"");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, pace_set_up, tear_down)
    (void)both, (void)lab_only, (void)stream_channels, (void)routes, (void)alice;
    const struct CMUnitTest tests[] = {
        TEST(withdrawn_again),
        TEST(a_rise_ends_a_held_proposal),
        TEST(proposed_and_taken_back_before_anybody_heard),
        TEST(withdrawn_advice_waits_for_its_digest),
        TEST(an_opening_that_rises_is_told_after_quiet),
        TEST(a_rise_breaks_through_the_cap),
        TEST(deputy_once_after_a_wordless_revision),
        TEST(quiet_deputy_once),
        TEST(news_to_whom_prohibited_was_never_told),
        TEST(a_second_prohibited),
        TEST(quiet_ends_when_clocks_go_back),
        TEST(quiet_row_does_not_spin),
        TEST(lead_elsewhere),
        TEST(no_longer_than_said_when_looked_at_late),
        TEST(renamed_queue),
        TEST(who_left_is_told_nothing),
        TEST(digest_names_no_notes),
        TEST(silence_of_a_pathway_with_a_note),
        TEST(reopened_at_prohibited),
        TEST(advice_has_no_reminders),
        TEST(a_rise_that_is_over),
        TEST(what_changed_survives_a_join),
        TEST(a_prohibited_case_that_is_open_again),
        TEST(what_is_overdue_breaks_through),
        TEST(old_withdrawals_in_a_backlog),
        TEST(advice_that_is_overdue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
