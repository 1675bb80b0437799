/* SPDX-License-Identifier: Apache-2.0
 *
 * Which commands a letter gives, for wherever a case stands; and what is peculiar to digests, questions and alarms.
 */
#include "email_scene.h"

/* ---- what can be done ---------------------------------------------------------------------------------- */

static const char mitigate[] =
    "pathwayctl case decide C-000123 proceed_with_mitigation --reason \"…\" --mitigation \"…\"";
static const char decline[] =
    "pathwayctl case decide C-000123 declined --reason \"…\" --benefit \"…\" --displacement \"…\"";
static const char proceed[] = "pathwayctl case decide C-000123 proceed --reason \"…\"";
static const char answer[] = "pathwayctl answer C-000123 q1=ANSWER q3=ANSWER --by WHO --text \"…\"";
static const char second[] = "pathwayctl case second C-000123";
static const char reopen[] = "pathwayctl case reopen C-000123 --reason \"…\"";

static void commands_fit_where_the_case_stands(void **state)
{
    static const struct {
        const char *change, *standing;
        bool deciding, seconding, reopening;
    } rows[] = {{"raised", "new", true, false, false},       {"assigned", "new", true, false, false},
                {"reminder", "", true, false, false},        {"escalated", "new", true, false, false},
                {"proposed", "", false, true, true},         {"reminder", "proposed", false, true, true},
                {"appealed", "decided", false, false, true}, {"changed", "new", true, false, false},
                {"withdrawn", "", false, false, false},      {"closed", "closed", false, false, false},
                {"due", "withdrawn", false, false, false}};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        char change[64], standing[64];
        struct parts parts;
        snprintf(change, sizeof change, "\"change\":\"%s\"", rows[i / 2].change);
        snprintf(standing, sizeof standing, "\"state\":\"%s\"", rows[i / 2].standing);
        char *json = scene_changed(case_notice, "\"change\":\"raised\"", change);
        char *other = scene_changed(json, "\"state\":\"new\"", standing);
        scene_write_apart(other, i % 2 == 1, &parts);
        scene_assert_says(&parts, "pathwayctl case show C-000123 ");
        assert_int_equal(strstr(parts.words, mitigate) != NULL, rows[i / 2].deciding);
        assert_int_equal(strstr(parts.words, proceed) != NULL, rows[i / 2].deciding);
        assert_int_equal(strstr(parts.words, decline) != NULL, rows[i / 2].deciding);
        assert_int_equal(strstr(parts.words, second) != NULL, rows[i / 2].seconding);
        assert_int_equal(strstr(parts.words, reopen) != NULL, rows[i / 2].reopening);
        assert_int_equal(strstr(parts.words, answer) != NULL,
                         rows[i / 2].deciding || rows[i / 2].seconding || rows[i / 2].reopening);
        assert_int_equal(strstr(parts.words, " --revision 3 ") != NULL, rows[i / 2].deciding && i % 2 == 1);
        scene_release(&parts);
        free(other);
        free(json);
    }
}

/* To be copied: on one line of the plain part, unbroken, with nothing but spaces before it. */
static void commands_stand_on_lines_of_their_own(void **state)
{
    static const char *const commands[] = {
        mitigate, decline, proceed, answer, "pathwayctl case show C-000123", "pathwayctl answer C-000123"};
    struct parts parts;
    (void)state;
    scene_write_apart(case_notice, false, &parts);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        char line[256];
        snprintf(line, sizeof line, "\n      %s\n", commands[i]);
        if (strstr(parts.plain, line) == NULL)
            fail_msg("no line \"%s\" in:\n%s", commands[i], parts.plain);
    }
    scene_release(&parts);
}

static void two_people_and_fields_are_spoken_of_where_it_takes_them(void **state)
{
    struct parts parts;
    (void)state;
    char *json = scene_changed(case_notice, "\"level\":\"required\"", "\"level\":\"prohibited\"");
    scene_write_apart(json, false, &parts);
    scene_assert_says(&parts, "Whichever it is, a second person has to agree.");
    scene_release(&parts);
    free(json);
    json = scene_changed(case_notice, "Q1: is the partner's", "Q4: is the");
    char *other = scene_changed(json, "Q3: what", "What");
    scene_write_apart(other, true, &parts);
    scene_assert_hides(&parts, "second person has to agree. Wi");
    scene_assert_says(&parts, "pathwayctl answer C-000123 /data/FIELD=VALUE --by WHO");
    assert_null(strstr(parts.words, "=ANSWER"));
    scene_release(&parts);
    free(other);
    free(json);
    json =
        scene_changed(case_notice, "\"needs_information\":true,\"prev", "\"needs_information\":false,\"prev");
    scene_write_apart(json, false, &parts);
    scene_assert_hides(&parts, "pathwayctl answer");
    scene_assert_hides(&parts, "Information is missing");
    scene_release(&parts);
    free(json);
}

/* A command is there to be pasted into a shell. */
static void no_command_is_made_of_an_odd_name(void **state)
{
    static const char *const names[] = {
        "C-1;rm -rf ~", "C-1 x", "$(id)", "-C", "1",
        "C-1\\n",       "C`id`", "Ç-1",   "",   "C-00000000000000000000000000000000000000000001"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char member[128];
        struct parts parts;
        snprintf(member, sizeof member, "\"case_id\":\"%s\"", names[i]);
        char *json = scene_changed(case_notice, "\"case_id\":\"C-000123\"", member);
        scene_write_apart(json, true, &parts);
        scene_assert_says(&parts, "pathwayctl case show C-000123 "); /* the daemon's own */
        scene_assert_hides(&parts, "case decide");
        scene_assert_hides(&parts, "pathwayctl answer");
        scene_release(&parts);
        free(json);
    }
}

/* ---- the other kinds ----------------------------------------------------------------------------------- */

static void a_digest_begins_with_the_worst(void **state)
{
    static const char *const order[] = {
        "5 cases for you to look at",
        "PROHIBITED",
        "C-000002, engagement E-2",
        "Acme Rockets is a denied person. Decide by Sat, 03 Jan 2026 12:00 UTC.",
        "Due: 2026-01-31.",
        "A LOOK IS SUGGESTED",
        "C-000001, engagement E-1, \"Crop models\" (lab), new: Not all",
        "Information is missing. Due: 2026-03-16.",
        "C-000003, engagement E-3",
        "The case changed. No day is set.",
        "2 more are not told here",
        "pathwayctl case list",
        "pathwayctl case show CASE",
        "pathwayctl case decide CASE proceed_with_mitigation --reason \"…\"",
        "pathwayctl case decide CASE declined"};
    struct parts parts;
    (void)state;
    scene_write_apart(digest_notice, true, &parts);
    const char *at = parts.words;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        at = strstr(at, order[i]);
        if (at == NULL)
            fail_msg("\"%s\" is not where it should be in:\n%s", order[i], parts.plain);
    }
    scene_assert_header(&parts, "Subject: [pathwayd] Digest: 5 cases\r\n");
    assert_null(strstr(parts.header, "References"));
    scene_release(&parts);
    char *json = scene_changed(digest_notice, "\"level\":\"prohibited\"", "\"level\":\"unheard\"");
    scene_write_apart(json, true, &parts);
    at = strstr(parts.words, "OF ANOTHER LEVEL");
    assert_non_null(at);
    assert_non_null(strstr(at, "C-000002"));
    scene_release(&parts);
    free(json);
}

static void a_question_speaks_of_no_suspicion(void **state)
{
    static const char *const said[] = {
        "Reference C-000123, engagement E 7/2026: \"Joint lab on flight control\"",
        "Q1: does the cooperation give the partner anything",
        "Asked by: Dana Reviewer",
        "the record evt-1 from /hr",
        "with your answer it can go on",
        "Please answer by 2026-01-06.",
        "Answer this letter",
        "It goes to compliance@example.edu.",
        "pathwayctl answer C-000123 q1=ANSWER",
        "the unit Physics"};
    static const char *const never[] = {"level",   "required", "finding", "rule",   "legal",      "binding",
                                        "Beihang", "list",     "risk",    "suspic", "prohibited", "security",
                                        "decide",  "military", "review ", "concern"};
    struct parts parts;
    (void)state;
    scene_write_apart(question_notice, true, &parts);
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        scene_assert_says(&parts, said[i]);
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        assert_null(strcasestr(parts.words, never[i]));
    scene_assert_header(&parts, "To: <dana@physics.example.edu>\r\n");
    scene_assert_header(
        &parts, "Subject: =?UTF-8?B?W3BhdGh3YXlkXSBDLTAwMDEyMzogSm9pbnQgbGFiIG9uIGZsaWdo"); /* goes on */
    scene_assert_header(&parts, "References: <C-000123.E=207=2F2026@example.edu>\r\n");
    scene_release(&parts);
    struct letter_style style = scene_style(true);
    struct page letter;
    style.reply_address = (struct pw_text){0};
    char *json = scene_changed(question_notice, "2026-01-06", "");
    scene_write(json, &style, 0, &letter);
    scene_take_apart(&letter, &parts);
    scene_assert_says(&parts, "It goes to reviews@example.edu.");
    scene_assert_says(&parts, "No day is set; soon is best.");
    assert_null(strstr(parts.header, "\r\nReply-To"));
    scene_release(&parts);
    page_release(&letter);
    free(json);
}

static void an_alarm_says_what_is_wrong(void **state)
{
    struct parts parts;
    (void)state;
    scene_write_apart(alarm_notice, false, &parts);
    scene_assert_says(&parts, "pathwayd needs its operators: the plugin legal does not come back");
    scene_assert_says(&parts, "12 events wait for it.");
    scene_assert_says(&parts, "Noticed: Fri, 02 Jan 2026 03:04 UTC");
    scene_assert_says(&parts, "Begin here: pathwayctl plugin list");
    scene_assert_header(&parts, "Message-ID: <alarm.7.ops.mail@example.edu>\r\n");
    assert_null(strstr(parts.header, "References"));
    scene_release(&parts);
}

static void an_unknown_kind_is_refused(void **state)
{
    const struct letter_style style = scene_style(true);
    struct page letter;
    (void)state;
    char *json = scene_changed(case_notice, "\"kind\":\"case\"", "\"kind\":\"sermon\"");
    scene_write(json, &style, PW_ERROR_UNSUPPORTED, &letter);
    assert_null(letter.data);
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_fit_where_the_case_stands),
        cmocka_unit_test(commands_stand_on_lines_of_their_own),
        cmocka_unit_test(two_people_and_fields_are_spoken_of_where_it_takes_them),
        cmocka_unit_test(no_command_is_made_of_an_odd_name),
        cmocka_unit_test(a_digest_begins_with_the_worst),
        cmocka_unit_test(a_question_speaks_of_no_suspicion),
        cmocka_unit_test(an_alarm_says_what_is_wrong),
        cmocka_unit_test(an_unknown_kind_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
