/* SPDX-License-Identifier: Apache-2.0
 *
 * Calendar entries: golden resources, folding and escaping, hostile texts, days that are none; and what is read of a stored
 * entry. Which state replaces which other one is tested in calendar_collection.c, the whole way in tests/integration/caldav.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar/fold.h"
#include "calendar/stored.h"
#include "json/json.h"

#define GOLDEN       PATHWAYD_SOURCE "/tests/unit/calendar_"
#define GOLDEN_BYTES 16384u
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct entry_style minimal = {.name = {"reviews.example.edu", 19}};
static const struct entry_style full = {.name = {"reviews.example.edu", 19}, .full = true};

static const char notice[] =
    "{\"notice_id\":\"C-000123-19b76daa800-3+cal+*\",\"kind\":\"case\",\"case_id\":\"C-000123\",\"engagement_"
    "id\":\"E 7/2026\","
    "\"revision\":3,\"change\":\"raised\",\"level\":\"required\",\"previous_level\":\"suggested\","
    "\"pathways\":[\"research\"],"
    "\"recipient\":{\"reviewer\":\"alice\",\"address\":\"alice@example.edu\"},\"because\":\"You look after "
    "it.\","
    "\"queue\":\"export-control\",\"state\":\"new\",\"assignee\":\"alice\",\"time\":\"2026-01-02T03:04:05."
    "678Z\","
    "\"decide_by\":\"2026-01-06T17:00:00Z\",\"due\":\"2026-07-31\",\"title\":\"Flight control, 北京; \\\\ "
    "phase 2\","
    "\"findings\":[{\"rule\":\"research.q2_seven_sons\",\"explanation\":\"One of the Seven Sons; see the "
    "list.\"},"
    "{\"rule\":\"us-117.foreign_source\",\"due\":\"2026-07-31\",\"explanation\":\"Report it.\"}],"
    "\"page\":\"https://reviews.example.edu/case/C-000123?a=b,c;d\",\"act\":\"pathwayctl case show "
    "C-000123\"}";

/* The notice with one piece replaced by another. */
static char *changed(const char *from, const char *to)
{
    const char *at = strstr(notice, from);
    assert_non_null(at);
    size_t before = (size_t)(at - notice);
    char *other = malloc(sizeof notice + strlen(to));
    assert_non_null(other);
    memcpy(other, notice, before);
    sprintf(other + before, "%s%s", to, at + strlen(from));
    return other;
}

/* A notice that is read, as long as the test needs it. */
struct reading {
    struct pw_document document;
    struct entry_case item;
};

static int read_notice(struct reading *reading, const char *json, const struct entry_style *style)
{
    struct json_error error;
    *reading = (struct reading){0};
    assert_int_equal(json_parse(&reading->document, json, strlen(json), &json_limits_frame, &error), 0);
    return entry_read(&json_document_api, &reading->document, style, &reading->item);
}

static struct page entry_of(const char *json, enum entry_kind kind, const struct entry_style *style)
{
    struct reading reading;
    struct page page = {0};
    assert_int_equal(read_notice(&reading, json, style), 0);
    assert_int_equal(
        entry_write(&reading.item, kind, reading.item.due[0] ? reading.item.due : "20260101", &page), 0);
    json_release(&reading.document);
    return page;
}

/* The resource with its folds undone. */
static char *unfolded(const struct page *page)
{
    char *text = malloc(page->length + 1u), *to = text;
    assert_non_null(text);
    for (const char *at = page->data; *at != '\0'; at++) {
        if (strncmp(at, "\r\n ", 3) == 0 || strncmp(at, "\r\n\t", 3) == 0)
            at += 2;
        else
            *to++ = *at;
    }
    *to = '\0';
    return text;
}

static void assert_line(const char *json, enum entry_kind kind, const struct entry_style *style,
                        const char *line)
{
    struct page page = entry_of(json, kind, style);
    char *text = unfolded(&page), wanted[2048];
    snprintf(wanted, sizeof wanted, "\r\n%s\r\n", line);
    if (strstr(text, wanted) == NULL)
        fail_msg("\"%s\" is not in:\n%s", line, text);
    free(text);
    page_release(&page);
}

static void assert_no_line(const char *json, enum entry_kind kind, const char *begins)
{
    struct page page = entry_of(json, kind, &full);
    char *text = unfolded(&page), unwanted[128];
    snprintf(unwanted, sizeof unwanted, "\r\n%s", begins);
    if (strstr(text, unwanted) != NULL)
        fail_msg("\"%s\" is in:\n%s", begins, text);
    free(text);
    page_release(&page);
}

/* ---- golden -------------------------------------------------------------------------------------------- */

static void golden_entries(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum entry_kind kind;
        const struct entry_style *style;
    } rows[] = {{"task.ics", ENTRY_TASK, &minimal},
                {"date.ics", ENTRY_DATE, &minimal},
                {"full.ics", ENTRY_TASK, &full}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char path[512], expected[GOLDEN_BYTES];
        struct page page = entry_of(notice, rows[i].kind, rows[i].style);
        snprintf(path, sizeof path, "%s%s", GOLDEN, rows[i].name);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        size_t length = fread(expected, 1, sizeof expected, file);
        fclose(file);
        if (length != page.length || memcmp(expected, page.data, length) != 0)
            fail_msg("it differs from %s:\n%s", path, page.data);
        page_release(&page);
    }
}

static void all_notices_of_a_revision_give_the_same_bytes(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"+cal+*", "+cal+bob"},
        {"\"reviewer\":\"alice\",\"address\":\"alice@example.edu\"", "\"reviewer\":\"bob\""},
        {"You look after it.", "The deputy."},
        {"\"assignee\":\"alice\"", "\"assignee\":\"bob\""}};
    for (size_t kind = 0; kind < ENTRY_KINDS; kind++)
        for (size_t i = 0; i < COUNT(rows); i++) {
            char *json = changed(rows[i][0], rows[i][1]);
            struct page first = entry_of(notice, (enum entry_kind)kind, &full),
                        second = entry_of(json, (enum entry_kind)kind, &full);
            assert_string_equal(first.data, second.data);
            assert_null(strstr(first.data, "alice"));
            page_release(&first);
            page_release(&second);
            free(json);
        }
}

static void minimal_tells_little(void **state)
{
    (void)state;
    static const char *const secrets[] = {"Flight", "E 7/2026", "seven_sons", "us-117", "Seven Sons"};
    for (size_t kind = 0; kind < ENTRY_KINDS; kind++) {
        struct page page = entry_of(notice, (enum entry_kind)kind, &minimal);
        char *text = unfolded(&page);
        for (size_t i = 0; i < COUNT(secrets); i++)
            assert_null(strstr(text, secrets[i]));
        free(text);
        page_release(&page);
    }
}

/* ---- states, levels and days --------------------------------------------------------------------------- */

static void states_become_statuses(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *task, *date;
    } rows[] = {
        {"\"state\":\"new\"", "\"state\":\"new\"", "STATUS:NEEDS-ACTION", "STATUS:CONFIRMED"},
        {"\"state\":\"new\"", "\"state\":\"proposed\"", "STATUS:IN-PROCESS", "STATUS:CONFIRMED"},
        {"\"state\":\"new\"", "\"state\":\"decided\"", "STATUS:COMPLETED", "STATUS:CANCELLED"},
        {"\"state\":\"new\"", "\"state\":\"closed\"", "STATUS:COMPLETED", "STATUS:CANCELLED"},
        {"\"state\":\"new\"", "\"state\":\"withdrawn\"", "STATUS:CANCELLED", "STATUS:CANCELLED"},
        {"\"state\":\"new\"", "\"state\":\"\"", "STATUS:NEEDS-ACTION", "STATUS:CONFIRMED"},
        {"\"change\":\"raised\"", "\"change\":\"withdrawn\"", "STATUS:CANCELLED", "STATUS:CANCELLED"},
        {"\"change\":\"raised\"", "\"change\":\"closed\"", "STATUS:COMPLETED", "STATUS:CANCELLED"},
        {"\"change\":\"raised\"", "\"change\":\"reopened\"", "STATUS:NEEDS-ACTION", "STATUS:CONFIRMED"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *json = changed(rows[i].from, rows[i].to);
        assert_line(json, ENTRY_TASK, &minimal, rows[i].task);
        assert_line(json, ENTRY_DATE, &minimal, rows[i].date);
        free(json);
    }
    char *done = changed("\"state\":\"new\"", "\"state\":\"decided\"");
    assert_line(done, ENTRY_TASK, &minimal, "COMPLETED:20260102T030405Z");
    assert_line(done, ENTRY_TASK, &minimal, "SUMMARY:C-000123: done");
    assert_no_line(done, ENTRY_DATE, "BEGIN:VALARM");
    free(done);
}

static void levels_are_words_and_priorities(void **state)
{
    (void)state;
    static const struct {
        const char *level, *summary, *priority;
    } rows[] = {{"prohibited", "prohibited\\, two people decide", "PRIORITY:1"},
                {"required", "review required", "PRIORITY:2"},
                {"recommended", "review recommended", "PRIORITY:5"},
                {"suggested", "a look is suggested", "PRIORITY:9"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char level[64], line[128];
        snprintf(level, sizeof level, "\"level\":\"%s\"", rows[i].level);
        snprintf(line, sizeof line, "SUMMARY:C-000123: %s\\, decide by 2026-01-06 17:00 UTC",
                 rows[i].summary);
        char *json = changed("\"level\":\"required\"", level);
        assert_line(json, ENTRY_TASK, &minimal, line);
        assert_line(json, ENTRY_TASK, &minimal, rows[i].priority);
        free(json);
    }
    char *json = changed("\"level\":\"required\"", "\"level\":\"louder;\\nX\"");
    assert_line(json, ENTRY_TASK, &minimal,
                "SUMMARY:C-000123: louder\\;[U+000A]X\\, decide by 2026-01-06 17:00 UTC");
    assert_no_line(json, ENTRY_TASK, "PRIORITY");
    free(json);
}

static void days_and_instants_that_are_none_are_left_out(void **state)
{
    (void)state;
    static const char *const days[] = {"2026-02-29", "2100-02-29",           "2026-13-01", "2026-00-01",
                                       "2026-01-32", "2026-01-00",           "0000-01-01", "2026-1-1",
                                       "20260101",   "2026-01-01T00:00:00Z", "soon",       "",
                                       "2026-01-0x"};
    static const char *const instants[] = {"2026-01-06",
                                           "2026-01-06T24:00:00Z",
                                           "2026-01-06T17:60:00Z",
                                           "2026-01-06T17:00:60Z",
                                           "2026-01-06T17:00:00",
                                           "2026-02-30T17:00:00Z",
                                           "2026-01-06 17:00:00Z",
                                           "never",
                                           ""};
    struct reading reading;
    for (size_t i = 0; i < COUNT(days); i++) {
        char due[64];
        snprintf(due, sizeof due, "\"due\":\"%s\",\"title\"", days[i]);
        char *json = changed("\"due\":\"2026-07-31\",\"title\"", due);
        assert_int_equal(read_notice(&reading, json, &minimal), 0);
        assert_string_equal(reading.item.due, "");
        json_release(&reading.document);
        free(json);
    }
    for (size_t i = 0; i < COUNT(instants); i++) {
        char *json = changed("2026-01-06T17:00:00Z", instants[i]);
        assert_int_equal(read_notice(&reading, json, &minimal), 0);
        assert_string_equal(reading.item.decide_by, "");
        json_release(&reading.document);
        assert_no_line(json, ENTRY_TASK, "DUE");
        free(json);
    }
    char *century = changed("2026-07-31\",\"title", "2000-02-29\",\"title");
    assert_line(century, ENTRY_DATE, &minimal, "DTSTART;VALUE=DATE:20000229");
    free(century);
    char *leap = changed("2026-07-31\",\"title", "2028-02-29\",\"title");
    assert_line(leap, ENTRY_DATE, &minimal, "DTSTART;VALUE=DATE:20280229");
    free(leap);
    /* A case whose statutory day is gone: its entry stays where it was, cancelled and silent. */
    char *gone = changed("\"due\":\"2026-07-31\",\"title\"", "\"title\"");
    assert_line(gone, ENTRY_DATE, &minimal, "STATUS:CANCELLED");
    assert_line(gone, ENTRY_DATE, &minimal, "DTSTART;VALUE=DATE:20260101");
    assert_no_line(gone, ENTRY_DATE, "BEGIN:VALARM");
    free(gone);
}

static void notices_that_name_no_case_are_refused(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"\"case_id\":\"C-000123\"", "\"case_id\":\"\""},
                                          {"\"case_id\":\"C-000123\"", "\"case_id\":\"../C-000123\""},
                                          {"\"case_id\":\"C-000123\"", "\"case_id\":\"C-000123\\r\\nX: y\""},
                                          {"\"case_id\":\"C-000123\"", "\"case_id\":\"C@000123\""},
                                          {"\"case_id\":\"C-000123\"", "\"case_id\":\"C%2F\""},
                                          {"\"case_id\":\"C-000123\"", "\"case_id\":7"},
                                          {"\"revision\":3", "\"revision\":0"},
                                          {"\"revision\":3", "\"revision\":-3"},
                                          {"\"revision\":3", "\"revision\":3.5"},
                                          {"\"revision\":3", "\"revision\":\"3\""},
                                          {"\"revision\":3", "\"revision\":2147483648"},
                                          {"2026-01-02T03:04:05.678Z", "yesterday"},
                                          {"2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05+01:00"}};
    struct reading reading;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *json = changed(rows[i][0], rows[i][1]);
        if (read_notice(&reading, json, &minimal) != PW_ERROR_INVALID)
            fail_msg("%s is taken", rows[i][1]);
        json_release(&reading.document);
        free(json);
    }
}

static void names_are_checked(void **state)
{
    (void)state;
    static const char *const bad[] = {"", ".", "a.", ".a", "a b", "a@b", "a/b", "ä.example", "a\r\nb", "a;b"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(entry_name_valid((struct pw_text){bad[i], strlen(bad[i])}));
    assert_true(entry_name_valid(PW_TEXT("reviews-1.example.edu")));
    assert_false(entry_name_valid((struct pw_text){"a\0b", 3}));
}

/* ---- lines --------------------------------------------------------------------------------------------- */

static void text_is_escaped(void **state)
{
    (void)state;
    struct page page = {0}, value = {0};
    page_string(&value, "a\\b;c,d\ne:f\"g");
    fold_text(&page, "SUMMARY", &value);
    assert_string_equal(page.data, "SUMMARY:a\\\\b\\;c\\,d\\ne:f\"g\r\n");
    page_release(&page);
    page_release(&value);
}

/* Every length around the limit, with characters of one to four bytes. */
static void lines_are_folded_between_characters(void **state)
{
    (void)state;
    static const char *const characters[] = {"x", "ü", "航", "𝔘", ","};
    for (size_t i = 0; i < COUNT(characters); i++)
        for (size_t count = 0; count < 200u; count++) {
            struct page page = {0}, value = {0};
            for (size_t k = 0; k < count; k++)
                page_string(&value, characters[i]);
            fold_text(&page, "SUMMARY", &value);
            for (const char *line = page.data; *line != '\0';) {
                size_t length = strcspn(line, "\r"), bytes = 0;
                struct pw_text text = {line, length};
                assert_true(length <= ENTRY_LINE_OCTETS);
                for (size_t at = 0; at < length; at += bytes)
                    assert_true(page_character(text, at, &bytes) != 0xfffdu);
                assert_memory_equal(line + length, "\r\n", 2);
                line += length + 2u;
            }
            char *text = unfolded(&page);
            assert_int_equal(strlen(text), 10u + value.length * (characters[i][0] == ',' ? 2u : 1u));
            free(text);
            page_release(&page);
            page_release(&value);
        }
}

/* Each text in turn tries to end its line and begin a component. */
static void no_text_adds_a_line(void **state)
{
    (void)state;
    static const char *const texts[] = {"E 7/2026",
                                        "raised",
                                        "required",
                                        "export-control",
                                        "new",
                                        "Flight control",
                                        "research.q2_seven_sons",
                                        "One of the Seven Sons",
                                        "2026-07-31",
                                        "2026-01-06T17:00:00Z",
                                        "https://reviews.example.edu/case",
                                        "pathwayctl case show"};
    static const char attack[] =
        "x\\r\\nEND:VTODO\\r\\nBEGIN:VEVENT\\nUID:evil\\r\\u2028STATUS:CANCELLED\\u0085\\u202eX";
    for (size_t kind = 0; kind < ENTRY_KINDS; kind++) {
        for (size_t i = 0; i < COUNT(texts); i++) {
            char *json = changed(texts[i], attack);
            struct page page = entry_of(json, (enum entry_kind)kind, &full);
            char *text = unfolded(&page);
            assert_null(strstr(text, "\nEND:VTODO\r\nBEGIN"));
            assert_null(strstr(text, "\nUID:evil"));
            assert_null(strstr(strstr(text, "\nSTATUS:") + 1, "\nSTATUS:"));
            assert_null(strstr(text, "\xe2\x80\xae")); /* U+202E */
            assert_null(strstr(text, "\xe2\x80\xa8")); /* U+2028 */
            for (const char *at = text; (at = strpbrk(at, "\r\n")) != NULL; at += 2)
                assert_memory_equal(at, "\r\n", 2);
            free(text);
            page_release(&page);
            free(json);
        }
    }
}

static void only_a_page_on_https_is_a_url(void **state)
{
    (void)state;
    static const char *const bad[] = {"http://reviews.example.edu",
                                      "javascript:alert(1)",
                                      "https://a b",
                                      "https://a\\\"b",
                                      "https://ä",
                                      "https://a\\nb",
                                      ""};
    assert_line(notice, ENTRY_TASK, &minimal, "URL:https://reviews.example.edu/case/C-000123?a=b,c;d");
    for (size_t i = 0; i < COUNT(bad); i++) {
        char *json = changed("https://reviews.example.edu/case/C-000123?a=b,c;d", bad[i]);
        assert_no_line(json, ENTRY_TASK, "URL");
        free(json);
    }
}

static void a_huge_notice_becomes_a_brief_entry(void **state)
{
    (void)state;
    struct page findings = {0};
    page_string(&findings, "\"findings\":[");
    for (int i = 0; i < 40; i++) {
        page_string(&findings,
                    i > 0 ? ",{\"rule\":\"r\",\"explanation\":\"" : "{\"rule\":\"r\",\"explanation\":\"");
        for (int k = 0; k < 600; k++)
            page_string(&findings, "\\u202E");
        page_string(&findings, "\"}");
    }
    page_string(&findings, "],\"else\":[");
    char *json = changed("\"findings\":[", findings.data);
    struct page page = entry_of(json, ENTRY_TASK, &full);
    char *text = unfolded(&page);
    assert_true(page.length < 2u * ENTRY_DESCRIPTION_BYTES);
    assert_null(strstr(text, "- r: "));
    assert_non_null(strstr(text, "pathwayctl case show C-000123"));
    free(text);
    page_release(&page);
    free(json);
    page_release(&findings);
}

/* ---- what is stored ------------------------------------------------------------------------------------ */

static void stored_entries_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int64_t revision;
        const char *day;
    } rows[] = {
        {"", 0, ""},
        {"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nX-PATHWAYD-REVISION:7\r\nSEQUENCE:50\r\nEND:VTODO\r\n", 7, ""},
        {"SEQUENCE:50\nX-Pathwayd-Revision;X-A=\"b\";VALUE=TEXT:7\n", 7, ""},
        {"SEQUENCE:9\r\nDTSTART;VALUE=DATE:20260731\r\n", 9, "20260731"},
        {"BEGIN:VTIMEZONE\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\ndtstart;value=date:20260731", 0,
         "20260731"},
        {"DESCRIPTION:a\r\n X-PATHWAYD-REVISION:9\r\nSEQUENCE:2\r\n", 2, ""},
        {"DESCRIPTION:X-PATHWAYD-REVISION:9\\nSEQUENCE:9\r\n", 0, ""},
        {"X-PATHWAYD-REVISION:-1\r\nX-PATHWAYD-REVISION: "
         "5\r\nX-PATHWAYD-REVISION:5x\r\nSEQUENCE:99999999999\r\n",
         0, ""},
        {"X-PATHWAYD-REVISIONS:5\r\nSEQUENCE\r\nSEQUENCE;X=1\r\nDTSTART:2026073x\r\nDTSTART:202607\r\n", 0,
         ""},
        {"\r\n\n\r:;\n", 0, ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct stored stored;
        stored_read((struct pw_text){rows[i].bytes, strlen(rows[i].bytes)}, &stored);
        if (stored.revision != rows[i].revision || strcmp(stored.day, rows[i].day) != 0)
            fail_msg("row %zu: %lld \"%s\"", i, (long long)stored.revision, stored.day);
    }
    for (size_t kind = 0; kind < ENTRY_KINDS; kind++) {
        struct page page = entry_of(notice, (enum entry_kind)kind, &full);
        struct stored stored;
        stored_read((struct pw_text){page.data, page.length}, &stored);
        assert_int_equal(stored.revision, 3);
        assert_string_equal(stored.day, kind == ENTRY_DATE ? "20260731" : "");
        page_release(&page);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_entries),
        cmocka_unit_test(all_notices_of_a_revision_give_the_same_bytes),
        cmocka_unit_test(minimal_tells_little),
        cmocka_unit_test(states_become_statuses),
        cmocka_unit_test(levels_are_words_and_priorities),
        cmocka_unit_test(days_and_instants_that_are_none_are_left_out),
        cmocka_unit_test(notices_that_name_no_case_are_refused),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(lines_are_folded_between_characters),
        cmocka_unit_test(no_text_adds_a_line),
        cmocka_unit_test(only_a_page_on_https_is_a_url),
        cmocka_unit_test(a_huge_notice_becomes_a_brief_entry),
        cmocka_unit_test(stored_entries_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
