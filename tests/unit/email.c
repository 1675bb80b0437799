/* SPDX-License-Identifier: Apache-2.0
 *
 * What a letter says: golden letters of every kind, that both parts say the same, what minimal holds back,
 * threads and header fields. Which commands it gives, and what is peculiar to each kind, is in email_kinds.c. Hostile texts are in email_hostile.c, encodings in
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
        scene_assert_says(&parts, answers[i]);
    assert_null(strstr(strstr(parts.words, "C1.knowhow_beyond_paper") + 1, "C1.knowhow_beyond_paper"));
    scene_assert_header(&parts, "Subject: [pathwayd] C-000123: Joint lab on flight control\r\n");
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
        scene_assert_says(&parts, told[i]);
    for (size_t i = 0; i < sizeof held_back / sizeof held_back[0]; i++)
        scene_assert_hides(&parts, held_back[i]);
    scene_assert_header(&parts, "Subject: [pathwayd] C-000123: engagement E 7/2026\r\n");
    scene_release(&parts);
    scene_write_apart(digest_notice, false, &parts);
    static const char *const names[] = {"Crop",   "Rocket",          "Acme",     "balloons",
                                        "denied", "three questions", "You asked"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        scene_assert_hides(&parts, names[i]);
    scene_release(&parts);
    scene_write_apart(question_notice, false, &parts);
    scene_assert_hides(&parts, "flight control");
    scene_assert_hides(&parts, "Dana Reviewer");
    scene_assert_says(&parts,
                      "does the cooperation give the partner anything"); /* or there would be no question */
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
        scene_assert_hides(&parts, labels[i]);
    scene_assert_says(&parts, "A case was opened. Its level is recommended.");
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
        scene_assert_says(&parts, sentence);
        bool over = strcmp(changes[i], "closed") == 0 || strcmp(changes[i], "withdrawn") == 0;
        assert_int_equal(strstr(parts.words, "please do not let this begin") == NULL, over);
        scene_release(&parts);
        free(json);
    }
}

/* ---- header fields ------------------------------------------------------------------------------------- */

static void letters_of_a_case_share_a_root(void **state)
{
    struct parts parts;
    (void)state;
    char *json = scene_changed(case_notice, "C-000123.3.alice.mail", "C-000123.4.alice.mail");
    scene_write_apart(json, true, &parts);
    scene_assert_header(&parts, "Message-ID: <C-000123.4.alice.mail@example.edu>\r\n");
    scene_assert_header(&parts, "In-Reply-To: <C-000123.E=207=2F2026@example.edu>\r\n");
    scene_assert_header(&parts, "References: <C-000123.E=207=2F2026@example.edu>\r\n");
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
        scene_assert_header(&parts, ids[i].message);
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
        scene_assert_header(&parts, "\r\nAuto-Submitted: auto-generated\r\n");
        scene_assert_header(&parts, "\r\nX-Auto-Response-Suppress: All\r\n");
        scene_assert_header(&parts, "\r\nReply-To: Compliance <compliance@example.edu>\r\n");
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
        cmocka_unit_test(letters_of_a_case_share_a_root),
        cmocka_unit_test(ids_of_notices_become_message_ids),
        cmocka_unit_test(machines_are_told_to_keep_quiet_and_whom_to_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
