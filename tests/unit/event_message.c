/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole messages as a feed sends them, good and bad, and what the feed hears back.
 */
#include "event_case.h"

static int parse(struct pw_document *document, const char *text, const struct event_limits *limits,
                 struct event_fault *ret_fault)
{
    bool batch;
    return event_message_parse(document, text, strlen(text), limits, &batch, ret_fault);
}

static void test_single_and_batch(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool batch;
        uint32_t count;
    } rows[] = {{" \r\n\t{}", false, 0}, {"[]", true, 0}, {"\n[{},{}]", true, 2}, {"5", false, 0}};
    struct pw_document document = {0};
    struct event_fault fault;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool batch = !rows[i].batch;
        assert_int_equal(event_message_parse(&document, rows[i].text, strlen(rows[i].text),
                                             &event_limits_default, &batch, &fault),
                         0);
        assert_int_equal(batch, rows[i].batch);
        assert_int_equal(json_count(&document, 0), rows[i].count);
    }
    json_release(&document);
}

/* The list: each with the code, the place and the pointer. */
static void test_bad_messages(void **state)
{
    (void)state;
    static const struct {
        const char *text, *code, *pointer, *place;
    } rows[] = {
        {"", "syntax", "", "line 1, column 1"},
        {"{\"id\":\"1\",", "syntax", "", "line 1, column 11"},
        {"{\"data\":{\"a\":\"\xFF\"}}", "utf8", "/data/a", "line 1, column 15"},
        {"{\"data\":{\"a\":\"\\u0000\"}}", "nul", "/data/a", "line 1, column 15"},
        {"{\"id\":\"1\",\n\"\\u0069d\":\"2\"}", "duplicate_key", "/id", "line 2, column 1"},
        {"{\"data\":{\"nationality\":1,\"na\\u0074ionality\":2}}", "duplicate_key", "/data/nationality",
         "line 1"},
        {"{} {}", "trailing", "", "line 1, column 4"},
        {"{\"a\":1e999}", "number", "/a", "line 1, column 6"},
        {"[{},{\"a\":\"\\ud800\"}]", "surrogate", "/1/a", "line 1, column 11"},
        {"{\"a\":\"\t\"}", "control", "/a", "line 1, column 7"},
        {"{/**/}", "syntax", "", "line 1, column 2"},
    };
    struct pw_document document = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct event_fault fault = {0};
        assert_int_equal(parse(&document, rows[i].text, &event_limits_default, &fault), PW_ERROR_INVALID);
        assert_string_equal(fault.code, rows[i].code);
        assert_string_equal(fault.pointer, rows[i].pointer);
        assert_non_null(strstr(fault.message, rows[i].place));
    }
    json_release(&document);
}

static void assert_limit(const char *text, const struct event_limits *limits, const char *code,
                         const char *number)
{
    struct pw_document document = {0};
    struct event_fault fault = {0};
    assert_int_equal(parse(&document, text, limits, &fault), PW_ERROR_LIMIT);
    assert_string_equal(fault.code, code);
    assert_non_null(strstr(fault.message, number));
    json_release(&document);
}

static void test_limits(void **state)
{
    (void)state;
    static const struct event_limits small = {.max_event_bytes = 40,
                                              .max_event_values = 6,
                                              .max_batch_events = 3,
                                              .max_batch_bytes = 60,
                                              .max_depth = 3};
    assert_limit("{\"a\":\"012345678901234567890123456789012\"}", &small, "bytes", "40");
    assert_limit("[{\"a\":\"012345678901234567890123456789012345678901234567890\"}]", &small, "bytes", "60");
    assert_limit("{\"a\":[1,2,3,4,5]}", &small, "values", "6");
    assert_limit("{\"a\":[[[]]]}", &small, "depth", "3");
    assert_limit("[{\"a\":[[[]]]}]", &small, "depth", "4");
    assert_limit("[{},{},{},{}]", &small, "events", "3");
    struct pw_document document = {0};
    struct event_fault fault;
    assert_int_equal(parse(&document, "{\"a\":[[1,2,3]]}", &small, &fault), 0);
    assert_int_equal(parse(&document, "[{\"a\":[[]]},{},{}]", &small, &fault), 0);
    json_release(&document);
}

/* One event of a batch is too long or has too many values: only that one is rejected. */
static void test_limits_inside_a_batch(void **state)
{
    (void)state;
    static const char text[] =
        "[{\"a\":1},{\"a\":[1,2,3,4,5,6]},{\"a\":\"012345678901234567890123456789\"},7]";
    static const struct event_limits small = {.max_event_bytes = 30,
                                              .max_event_values = 7,
                                              .max_batch_events = 10,
                                              .max_batch_bytes = 1000,
                                              .max_depth = 3};
    static const char *const codes[] = {"required", "values", "bytes", "type"};
    struct pw_document document = {0};
    struct event *event = calloc(1, sizeof *event);
    struct event_fault fault;
    assert_non_null(event);
    assert_int_equal(parse(&document, text, &small, &fault), 0);
    uint32_t node = json_first(&document, 0);
    for (size_t i = 0; i < 4; i++, node = json_next(&document, node)) {
        assert_int_equal(event_read(event, &document, node, &small, NULL), PW_ERROR_INVALID);
        assert_string_equal(event->faults[0].code, codes[i]);
    }
    event_release(event);
    free(event);
    json_release(&document);
}

/* Pointers of a batch's events start at the event, and each is cut on its own. */
static void test_events_of_a_batch(void **state)
{
    (void)state;
    static const char text[] = "[ {" ENVELOPE "," DATA "} , {\"x\":1," ENVELOPE
                               ",\"data\":{\"engagement_id\":\"E\",\"sex\":1,\"role\":\"pi\"}},{" ENVELOPE
                               ",\"data\":{\"engagement_id\":5}} ]";
    struct pw_document document = {0};
    struct event *event = calloc(1, sizeof *event);
    struct event_fault fault;
    assert_non_null(event);
    assert_int_equal(parse(&document, text, &event_limits_default, &fault), 0);
    uint32_t node = json_first(&document, 0);
    assert_int_equal(event_read(event, &document, node, &event_limits_default, NULL), 0);
    assert_true(text_is(event->body, "{" ENVELOPE "," DATA "}"));
    node = json_next(&document, node);
    assert_int_equal(event_read(event, &document, node, &event_limits_default, NULL), 0);
    assert_true(text_is(event->body, "{" ENVELOPE ",\"data\":{\"engagement_id\":\"E\",\"role\":\"pi\"}}"));
    assert_notes(&event->dropped, "[\"/x\"]");
    assert_notes(&event->refused, "[\"/data/sex\"]");
    node = json_next(&document, node);
    assert_int_equal(event_read(event, &document, node, &event_limits_default, NULL), PW_ERROR_INVALID);
    assert_string_equal(event->faults[0].pointer, "/data/engagement_id");
    event_release(event);
    free(event);
    json_release(&document);
}

/* 64 KiB must always be taken (CloudEvents 1.0.2, size limits). */
static void test_64_kib_is_taken(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_string(&text, "{" ENVELOPE "," DATA ",\"x\":\"");
    while (text.length < 65534)
        buffer_string(&text, "y");
    buffer_string(&text, "\"}");
    struct pw_document document = {0};
    struct event_fault fault;
    assert_int_equal(text.length, 65536);
    assert_int_equal(parse(&document, text.data, &event_limits_default, &fault), 0);
    struct event_case *read = case_read(text.data, NULL);
    assert_body(read, "{" ENVELOPE "," DATA "}");
    case_free(read);
    json_release(&document);
    buffer_release(&text);
}

static void assert_answer(const char *text, struct event_answer answer, const char *expected)
{
    struct event_case *read = case_read(text, NULL);
    struct buffer out = {0};
    event_acknowledge(&out, &read->event, &answer);
    assert_string_equal(out.data, expected);
    buffer_release(&out);
    case_free(read);
}

#define WHO "{\"id\":\"1\",\"source\":\"https://hr.example.edu/a\","

static void test_acknowledgements(void **state)
{
    (void)state;
    static const char good[] = WITH_FIELDS(""), cut[] = WITH_FIELDS(",\"foo\":1,\"nationality\":2");
    assert_answer(good, (struct event_answer){.status = EVENT_ACCEPTED, .sequence = 17},
                  WHO "\"status\":\"accepted\",\"sequence\":17}");
    assert_answer(cut, (struct event_answer){.status = EVENT_ACCEPTED, .sequence = 18},
                  WHO "\"status\":\"accepted\",\"sequence\":18,\"dropped\":[\"/data/foo\"],"
                      "\"refused\":[\"/data/nationality\"]}");
    assert_answer(good, (struct event_answer){.status = EVENT_DUPLICATE, .sequence = 17},
                  WHO "\"status\":\"duplicate\",\"sequence\":17}");
    assert_answer(good,
                  (struct event_answer){.status = EVENT_DUPLICATE, .sequence = 17, .content_differs = true},
                  WHO "\"status\":\"duplicate\",\"sequence\":17,\"content_differs\":true}");
    assert_answer(good, (struct event_answer){.status = EVENT_BUSY, .retry_after = 5},
                  WHO "\"status\":\"busy\",\"retry_after\":5}");
    assert_answer(
        "{\"specversion\":\"1.0\",\"id\":\"a\\\"\\u00e9\",\"source\":\"/"
        "\",\"type\":\"org.pathwayd.new.v1\"," DATA "}",
        (struct event_answer){.status = EVENT_ACCEPTED, .sequence = 1},
        "{\"id\":\"a\\\"é\",\"source\":\"/\",\"status\":\"accepted\",\"sequence\":1,\"unrouted\":true}");
    assert_answer(
        WITH_FIELDS(",\"partner\":[{\"ror\":\"00f54p055\"}]"),
        (struct event_answer){.status = EVENT_REJECTED},
        WHO "\"status\":\"rejected\",\"errors\":[{\"pointer\":\"/data/partner/0/ror\",\"code\":\"checksum\","
            "\"message\":\"the checksum is wrong, so a character is mistyped\"}]}");
    struct buffer out = {0};
    struct event_fault fault;
    struct pw_document document = {0};
    assert_int_equal(parse(&document, "{", &event_limits_default, &fault), PW_ERROR_INVALID);
    event_acknowledge_fault(&out, &fault);
    assert_string_equal(out.data,
                        "{\"status\":\"rejected\",\"errors\":[{\"pointer\":\"\",\"code\":\"syntax\","
                        "\"message\":\"line 1, column 2: a key in double quotes is missing\"}]}");
    buffer_release(&out);
    json_release(&document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_and_batch),
        cmocka_unit_test(test_bad_messages),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_limits_inside_a_batch),
        cmocka_unit_test(test_events_of_a_batch),
        cmocka_unit_test(test_64_kib_is_taken),
        cmocka_unit_test(test_acknowledgements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
