/* SPDX-License-Identifier: Apache-2.0
 *
 * What machines read of a letter: ids, addresses, RFC 2047, quoted-printable, boundaries, times; what may be a
 * link; and the table that judges SMTP replies. The wire itself is tested in email_faults.c (a scripted
 * server) and tests/integration (a real one).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pathwayd/notice.h>
#include "email/header.h"
#include "email/sheet.h"
#include "email/smtp.h"

/* ---- ids and addresses --------------------------------------------------------------------------------- */

static void different_ids_stay_different(void **state)
{
    (void)state;
    static const char *const ids[] = {"a.b", "a..b",   "a.=2Eb", ".a",  "=2Ea",  "a.",  "a",
                                      "a>b", "a\r\nb", "a+b",    "a*b", "a=2Bb", "a-b", ""};
    struct page spelt[sizeof ids / sizeof ids[0]] = {0};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        page_string(&spelt[i], "x");
        header_id(&spelt[i], (struct pw_text){ids[i], strlen(ids[i])});
        assert_null(strpbrk(spelt[i].data, "\r\n<>@ "));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(spelt[i].data, spelt[k].data);
    }
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        page_release(&spelt[i]);
}

static void long_ids_are_cut_and_stay_different(void **state)
{
    (void)state;
    char id[2000];
    struct page first = {0};
    struct page second = {0};
    memset(id, '@', sizeof id);
    header_id(&first, (struct pw_text){id, sizeof id});
    id[sizeof id - 1u] = '!';
    header_id(&second, (struct pw_text){id, sizeof id});
    assert_true(first.length < HEADER_ID_BYTES + 24u);
    assert_string_not_equal(first.data, second.data);
    page_release(&first);
    page_release(&second);
}

static void addresses_are_plain(void **state)
{
    (void)state;
    assert_false(header_address_valid((struct pw_text){"a\0b@example.edu", 15}));
    assert_true(header_address_valid(PW_TEXT("o'brien+sec=review@mail-1.example.edu")));
}

static void boundaries_are_their_ids_and_stand_in_no_body(void **state)
{
    (void)state;
    struct page first = {0}, again = {0}, other = {0}, body = {0}, wire = {0};
    header_boundary(&first, PW_TEXT("C-1.1.alice"));
    header_boundary(&again, PW_TEXT("C-1.1.alice"));
    header_boundary(&other, PW_TEXT("C-1.2.alice"));
    assert_string_equal(first.data, again.data);
    assert_string_not_equal(first.data, other.data);
    assert_true(first.length <= 70); /* RFC 2046 */
    page_format(&body, "--%s\n--%s--\n%s\n", first.data, first.data, first.data);
    for (int i = 0; i < 80; i++) /* however its line is broken on the wire */
        page_format(&body, "%*s%s\n", i, "", first.data);
    header_quoted_printable(&wire, &body);
    assert_null(strstr(wire.data, "=_"));
    page_release(&first);
    page_release(&again);
    page_release(&other);
    page_release(&body);
    page_release(&wire);
}

static void only_plain_https_is_a_link(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool link;
    } rows[] = {
        {"https://reviews.example.edu/case/C-1", true},
        {"https://reviews.example.edu:8443/case?id=C-1&x=1#top", true},
        {"https://r.example.edu/@alice", true},
        {"http://reviews.example.edu/", false},
        {"HTTPS://reviews.example.edu/", false},
        {"javascript:alert(1)//https://", false},
        {"https://", false},
        {"https:///path", false},
        {"https://?x", false},
        {"https://reviews.example.edu@evil.test/", false},
        {"https://r.example.edu/\"onclick=\"x", false},
        {"https://r.example.edu/<script>", false},
        {"https://r.example.edu/ x", false},
        {"https://r.example.edu/\r\nBcc: x", false},
        {"https://r.example.edu\\evil.test", false},
        {"https://r.\xc3\xa9xample.edu/", false},
        {" https://r.example.edu/", false},
        {"", false},
    };
    char longest[SHEET_LINK_BYTES + 2u] = "https://r.example.edu/";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (sheet_is_link((struct pw_text){rows[i].url, strlen(rows[i].url)}) != rows[i].link)
            fail_msg("\"%s\"", rows[i].url);
    memset(longest + strlen(longest), 'a', sizeof longest - strlen(longest) - 1u);
    assert_false(sheet_is_link((struct pw_text){longest, SHEET_LINK_BYTES + 1u}));
    assert_true(sheet_is_link((struct pw_text){longest, SHEET_LINK_BYTES}));
}

/* ---- encodings ----------------------------------------------------------------------------------------- */

static void subjects_are_encoded_when_needed(void **state)
{
    (void)state;
    struct page page = {0};
    struct page text = {0};
    page_string(&text, "plain");
    header_text(&page, "Subject", &text);
    assert_string_equal(page.data, "Subject: plain\r\n");
    page_release(&page);
    page_release(&text);
    page_string(&text, "Zürich");
    header_text(&page, "Subject", &text);
    assert_string_equal(page.data, "Subject: =?UTF-8?B?WsO8cmljaA==?=\r\n");
    page_release(&page);
    page_release(&text);
    page_string(&text, "=?UTF-8?B?ZXZpbA==?=");
    header_text(&page, "Subject", &text);
    assert_string_equal(page.data, "Subject: =?UTF-8?B?PT9VVEYtOD9CP1pYWnBiQT09Pz0=?=\r\n");
    page_release(&page);
    page_release(&text);
}

static void long_subjects_are_folded_between_characters(void **state)
{
    (void)state;
    struct page page = {0};
    struct page text = {0};
    for (int i = 0; i < 100; i++)
        page_string(&text, i % 3 == 0 ? "a" : "航");
    header_text(&page, "Subject", &text);
    for (char *line = page.data; *line != '\0';) {
        size_t length = strcspn(line, "\r");
        assert_true(length <= 86); /* "Subject: " and a word of 75; continuation lines 76 */
        assert_memory_equal(line + length - 2, "?=", 2);
        line += length + 2;
    }
    /* 45 bytes a word; a character of three bytes is never halved: base64 of a word never ends in half of
     * one. */
    assert_non_null(strstr(page.data, "?=\r\n =?UTF-8?B?"));
    page_release(&page);
    page_release(&text);
}

static void names_before_addresses_are_quoted(void **state)
{
    (void)state;
    struct page page = {0};
    struct page name = {0};
    page_string(&name, "Eve\", <eve@evil.test>");
    header_mailbox(&page, "From", &name, PW_TEXT("a@example.edu"));
    assert_string_equal(page.data, "From: =?UTF-8?B?RXZlIiwgPGV2ZUBldmlsLnRlc3Q+?=\r\n <a@example.edu>\r\n");
    page_release(&page);
    page_release(&name);
}

static void bodies_survive_the_wire(void **state)
{
    (void)state;
    static const struct {
        const char *body, *wire;
    } cases[] = {{".\n", "=2E\r\n"},         {"..\n", "=2E.\r\n"}, {"From me\n", "=46rom me\r\n"},
                 {"a=b \n", "a=3Db=20\r\n"}, {"\n\n", "\r\n\r\n"}, {"ü\n", "=C3=BC\r\n"},
                 {"no end", "no end\r\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct page body = {0};
        struct page wire = {0};
        page_string(&body, cases[i].body);
        header_quoted_printable(&wire, &body);
        assert_string_equal(wire.data, cases[i].wire);
        page_release(&body);
        page_release(&wire);
    }
}

static void long_lines_are_broken_on_the_wire(void **state)
{
    (void)state;
    struct page body = {0};
    struct page wire = {0};
    for (int i = 0; i < 2000; i++)
        page_string(&body, i % 76 == 75 ? "." : "x"); /* a dot wherever a wire line might begin */
    header_quoted_printable(&wire, &body);
    for (char *line = wire.data; *line != '\0'; line += strcspn(line, "\n") + 1u) {
        assert_true(strcspn(line, "\r") <= 76);
        assert_true(*line != '.');
    }
    page_release(&body);
    page_release(&wire);
}

static void prose_is_broken_at_spaces(void **state)
{
    (void)state;
    struct page text = {0};
    struct page page = {0};
    for (int i = 0; i < 40; i++)
        page_string(&text, "wörd ");
    page_paragraph(&page, "  - ", &text);
    size_t lines = 0;
    for (char *line = page.data; *line != '\0'; line += strcspn(line, "\n") + 1u, lines++)
        assert_memory_equal(line, lines == 0 ? "  - wörd" : "        ", 8);
    assert_int_equal(lines, 3);
    page_release(&text);
    page_release(&page);
}

static void times_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text, *date;
    } good[] = {{"2026-01-02T03:04:05Z", "Fri, 02 Jan 2026 03:04:05 +0000"},
                {"2026-01-02T03:04:05.678+05:30", "Thu, 01 Jan 2026 21:34:05 +0000"},
                {"2024-02-29T23:59:59-01:00", "Fri, 01 Mar 2024 00:59:59 +0000"}};
    static const char *const bad[] = {"", "yesterday", "2026-13-02T03:04:05Z", "2026-01-02T03:04:05",
                                      "2026-01-02T03:04:05+5:30"};
    int64_t ms = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct page page = {0};
        assert_int_equal(header_instant((struct pw_text){good[i].text, strlen(good[i].text)}, &ms), 0);
        header_date(&page, ms);
        assert_string_equal(page.data, good[i].date);
        page_release(&page);
        header_moment(&page, ms);
        assert_memory_equal(page.data, good[i].date, strlen("Fri, 02 Jan 2026 03:04"));
        assert_string_equal(page.data + strlen("Fri, 02 Jan 2026 03:04"), " UTC");
        page_release(&page);
    }
    ms = 42;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(header_instant((struct pw_text){bad[i], strlen(bad[i])}, &ms), PW_ERROR_INVALID);
    assert_int_equal(ms, 42);
}

/* ---- judging replies ----------------------------------------------------------------------------------- */

static void replies_are_judged(void **state)
{
    (void)state;
    static const struct {
        enum smtp_step step;
        long code;
        const char *reply;
        uint32_t outcome, retry_after;
        bool operator_needed;
    } rows[] = {
        {SMTP_CONNECT, 0, "", PW_DELIVERY_RETRY, 0, false},
        {SMTP_CONNECT, 421, "421 4.3.2 shutting down", PW_DELIVERY_RETRY, 0, false},
        {SMTP_CONNECT, 554, "554 no service", PW_DELIVERY_RETRY, 0, true},
        {SMTP_LOGIN, 535, "535 5.7.8 authentication failed", PW_DELIVERY_RETRY, 0, true},
        {SMTP_SENDER, 530, "530 5.7.0 Must issue a STARTTLS command first", PW_DELIVERY_RETRY, 0, true},
        {SMTP_SENDER, 550, "550 5.1.7 bad sender", PW_DELIVERY_RETRY, 0, true},
        {SMTP_RECIPIENT, 450, "450 4.2.0 Greylisted", PW_DELIVERY_RETRY, SMTP_GREY_WAIT_S, false},
        {SMTP_RECIPIENT, 451, "451 4.7.1 try again in 180 seconds", PW_DELIVERY_RETRY, 180, false},
        {SMTP_RECIPIENT, 450, "450 come back in 5 minutes", PW_DELIVERY_RETRY, 300, false},
        {SMTP_RECIPIENT, 450, "450 in 99999999999999999999 minutes", PW_DELIVERY_RETRY, SMTP_MAX_WAIT_S,
         false},
        {SMTP_RECIPIENT, 452, "452 4.2.2 mailbox full", PW_DELIVERY_RETRY, 0, false},
        {SMTP_RECIPIENT, 550, "550 5.1.1 no such user", PW_DELIVERY_FAIL, 0, false},
        {SMTP_RECIPIENT, 550, "550", PW_DELIVERY_FAIL, 0, false},
        {SMTP_RECIPIENT, 530, "530 log in first", PW_DELIVERY_RETRY, 0, true},
        {SMTP_RECIPIENT, 554, "554 5.7.1 Relay access denied", PW_DELIVERY_RETRY, 0, true},
        {SMTP_LETTER, 554, "554 5.7.1 rejected as spam", PW_DELIVERY_FAIL, 0, false},
        {SMTP_LETTER, 552, "552 5.3.4 too big", PW_DELIVERY_FAIL, 0, false},
        {SMTP_LETTER, 451, "451 4.3.0 local error", PW_DELIVERY_RETRY, SMTP_GREY_WAIT_S, false},
        {SMTP_LETTER, 0, "354 go on", PW_DELIVERY_RETRY, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct smtp_verdict verdict;
        smtp_judge(rows[i].step, rows[i].code, rows[i].reply, "the connection was lost", &verdict);
        if (verdict.outcome != rows[i].outcome || verdict.retry_after != rows[i].retry_after ||
            verdict.operator_needed != rows[i].operator_needed)
            fail_msg("%s: outcome %u, wait %u", rows[i].reply, verdict.outcome, verdict.retry_after);
        assert_non_null(
            strstr(verdict.message, rows[i].code != 0 ? rows[i].reply : "the connection was lost"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(different_ids_stay_different),
        cmocka_unit_test(long_ids_are_cut_and_stay_different),
        cmocka_unit_test(addresses_are_plain),
        cmocka_unit_test(boundaries_are_their_ids_and_stand_in_no_body),
        cmocka_unit_test(only_plain_https_is_a_link),
        cmocka_unit_test(subjects_are_encoded_when_needed),
        cmocka_unit_test(long_subjects_are_folded_between_characters),
        cmocka_unit_test(names_before_addresses_are_quoted),
        cmocka_unit_test(bodies_survive_the_wire),
        cmocka_unit_test(long_lines_are_broken_on_the_wire),
        cmocka_unit_test(prose_is_broken_at_spaces),
        cmocka_unit_test(times_are_read_and_written),
        cmocka_unit_test(replies_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
