/* SPDX-License-Identifier: Apache-2.0
 *
 * html.c: whatever a value holds, it stands there as text, and so that a reader sees it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "json/json.h"
#include "markup.h"
#include "page/html.h"

#define ODD(number) "<span class=\"odd\">U+" number "</span>"

static struct buffer out;

static void is(const char *wanted)
{
    assert_false(out.failed);
    assert_string_equal(out.length ? out.data : "", wanted);
    buffer_clear(&out);
}

static int clean_up(void **state)
{
    (void)state;
    buffer_release(&out);
    return 0;
}

static void only_the_format_is_markup(void **state)
{
    (void)state;
    html(&out, "<p>%s</p>", "a & <b> \"c\" 'd'");
    is("<p>a &amp; &lt;b&gt; &quot;c&quot; &#39;d&#39;</p>");
    html(&out, "%t|%v", PW_TEXT("<i>&amp;</i>"), PW_TEXT("\"><i>'&"));
    is("&lt;i&gt;&amp;amp;&lt;/i&gt;|&quot;&gt;&lt;i&gt;&#39;&amp;");
    html(&out, "%u %u%% %r", UINT64_MAX, (uint64_t)0, "<b>");
    is("18446744073709551615 0% <b>");
    html(&out, "%s%t%v%s", "", (struct pw_text){0}, (struct pw_text){0}, "%s %r");
    is("%s %r");
}

static void a_format_that_is_none_sends_nothing(void **state)
{
    static const char *const formats[] = {"%d", "%", "a%", "%x<", "% s", "%S", "%-s"};
    (void)state;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        struct buffer failing = {0};
        html(&failing, formats[i]);
        assert_true(failing.failed);
        buffer_release(&failing);
    }
}

static void what_is_not_seen_is_shown(void **state)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"a\xe2\x80\xae"
         "b",
         "<bdi>a" ODD("202E") "b</bdi>"},
        {"\xe2\x80\x8b", "<bdi>" ODD("200B") "</bdi>"},
        {"\xef\xbb\xbf", "<bdi>" ODD("FEFF") "</bdi>"},
        {"\xe2\x81\xa6", "<bdi>" ODD("2066") "</bdi>"},
        {"\xf3\xa0\x81\x81", "<bdi>" ODD("E0041") "</bdi>"},
        {"\xc2\xad", "<bdi>" ODD("00AD") "</bdi>"},
        {"\xc2\x85\xc2\x9f", "<bdi>" ODD("0085") ODD("009F") "</bdi>"},
        {"\x01\x1f\x7f\r", ODD("0001") ODD("001F") ODD("007F") ODD("000D")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        html(&out, "%s", rows[i].text);
        is(rows[i].shown);
        html(&out, "%v", text_of(rows[i].text)); /* somebody gets it back as they wrote it */
        is(rows[i].text);
    }
    html(&out, "%t", PW_TEXT("a\0b\tc\nd"));
    is("a" ODD("0000") "b\tc\nd");
}

static void other_scripts_stand_by_themselves(void **state)
{
    (void)state;
    html(&out, "%s %s %v", "plain", "\xd9\x85\xd8\xb1 <", text_of("\xd9\x85<"));
    is("plain <bdi>\xd9\x85\xd8\xb1 &lt;</bdi> \xd9\x85&lt;");
    html(&out, "%s", "\xe2\x9c\x94\xef\xb8\x8f"); /* a variation selector belongs to what stands before */
    is("<bdi>\xe2\x9c\x94\xef\xb8\x8f</bdi>");
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
    (void)state;
    html(&out, "%s|%v", "a\xff\xc3(\xe2\x82", text_of("\xed\xa0\x80\xc0\xbc"));
    is("<bdi>a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd</bdi>|"
       "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    html(&out, "%v", text_of("\xef\xbf\xbd<"));
    is("\xef\xbf\xbd&lt;");
}

/* ---- any bytes ----------------------------------------------------------------------------------------- */

/* Many of what matters, by chance. */
static size_t some_bytes(char *bytes, size_t most)
{
    static const char *const pieces[] = {
        "<",        ">",    "\"", "'", "&",  "\xe2\x80",        "\xae", "\xf3\xa0\x81", "\xd9\x85",
        "<script>", "&lt;", "_",  ".", "%s", "2026-03-02T09:00"};
    size_t length = 0, wanted = (size_t)rand() % most;
    while (length < wanted) {
        const char *piece = pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))];
        size_t size = strlen(piece);
        if (rand() % 2 || length + size > wanted)
            bytes[length++] = (char)rand();
        else {
            memcpy(bytes + length, piece, size);
            length += size;
        }
    }
    return length;
}

static void require_sound(const char *what)
{
    const char *at, *wrong = markup_wrong(buffer_view(&out), &at);
    if (wrong)
        fail_msg("%s: %s at \"%.60s\"", what, wrong, at);
    assert_false(out.failed);
    buffer_clear(&out);
}

static void whatever_the_bytes_it_is_text(void **state)
{
    unsigned seed = (unsigned)time(NULL);
    char bytes[64], other[8];
    (void)state;
    printf("seed %u\n", seed);
    srand(seed);
    for (int i = 0; i < 50000; i++) {
        struct pw_text text = {bytes, some_bytes(bytes, sizeof(bytes))};
        size_t from = text.length ? (size_t)rand() % text.length : 0;
        struct pw_text inside = {bytes + from, text.length ? (size_t)rand() % (text.length - from) : 0};
        html(&out, "<p>%t</p>", text);
        require_sound("%t");
        html(&out, "<input value=\"%v\">", text);
        require_sound("%v");
        html_marked(&out, text, inside);
        require_sound("marked");
        html_marked(&out, text, (struct pw_text){other, some_bytes(other, sizeof(other))});
        require_sound("marked with another");
        html_words(&out, text);
        require_sound("words");
        html_time(&out, text);
        require_sound("time");
        html_address(&out, text);
        require_sound("address");
    }
}

static void what_is_given_back_to_edit_is_what_was_written(void **state)
{
    static const char *const names[][2] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};
    char bytes[64], read[64];
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct pw_text text = {bytes, some_bytes(bytes, sizeof(bytes))};
        size_t length = 0;
        if (!markup_is_utf8(text))
            text.length = (size_t)snprintf(bytes, sizeof(bytes), "<%d'&amp;\xe2\x80\xae\"", i);
        html(&out, "%v", text);
        for (size_t at = 0; at < out.length; length++) {
            size_t name = 0;
            while (name < 5 && strncmp(out.data + at, names[name][0], strlen(names[name][0])) != 0)
                name++;
            read[length] = name < 5 ? names[name][1][0] : out.data[at];
            at += name < 5 ? strlen(names[name][0]) : 1;
        }
        assert_int_equal(length, text.length);
        assert_memory_equal(read, text.data, length);
        buffer_clear(&out);
    }
}

/* ---- pieces -------------------------------------------------------------------------------------------- */

static void what_matched_is_marked(void **state)
{
    static const struct {
        const char *text, *mark, *shown;
    } rows[] = {
        {"Beihang University", "Beihang", "<bdi><mark>Beihang</mark> University</bdi>"},
        {"at Beihang now", "Beihang", "<bdi>at <mark>Beihang</mark> now</bdi>"},
        {"at Beihang", "Beihang", "<bdi>at <mark>Beihang</mark></bdi>"},
        {"Beihang", "Beihang", "<bdi><mark>Beihang</mark></bdi>"},
        {"aa", "a", "<bdi><mark>a</mark>a</bdi>"}, /* the first place */
        {"Tsinghua", "Beihang", "Tsinghua"},
        {"Tsinghua", "", "Tsinghua"},
        {"a", "aa", "a"},
        {"<i>\"x\"</i>", "\"x\"", "<bdi>&lt;i&gt;<mark>&quot;x&quot;</mark>&lt;/i&gt;</bdi>"},
        {"x</mark><i>", "</mark><i>", "<bdi>x<mark>&lt;/mark&gt;&lt;i&gt;</mark></bdi>"},
        {"a&lt;", "lt;", "<bdi>a&amp;<mark>lt;</mark></bdi>"},
        {"\xe6\xb8\x85\xe5\x8d\x8e", "\xb8\x85", /* in the middle of a character: neither half is one */
         "<bdi>\xef\xbf\xbd<mark>\xef\xbf\xbd\xef\xbf\xbd</mark>\xe5\x8d\x8e</bdi>"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        html_marked(&out, text_of(rows[i].text), text_of(rows[i].mark));
        is(rows[i].shown);
    }
    html_marked(&out, (struct pw_text){0}, PW_TEXT("x")); /* a member that is not there */
    is("");
    html_marked(&out, PW_TEXT("x"), (struct pw_text){0});
    is("x");
}

static void words_of_the_vocabulary_are_words(void **state)
{
    char much[600];
    (void)state;
    html_words(&out, PW_TEXT("C1.knowhow_beyond_paper"));
    is("knowhow beyond paper");
    html_words(&out, PW_TEXT("proceed_with_mitigation"));
    is("proceed with mitigation");
    html_words(&out, PW_TEXT("C1.<i>_\"x\""));
    is("&lt;i&gt; &quot;x&quot;");
    html_words(&out, PW_TEXT("C1."));
    is("");
    html_words(&out, (struct pw_text){0});
    is("");
    memset(much, 'x', sizeof(much));
    memcpy(much + 255, "\xc3\xa4", 2); /* cut there: the whole character is left out */
    html_words(&out, (struct pw_text){much, sizeof(much)});
    assert_int_equal(out.length, 255);
    buffer_clear(&out);
}

static void an_address_is_of_plain_characters(void **state)
{
    (void)state;
    html_address(&out, PW_TEXT("AZaz09-._~"));
    is("AZaz09-._~");
    html_address(&out, PW_TEXT("a b&c=\"<\xc3\xa4%+/?#\0"));
    is("a%20b%26c%3D%22%3C%C3%A4%25%2B%2F%3F%23%00");
}

static void times_are_shown_to_the_minute(void **state)
{
    (void)state;
    html_time(&out, PW_TEXT("2026-03-02T09:00:00Z"));
    is("<time datetime=\"2026-03-02T09:00:00Z\">2026-03-02 09:00 UTC</time>");
    html_time(&out, PW_TEXT("2026-03-02T07:30:00.5+08:00")); /* feeds have zones of their own */
    is("<time datetime=\"2026-03-01T23:30:00.500Z\">2026-03-01 23:30 UTC</time>");
    html_time(&out, PW_TEXT("2026-03-02T00:00:00Z"));
    is("<time datetime=\"2026-03-02T00:00:00Z\">2026-03-02</time>");
    html_time(&out, PW_TEXT("2026-03-02"));
    is("2026-03-02");
    html_time(&out, (struct pw_text){0});
    is("");
    html_time(&out, PW_TEXT("<i>\"x\""));
    is("&lt;i&gt;&quot;x&quot;");
    html_time(&out, PW_TEXT("\"><i>xxxxxx'&&&&")); /* odd ones are texts too */
    is("&quot;&gt;&lt;i&gt;xxxxxx&#39;&amp;&amp;&amp;&amp;");
    html_time(&out, PW_TEXT("2026-03-02T09:00\xe2\x80\xae"));
    is("<bdi>2026-03-02T09:00" ODD("202E") "</bdi>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_format_is_markup),
        cmocka_unit_test(a_format_that_is_none_sends_nothing),
        cmocka_unit_test(what_is_not_seen_is_shown),
        cmocka_unit_test(other_scripts_stand_by_themselves),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced),
        cmocka_unit_test(whatever_the_bytes_it_is_text),
        cmocka_unit_test(what_is_given_back_to_edit_is_what_was_written),
        cmocka_unit_test(what_matched_is_marked),
        cmocka_unit_test(words_of_the_vocabulary_are_words),
        cmocka_unit_test(an_address_is_of_plain_characters),
        cmocka_unit_test(times_are_shown_to_the_minute),
    };
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
