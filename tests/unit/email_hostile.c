/* SPDX-License-Identifier: Apache-2.0
 *
 * Every text of every kind of notice in turn tries to be more than a text: a header field, a line, markup, a
 * link, a boundary, something unseen, or too long. The scene checks on the way that the HTML has no tag
 * but ours and that every line is legal; here both parts are compared, and the header with what it should be.
 */
#include "email_scene.h"

#define FILLER_BYTES 10240u /* a name of 10 KB */

static const char *const notices[] = {case_notice, digest_notice, question_notice, alarm_notice};
#define NOTICES (sizeof notices / sizeof notices[0])

/* ---- each text in turn --------------------------------------------------------------------------------- */

/* The next string value at or after `at`: its first byte; NULL when there is none. Names of members, and the two
 * texts that a letter cannot do without, are passed over. */
static const char *next_value(const char *at, size_t *ret_length)
{
    while ((at = strchr(at, '"')) != NULL) {
        size_t length = strcspn(at + 1, "\"");
        const char *after = at + length + 2;
        bool kept = memchr(at, '@', length) != NULL || (at[-1] == ':' && memcmp(at - 6, "kind\":", 6) == 0);
        if (*after != ':' && !kept) {
            *ret_length = length;
            return at + 1;
        }
        at = after;
    }
    return NULL;
}

/* The page's address is the daemon's own and the one text that may be a link; with markup in it, it is none. */
static bool is_page(const char *at)
{
    static const char member[] = "\"page\":\"";
    return memcmp(at - (sizeof member - 1u), member, sizeof member - 1u) == 0;
}

/* Calls `check` with the letter of each notice in which one text is `text` (as JSON spells it). */
static void with_each_text(const char *text, void (*check)(const struct parts *parts, const char *text))
{
    size_t written = 0;
    for (size_t i = 0; i < 2u * NOTICES; i++) {
        const char *notice = notices[i / 2u];
        size_t length = 0;
        for (const char *at = notice; (at = next_value(at, &length)) != NULL; at += length + 1u) {
            struct parts parts;
            if (is_page(at) && strncmp(text, "https://", 8) == 0)
                continue;
            char *json = calloc(1, strlen(notice) + strlen(text) + 1u);
            assert_non_null(json);
            sprintf(json, "%.*s%s%s", (int)(at - notice), notice, text, at + length);
            scene_write_apart(json, i % 2u == 1u, &parts);
            check(&parts, text);
            written++;
            scene_release(&parts);
            free(json);
        }
    }
    assert_true(written > 150);
}

/* Of every letter, whatever is in it. */
static void assert_sound(const struct parts *parts, const char *text)
{
    static const char *const fields[] = {"From: ",
                                         "Reply-To: ",
                                         "To: ",
                                         "Subject: ",
                                         "Date: ",
                                         "Message-ID: ",
                                         "In-Reply-To: ",
                                         "References: ",
                                         "List-Id: ",
                                         "Auto-Submitted: auto-generated\r\n",
                                         "X-Auto-Response-Suppress: All\r\n",
                                         "MIME-Version: 1.0\r\n",
                                         "Content-Type: multipart/alternative; boundary=\"=_pathwayd_"};
    size_t field = 0;
    for (const char *line = parts->header; *line != '\0'; line = strstr(line, "\r\n") + 2) {
        while (field < sizeof fields / sizeof fields[0] &&
               strncmp(line, fields[field], strlen(fields[field])) != 0)
            field++; /* each at most once, in this order; some kinds have not all */
        if (field == sizeof fields / sizeof fields[0])
            fail_msg("of \"%s\" a field came: %.60s", text, line);
        field++;
    }
    assert_int_equal(field, sizeof fields / sizeof fields[0]);
    if (strcmp(parts->words, parts->marks) != 0)
        fail_msg("of \"%.40s\" the parts differ:\n%s\n%s", text, parts->words, parts->marks);
    const char *link = strstr(parts->html, "<a ");
    assert_true(link == NULL || strstr(link + 1, "<a ") == NULL);
}

static void assert_adds_nothing(const struct parts *parts, const char *text)
{
    assert_sound(parts, text);
    assert_null(strcasestr(parts->plain, "\nBcc:"));
    assert_null(strstr(parts->plain, "\n  http://evil.test"));
    assert_null(strstr(parts->plain, "\r"));
    const char *act = strstr(parts->plain, "\nWHERE TO ACT\n");
    assert_true(act == NULL || strstr(act + 1, "\nWHERE TO ACT\n") == NULL);
}

static void no_text_adds_a_header_or_a_line(void **state)
{
    (void)state;
    with_each_text("x\\r\\nBcc: eve@evil.test\\r\\n\\r\\nWHERE TO ACT\\n  http://evil.test",
                   assert_adds_nothing);
    with_each_text("x\\nBcc: eve@evil.test\\n\\nWHERE TO ACT\\n", assert_adds_nothing);
    with_each_text("x\\rBcc: eve@evil.test\\u2028\\nWHERE TO ACT\\u0085", assert_adds_nothing);
}

static void assert_no_markup(const struct parts *parts, const char *text)
{
    assert_sound(parts, text);
    assert_null(strcasestr(parts->html, "<script"));
    assert_null(strcasestr(parts->html, "<img"));
    assert_null(strstr(parts->html, "evil.test\">"));
}

static void no_text_is_markup(void **state)
{
    (void)state;
    with_each_text("</p></body><script>alert(1)</script><img src=x onerror=alert(1)>", assert_no_markup);
    with_each_text("\\\"><a href='https://evil.test'>&lt;b&gt;</a><!-- ]]> &amp; &#60;", assert_no_markup);
    with_each_text("https://evil.test", assert_no_markup);
    with_each_text("javascript:alert(1)", assert_no_markup);
}

static void assert_nothing_hidden(const struct parts *parts, const char *text)
{
    static const char *const hidden[] = {"\xe2\x80\xae",     "\xe2\x80\x8b", "\xe2\x81\xa6", "\xef\xbb\xbf",
                                         "\xf3\xa0\x81\x81", "\x1b",         "\xc2\xad"};
    assert_sound(parts, text);
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        assert_null(strstr(parts->plain, hidden[i]));
        assert_null(strstr(parts->html, hidden[i]));
    }
}

static void nothing_turns_or_hides_text(void **state)
{
    (void)state;
    with_each_text("evil\\u202Egpj.exe\\u202C\\u2066x\\u2069", assert_nothing_hidden);
    with_each_text("Bei\\u200Bhang\\uFEFF\\uDB40\\uDC41\\u00AD\\u001B[2J", assert_nothing_hidden);
}

/* What the letter's own boundary is made of, and that of another. */
static void no_text_is_a_boundary(void **state)
{
    struct page boundary = {0}, text = {0};
    (void)state;
    header_boundary(&boundary, PW_TEXT("C-000123.3.alice.mail"));
    page_format(&text, "\\r\\n--%s--\\r\\n--%s\\r\\nContent-Type: text/html\\r\\n\\r\\n<b>x</b>",
                boundary.data, boundary.data);
    with_each_text(text.data, assert_no_markup);
    with_each_text("--=_pathwayd_0000000000000000", assert_no_markup);
    page_release(&boundary);
    page_release(&text);
}

static void assert_short_subject(const struct parts *parts, const char *text)
{
    const char *subject = strstr(parts->header, "\r\nSubject: ");
    assert_sound(parts, text);
    assert_non_null(subject);
    assert_true(strcspn(subject + 2, "\r") < 1000); /* 2,000 bytes of a title were 3,500 of its field */
}

static void long_names_are_cut_and_said_to_be(void **state)
{
    char *name = calloc(1, FILLER_BYTES + 1u);
    (void)state;
    assert_non_null(name);
    memset(name, 'n', FILLER_BYTES);
    with_each_text(name, assert_short_subject);
    for (size_t i = 0; i + 3u <= FILLER_BYTES; i += 3u)
        memcpy(name + i, "航", 3);
    name[FILLER_BYTES / 3u * 3u] = '\0';
    with_each_text(name, assert_short_subject);
    struct parts parts;
    char *json = scene_changed(case_notice, "Beihang University", name);
    scene_write_apart(json, true, &parts);
    assert_non_null(strstr(parts.words, "航 [cut here]"));
    scene_release(&parts);
    free(json);
    free(name);
}

/* JSON cannot spell it, the configuration's texts and whatever else calls these functions might. */
static void invalid_utf8_is_replaced(void **state)
{
    static const char invalid[] = "Z\xfc"
                                  "rich\xe2\x80 \xed\xa0\x80\xc0\xaf\xff";
    struct letter_style style = scene_style(true);
    struct page letter;
    struct parts parts;
    (void)state;
    style.from_name = style.subject_prefix = (struct pw_text){invalid, sizeof invalid - 1u};
    scene_write(case_notice, &style, 0, &letter);
    for (size_t i = 0; i < letter.length; i++)
        assert_true((unsigned char)letter.data[i] < 0x80u);
    scene_take_apart(&letter, &parts);
    assert_sound(&parts, invalid);
    assert_null(strstr(parts.header, "/w==")); /* the bytes as they were, in base64 */
    scene_release(&parts);
    page_release(&letter);
    const struct letter_style sound = scene_style(true);
    struct pw_document document = {0};
    struct json_error error;
    char *json = scene_changed(case_notice, "Beihang University", invalid);
    assert_int_not_equal(json_parse(&document, json, strlen(json), &json_limits_frame, &error), 0);
    json_release(&document);
    free(json);
    json = scene_changed(case_notice, "Beihang University", "\\uFFFD\\u0001\\uFFFE");
    scene_write(json, &sound, 0, &letter);
    scene_take_apart(&letter, &parts);
    assert_non_null(strstr(parts.words, "\"\xef\xbf\xbd[U+0001][U+FFFE]\""));
    scene_release(&parts);
    page_release(&letter);
    free(json);
}

static void hidden_characters_are_shown(void **state)
{
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
    (void)state;
    for (size_t i = 0; i < sizeof tricks / sizeof tricks[0]; i++) {
        struct parts parts;
        char *json = scene_changed(case_notice, "Beihang University", tricks[i].json);
        scene_write_apart(json, true, &parts);
        if (strstr(parts.words, tricks[i].shown) == NULL || strstr(parts.marks, tricks[i].shown) == NULL)
            fail_msg("\"%s\" is not in:\n%s\n%s", tricks[i].shown, parts.plain, parts.html);
        scene_release(&parts);
        free(json);
    }
}

static void bad_addresses_are_refused(void **state)
{
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
                                            "\\\"a\\\"@example.edu",
                                            "al\\u00efce@example.edu",
                                            "a,b@example.edu"};
    const struct letter_style style = scene_style(true);
    (void)state;
    for (size_t i = 0; i < 2u * sizeof addresses / sizeof addresses[0]; i++) {
        struct page letter;
        char *json = i % 2u == 0
                         ? scene_changed(case_notice, "alice@example.edu", addresses[i / 2u])
                         : scene_changed(question_notice, "dana@physics.example.edu", addresses[i / 2u]);
        scene_write(json, &style, PW_ERROR_INVALID, &letter);
        assert_null(letter.data);
        free(json);
    }
}

/* ---- size ---------------------------------------------------------------------------------------------- */

/* 300 findings of some KiB each, with characters that grow in every encoding. */
static void a_huge_notice_becomes_a_brief_letter(void **state)
{
    const struct letter_style style = scene_style(true);
    struct page json = {0}, letter;
    struct parts parts;
    (void)state;
    page_string(
        &json, "{\"notice_id\":\"n\",\"case_id\":\"C-1\",\"engagement_id\":\"e\",\"level\":\"required\","
               "\"title\":\"Secret\",\"recipient\":{\"address\":\"a@example.edu\"},\"act\":\"pathwayctl case "
               "show C-1\",\"findings\":[");
    for (int i = 0; i < 300 && json.length < PAGE_MAX_BYTES - 8192u; i++) {
        page_format(&json, "%s{\"rule\":\"r\",\"explanation\":\"", i > 0 ? "," : "");
        for (int k = 0; k < 650; k++)
            page_string(&json, "\\u202E");
        page_string(&json, "\",\"evidence\":[{\"text\":\"");
        for (int k = 0; k < 1500; k++)
            page_string(&json, "x");
        page_format(&json, "\"}],\"costs\":[\"%s\"]}", i % 2 ? "a" : "b");
    }
    page_string(&json, "]}");
    assert_false(json.failed);
    scene_write(json.data, &style, 0, &letter);
    assert_true(letter.length < 4u * LETTER_BODY_BYTES);
    scene_take_apart(&letter, &parts);
    assert_sound(&parts, "a huge notice");
    assert_non_null(strstr(parts.words, "What there is to say is too long for a letter"));
    assert_non_null(strstr(parts.words, "more of the findings, to be seen in the case"));
    assert_non_null(strstr(parts.words, "pathwayctl case show C-1 "));
    assert_null(strstr(parts.words, "Evidence"));
    scene_release(&parts);
    page_release(&letter);
    page_release(&json);
}

/* One element after another, each text as large as it can become: "\u0001" is eight characters on a page. */
static char *huge_list(const char *before, const char *element, size_t characters, const char *after)
{
    struct page json = {0};
    char *text = calloc(6u, characters + 1u);
    assert_non_null(text);
    for (size_t i = 0; i < characters; i++)
        memcpy(text + 6u * i, "\\u0001", 6);
    page_string(&json, before);
    for (int i = 0; i < 200 && json.length + 10u * strlen(text) < PAGE_MAX_BYTES; i++) {
        page_string(&json, i > 0 ? "," : "");
        for (const char *at = element; *at != '\0'; at++)
            page_bytes(&json, *at == '@' ? text : at, *at == '@' ? strlen(text) : 1u);
    }
    page_string(&json, after);
    free(text);
    assert_false(json.failed);
    return json.data;
}

static void the_largest_of_each_kind_still_makes_a_letter(void **state)
{
    static const struct {
        size_t characters; /* of each text */
        const char *before, *element, *after;
    } rows[] = {
        {400,
         "{\"notice_id\":\"n\",\"kind\":\"digest\",\"recipient\":{\"address\":\"a@example.edu\"},\"cases\":[",
         "{\"case_id\":\"@\",\"engagement_id\":\"@\",\"title\":\"@\",\"explanation\":\"@\",\"pathways\":[\"@"
         "\"],"
         "\"decide_by\":\"@\",\"due\":\"@\",\"state\":\"@\"}",
         "],\"act\":\"pathwayctl case list\"}"},
        {400,
         "{\"notice_id\":\"n\",\"case_id\":\"C-1\",\"recipient\":{\"address\":\"a@example.edu\"},"
         "\"findings\":[",
         "{\"rule\":\"@\",\"level\":\"@\",\"pathway\":\"@\",\"regime\":\"@\",\"due\":\"@\",\"explanation\":"
         "\"@\"}",
         "],\"act\":\"pathwayctl case show C-1\"}"},
        {2000,
         "{\"notice_id\":\"n\",\"case_id\":\"C-1\",\"recipient\":{\"address\":\"a@example.edu\"},"
         "\"pathways\":[",
         "\"@\"", "],\"act\":\"pathwayctl case show C-1\"}"},
    };
    (void)state;
    for (size_t i = 0; i < 2u * sizeof rows / sizeof rows[0]; i++) {
        struct parts parts;
        char *json =
            huge_list(rows[i / 2u].before, rows[i / 2u].element, rows[i / 2u].characters, rows[i / 2u].after);
        scene_write_apart(json, i % 2u == 1u, &parts);
        assert_sound(&parts, rows[i / 2u].element);
        assert_non_null(strstr(parts.words, "[cut here]"));
        assert_non_null(strstr(parts.words, "pathwayctl case "));
        assert_true(strlen(parts.plain) < 2u * LETTER_BODY_BYTES);
        scene_release(&parts);
        free(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_adds_a_header_or_a_line),
        cmocka_unit_test(no_text_is_markup),
        cmocka_unit_test(nothing_turns_or_hides_text),
        cmocka_unit_test(no_text_is_a_boundary),
        cmocka_unit_test(long_names_are_cut_and_said_to_be),
        cmocka_unit_test(invalid_utf8_is_replaced),
        cmocka_unit_test(hidden_characters_are_shown),
        cmocka_unit_test(bad_addresses_are_refused),
        cmocka_unit_test(a_huge_notice_becomes_a_brief_letter),
        cmocka_unit_test(the_largest_of_each_kind_still_makes_a_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
