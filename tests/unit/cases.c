/* SPDX-License-Identifier: Apache-2.0
 *
 * The join per engagement on a real journal: when a case opens, what raises it, who is told, what goes to the
 * digest, and what a withdrawal leaves.
 */
#include "case_scene.h"

/* ---- tests ---- */

static void a_note_opens_nothing(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "publication", "publication.note", PW_LEVEL_NOTE, 0);
    assert_int_equal(look(fixture, "E-1").count, 0);
}

static void recommended_opens_and_tells_once(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "research", "research.q2", PW_LEVEL_RECOMMENDED, 0);
    struct seen seen = look(fixture, "E-1");
    assert_int_equal(seen.level, PW_LEVEL_RECOMMENDED);
    assert_string_equal(seen.state, "new");
    assert_string_equal(seen.notices,
                        "C-000001-19b76daa800-1+mail+alice=waiting C-000001-19b76daa800-1+stream+*=waiting ");
    /* The same again, by another event of the engagement: nobody hears of it twice. */
    store(fixture, "2", "E-1", body);
    judge(fixture, fixture->sequence, body, "research", "research.q2", PW_LEVEL_RECOMMENDED, 0);
    assert_string_equal(look(fixture, "E-1").notices, seen.notices);
    assert_int_equal(look(fixture, "E-1").case_id, seen.case_id);
}

static void suggested_goes_to_the_digest(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "lab", "lab.ip", PW_LEVEL_SUGGESTED, 0);
    assert_string_equal(look(fixture, "E-1").notices, "C-000001-19b76daa800-1+stream+*=digest ");
}

static void asking_opens_at_any_level(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "research", "research.unknown", PW_LEVEL_NOTE, 1);
    struct seen seen = look(fixture, "E-1");
    assert_int_equal(seen.asks, 1);
    assert_string_equal(seen.notices, "C-000001-19b76daa800-1+mail+alice=waiting ");
}

static void a_rise_breaks_through_and_adds_who_must_know(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "research", "research.q2", PW_LEVEL_RECOMMENDED, 0);
    store(fixture, "2", "E-1", body);
    judge(fixture, fixture->sequence, body, "lab", "lab.no_military_partner", PW_LEVEL_REQUIRED, 0);
    struct seen seen = look(fixture, "E-1");
    assert_int_equal(seen.level, PW_LEVEL_REQUIRED);
    assert_int_equal(seen.revision, 2);
    assert_string_equal(seen.rules, "lab.no_military_partner,research.q2");
    assert_non_null(strstr(seen.notices, "C-000001-19b76daa800-2+mail+alice=waiting"));
    assert_non_null(strstr(seen.notices, "C-000001-19b76daa800-2+mail+bob=waiting"));
    assert_null(strstr(seen.notices, "C-000001-19b76daa800-1+mail+bob"));
}

static void a_withdrawal_is_told_and_a_return_reopens(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    uint64_t sequence = fixture->sequence;
    judge(fixture, sequence, body, "research", "system.plugin_unavailable", PW_LEVEL_SUGGESTED, 1);
    judge(fixture, sequence, body, "research", "", PW_LEVEL_NONE, 0);
    struct seen seen = look(fixture, "E-1");
    assert_string_equal(seen.state, "withdrawn");
    assert_int_equal(seen.level, PW_LEVEL_NONE);
    assert_non_null(strstr(seen.notices, "C-000001-19b76daa800-2+mail+alice=waiting"));
    judge(fixture, sequence, body, "research", "research.q2", PW_LEVEL_RECOMMENDED, 0);
    seen = look(fixture, "E-1");
    assert_string_equal(seen.state, "new");
    assert_int_equal(seen.level, PW_LEVEL_RECOMMENDED);
    assert_int_equal(seen.revision, 3);
}

/* What nobody was told of yet need not be taken back. */
static void a_withdrawal_of_what_was_not_told_is_muted(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "lab", "lab.ip", PW_LEVEL_SUGGESTED, 0);
    judge(fixture, fixture->sequence, body, "lab", "", PW_LEVEL_NONE, 0);
    assert_string_equal(look(fixture, "E-1").notices, "C-000001-19b76daa800-1+stream+*=muted ");
}

/* Neither a level that fell in between, nor a second withdrawal, changes who must hear of it. */
static void a_withdrawal_reaches_those_who_were_told(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "research", "research.q2", PW_LEVEL_RECOMMENDED, 0);
    judge(fixture, fixture->sequence, body, "research", "research.q2", PW_LEVEL_SUGGESTED, 0);
    judge(fixture, fixture->sequence, body, "research", "", PW_LEVEL_NONE, 0);
    struct seen seen = look(fixture, "E-1");
    assert_non_null(strstr(seen.notices, "-3+mail+alice=waiting"));
    assert_non_null(strstr(seen.notices, "-3+stream+*=waiting"));
    judge(fixture, fixture->sequence, body, "research", "research.q2", PW_LEVEL_SUGGESTED, 0);
    judge(fixture, fixture->sequence, body, "research", "", PW_LEVEL_NONE, 0);
    seen = look(fixture, "E-1");
    assert_non_null(strstr(seen.notices, "-4+stream+*=muted"));
    assert_null(strstr(seen.notices, "-5+mail+alice")); /* she knows that it was withdrawn */
    assert_null(strstr(seen.notices, "+bob"));
}

static void an_old_event_assessed_again_keeps_the_newer_title(void **state)
{
    struct fixture *fixture = *state;
    char old[512], new[512];
    store(fixture, "1", "E-1", old);
    uint64_t first = fixture->sequence;
    judge(fixture, first, old, "research", "research.q2", PW_LEVEL_RECOMMENDED, 0);
    store(fixture, "2", "E-1", new);
    judge(fixture, fixture->sequence, new, "lab", "lab.ip", PW_LEVEL_RECOMMENDED, 0);
    assert_string_equal(look(fixture, "E-1").title, "Title 2");
    judge(fixture, first, old, "research", "research.q2", PW_LEVEL_REQUIRED, 0);
    struct seen seen = look(fixture, "E-1");
    assert_int_equal(seen.level, PW_LEVEL_REQUIRED);
    assert_int_equal(seen.revision, 3);
    assert_string_equal(seen.title, "Title 2");
    assert_int_equal(seen.sequence, fixture->sequence);
    judge(fixture, fixture->sequence, new, "lab", "lab.ip", PW_LEVEL_PROHIBITED, 0);
    assert_string_equal(look(fixture, "E-1").title, "Title 2");
}

static void engagements_do_not_mix(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "research", "research.q2", PW_LEVEL_RECOMMENDED, 0);
    store(fixture, "2", "E-2", body);
    judge(fixture, fixture->sequence, body, "research", "research.q2", PW_LEVEL_REQUIRED, 0);
    assert_int_equal(look(fixture, "E-1").level, PW_LEVEL_RECOMMENDED);
    assert_int_equal(look(fixture, "E-2").level, PW_LEVEL_REQUIRED);
    assert_int_not_equal(look(fixture, "E-1").case_id, look(fixture, "E-2").case_id);
}

/* Full answers of five policies, every rule of its own and with a name as long as it may be; and what a host
 * that lies may have sent before anybody checked. */
static int judge_at_length(struct journal_writer *writer, struct journal_task *task)
{
    enum { INSTANCES = 5, EACH = 64, LONG = 100000 };
    struct judging *judging = task->owner;
    int status = 0;
    char *endless = malloc(LONG);
    memset(endless, 'x', LONG);
    for (int i = 0; i < INSTANCES && status == 0; i++) {
        char instance[16], rules[EACH][FRAME_MAX_RULE + 1];
        struct journal_finding findings[EACH] = {0};
        snprintf(instance, sizeof(instance), "policy-%d", i);
        for (int n = 0; n < EACH; n++) {
            snprintf(rules[n], sizeof(rules[n]), "%0*d", (int)FRAME_MAX_RULE, i * EACH + n);
            findings[n] = (struct journal_finding){
                .rule = {rules[n], FRAME_MAX_RULE}, .level = PW_LEVEL_REQUIRED, .body = PW_TEXT("{}")};
        }
        if (i == 0)
            findings[0].rule = (struct pw_text){endless, LONG};
        if (i == 1)
            findings[0].rule = PW_TEXT("a,b+\"");
        status = journal_findings_put(writer, judging->sequence, instance, "research", findings, EACH);
    }
    free(endless);
    return status < 0 ? status
                      : cases_apply(writer, judging->config, judging->sequence,
                                    (struct pw_text){judging->body, strlen(judging->body)});
}

static void rules_without_end_are_counted(void **state)
{
    struct fixture *fixture = *state;
    char body[512];
    store(fixture, "1", "E-1", body);
    struct judging judging = {.config = &fixture->config, .sequence = fixture->sequence, .body = body};
    submit(fixture, &judging, judge_at_length);
    struct seen seen = look(fixture, "E-1");
    assert_int_equal(seen.level, PW_LEVEL_REQUIRED);
    assert_string_equal(strchr(seen.rules, '+'), "+192");
    assert_int_equal(strlen(seen.rules), 128 * (FRAME_MAX_RULE + 1) + strlen("+192"));
    submit(fixture, &judging, judge_at_length); /* nothing new */
    assert_int_equal(look(fixture, "E-1").revision, 1);
    judge(fixture, fixture->sequence, body, "lab", "lab.one_more", PW_LEVEL_REQUIRED, 0);
    seen = look(fixture, "E-1");
    assert_string_equal(strchr(seen.rules, '+'), "+193");
    assert_non_null(strstr(seen.notices, "-2+mail+alice=waiting")); /* and is told all the same */
    judge(fixture, fixture->sequence, body, "lab", "", PW_LEVEL_NONE, 0);
    assert_string_equal(strchr(look(fixture, "E-1").rules, '+'), "+192");
}

/* Names may hold '-', and "all" is a name like any other. */
static void ids_of_other_recipients_differ(void **state)
{
    static char *channels[] = {"mail", "mail-office", "stream", NULL};
    static char *mail[] = {"mail", NULL}, *office[] = {"mail-office", NULL}, *stream[] = {"stream", NULL};
    static char *address[] = {"a@example.test", NULL};
    static char *everyone[] = {"office-anna", "anna", "all", NULL};
    static char *nobody[] = {"anna", NULL};
    static struct config_reviewer people[] = {REVIEWER("office-anna", mail, address),
                                              REVIEWER("anna", office, address),
                                              REVIEWER("all", stream, address)};
    static struct config_route ways[] = {
        {.min_level = PW_LEVEL_NOTE, .reviewers = everyone, .channels = channels},
        {.min_level = PW_LEVEL_NOTE, .reviewers = nobody, .channels = stream}, /* a broadcast */
    };
    struct fixture *fixture = *state;
    char body[512];
    fixture->config.reviewers = people;
    fixture->config.reviewer_count = 3;
    fixture->config.routes = ways;
    fixture->config.route_count = 2;
    store(fixture, "1", "E-1", body);
    judge(fixture, fixture->sequence, body, "research", "research.q2", PW_LEVEL_RECOMMENDED, 0);
    assert_string_equal(look(fixture, "E-1").notices, "C-000001-19b76daa800-1+mail+office-anna=waiting "
                                                      "C-000001-19b76daa800-1+mail-office+anna=waiting "
                                                      "C-000001-19b76daa800-1+stream+all=waiting "
                                                      "C-000001-19b76daa800-1+stream+*=waiting ");
}

static void the_join_is_the_maximum_in_any_order(void **state)
{
    (void)state;
    for (uint32_t a = 0; a < PW_LEVEL_COUNT; a++) {
        for (uint32_t b = 0; b < PW_LEVEL_COUNT; b++) {
            struct case_join forth = {0}, back = {0};
            cases_join(&forth, a, 0);
            cases_join(&forth, b, 1);
            cases_join(&back, b, 1);
            cases_join(&back, a, 0);
            assert_int_equal(forth.level, a > b ? a : b);
            assert_memory_equal(&forth, &back, sizeof(forth));
            assert_int_equal(forth.needs_information, 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_note_opens_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(recommended_opens_and_tells_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(suggested_goes_to_the_digest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(asking_opens_at_any_level, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rise_breaks_through_and_adds_who_must_know, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_withdrawal_is_told_and_a_return_reopens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_withdrawal_of_what_was_not_told_is_muted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_withdrawal_reaches_those_who_were_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_event_assessed_again_keeps_the_newer_title, set_up, tear_down),
        cmocka_unit_test_setup_teardown(engagements_do_not_mix, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rules_without_end_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ids_of_other_recipients_differ, set_up, tear_down),
        cmocka_unit_test(the_join_is_the_maximum_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
