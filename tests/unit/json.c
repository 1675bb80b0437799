/* SPDX-License-Identifier: Apache-2.0
 *
 * The strict reader: what it takes, and what it refuses and with which words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <cjson/cJSON.h>

#include "json/buffer.h"
#include "json/json.h"

static int parse(struct pw_document *document, const char *text, struct json_error *ret_error)
{
    return json_parse(document, text, strlen(text), &json_limits_frame, ret_error);
}

/* cJSON takes all that is JSON, so whatever we take it must take too. */
static void test_takes(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{}",
        "[]",
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1.5e+3",
        "1E-2",
        "0.0",
        "\"\"",
        " [ 1 , 2 ] \r\n\t",
        "{\"a\":{\"b\":[{},[],null]}}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "\"\x7f\"",
        "\"é€😀\"",
        "1.7976931348623157e308",
        "1e-400",
        "0e999999999999999999",
        "5e-324",
        "{\"\":1}",
        "{\"a\":1,\"A\":2}",
        "\"\\uFFFF\"",
        "[[[[[[[[]]]]]]]]",
        "123456789012345678901234567890",
        "0.00001e312",
    };
    struct pw_document document = {0};
    struct json_error error;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(parse(&document, rows[i], &error), 0);
        cJSON *other = cJSON_ParseWithOpts(rows[i], NULL, 1);
        assert_non_null(other);
        cJSON_Delete(other);
    }
    json_release(&document);
}

struct refusal {
    const char *text;
    const char *code;
    size_t offset;
    const char *pointer;
};

static const struct refusal refusals[] = {
    {"", "syntax", 0, ""},
    {" ", "syntax", 1, ""},
    {"{", "syntax", 1, ""},
    {"[", "syntax", 1, "/0"},
    {"{\"a\"", "syntax", 4, "/a"},
    {"{\"a\":", "syntax", 5, "/a"},
    {"{\"a\":1", "syntax", 6, ""},
    {"{\"a\":1,", "syntax", 7, ""},
    {"{\"a\":1,}", "syntax", 7, ""},
    {"{a:1}", "syntax", 1, ""},
    {"{\"a\" 1}", "syntax", 5, "/a"},
    {"{\"a\":1]", "syntax", 6, ""},
    {"[1,]", "syntax", 3, "/1"},
    {"[,1]", "syntax", 1, "/0"},
    {"[1 2]", "syntax", 3, ""},
    {"[1}", "syntax", 2, ""},
    {"nul", "syntax", 0, ""},
    {"True", "syntax", 0, ""},
    {"'a'", "syntax", 0, ""},
    {"NaN", "syntax", 0, ""},
    {"[Infinity]", "syntax", 1, "/0"},
    {"+1", "syntax", 0, ""},
    {".5", "syntax", 0, ""},
    {"\"abc", "syntax", 4, ""},
    {"\"abc\\", "syntax", 5, ""},
    {"\"\\x41\"", "syntax", 1, ""},
    {"\"\\u12\"", "syntax", 1, ""},
    {"\"\\u12g4\"", "syntax", 1, ""},
    {"// a\n1", "syntax", 0, ""},
    {"[1] // a", "trailing", 4, ""},
    {"/* a */ 1", "syntax", 0, ""},
    {"\xEF\xBB\xBF{}", "syntax", 0, ""},
    {"\xFF\xFE{", "syntax", 0, ""},
    {"01", "number", 0, ""},
    {"-01", "number", 0, ""},
    {"-", "number", 1, ""},
    {"-a", "number", 1, ""},
    {"1.", "number", 2, ""},
    {"1.e3", "number", 2, ""},
    {"1e", "number", 2, ""},
    {"1e+", "number", 3, ""},
    {"0x10", "trailing", 1, ""},
    {"{\"a\":1e309}", "number", 5, "/a"},
    {"-1e309", "number", 0, ""},
    {"1e99999999999999999999", "number", 0, ""},
    {"1.7976931348623159e308", "number", 0, ""},
    {"0.0017976931348623159e311", "number", 0, ""},
    {"1 2", "trailing", 2, ""},
    {"{}{}", "trailing", 2, ""},
    {"[]]", "trailing", 2, ""},
    {"[\"\\u0000\"]", "nul", 2, "/0"},
    {"{\"\\u0000\":1}", "nul", 2, ""},
    {"\"\\ud800\"", "surrogate", 1, ""},
    {"\"\\ud800\\u0041\"", "surrogate", 1, ""},
    {"\"\\ude00\"", "surrogate", 1, ""},
    {"\"\\ud83dx\"", "surrogate", 1, ""},
    {"\"\\ud83d\\ud83d\"", "surrogate", 1, ""},
    {"\"a\tb\"", "control", 2, ""},
    {"\"a\nb\"", "control", 2, ""},
    {"\"\x1f\"", "control", 1, ""},
    {"\"\x80\"", "utf8", 1, ""},
    {"\"\xC0\xAF\"", "utf8", 1, ""},
    {"\"\xC3\"", "utf8", 1, ""},
    {"\"\xE0\x80\x80\"", "utf8", 1, ""},
    {"\"\xED\xA0\x80\"", "utf8", 1, ""},
    {"\"\xF0\x80\x80\x80\"", "utf8", 1, ""},
    {"\"\xF4\x90\x80\x80\"", "utf8", 1, ""},
    {"\"\xF5\x80\x80\x80\"", "utf8", 1, ""},
    {"{\"\xFF\":1}", "utf8", 2, ""},
    {"{\"a\":1,\"a\":2}", "duplicate_key", 7, "/a"},
    {"{\"id\":1,\"\\u0069d\":2}", "duplicate_key", 8, "/id"},
    {"{\"d\":{\"nationality\":1,\"na\\u0074ionality\":2}}", "duplicate_key", 22, "/d/nationality"},
    {"{\"\":1,\"\":2}", "duplicate_key", 6, "/"},
};

static void test_refuses(void **state)
{
    (void)state;
    struct pw_document document = {0};
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *row = &refusals[i];
        struct json_error error = {0};
        assert_int_equal(parse(&document, row->text, &error), PW_ERROR_INVALID);
        assert_string_equal(error.code, row->code);
        assert_int_equal(error.offset, row->offset);
        assert_string_equal(error.pointer, row->pointer);
        assert_true(error.message[0] != '\0');
        assert_int_equal(document.node_count, 0);
    }
    json_release(&document);
}

/* Cut anywhere, a text is refused, and nothing behind its end is read (the copy is exactly as long). */
static void test_truncated(void **state)
{
    (void)state;
    static const char whole[] =
        "{\"a\\n\":[1.5e3,true,null,\"\\ud83d\\ude00\",\"\xC3\xA9\"],\"b\":{\"c\":-0}}";
    struct pw_document document = {0};
    struct json_error error;
    for (size_t length = 0; length < sizeof whole - 1; length++) {
        char *copy = malloc(length ? length : 1);
        memcpy(copy, whole, length);
        assert_int_equal(json_parse(&document, copy, length, &json_limits_frame, &error), PW_ERROR_INVALID);
        assert_true(error.offset <= length);
        free(copy);
    }
    assert_int_equal(parse(&document, whole, &error), 0);
    json_release(&document);
}

static void test_line_and_column(void **state)
{
    (void)state;
    struct pw_document document = {0};
    struct json_error error;
    assert_int_equal(parse(&document, "{\n  \"a\": 1,\n  \"b\": x\n}", &error), PW_ERROR_INVALID);
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 8);
    assert_string_equal(error.pointer, "/b");
    json_release(&document);
}

/* The raw NUL, which no C string can show. */
static void test_raw_nul(void **state)
{
    (void)state;
    struct pw_document document = {0};
    struct json_error error;
    assert_int_equal(json_parse(&document, "\"a\0b\"", 5, &json_limits_frame, &error), PW_ERROR_INVALID);
    assert_string_equal(error.code, "control");
    assert_int_equal(json_parse(&document, "1\0", 2, &json_limits_frame, &error), PW_ERROR_INVALID);
    assert_string_equal(error.code, "trailing");
    assert_int_equal(json_parse(&document, "\"\\\0\"", 4, &json_limits_frame, &error), PW_ERROR_INVALID);
    assert_string_equal(error.code, "syntax");
    assert_int_equal(json_parse(&document, NULL, 0, &json_limits_frame, &error), PW_ERROR_INVALID);
    assert_int_equal(json_parse_copy(&document, NULL, 0, &json_limits_frame, &error), PW_ERROR_INVALID);
    json_release(&document);
}

static void test_limits(void **state)
{
    (void)state;
    static const struct json_limits limits = {.max_bytes = 20, .max_values = 5, .max_depth = 2};
    static const struct {
        const char *text, *code, *number;
    } rows[] = {
        {"\"0123456789012345678\"", "bytes", "20"},
        {"[0,1,2,3,4]", "values", "5"},
        {"[[[]]]", "depth", "2"},
        {"{\"a\":{\"b\":{}}}", "depth", "2"},
    };
    struct pw_document document = {0};
    struct json_error error;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(json_parse(&document, rows[i].text, strlen(rows[i].text), &limits, &error),
                         PW_ERROR_LIMIT);
        assert_string_equal(error.code, rows[i].code);
        assert_non_null(strstr(error.message, rows[i].number));
    }
    assert_int_equal(json_parse(&document, "[[0,1],2]", 9, &limits, &error), 0);
    assert_int_equal(json_parse(&document, "\"012345678901234567\"", 20, &limits, &error), 0);
    json_release(&document);
}

static void test_deep_needs_no_stack(void **state)
{
    (void)state;
    enum { DEEP = 1000000 };
    static const struct json_limits limits = {
        .max_bytes = UINT32_MAX, .max_values = UINT32_MAX, .max_depth = DEEP};
    char *text = malloc(2 * DEEP);
    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    struct pw_document document = {0};
    struct json_error error;
    assert_int_equal(json_parse(&document, text, 2 * DEEP, &limits, &error), 0);
    assert_int_equal(document.node_count, DEEP);
    assert_int_equal(json_parse(&document, text, 2 * DEEP, &json_limits_frame, &error), PW_ERROR_LIMIT);
    free(text);
    json_release(&document);
}

/* Comments are for configuration, between tokens only. */
static void test_comments(void **state)
{
    (void)state;
    static const char text[] =
        "// head\n{ /* a, } */ \"a//b\" /**/ : // x\n \"/* no */\" , \"c\":[/*1*/]}// end";
    struct pw_document document = {0};
    struct json_error error;
    assert_int_equal(json_parse(&document, text, strlen(text), &json_limits_config, &error), 0);
    assert_true(json_text_is(&document, json_member(&document, 0, "a//b"), "/* no */"));
    assert_int_equal(json_count(&document, json_member(&document, 0, "c")), 0);
    assert_int_equal(parse(&document, text, &error), PW_ERROR_INVALID);
    static const char *const bad[] = {"/* open", "1 /", "/1", "[1/]", "/*/ 1", "1 // \xFF", "1 /* \xC3 */"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(json_parse(&document, bad[i], strlen(bad[i]), &json_limits_config, &error),
                         PW_ERROR_INVALID);
    json_release(&document);
}

/* Every byte at every place of a string that is long enough to be skipped eight bytes at a time. */
static void test_every_byte_in_a_long_string(void **state)
{
    (void)state;
    struct pw_document document = {0};
    struct json_error error;
    for (unsigned byte = 0; byte < 256; byte++) {
        for (size_t place = 1; place < 24; place++) {
            char text[] = "\"aaaaaaaaaaaaaaaaaaaaaaa\"";
            bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
            text[place] = (char)byte;
            int status = json_parse(&document, text, sizeof text - 1, &json_limits_frame, &error);
            assert_int_equal(status, plain ? 0 : PW_ERROR_INVALID);
            if (plain)
                assert_memory_equal(json_text(&document, 0).data, text + 1, 23);
            else if (byte != '"' && byte != '\\')
                assert_int_equal(error.offset, place);
        }
    }
    json_release(&document);
}

static void assert_same(const struct pw_document *document, uint32_t node, const cJSON *other)
{
    static const uint32_t types[][2] = {{PW_JSON_NULL, cJSON_NULL},     {PW_JSON_FALSE, cJSON_False},
                                        {PW_JSON_TRUE, cJSON_True},     {PW_JSON_NUMBER, cJSON_Number},
                                        {PW_JSON_STRING, cJSON_String}, {PW_JSON_ARRAY, cJSON_Array},
                                        {PW_JSON_OBJECT, cJSON_Object}};
    assert_int_equal(types[json_type(document, node) - 1][1], other->type & 0xFF);
    if (cJSON_IsString(other))
        assert_true(text_is(json_text(document, node), other->valuestring));
    if (cJSON_IsNumber(other))
        assert_true(strtod(json_raw(document, node).data, NULL) == other->valuedouble);
    const cJSON *child = other->child;
    for (uint32_t at = json_first(document, node); at != PW_NODE_NONE; at = json_next(document, at)) {
        assert_non_null(child);
        if (cJSON_IsObject(other))
            assert_true(text_is(json_key(document, at), child->string));
        assert_same(document, at, child);
        child = child->next;
    }
    assert_null(child);
}

/* One or two random bytes of a good text changed, many times over: cJSON is laxer than the RFC, so it is
 * asked one way only: what we take, it takes, and with the same content. */
static void test_agrees_with_cjson(void **state)
{
    (void)state;
    static const char seed_text[] =
        "{\"a\":[1,-2.5e3,\"\\u00e9\\\"x\",null,true],\"b\":{\"c\":{},\"d\":[[],false]}} ";
    static const char letters[] = "{}[]\",:\\u0123456789eE+-.truefalsn \n\xC3\xA9";
    struct pw_document document = {0};
    struct json_error error;
    uint32_t random = 1, taken = 0;
    for (int round = 0; round < 60000; round++) {
        char text[sizeof seed_text];
        memcpy(text, seed_text, sizeof text);
        for (int i = 0; i <= round % 2; i++) {
            random = random * 1664525 + 1013904223;
            text[(random >> 8) % (sizeof text - 1)] = letters[(random >> 20) % (sizeof letters - 1)];
        }
        if (parse(&document, text, &error) < 0)
            continue;
        cJSON *other = cJSON_ParseWithOpts(text, NULL, 1);
        assert_non_null(other);
        assert_same(&document, 0, other);
        cJSON_Delete(other);
        taken++;
    }
    assert_true(taken > 1000);
    json_release(&document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_line_and_column),
        cmocka_unit_test(test_raw_nul),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_deep_needs_no_stack),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_every_byte_in_a_long_string),
        cmocka_unit_test(test_agrees_with_cjson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
