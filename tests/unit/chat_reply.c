/* SPDX-License-Identifier: Apache-2.0
 *
 * What a chat platform means by its answer: its word for a refusal, a failure inside a success, a page that is
 * not the platform's; and that no answer carries the webhook's address into the journal.
 */
#include "chat_scene.h"

#include "chat/reply.h"

static void answers_are_judged(void **state)
{
    (void)state;
    static const char teams_429[] =
        "Webhook message delivery failed with error: Microsoft Teams endpoint returned "
        "HTTP error 429 with ContextId MS-CV=x";
    static const struct {
        const struct format *format;
        uint32_t given;
        long status;
        const char *answer;
        uint32_t outcome;
        bool operator_needed;
        const char *message;
    } rows[] = {
        {&format_slack, PW_DELIVERY_DONE, 200, "ok", PW_DELIVERY_DONE, false, "before"},
        {&format_slack, PW_DELIVERY_DONE, 200, "ok\r\n", PW_DELIVERY_DONE, false, "before"},
        {&format_slack, PW_DELIVERY_DONE, 200, "", PW_DELIVERY_RETRY, true, "answered 200: (no words)"},
        {&format_slack, PW_DELIVERY_DONE, 200, "<html>Log in", PW_DELIVERY_RETRY, true, "200: <html>Log in"},
        {&format_slack, PW_DELIVERY_DONE, 200, "okay", PW_DELIVERY_RETRY, true, "200: okay"},
        {&format_slack, PW_DELIVERY_FAIL, 400, "invalid_payload", PW_DELIVERY_FAIL, false,
         "400: invalid_payload"},
        {&format_slack, PW_DELIVERY_FAIL, 404, "no_service", PW_DELIVERY_FAIL, true, "404: no_service"},
        {&format_slack, PW_DELIVERY_FAIL, 410, "channel_is_archived", PW_DELIVERY_FAIL, false,
         "channel_is_archived"},
        {&format_slack, PW_DELIVERY_RETRY, 429, "rate_limited", PW_DELIVERY_RETRY, false, "before"},
        {&format_slack, PW_DELIVERY_RETRY, 500, "rollback_error", PW_DELIVERY_RETRY, false, "before"},
        {&format_slack, PW_DELIVERY_FAIL, 0, "", PW_DELIVERY_FAIL, false, "before"},
        {&format_slack, PW_DELIVERY_FAIL, 302, "moved", PW_DELIVERY_FAIL, false, "before"},
        {&format_slack, PW_DELIVERY_FAIL, 400, "a\r\nb\xe2\x80\xae", PW_DELIVERY_FAIL, false,
         "400: a[U+000D][U+000A]b[U+202E]"},
        {&format_mattermost, PW_DELIVERY_DONE, 200, "ok", PW_DELIVERY_DONE, false, "before"},
        {&format_mattermost, PW_DELIVERY_FAIL, 400, "{\"message\":\"Invalid webhook\"}", PW_DELIVERY_FAIL,
         false, "Invalid webhook"},
        {&format_teams, PW_DELIVERY_DONE, 202, "", PW_DELIVERY_DONE, false, "before"},
        {&format_teams, PW_DELIVERY_DONE, 200, "1", PW_DELIVERY_DONE, false, "before"},
        {&format_teams, PW_DELIVERY_DONE, 200, teams_429, PW_DELIVERY_RETRY, false, "HTTP error 429"},
        {&format_teams, PW_DELIVERY_DONE, 202, teams_429, PW_DELIVERY_RETRY, false, "HTTP error 429"},
        {&format_teams, PW_DELIVERY_DONE, 200, "x returned HTTP error 413", PW_DELIVERY_FAIL, false, "413"},
        {&format_teams, PW_DELIVERY_DONE, 200, "x returned HTTP error 412", PW_DELIVERY_RETRY, false, "412"},
        {&format_teams, PW_DELIVERY_DONE, 200, "x returned HTTP error ", PW_DELIVERY_RETRY, false, "error"},
        {&format_teams, PW_DELIVERY_DONE, 200, "Webhook message delivery failed", PW_DELIVERY_RETRY, false,
         "failed"},
        {&format_teams, PW_DELIVERY_FAIL, 400, "Bad payload received by generic incoming webhook.",
         PW_DELIVERY_FAIL, false, "400: Bad payload"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static struct http_verdict verdict; /* large */
        verdict =
            (struct http_verdict){.outcome = rows[i].given, .status = rows[i].status, .message = "before"};
        verdict.answer_length = strlen(rows[i].answer);
        memcpy(verdict.answer, rows[i].answer, verdict.answer_length);
        reply_judge(rows[i].format, PW_TEXT("https://hooks.example.test/services/T0000/B0000/secretsecret"),
                    &verdict);
        if (verdict.outcome != rows[i].outcome || verdict.operator_needed != rows[i].operator_needed ||
            strstr(verdict.message, rows[i].message) == NULL)
            fail_msg("row %zu (%s): outcome %u, operator %d, %s", i, rows[i].answer, verdict.outcome,
                     verdict.operator_needed, verdict.message);
    }
}

/* A NUL hides nothing. */
static void an_error_behind_a_nul_is_found(void **state)
{
    (void)state;
    static struct http_verdict verdict;
    static const char answer[] = "1\0x returned HTTP error 429";
    verdict = (struct http_verdict){
        .outcome = PW_DELIVERY_DONE, .status = 200, .answer_length = sizeof answer - 1u};
    memcpy(verdict.answer, answer, sizeof answer);
    reply_judge(&format_teams, PW_TEXT("https://x.test/"), &verdict);
    assert_int_equal(verdict.outcome, PW_DELIVERY_RETRY);
}

static void an_answer_that_repeats_the_address_is_not_kept(void **state)
{
    (void)state;
    static const struct {
        const char *url, *answer;
        bool shown;
    } rows[] = {
        {"https://h.test/services/T1/B1/tokentokentoken", "no /services/T1/B1/tokentokentoken here", false},
        {"https://h.test/services/T1/B1/tokentokentoken", "no /services/ here at h.test", true},
        {"https://h.test?sig=tokentokentoken&x=1", "no ?sig=tokentokentoken&amp;x=1", false},
        {"https://h.test/a?sp=%2Ftokentokentoken", "no tokentokentoken", false},
        {"https://h.test", "h.test is gone, longlonglonglong", true},
        {"https://longlonglonglong.test/x", "longlonglonglong.test does not know it", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static struct http_verdict verdict;
        verdict = (struct http_verdict){.outcome = PW_DELIVERY_FAIL, .status = 404};
        verdict.answer_length = strlen(rows[i].answer);
        memcpy(verdict.answer, rows[i].answer, verdict.answer_length);
        reply_judge(&format_slack, (struct pw_text){rows[i].url, strlen(rows[i].url)}, &verdict);
        if ((strstr(verdict.message, "is not shown") == NULL) != rows[i].shown)
            fail_msg("row %zu: %s", i, verdict.message);
        assert_null(strstr(verdict.message, "tokentoken"));
    }
}

/* The longest answer that there can be is cut, whatever its letters cost. */
static void a_long_answer_is_cut(void **state)
{
    (void)state;
    static const char *const letters[] = {"x", "\xff", "\xf0\x9f\x98\x80", "\n"};
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        static struct http_verdict verdict;
        size_t length = strlen(letters[i]);
        verdict = (struct http_verdict){.outcome = PW_DELIVERY_FAIL, .status = 400};
        for (; verdict.answer_length + length <= HTTP_ANSWER_BYTES; verdict.answer_length += length)
            memcpy(verdict.answer + verdict.answer_length, letters[i], length);
        reply_judge(&format_slack, PW_TEXT("https://x.test/"), &verdict);
        assert_non_null(strstr(verdict.message, "The chat server answered 400"));
        assert_true(strlen(verdict.message) < sizeof verdict.message - 1u);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_judged),
        cmocka_unit_test(an_error_behind_a_nul_is_found),
        cmocka_unit_test(an_answer_that_repeats_the_address_is_not_kept),
        cmocka_unit_test(a_long_answer_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
