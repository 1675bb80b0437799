/* SPDX-License-Identifier: Apache-2.0
 *
 * What a letter says: golden letters of every kind, that both parts say the same, what minimal holds back,
 * which commands are given when, threads and header fields. Hostile texts are in email_hostile.c, encodings in
 * email_header.c, the wire in email_faults.c and tests/integration.
 */
#include "email_scene.h"

#include "words/phrase.h"

#define GOLDEN_BYTES 65536u

static const struct {
    const char *file, *notice;
    bool full;
} letters[] = {
    {"email_full.eml", case_notice, true},         {"email_minimal.eml", case_notice, false},
    {"email_digest.eml", digest_notice, true},     {"email_digest_minimal.eml", digest_notice, false},
    {"email_question.eml", question_notice, true}, {"email_question_minimal.eml", question_notice, false},
    {"email_alarm.eml", alarm_notice, false},
};
#define LETTERS (sizeof letters / sizeof letters[0])

static void assert_says(const struct parts *parts, const char *words)
{
    if (strstr(parts->words, words) == NULL)
        fail_msg("\"%s\" is not in:\n%s", words, parts->plain);
    if (strstr(parts->marks, words) == NULL)
        fail_msg("\"%s\" is not in:\n%s", words, parts->html);
}

/* Nowhere: neither shown nor in the header. */
static void assert_hides(const struct parts *parts, const char *words)
{
    if (strcasestr(parts->plain, words) != NULL || strcasestr(parts->html, words) != NULL ||
        strcasestr(parts->words, words) != NULL || strcasestr(parts->header, words) != NULL)
        fail_msg("\"%s\" is in:\n%s\n%s", words, parts->header, parts->plain);
}

static void assert_header(const struct parts *parts, const char *line)
{
    if (strstr(parts->header, line) == NULL)
        fail_msg("no header \"%s\" in:\n%s", line, parts->header);
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static void golden_letters_are_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < LETTERS; i++) {
        const struct letter_style style = scene_style(letters[i].full);
        char path[512];
        struct page letter;
        scene_write(letters[i].notice, &style, 0, &letter);
        snprintf(path, sizeof path, "%s/tests/unit/%s", PATHWAYD_SOURCE, letters[i].file);
        if (getenv("PATHWAYD_WRITE_GOLDEN") != NULL) { /* to look at by hand, then to commit */
            FILE *made = fopen(path, "wb");
            assert_non_null(made);
            fwrite(letter.data, 1, letter.length, made);
            fclose(made);
        }
        char *expected = calloc(1, GOLDEN_BYTES);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        size_t length = fread(expected, 1, GOLDEN_BYTES - 1u, file);
        fclose(file);
        if (length != letter.length || memcmp(expected, letter.data, length) != 0)
            fail_msg("the letter differs from %s:\n%s", path, letter.data);
        free(expected);
        page_release(&letter);
    }
}

static void same_notice_gives_the_same_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < LETTERS; i++) {
        const struct letter_style style = scene_style(letters[i].full);
        struct page first, second;
        setenv("TZ", "Pacific/Auckland", 1);
        scene_write(letters[i].notice, &style, 0, &first);
        setenv("TZ", "America/New_York", 1);
        scene_write(letters[i].notice, &style, 0, &second);
        unsetenv("TZ");
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.data, second.data, first.length);
        page_release(&first);
        page_release(&second);
    }
}

static void both_parts_say_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < LETTERS; i++) {
        struct parts parts;
        scene_write_apart(letters[i].notice, letters[i].full, &parts);
        assert_true(strlen(parts.words) > 200);
        assert_string_equal(parts.words, parts.marks);
        scene_release(&parts);
    }
}

/* Nothing is fetched, run or coloured, and what names the schemes lets a reader's own colours be. */
static void the_html_is_plain(void **state)
{
    static const char *const never[] = {"<img", "<script", "<table", "<link", "<style",  "src=",
                                        "url(", "color:",  "http:",  "<form", "<iframe", "@import"};
    (void)state;
    for (size_t i = 0; i < LETTERS; i++) {
        struct parts parts;
        scene_write_apart(letters[i].notice, letters[i].full, &parts);
        assert_non_null(strstr(parts.html, "<meta name=\"color-scheme\" content=\"light dark\">"));
        for (size_t k = 0; k < sizeof never / sizeof never[0]; k++)
            assert_null(strstr(parts.html, never[k]));
        const char *link = strstr(parts.html, "<a ");
        assert_true(link == NULL || strstr(link + 1, "<a ") == NULL); /* the page, and no other */
        assert_int_equal(link != NULL, letters[i].notice == case_notice);
        scene_release(&parts);
    }
}

/* ---- how much is told ---------------------------------------------------------------------------------- */

static void full_answers_every_question(void **state)
{
    static const char *const answers[] = {
        "A review is required",
        "Information is missing",
        "The office wants it decided by Tue, 06 Jan 2026 17:00 UTC.",
        "The earliest day that a rule sets: 2026-07-31",
        "The case became more serious.",
        "before it was suggested",
        "Pathways concerned: research, lab",
        "Queue: export-control",
        "State: new",
        "Given to: Dana Reviewer",
        "https://hr.example.edu/agreements/7",
        "The entry says something else now.",
        "research.q2_seven_sons, level required",
        "The partner is one of the Seven Sons",
        "北京航空航天大学",
        "the list SS as of 2022-11-01",
        "another of its exact names",
        "Who can say more: research security office",
        "Due: 2026-08-01",
        "Requirements: R21, R22",
        "and 1 more of the findings",
        "2 lesser findings are not told here",
        "Who can say: department",
        "know-how beyond the",
        "access to the partner's knowledge",
        "will be used for",
        "X9.pack_code",
        "On the reviewers' page: https://reviews.example.edu/case/C-000123?from=mail&to=alice",
        "pathwayctl case show C-000123",
        "WHY YOU GOT THIS You work for the queue export-control, and bob is away.",
    };
    struct parts parts;
    (void)state;
    scene_write_apart(case_notice, true, &parts);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        assert_says(&parts, answers[i]);
    assert_null(strstr(strstr(parts.words, "C1.knowhow_beyond_paper") + 1, "C1.knowhow_beyond_paper"));
    assert_header(&parts, "Subject: [pathwayd] C-000123: Joint lab on flight control\r\n");
    scene_release(&parts);
}

static void minimal_tells_ids_rules_and_days_only(void **state)
{
    static const char *const told[] = {"Case C-000123, engagement E 7/2026",
                                       "A review is required",
                                       "The case became more serious. Its level is required",
                                       "Tue, 06 Jan 2026 17:00 UTC",
                                       "2026-07-31",
                                       "research, lab",
                                       "Queue: export-control",
                                       "research.q2_seven_sons, level required, pathway research",
                                       "verify.affiliation",
                                       "Due: 2026-08-01",
                                       "and 1 more of the findings",
                                       "https://reviews.example.edu/case/C-000123",
                                       "pathwayctl case show C-000123"};
    static const char *const held_back[] = {"Joint lab",  "Dana",           "Beihang", "北京",
                                            "Seven Sons", "hr.example.edu", "evt-1",   "agreement.proposed",
                                            "00wk2mp56",  "2022",           "ask the", "unit",
                                            "know-how",   "entry says",     "bob is ", "alias"};
    struct parts parts;
    (void)state;
    scene_write_apart(case_notice, false, &parts);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        assert_says(&parts, told[i]);
    for (size_t i = 0; i < sizeof held_back / sizeof held_back[0]; i++)
        assert_hides(&parts, held_back[i]);
    assert_header(&parts, "Subject: [pathwayd] C-000123: engagement E 7/2026\r\n");
    scene_release(&parts);
    scene_write_apart(digest_notice, false, &parts);
    static const char *const names[] = {"Crop",   "Rocket",          "Acme",     "balloons",
                                        "denied", "three questions", "You asked"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_hides(&parts, names[i]);
    scene_release(&parts);
    scene_write_apart(question_notice, false, &parts);
    assert_hides(&parts, "flight control");
    assert_hides(&parts, "Dana Reviewer");
    assert_says(&parts, "does the cooperation give the partner anything"); /* or there would be no question */
    scene_release(&parts);
}

/* Who finds nothing in a member is not told of it. */
static void what_is_absent_is_not_said(void **state)
{
    static const char *const labels[] = {"Queue:",         "State:", "Given to:",   "BY WHEN",
                                         "lesser finding", "page:",  "WHY YOU GOT", "more of the",
                                         "HAS CHANGED",    "Due:",   "--revision"};
    struct parts parts;
    (void)state;
    scene_write_apart(
        "{\"notice_id\":\"n\",\"case_id\":\"C-1\",\"engagement_id\":\"e\",\"change\":\"opened\","
        "\"level\":\"recommended\",\"queue\":\"\",\"state\":\"\",\"assignee\":\"\","
        "\"findings_left_out\":0,\"muted\":0,\"recipient\":{\"address\":\"a@example.edu\"},"
        "\"findings\":[{\"rule\":\"r\",\"level\":\"recommended\"}],\"act\":\"show C-1\"}",
        true, &parts);
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        assert_hides(&parts, labels[i]);
    assert_says(&parts, "A case was opened. Its level is recommended.");
    assert_null(strstr(parts.header, "List-Id"));
    scene_release(&parts);
}

static void every_change_has_its_sentence(void **state)
{
    static const char *const changes[] = {"opened",   "raised",    "asked",    "added", "withdrawn",
                                          "reopened", "proposed",  "changed",  "due",   "assigned",
                                          "reminder", "escalated", "appealed", "closed"};
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char change[64];
        struct parts parts;
        snprintf(change, sizeof change, "\"change\":\"%s\"", changes[i]);
        char *json = scene_changed(case_notice, "\"change\":\"raised\"", change);
        scene_write_apart(json, i % 2 == 0, &parts);
        const char *sentence = phrase_find(phrase_changes, (struct pw_text){changes[i], strlen(changes[i])});
        assert_non_null(sentence);
        assert_says(&parts, sentence);
        bool over = strcmp(changes[i], "closed") == 0 || strcmp(changes[i], "withdrawn") == 0;
        assert_int_equal(strstr(parts.words, "please do not let this begin") == NULL, over);
        scene_release(&parts);
        free(json);
    }
}

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
        assert_says(&parts, "pathwayctl case show C-000123 ");
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
    assert_says(&parts, "Whichever it is, a second person has to agree.");
    scene_release(&parts);
    free(json);
    json = scene_changed(case_notice, "Q1: is the partner's", "Q4: is the");
    char *other = scene_changed(json, "Q3: what", "What");
    scene_write_apart(other, true, &parts);
    assert_hides(&parts, "second person has to agree. Wi");
    assert_says(&parts, "pathwayctl answer C-000123 /data/FIELD=VALUE --by WHO");
    assert_null(strstr(parts.words, "=ANSWER"));
    scene_release(&parts);
    free(other);
    free(json);
    json =
        scene_changed(case_notice, "\"needs_information\":true,\"prev", "\"needs_information\":false,\"prev");
    scene_write_apart(json, false, &parts);
    assert_hides(&parts, "pathwayctl answer");
    assert_hides(&parts, "Information is missing");
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
        assert_says(&parts, "pathwayctl case show C-000123 "); /* the daemon's own */
        assert_hides(&parts, "case decide");
        assert_hides(&parts, "pathwayctl answer");
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
    assert_header(&parts, "Subject: [pathwayd] Digest: 5 cases\r\n");
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
        assert_says(&parts, said[i]);
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        assert_null(strcasestr(parts.words, never[i]));
    assert_header(&parts, "To: <dana@physics.example.edu>\r\n");
    assert_header(&parts,
                  "Subject: =?UTF-8?B?W3BhdGh3YXlkXSBDLTAwMDEyMzogSm9pbnQgbGFiIG9uIGZsaWdo"); /* goes on */
    assert_header(&parts, "References: <C-000123.E=207=2F2026@example.edu>\r\n");
    scene_release(&parts);
    struct letter_style style = scene_style(true);
    struct page letter;
    style.reply_address = (struct pw_text){0};
    char *json = scene_changed(question_notice, "2026-01-06", "");
    scene_write(json, &style, 0, &letter);
    scene_take_apart(&letter, &parts);
    assert_says(&parts, "It goes to reviews@example.edu.");
    assert_says(&parts, "No day is set; soon is best.");
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
    assert_says(&parts, "pathwayd needs its operators: the plugin legal does not come back");
    assert_says(&parts, "12 events wait for it.");
    assert_says(&parts, "Noticed: Fri, 02 Jan 2026 03:04 UTC");
    assert_says(&parts, "Begin here: pathwayctl plugin list");
    assert_header(&parts, "Message-ID: <alarm.7.ops.mail@example.edu>\r\n");
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

/* ---- header fields ------------------------------------------------------------------------------------- */

static void letters_of_a_case_share_a_root(void **state)
{
    struct parts parts;
    (void)state;
    char *json = scene_changed(case_notice, "C-000123.3.alice.mail", "C-000123.4.alice.mail");
    scene_write_apart(json, true, &parts);
    assert_header(&parts, "Message-ID: <C-000123.4.alice.mail@example.edu>\r\n");
    assert_header(&parts, "In-Reply-To: <C-000123.E=207=2F2026@example.edu>\r\n");
    assert_header(&parts, "References: <C-000123.E=207=2F2026@example.edu>\r\n");
    scene_release(&parts);
    free(json);
}

/* As cases/notice.c makes them: '+' may stand in a Message-ID as it is, '*' (a broadcast) is spelt out. */
static void ids_of_notices_become_message_ids(void **state)
{
    static const struct {
        const char *notice, *message;
    } ids[] = {
        {"C-000123-19b76daa800-4+mail+alice",
         "Message-ID: <C-000123-19b76daa800-4+mail+alice@example.edu>\r\n"},
        {"C-000123-19b76daa800-4+mail.+*", "Message-ID: <C-000123-19b76daa800-4+mail.+=2A@example.edu>\r\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct parts parts;
        char *json = scene_changed(case_notice, "C-000123.3.alice.mail", ids[i].notice);
        scene_write_apart(json, false, &parts);
        assert_header(&parts, ids[i].message);
        scene_release(&parts);
        free(json);
    }
}

static void machines_are_told_to_keep_quiet_and_whom_to_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < LETTERS; i++) {
        struct parts parts;
        scene_write_apart(letters[i].notice, letters[i].full, &parts);
        assert_header(&parts, "\r\nAuto-Submitted: auto-generated\r\n");
        assert_header(&parts, "\r\nX-Auto-Response-Suppress: All\r\n");
        assert_header(&parts, "\r\nReply-To: Compliance <compliance@example.edu>\r\n");
        assert_int_equal(strstr(parts.header, "\r\nList-Id: <export-control.queue.example.edu>\r\n") != NULL,
                         letters[i].notice == case_notice);
        scene_release(&parts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_letters_are_written),
        cmocka_unit_test(same_notice_gives_the_same_bytes),
        cmocka_unit_test(both_parts_say_the_same),
        cmocka_unit_test(the_html_is_plain),
        cmocka_unit_test(full_answers_every_question),
        cmocka_unit_test(minimal_tells_ids_rules_and_days_only),
        cmocka_unit_test(what_is_absent_is_not_said),
        cmocka_unit_test(every_change_has_its_sentence),
        cmocka_unit_test(commands_fit_where_the_case_stands),
        cmocka_unit_test(commands_stand_on_lines_of_their_own),
        cmocka_unit_test(two_people_and_fields_are_spoken_of_where_it_takes_them),
        cmocka_unit_test(no_command_is_made_of_an_odd_name),
        cmocka_unit_test(a_digest_begins_with_the_worst),
        cmocka_unit_test(a_question_speaks_of_no_suspicion),
        cmocka_unit_test(an_alarm_says_what_is_wrong),
        cmocka_unit_test(an_unknown_kind_is_refused),
        cmocka_unit_test(letters_of_a_case_share_a_root),
        cmocka_unit_test(ids_of_notices_become_message_ids),
        cmocka_unit_test(machines_are_told_to_keep_quiet_and_whom_to_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
