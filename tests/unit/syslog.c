/* SPDX-License-Identifier: Apache-2.0
 *
 * A log record: the bytes of RFC 5424, the fields of the journal, hostile texts, lengths. Where records go is tested in
 * syslog_receiver.c, real receivers in tests/integration/syslog.py and journal.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json/json.h"
#include "syslog/journal.h"
#include "syslog/rfc5424.h"

#define DAEMON 3u /* facility */
#define HOST   "reviews.example.edu"
#define BOM    "\xef\xbb\xbf"

static const char notice[] =
    "{\"notice_id\":\"C-000123-19b76daa800-3+log+*\",\"kind\":\"case\",\"case_id\":\"C-000123\",\"engagement_"
    "id\":\"E 7/2026\","
    "\"revision\":3,\"change\":\"raised\",\"level\":\"required\",\"needs_information\":true,\"previous_"
    "level\":\"suggested\","
    "\"pathways\":[\"research\",\"lab\"],\"recipient\":{\"reviewer\":\"alice\",\"address\":\"alice@example."
    "edu\"},"
    "\"because\":\"You look after this "
    "queue.\",\"queue\":\"export-control\",\"state\":\"new\",\"assignee\":\"alice\","
    "\"time\":\"2026-01-02T03:04:05Z\",\"decide_by\":\"2026-01-06T17:00:00Z\",\"due\":\"2026-07-31\","
    "\"title\":\"Flight "
    "control\",\"findings\":[{\"rule\":\"research.q2_seven_sons\"},{\"rule\":\"verify.affiliation\"}],"
    "\"page\":\"https://reviews.example.edu/case/C-000123\",\"act\":\"pathwayctl case show C-000123\"}";

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

static struct page message_of(const char *json, bool full)
{
    struct pw_document document = {0};
    struct json_error error;
    struct record record;
    struct page message = {0};
    assert_int_equal(json_parse(&document, json, strlen(json), &json_limits_frame, &error), 0);
    assert_int_equal(record_read(&json_document_api, &document, full, &record), 0);
    assert_int_equal(rfc5424_write(&record, DAEMON, HOST, &message), 0);
    record_release(&record);
    json_release(&document);
    return message;
}

static void assert_message(const char *json, bool full, const char *expected)
{
    struct page message = message_of(json, full);
    assert_string_equal(message.data, expected);
    page_release(&message);
}

static void assert_says(const char *json, bool full, const char *words)
{
    struct page message = message_of(json, full);
    if (strstr(message.data, words) == NULL)
        fail_msg("\"%s\" is not in:\n%s", words, message.data);
    page_release(&message);
}

/* ---- the bytes ----------------------------------------------------------------------------------------- */

#define VALUES                                                                                               \
    " notice=\"C-000123-19b76daa800-3+log+*\" case=\"C-000123\" revision=\"3\" change=\"raised\" "           \
    "level=\"required\""                                                                                     \
    " previous=\"suggested\" asks=\"true\" pathways=\"research lab\" queue=\"export-control\" state=\"new\"" \
    " decide_by=\"2026-01-06T17:00:00Z\" due=\"2026-07-31\" "                                                \
    "page=\"https://reviews.example.edu/case/C-000123\""
#define SENTENCE                                                                                             \
    "Case C-000123: The case became more serious. Level required, before suggested. Information is missing." \
    " To be decided by 2026-01-06T17:00:00Z. Statutory date 2026-07-31."

static void minimal_record(void **state)
{
    (void)state;
    assert_message(notice, false,
                   "<28>1 2026-01-02T03:04:05Z " HOST " pathwayd - raised [pathwayd@32473" VALUES
                   "] " SENTENCE " Act: pathwayctl case show C-000123");
}

static void full_record(void **state)
{
    (void)state;
    assert_message(
        notice, true,
        "<28>1 2026-01-02T03:04:05Z " HOST " pathwayd - raised [pathwayd@32473" VALUES
        " engagement=\"E 7/2026\" title=\"Flight control\" rules=\"research.q2_seven_sons "
        "verify.affiliation\"] " SENTENCE
        " Engagement E 7/2026: \"Flight control\". Rules: research.q2_seven_sons verify.affiliation."
        " Act: pathwayctl case show C-000123");
}

static void what_the_notice_does_not_say_is_left_out(void **state)
{
    (void)state;
    assert_message("{\"notice_id\":\"n\",\"case_id\":\"C-1\"}", true,
                   "<30>1 - " HOST " pathwayd - - [pathwayd@32473 notice=\"n\" case=\"C-1\"]"
                   " Case C-1: The case changed.");
}

static void other_kinds(void **state)
{
    (void)state;
    assert_message("{\"notice_id\":\"n\",\"kind\":\"digest\",\"time\":\"2026-01-02T03:04:05Z\",\"cases\":[{"
                   "\"case_id\":\"C-1\"},"
                   "{\"case_id\":\"C-2\"}],\"left_out\":3,\"act\":\"pathwayctl case list\"}",
                   false,
                   "<30>1 2026-01-02T03:04:05Z " HOST
                   " pathwayd - digest [pathwayd@32473 notice=\"n\"] A digest of 5 case(s)."
                   " C-1 C-2. Act: pathwayctl case list");
    static const char question[] =
        "{\"notice_id\":\"n\",\"kind\":\"question\",\"case_id\":\"C-1\",\"question\":\"Who pays?\","
        "\"answer_by\":\"2026-01-06\",\"title\":\"T\",\"act\":\"a\"}";
    assert_message(question, false,
                   "<29>1 - " HOST
                   " pathwayd - question [pathwayd@32473 notice=\"n\" case=\"C-1\" answer_by=\"2026-01-06\"]"
                   " A question about case C-1 was asked, to be answered by 2026-01-06. Act: a");
    assert_says(question, true, "\"Who pays?\"");
    static const char alarm[] = "{\"notice_id\":\"n\",\"kind\":\"alarm\",\"subject\":\"A list is "
                                "old\",\"text\":\"SDN.\",\"act\":\"a\"}";
    assert_message(alarm, false,
                   "<26>1 - " HOST
                   " pathwayd - alarm [pathwayd@32473 notice=\"n\"] Alarm: A list is old Act: a");
    assert_message(alarm, true,
                   "<26>1 - " HOST
                   " pathwayd - alarm [pathwayd@32473 notice=\"n\"] Alarm: A list is old SDN. Act: a");
}

static void unknown_kinds_are_refused(void **state)
{
    (void)state;
    struct pw_document document = {0};
    struct json_error error;
    struct record record;
    char *song = changed("\"kind\":\"case\"", "\"kind\":\"song\"");
    assert_int_equal(json_parse(&document, song, strlen(song), &json_limits_frame, &error), 0);
    assert_int_equal(record_read(&json_document_api, &document, false, &record), PW_ERROR_UNSUPPORTED);
    json_release(&document);
    free(song);
}

static void severity_follows_the_level(void **state)
{
    (void)state;
    static const struct {
        const char *level, *begins;
    } rows[] = {{"\"prohibited\"", "<27>1 "},  {"\"required\"", "<28>1 "},
                {"\"recommended\"", "<29>1 "}, {"\"suggested\"", "<29>1 "},
                {"\"note\"", "<30>1 "},        {"\"none\"", "<30>1 "},
                {"\"louder\"", "<30>1 "},      {"7", "<30>1 "}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *json = changed("\"required\"", rows[i].level);
        struct page message = message_of(json, false);
        assert_memory_equal(message.data, rows[i].begins, 6);
        page_release(&message);
        free(json);
    }
}

static void nobody_is_named(void **state)
{
    (void)state;
    char *json = changed("C-000123-19b76daa800-3+log+*", "n");
    struct page message = message_of(json, true);
    assert_null(strstr(message.data, "alice"));
    assert_null(strstr(message.data, "@example.edu"));
    page_release(&message);
    free(json);
}

/* ---- hostile texts ------------------------------------------------------------------------------------- */

/* Every text in turn tries to end the value, the element and the line. */
static void no_text_ends_a_value_or_a_line(void **state)
{
    (void)state;
    static const char *const texts[] = {"C-000123-19b76daa800-3+log+*",
                                        "C-000123",
                                        "E 7/2026",
                                        "raised",
                                        "required",
                                        "suggested",
                                        "research",
                                        "export-control",
                                        "new",
                                        "2026-01-02T03:04:05Z",
                                        "2026-01-06T17:00:00Z",
                                        "2026-07-31",
                                        "Flight control",
                                        "verify.affiliation",
                                        "https://reviews.example.edu/case/C-000123",
                                        "pathwayctl case show C-000123"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *json = changed(texts[i], "\\\"x\\\"]\\\\ [evil@1 a=\\\"b\\\"] \\n<0>1 - fake\\u202e");
        struct page message = message_of(json, true);
        size_t quotes = 0;
        assert_true(message.length <= RFC5424_BYTES);
        for (size_t at = 0; at < message.length; at++)
            assert_true((unsigned char)message.data[at] >= 0x20u);
        const char *at = strstr(message.data, "[" RFC5424_SD_ID);
        assert_non_null(at);
        for (at++; *at != ']' || quotes % 2u != 0;
             at++) { /* to the end of the element, as a receiver reads it */
            assert_true(*at != '\0');
            if (*at == '\\' && quotes % 2u != 0)
                at++;
            else if (*at == '"')
                quotes++;
        }
        assert_true(at[1] == ' ');
        assert_null(memmem(message.data, (size_t)(at - message.data), "\"] [evil", 8));
        page_release(&message);
        free(json);
    }
}

static void values_are_escaped(void **state)
{
    (void)state;
    char *json = changed("export-control", "a\\\"b\\\\c]d\\ne");
    assert_says(json, false, " queue=\"a\\\"b\\\\c\\]d[U+000A\\]e\" ");
    free(json);
}

static void text_beyond_ascii_is_marked(void **state)
{
    (void)state;
    char *json = changed("Flight control", "北京 Zürich");
    assert_says(json, true, "] " BOM "Case C-000123");
    assert_says(json, true, " title=\"北京 Zürich\"");
    assert_says(json, false, "] Case C-000123");
    free(json);
}

static void headers_hold_printable_ascii_only(void **state)
{
    (void)state;
    static const char *const changes[] = {"two words", "Zürich", "", "a\\nb",
                                          "abcdefghijklmnopqrstuvwxyz0123456"};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char *json = changed("raised", changes[i]);
        assert_says(json, false, HOST " pathwayd - - [");
        free(json);
    }
    char *fraction = changed("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456Z");
    assert_says(fraction, false, "<28>1 2026-01-02T03:04:05.123456Z " HOST);
    free(fraction);
    static const char *const times[] = {"2026-01-02T03:04:05.Z",
                                        "2026-01-02T03:04:05.1234567Z",
                                        "2026-01-02T03:04:05+Z",
                                        "2026-01-02T03:04:05.1xZ",
                                        "Z",
                                        "yesterday",
                                        "2026-01-02 03:04:05Z",
                                        "2026-01-02T03:04:05",
                                        "2026-01-02T03:04:0xZ"};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char *json = changed("2026-01-02T03:04:05Z", times[i]);
        assert_says(json, false, "<28>1 - " HOST);
        free(json);
    }
}

static void long_records_are_cut_between_characters(void **state)
{
    (void)state;
    struct page text = {0};
    for (int i = 0; i < 900; i++)
        page_string(&text, "航");
    char *json = changed("Flight control", text.data);
    struct page message = message_of(json, true);
    struct pw_text bytes = {message.data, message.length};
    size_t length = 0;
    assert_true(message.length <= RFC5424_BYTES && message.length > RFC5424_BYTES - 4u);
    assert_string_equal(message.data + message.length - 11, " [cut here]");
    assert_null(strstr(message.data, " title="));
    assert_non_null(strstr(message.data, " rules=\"research")); /* what follows and fits is there */
    for (size_t at = 0; at < bytes.length; at += length)
        assert_true(page_character(bytes, at, &length) != 0xfffdu);
    page_release(&message);
    page_release(&text);
    free(json);
}

/* However long the values are, what happened can be read. */
static void values_leave_room_for_the_sentence(void **state)
{
    (void)state;
    for (size_t length = 0; length < 2000u; length += 7u) {
        struct page text = {0};
        for (size_t i = 0; i < length; i++)
            page_string(&text, i % 9u == 0 ? "]" : "x");
        char *json = changed("Flight control", length > 0 ? text.data : "");
        struct page message = message_of(json, true);
        assert_true(message.length <= RFC5424_BYTES);
        assert_non_null(strstr(message.data, "] " SENTENCE));
        page_release(&message);
        page_release(&text);
        free(json);
    }
}

static void frames_are_counted_in_octets(void **state)
{
    (void)state;
    struct page message = {0}, frame = {0};
    page_string(&message, "Zürich\n");
    assert_int_equal(rfc5424_frame(&message, &frame), 0);
    assert_string_equal(frame.data, "8 Zürich\n");
    page_release(&message);
    page_release(&frame);
}

/* ---- the journal --------------------------------------------------------------------------------------- */

static void journal_fields(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "MESSAGE=" SENTENCE " Act: pathwayctl case show C-000123",
        "MESSAGE_ID=5927cfb4825e4a28b0c39489e0fad8e3",
        "PRIORITY=4",
        "SYSLOG_FACILITY=3",
        "SYSLOG_IDENTIFIER=pathwayd",
        "PATHWAYD_KIND=case",
        "PATHWAYD_NOTICE=C-000123-19b76daa800-3+log+*",
        "PATHWAYD_CASE=C-000123",
        "PATHWAYD_REVISION=3",
        "PATHWAYD_CHANGE=raised",
        "PATHWAYD_LEVEL=required",
        "PATHWAYD_PREVIOUS_LEVEL=suggested",
        "PATHWAYD_NEEDS_INFORMATION=true",
        "PATHWAYD_PATHWAYS=research lab",
        "PATHWAYD_QUEUE=export-control",
        "PATHWAYD_STATE=new",
        "PATHWAYD_DECIDE_BY=2026-01-06T17:00:00Z",
        "PATHWAYD_DUE=2026-07-31",
        "PATHWAYD_PAGE=https://reviews.example.edu/case/C-000123",
    };
    struct pw_document document = {0};
    struct json_error error;
    struct record record;
    struct journal_entry entry;
    assert_int_equal(json_parse(&document, notice, strlen(notice), &json_limits_frame, &error), 0);
    assert_int_equal(record_read(&json_document_api, &document, false, &record), 0);
    assert_int_equal(journal_entry_write(&record, DAEMON, &entry), 0);
    assert_int_equal(entry.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(entry.parts[i].iov_len, strlen(expected[i]));
        assert_memory_equal(entry.parts[i].iov_base, expected[i], strlen(expected[i]));
    }
    journal_entry_release(&entry);
    record_release(&record);
    json_release(&document);
}

static void an_entry_fits_one_datagram(void **state)
{
    (void)state;
    struct record record = {.kind = RECORD_ALARM, .severity = 2};
    struct journal_entry entry;
    size_t bytes = 0;
    page_string(&record.message, "m");
    for (size_t i = 0; i < RECORD_VALUES; i++)
        for (size_t k = 0; k < 400u; k++)
            page_string(&record.values[i], "0123456789abcdef");
    assert_int_equal(journal_entry_write(&record, DAEMON, &entry), 0);
    for (int i = 0; i < entry.count; i++)
        bytes += entry.parts[i].iov_len;
    assert_true(bytes <= JOURNAL_ENTRY_BYTES + 64u && bytes > JOURNAL_ENTRY_BYTES / 2u);
    assert_true((size_t)entry.count < JOURNAL_MAX_FIELDS);
    journal_entry_release(&entry);
    record_release(&record);
}

static void a_machine_without_journal_is_no_success(void **state)
{
    (void)state;
    struct journal_entry entry = {0};
    if (access(JOURNAL_SOCKET, F_OK) == 0)
        skip();
    assert_int_equal(journal_send(&entry), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minimal_record),
        cmocka_unit_test(full_record),
        cmocka_unit_test(what_the_notice_does_not_say_is_left_out),
        cmocka_unit_test(other_kinds),
        cmocka_unit_test(unknown_kinds_are_refused),
        cmocka_unit_test(severity_follows_the_level),
        cmocka_unit_test(nobody_is_named),
        cmocka_unit_test(no_text_ends_a_value_or_a_line),
        cmocka_unit_test(values_are_escaped),
        cmocka_unit_test(text_beyond_ascii_is_marked),
        cmocka_unit_test(headers_hold_printable_ascii_only),
        cmocka_unit_test(long_records_are_cut_between_characters),
        cmocka_unit_test(values_leave_room_for_the_sentence),
        cmocka_unit_test(frames_are_counted_in_octets),
        cmocka_unit_test(journal_fields),
        cmocka_unit_test(an_entry_fits_one_datagram),
        cmocka_unit_test(a_machine_without_journal_is_no_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
