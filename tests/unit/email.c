/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a letter: golden, hostile input, RFC 2047, quoted-printable, ids; and the table that judges
 * SMTP replies. The wire itself is tested in email_faults.c (a scripted server) and tests/integration (a real
 * one).
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
#include "email/letter.h"
#include "email/smtp.h"
#include "json/json.h"

#define GOLDEN PATHWAYD_SOURCE "/tests/unit/email.eml"

static const struct letter_style style = {.from_name = {"Research security", 17},
                                          .from_address = {"reviews@example.edu", 19},
                                          .domain = {"example.edu", 11},
                                          .subject_prefix = {"[pathwayd]", 10}};

static const char notice[] =
    "{\"notice_id\":\"C-000123.3.alice.mail\",\"case_id\":\"C-000123\",\"engagement_id\":\"E "
    "7/2026\",\"revision\":3,"
    "\"change\":\"raised\",\"level\":\"required\",\"needs_information\":true,\"previous_level\":"
    "\"suggested\","
    "\"pathways\":[\"research\",\"lab\"],\"recipient\":{\"reviewer\":\"alice\",\"address\":\"alice@example."
    "edu\"},"
    "\"time\":\"2026-01-02T03:04:05Z\",\"title\":\"Joint lab on flight control\","
    "\"link\":\"https://hr.example.edu/agreements/7\","
    "\"event\":{\"source\":\"/hr\",\"id\":\"evt-1\",\"type\":\"org.pathwayd.agreement.proposed.v1\"},"
    "\"findings\":[{\"pathway\":\"research\",\"kind\":\"judgement\",\"rule\":\"research.q2_seven_sons\","
    "\"requirements\":[\"R21\",\"R22\"],\"regime\":\"paper\",\"level\":\"required\",\"needs_information\":"
    "false,"
    "\"evidence\":[{\"source\":\"seven-sons\",\"list\":\"SS\",\"entry\":\"00wk2mp56\",\"entry_name\":"
    "\"Beihang "
    "University\",\"snapshot\":\"2022-11-01\",\"basis\":\"alias_exact\",\"text\":\"北京航空航天大学\","
    "\"pointer\":\"/data/partner/0/name\"}],\"unknowns\":[],\"costs\":[\"C1.knowhow_beyond_paper\"],"
    "\"benefits\":[\"B1.access_knowledge\"],\"mitigations\":[\"M1.screen_applications\"],"
    "\"explanation\":\"The partner is one of the Seven Sons of National Defence. The finding is about the "
    "institution and not about any person.\"},"
    "{\"pathway\":\"lab\",\"kind\":\"verify\",\"rule\":\"verify.affiliation\",\"level\":\"suggested\","
    "\"needs_information\":true,\"evidence\":[],\"unknowns\":[{\"what\":\"Is the partner's unit part of the "
    "listed "
    "institution?\",\"who\":\"department\"}],\"costs\":[\"C1.knowhow_beyond_paper\",\"X9.pack_code\"],"
    "\"benefits\":[],\"mitigations\":[],\"explanation\":\"Please ask the department.\"}],"
    "\"act\":\"pathwayctl case show C-000123\"}";

static void write_letter(const char *json, int expected, struct page *ret_letter)
{
    struct pw_document document = {0};
    struct json_error error;
    struct page to = {0};
    assert_int_equal(json_parse(&document, json, strlen(json), &json_limits_frame, &error), 0);
    assert_int_equal(letter_write(&json_document_api, &document, 1000, &style, ret_letter, &to), expected);
    page_release(&to);
    json_release(&document);
}

/* The notice with one piece replaced by another. */
static char *changed(const char *from, const char *to)
{
    const char *at = strstr(notice, from);
    assert_non_null(at);
    size_t before = (size_t)(at - notice);
    char *json = malloc(sizeof notice + strlen(to));
    assert_non_null(json);
    memcpy(json, notice, before);
    sprintf(json + before, "%s%s", to, at + strlen(from));
    return json;
}

static char *header_end(const struct page *letter)
{
    char *end = strstr(letter->data, "\r\n\r\n");
    assert_non_null(end);
    return end;
}

static int hex(char c)
{
    const char *digits = "0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    assert_non_null(at);
    return (int)(at - digits);
}

/* The body as a reader sees it; also checks that every line is legal on the wire. */
static char *decoded_body(const struct page *letter)
{
    const char *at = header_end(letter) + 4;
    char *body = calloc(1, letter->length + 1u);
    size_t length = 0;
    size_t column = 0;
    assert_non_null(body);
    for (; *at != '\0'; at++, column++) {
        assert_true(column <= 78);
        if (at[0] == '\r' && at[1] == '\n') {
            body[length++] = '\n';
            at++;
            column = (size_t)-1;
        } else if (at[0] == '=' && at[1] == '\r') {
            at += 2;
            column = (size_t)-1;
        } else if (at[0] == '=') {
            body[length++] = (char)(hex(at[1]) * 16 + hex(at[2]));
            at += 2;
            column += 2;
        } else {
            assert_true(*at >= ' ' && *at <= '~');
            assert_true(column != 0 || *at != '.');
            body[length++] = *at;
        }
    }
    return body;
}

/* Undoes the breaking of lines: a line feed and the spaces after it become one space. */
static void unbreak(char *body)
{
    char *to = body;
    for (const char *at = body; *at != '\0'; at++) {
        bool broken = at[0] == '\n' && at[1] == ' ';
        at += broken ? strspn(at + 1, " ") : 0;
        *to++ = broken ? ' ' : *at;
    }
    *to = '\0';
}

static void assert_header(const struct page *letter, const char *line)
{
    char *end = header_end(letter);
    char *at = strstr(letter->data, line);
    if (at == NULL || at > end)
        fail_msg("no header \"%s\" in:\n%.*s", line, (int)(end - letter->data), letter->data);
}

/* ---- golden -------------------------------------------------------------------------------------------- */

static void golden_letter_is_written(void **state)
{
    (void)state;
    struct page letter = {0};
    write_letter(notice, 0, &letter);
    FILE *file = fopen(GOLDEN, "rb");
    assert_non_null(file);
    char *expected = calloc(1, 65536);
    size_t length = fread(expected, 1, 65535, file);
    fclose(file);
    if (length != letter.length || memcmp(expected, letter.data, length) != 0)
        fail_msg("the letter differs from " GOLDEN ":\n%s", letter.data);
    free(expected);
    page_release(&letter);
}

static void same_notice_gives_the_same_bytes(void **state)
{
    (void)state;
    struct page first = {0};
    struct page second = {0};
    setenv("TZ", "Pacific/Auckland", 1);
    write_letter(notice, 0, &first);
    setenv("TZ", "America/New_York", 1);
    write_letter(notice, 0, &second);
    unsetenv("TZ");
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    page_release(&first);
    page_release(&second);
}

static void every_question_is_answered(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "A review is required",
        "Information is missing",
        "The case became more serious.",
        "before it was suggested",
        "research, lab",
        "research.q2_seven_sons, level required",
        "北京航空航天大学",
        "the list SS as of 2022-11-01",
        "another of its exact names",
        "Who can say: department",
        "know-how beyond the",
        "access to the partner's knowledge",
        "pathwayctl case show",
        "will be used for",
        "X9.pack_code",
        "https://hr.example.edu/",
    };
    struct page letter = {0};
    write_letter(notice, 0, &letter);
    char *body = decoded_body(&letter);
    unbreak(body);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (strstr(body, answers[i]) == NULL)
            fail_msg("\"%s\" is not in:\n%s", answers[i], body);
    assert_null(strstr(strstr(body, "C1.knowhow_beyond_paper") + 1, "C1.knowhow_beyond_paper"));
    free(body);
    page_release(&letter);
}

/* ---- threads and ids ----------------------------------------------------------------------------------- */

static void letters_of_a_case_share_a_root(void **state)
{
    (void)state;
    struct page letter = {0};
    char *json = changed("C-000123.3.alice.mail", "C-000123.4.alice.mail");
    write_letter(json, 0, &letter);
    assert_header(&letter, "Message-ID: <C-000123.4.alice.mail@example.edu>\r\n");
    assert_header(&letter, "In-Reply-To: <C-000123.E=207=2F2026@example.edu>\r\n");
    assert_header(&letter, "References: <C-000123.E=207=2F2026@example.edu>\r\n");
    free(json);
    page_release(&letter);
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
        struct page letter = {0};
        char *json = changed("C-000123.3.alice.mail", ids[i].notice);
        write_letter(json, 0, &letter);
        assert_header(&letter, ids[i].message);
        free(json);
        page_release(&letter);
    }
}

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

/* ---- hostile text -------------------------------------------------------------------------------------- */

/* Each text of the notice in turn tries to add a header and a line of its own. */
static void no_text_adds_a_header_or_a_line(void **state)
{
    (void)state;
    static const char *const texts[] = {"C-000123.3.alice.mail",
                                        "E 7/2026",
                                        "Joint lab on flight control",
                                        "/hr",
                                        "evt-1",
                                        "org.pathwayd.agreement.proposed.v1",
                                        "research.q2_seven_sons",
                                        "Beihang University",
                                        "alias_exact",
                                        "2022-11-01",
                                        "SS",
                                        "R21",
                                        "Please ask the department.",
                                        "X9.pack_code",
                                        "department",
                                        "suggested",
                                        "2026-01-02T03:04:05Z",
                                        "raised",
                                        "https://hr.example.edu/agreements/7"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct page letter = {0};
        char *json =
            changed(texts[i], "x\\r\\nBcc: eve@evil.test\\r\\n\\r\\nWHERE TO ACT\\n  http://evil.test");
        write_letter(json, 0, &letter);
        char *body = decoded_body(&letter);
        assert_null(strcasestr(letter.data, "\r\nBcc:"));
        assert_null(strstr(body, "\nBcc:"));
        assert_null(strstr(body, "\n  http://evil.test"));
        assert_int_equal(strstr(strstr(body, "\nWHERE TO ACT\n") + 1, "\nWHERE TO ACT\n") == NULL, 1);
        for (char *line = letter.data; line < header_end(&letter); line = strstr(line, "\r\n") + 2)
            assert_true(strcspn(line, "\r\n") <= 998);
        free(body);
        free(json);
        page_release(&letter);
    }
}

static void hidden_characters_are_shown(void **state)
{
    (void)state;
    static const struct {
        const char *json, *shown;
    } tricks[] = {{"evil\\u202Egpj.exe", "evil[U+202E]gpj.exe"},
                  {"Bei\\u200Bhang", "Bei[U+200B]hang"},
                  {"a\\u2066b\\u2069", "a[U+2066]b[U+2069]"},
                  {"a\\uDB40\\uDC41b", "a[U+E0041]b"},
                  {"a\\u2028b", "a[U+2028]b"},
                  {"a\\u0085b\\u001bc", "a[U+0085]b[U+001B]c"},
                  {"\\uFEFFx", "[U+FEFF]x"},
                  {"<!here> <b>&amp;</b>", "<!here> <b>&amp;</b>"}};
    for (size_t i = 0; i < sizeof tricks / sizeof tricks[0]; i++) {
        struct page letter = {0};
        char *json = changed("Beihang University", tricks[i].json);
        write_letter(json, 0, &letter);
        char *body = decoded_body(&letter);
        unbreak(body);
        if (strstr(body, tricks[i].shown) == NULL)
            fail_msg("\"%s\" is not in:\n%s", tricks[i].shown, body);
        free(body);
        free(json);
        page_release(&letter);
    }
}

static void bad_addresses_are_refused(void **state)
{
    (void)state;
    static const char *const addresses[] = {"",
                                            "alice",
                                            "@example.edu",
                                            "alice@",
                                            "alice@example..edu",
                                            "a@b@c",
                                            "alice@-example.edu",
                                            "a b@example.edu",
                                            "<a@example.edu>",
                                            "a@example.edu>\\r\\nRCPT TO:<eve@evil.test",
                                            "a\\u0000@example.edu",
                                            "\\\"a\\\"@example.edu",
                                            "al\\u00efce@example.edu",
                                            "a,b@example.edu"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        if (strstr(addresses[i], "u0000") != NULL)
            continue; /* the parser refuses it already; below without JSON */
        struct page letter = {0};
        char *json = changed("alice@example.edu", addresses[i]);
        write_letter(json, PW_ERROR_INVALID, &letter);
        assert_null(letter.data);
        free(json);
    }
    assert_false(header_address_valid((struct pw_text){"a\0b@example.edu", 15}));
    assert_true(header_address_valid(PW_TEXT("o'brien+sec=review@mail-1.example.edu")));
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
    }
    ms = 42;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(header_instant((struct pw_text){bad[i], strlen(bad[i])}, &ms), PW_ERROR_INVALID);
    assert_int_equal(ms, 42);
}

/* ---- size ---------------------------------------------------------------------------------------------- */

static void a_huge_notice_becomes_a_brief_letter(void **state)
{
    (void)state;
    struct page json = {0};
    struct page letter = {0};
    page_string(
        &json,
        "{\"notice_id\":\"n\",\"case_id\":\"C-1\",\"engagement_id\":\"e\",\"level\":\"required\","
        "\"recipient\":{\"address\":\"a@example.edu\"},\"act\":\"pathwayctl case show C-1\",\"findings\":[");
    for (int i = 0; i < 300; i++) {
        page_string(&json,
                    i > 0 ? ",{\"rule\":\"r\",\"explanation\":\"" : "{\"rule\":\"r\",\"explanation\":\"");
        for (int k = 0; k < 300; k++)
            page_string(&json, "\\u202E");
        page_string(&json, "\",\"evidence\":[{\"text\":\"");
        for (int k = 0; k < 1500; k++)
            page_string(&json, "x");
        page_string(&json, i % 2 ? "\"}],\"costs\":[\"a\"]}" : "\"}],\"costs\":[\"b\"]}");
        if (json.length > PAGE_MAX_BYTES - 8192u)
            break;
    }
    page_string(&json, "]}");
    assert_false(json.failed);
    write_letter(json.data, 0, &letter);
    assert_true(letter.length < 2u * LETTER_BODY_BYTES);
    assert_non_null(strstr(letter.data, "pathwayctl case show C-1"));
    assert_non_null(strstr(letter.data, "more findings, to be seen in the case"));
    page_release(&letter);
    page_release(&json);
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
        cmocka_unit_test(golden_letter_is_written),
        cmocka_unit_test(same_notice_gives_the_same_bytes),
        cmocka_unit_test(every_question_is_answered),
        cmocka_unit_test(letters_of_a_case_share_a_root),
        cmocka_unit_test(ids_of_notices_become_message_ids),
        cmocka_unit_test(different_ids_stay_different),
        cmocka_unit_test(long_ids_are_cut_and_stay_different),
        cmocka_unit_test(no_text_adds_a_header_or_a_line),
        cmocka_unit_test(hidden_characters_are_shown),
        cmocka_unit_test(bad_addresses_are_refused),
        cmocka_unit_test(subjects_are_encoded_when_needed),
        cmocka_unit_test(long_subjects_are_folded_between_characters),
        cmocka_unit_test(names_before_addresses_are_quoted),
        cmocka_unit_test(bodies_survive_the_wire),
        cmocka_unit_test(long_lines_are_broken_on_the_wire),
        cmocka_unit_test(prose_is_broken_at_spaces),
        cmocka_unit_test(times_are_read_and_written),
        cmocka_unit_test(a_huge_notice_becomes_a_brief_letter),
        cmocka_unit_test(replies_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
