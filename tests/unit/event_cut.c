/* SPDX-License-Identifier: Apache-2.0
 *
 * What is not on the allow-list leaves the body, at any depth and in any spelling, and the rest stays as it
 * was written, byte for byte.
 */
#include "event_case.h"

static void assert_cut(const char *text, const char *body, const char *dropped, const char *refused)
{
    struct event_case *read = case_read(text, NULL);
    assert_body(read, body);
    assert_notes(&read->event.dropped, dropped);
    assert_notes(&read->event.refused, refused);
    case_free(read);
    read = case_read(body, NULL); /* cutting again changes nothing */
    assert_body(read, body);
    assert_int_equal(read->event.dropped_count + read->event.refused_count, 0);
    case_free(read);
}

static void test_commas(void **state)
{
    (void)state;
    static const struct {
        const char *data, *cut, *dropped;
    } rows[] = {
        {"\"a\":1,\"engagement_id\":\"E\"", "\"engagement_id\":\"E\"", "[\"/data/a\"]"},
        {"\"engagement_id\":\"E\",\"a\":1", "\"engagement_id\":\"E\"", "[\"/data/a\"]"},
        {"\"engagement_id\":\"E\" , \"a\":1 ", "\"engagement_id\":\"E\" ", "[\"/data/a\"]"},
        {"\"a\":1 , \"b\":2 ,\n\"engagement_id\":\"E\"", "\"engagement_id\":\"E\"",
         "[\"/data/a\",\"/data/b\"]"},
        {"\"a\":1,\"engagement_id\":\"E\",\"b\":[{\"x\":{}}],\"c\":2", "\"engagement_id\":\"E\"",
         "[\"/data/a\",\"/data/b\",\"/data/c\"]"},
        {"\"engagement_id\":\"E\",\"a\":1,\"unit\":\"U\",\"b\":2", "\"engagement_id\":\"E\",\"unit\":\"U\"",
         "[\"/data/a\",\"/data/b\"]"},
        {"\"engagement_id\":\"E\",\"location\":{\"a\":1,\"b\":2},\"c\":3",
         "\"engagement_id\":\"E\",\"location\":{}",
         "[\"/data/location/a\",\"/data/location/b\",\"/data/c\"]"},
        {"\"engagement_id\":\"E\",\"location\":{ \"a\":1, \"mode\":\"travel\" , \"b\":2 }",
         "\"engagement_id\":\"E\",\"location\":{ \"mode\":\"travel\" }",
         "[\"/data/location/a\",\"/data/location/b\"]"},
        {"\"engagement_id\":\"E\",\"partner\":[{\"a\":1},{\"b\":2,\"name\":\"N\"}],\"z\":\"}\"",
         "\"engagement_id\":\"E\",\"partner\":[{},{\"name\":\"N\"}]",
         "[\"/data/partner/0/a\",\"/data/partner/1/b\",\"/data/z\"]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[512], body[512];
        snprintf(text, sizeof text, "{" ENVELOPE ",\"data\":{%s}}", rows[i].data);
        snprintf(body, sizeof body, "{" ENVELOPE ",\"data\":{%s}}", rows[i].cut);
        assert_cut(text, body, rows[i].dropped, "");
    }
}

static void test_extensions_are_cut(void **state)
{
    (void)state;
    assert_cut("{\"colour\":\"red\"," ENVELOPE "," DATA ",\"email\":\"x\",\"size\":5}",
               "{" ENVELOPE "," DATA "}", "[\"/colour\",\"/size\"]", "[\"/email\"]");
    assert_cut("{" ENVELOPE ",\"date_of_birth\":\"x\"," DATA "}", "{" ENVELOPE "," DATA "}", "",
               "[\"/date_of_birth\"]");
    assert_cut("{" ENVELOPE "," DATA ",\"comexampleother\":null}", "{" ENVELOPE "," DATA "}",
               "[\"/comexampleother\"]", "");
}

static void test_spelling_is_kept(void **state)
{
    (void)state;
    assert_cut("{" ENVELOPE ",\n\"data\" : {\t\"x\":1,\"engagement_\\u0069d\" : \"\\u0045-\\/1\" ,"
               "\"title\":\"\\ud83d\\ude00\" }\r\n}",
               "{" ENVELOPE ",\n\"data\" : {\t\"engagement_\\u0069d\" : \"\\u0045-\\/1\" ,"
               "\"title\":\"\\ud83d\\ude00\" }\r\n}",
               "[\"/data/x\"]", "");
}

static const char *const refused[] = {"nationality",
                                      "citizenship",
                                      "country_of_birth",
                                      "place_of_birth",
                                      "birthplace",
                                      "ethnicity",
                                      "race",
                                      "religion",
                                      "gender",
                                      "sex",
                                      "native_language",
                                      "mother_tongue",
                                      "name",
                                      "first_name",
                                      "last_name",
                                      "surname",
                                      "given_name",
                                      "full_name",
                                      "family_name",
                                      "email",
                                      "phone",
                                      "address",
                                      "passport",
                                      "passport_number",
                                      "visa_number",
                                      "national_id",
                                      "dob",
                                      "date_of_birth",
                                      "birth_date",
                                      "photo",
                                      "party",
                                      "party_membership",
                                      "political_affiliation"};

/* Writes the name as itself, in capitals, with dashes, run together, or with its first letter escaped. */
static void spell(char *buffer, size_t size, const char *name, int way)
{
    size_t length = 0;
    if (way == 4)
        length = (size_t)snprintf(buffer, size, "\\u%04x", (unsigned)*name++);
    for (; *name && length < size - 1; name++) {
        if (*name == '_' && way == 3)
            continue;
        char byte = *name == '_' && way == 2 ? '-' : *name;
        buffer[length++] = byte >= 'a' && byte <= 'z' && way == 1 ? (char)(byte - 'a' + 'A') : byte;
    }
    buffer[length] = '\0';
}

static void test_refused_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        for (int way = 0; way < 5; way++) {
            char name[64], text[512];
            spell(name, sizeof name, refused[i], way);
            snprintf(text, sizeof text, WITH_FIELDS(",\"%s\":\"secret\",\"questions\":{\"q1\":{\"%s\":1}}"),
                     name, name);
            struct event_case *read = case_read(text, NULL);
            assert_int_equal(read->event.refused_count, 2);
            assert_int_equal(read->event.dropped_count, 0);
            assert_body(read, WITH_FIELDS(",\"questions\":{\"q1\":{}}"));
            case_free(read);
            const struct event_permit strict = {.strict = true};
            read = case_read(text, &strict);
            assert_int_equal(read->status, PW_ERROR_INVALID);
            assert_int_equal(read->event.fault_count, 2);
            assert_string_equal(read->event.faults[0].code, "refused");
            assert_null(strstr(read->event.faults[0].message, "secret"));
            case_free(read);
        }
    }
}

static void test_refused_deep(void **state)
{
    (void)state;
    assert_cut(
        WITH_FIELDS(
            ",\"a\":{\"b\":{\"c\":[[{\"d\":{\"e\":{\"f\":{\"Date-Of_Birth\":\"x\"}}}}]]}},\"unit\":\"U\""),
        WITH_FIELDS(",\"unit\":\"U\""), "[\"/data/a\"]", "[\"/data/a/b/c/0/0/d/e/f/Date-Of_Birth\"]");
    assert_cut(WITH_FIELDS(",\"na\\u0074ionality\":{\"sex\":1},\"unit\":\"U\""),
               WITH_FIELDS(",\"unit\":\"U\""), "", "[\"/data/nationality\"]");
    /* in a field of the wrong type the event is rejected, and still says what it should not have sent */
    struct event_case *read = case_read(WITH_FIELDS(",\"title\":{\"x\":[{\"dob\":1}]}"), NULL);
    assert_int_equal(read->status, PW_ERROR_INVALID);
    assert_notes(&read->event.refused, "[\"/data/title/x/0/dob\"]");
    case_free(read);
}

static void test_partner_name_is_an_institution(void **state)
{
    (void)state;
    assert_cut(
        WITH_FIELDS(",\"partner\":[{\"name\":\"ETH Zurich\",\"Name\":\"x\",\"e-mail\":\"y\",\"contact\":"
                    "{\"name\":\"z\"}}],\"name\":\"w\""),
        WITH_FIELDS(",\"partner\":[{\"name\":\"ETH Zurich\"}]"), "[\"/data/partner/0/contact\"]",
        "[\"/data/partner/0/Name\",\"/data/partner/0/e-mail\",\"/data/partner/0/contact/name\","
        "\"/data/name\"]");
    assert_cut(WITH_FIELDS(",\"funding\":{\"name\":\"x\"}"), WITH_FIELDS(",\"funding\":{}"), "",
               "[\"/data/funding/name\"]");
    assert_cut(WITH_FIELDS(",\"party_size\":5,\"names\":1,\"\":2"), WITH_FIELDS(""),
               "[\"/data/party_size\",\"/data/names\",\"/data/\"]", "");
}

static void test_affiliation_is_moved(void **state)
{
    (void)state;
    struct event_case *read =
        case_read(WITH_FIELDS(",\"raw_affiliation\":\"Coll\\u00e8ge, X\",\"unit\":\"U\""), NULL);
    assert_body(read, WITH_FIELDS(",\"unit\":\"U\""));
    assert_true(text_is(read->event.affiliation, "Collège, X"));
    assert_int_equal(read->event.dropped_count + read->event.refused_count, 0);
    case_free(read);
}

/* The next event is not marked by the last one. */
static void test_reuse(void **state)
{
    (void)state;
    struct event_case *read = case_read(WITH_FIELDS(",\"raw_affiliation\":\"A\",\"sex\":1,\"x\":2"), NULL);
    static const char second[] = "{" ENVELOPE "," DATA "}";
    struct json_error error;
    assert_int_equal(json_parse(&read->document, second, sizeof second - 1, &json_limits_frame, &error), 0);
    assert_int_equal(event_read(&read->event, &read->document, 0, &event_limits_default, NULL), 0);
    assert_ptr_equal(read->event.body.data, second);
    assert_int_equal(read->event.affiliation.length + read->event.dropped.length + read->event.refused.length,
                     0);
    assert_int_equal(read->event.dropped_count + read->event.refused_count, 0);
    case_free(read);
}

static void test_notes_are_bounded(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_string(&text, "{" ENVELOPE ",\"data\":{\"engagement_id\":\"E-1\"");
    for (int i = 0; i < 300; i++)
        buffer_format(&text, ",\"x%d\":{\"name\":1}", i);
    buffer_string(&text, "}}");
    struct event_case *read = case_read(text.data, NULL);
    assert_body(read, WITH_FIELDS(""));
    assert_int_equal(read->event.dropped_count, 300);
    assert_int_equal(read->event.refused_count, 300);
    struct pw_document notes = {0};
    struct json_error error;
    assert_int_equal(
        json_parse(&notes, read->event.dropped.data, read->event.dropped.length, &json_limits_frame, &error),
        0);
    assert_int_equal(json_count(&notes, 0), 257);
    assert_true(json_text_is(&notes, json_find(&notes, 0, "/256"), "… and 44 more"));
    json_release(&notes);
    case_free(read);
    buffer_release(&text);
}

/* A linear congruence: the same events on every run. */
static uint32_t draw(uint32_t *random, uint32_t below)
{
    *random = *random * 1664525 + 1013904223;
    return (*random >> 8) % below;
}

static void put_junk(struct buffer *text, uint32_t *random, int depth)
{
    static const char *const junk[] = {"1", "\"x,}]\\\"\"", "null", "[]", "{}", "[1,{\"name\":2}]"};
    if (depth > 0 && draw(random, 3) == 0) {
        buffer_format(text, "{\"k%u\":", draw(random, 99));
        put_junk(text, random, depth - 1);
        buffer_format(text, ",\"%s\":[", refused[draw(random, sizeof refused / sizeof refused[0])]);
        put_junk(text, random, depth - 1);
        buffer_string(text, "]}");
    } else {
        buffer_string(text, junk[draw(random, sizeof junk / sizeof junk[0])]);
    }
}

/* Random members between good ones; every name is used once so that no key is twice in an object. */
static void put_members(struct buffer *text, uint32_t *random, const char *const *good, size_t count)
{
    static const char *const blanks[] = {"", " ", "\n\t", "  "};
    uint32_t serial = 0;
    const char *comma = "";
    for (size_t i = 0; i <= count; i++) {
        for (uint32_t more = draw(random, 3); more > 0; more--, serial++) {
            buffer_format(text, "%s%s\"%s%u\"%s:", comma, blanks[draw(random, 4)], "u", serial,
                          blanks[draw(random, 4)]);
            put_junk(text, random, 4);
            comma = ",";
        }
        if (draw(random, 4) == 0 && i < sizeof refused / sizeof refused[0]) {
            buffer_format(text, "%s\"%s\":", comma, refused[i]);
            put_junk(text, random, 3);
            comma = " , ";
        }
        if (i < count) {
            buffer_format(text, "%s%s%s", comma, good[i], blanks[draw(random, 4)]);
            comma = ",";
        }
    }
}

static void assert_no_refused_key(const struct pw_document *document)
{
    for (uint32_t node = 0; node < document->node_count; node++) {
        struct pw_text key = json_key(document, node);
        assert_false(key.length > 0 && key.data[0] == 'u' &&
                     key.length < 4); /* u0, u1 … were never allowed */
        for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
            assert_false(text_is(key, refused[i]));
    }
}

static void test_cut_property(void **state)
{
    (void)state;
    static const char *const good[] = {"\"engagement_id\":\"E\"", "\"title\":\"a,b\"",
                                       "\"partner\":[{\"ror\":null}]", "\"raw_affiliation\":\"R\"",
                                       "\"resources\":[\"none\"]"};
    static const char *const place[] = {"\"mode\":\"onsite\"", "\"country\":\"CH\""};
    uint32_t random = 7;
    for (int round = 0; round < 5000; round++) {
        struct buffer text = {0};
        buffer_string(&text, "{" ENVELOPE ",\"data\":{");
        put_members(&text, &random, good, sizeof good / sizeof good[0]);
        buffer_string(&text, ",\"location\":{");
        put_members(&text, &random, place, sizeof place / sizeof place[0]);
        buffer_string(&text, "}}}");
        struct event_case *read = case_read(text.data, NULL);
        assert_int_equal(read->status, 0);
        char *body = strndup(read->event.body.data, read->event.body.length);
        struct event_case *again = case_read(body, NULL);
        assert_body(again, body);
        assert_int_equal(again->event.dropped_count + again->event.refused_count, 0);
        assert_no_refused_key(&again->document);
        assert_non_null(strstr(body, "\"title\":\"a,b\""));
        assert_non_null(strstr(body, "\"country\":\"CH\""));
        free(body);
        case_free(again);
        case_free(read);
        buffer_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commas),
        cmocka_unit_test(test_extensions_are_cut),
        cmocka_unit_test(test_spelling_is_kept),
        cmocka_unit_test(test_refused_names),
        cmocka_unit_test(test_refused_deep),
        cmocka_unit_test(test_partner_name_is_an_institution),
        cmocka_unit_test(test_affiliation_is_moved),
        cmocka_unit_test(test_reuse),
        cmocka_unit_test(test_notes_are_bounded),
        cmocka_unit_test(test_cut_property),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
