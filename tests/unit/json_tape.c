/* SPDX-License-Identifier: Apache-2.0
 *
 * The tape that the strict reader yields, and the questions that can be put to it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "json/buffer.h"
#include "json/json.h"

static int parse(struct pw_document *document, const char *text, struct json_error *ret_error)
{
    return json_parse(document, text, strlen(text), &json_limits_frame, ret_error);
}

static void test_tape(void **state)
{
    (void)state;
    static const char text[] = "{ \"a\\u0041\" : [ 1.50 , \"x\\ny\" , {} ] , \"b/c~d\" : false }";
    struct pw_document document = {0};
    struct json_error error;
    assert_int_equal(parse(&document, text, &error), 0);
    uint32_t list = json_first(&document, 0);
    assert_int_equal(json_type(&document, list), PW_JSON_ARRAY);
    assert_true(text_is(json_key(&document, list), "aA"));
    assert_int_equal(document.nodes[list].member, 2);
    assert_true(text_is(json_raw(&document, list), "[ 1.50 , \"x\\ny\" , {} ]"));
    uint32_t number = json_first(&document, list), string = json_next(&document, number);
    assert_true(text_is(json_raw(&document, number), "1.50"));
    assert_true(text_is(json_raw(&document, string), "\"x\\ny\""));
    assert_true(text_is(json_text(&document, string), "x\ny"));
    assert_int_equal(json_text(&document, number).length, 0);
    assert_int_equal(json_type(&document, json_next(&document, string)), PW_JSON_OBJECT);
    assert_int_equal(json_count(&document, list), 3);
    assert_int_equal(json_next(&document, json_next(&document, string)), PW_NODE_NONE);
    assert_int_equal(json_find(&document, 0, "/b~1c~0d"), json_member(&document, 0, "b/c~d"));
    assert_int_equal(json_find(&document, 0, "/aA/1"), string);
    assert_int_equal(json_find(&document, list, "/1"), string);
    assert_int_equal(json_find(&document, 0, ""), 0);
    static const char *const nowhere[] = {"/x",   "aA",      "/aA/3", "/aA/01", "/aA/-",
                                          "/aA/", "/aA/1/0", "/b~1c", "//"};
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++)
        assert_int_equal(json_find(&document, 0, nowhere[i]), PW_NODE_NONE);
    json_release(&document);
}

static void test_pointers(void **state)
{
    (void)state;
    struct pw_document document = {0};
    struct json_error error;
    assert_int_equal(parse(&document, "{\"data\":{\"p/q~\":[0,{\"été\":1}]}}", &error), 0);
    char pointer[64];
    uint32_t node = document.node_count - 1;
    json_pointer_of(&document, node, pointer, sizeof pointer);
    assert_string_equal(pointer, "/data/p~1q~0/1/été");
    json_pointer_below(&document, json_first(&document, 0), node, pointer, sizeof pointer);
    assert_string_equal(pointer, "/p~1q~0/1/été");
    json_pointer_of(&document, 0, pointer, sizeof pointer);
    assert_string_equal(pointer, "");
    for (size_t size = 1; size < 24; size++) {
        json_pointer_of(&document, node, pointer, size);
        assert_true(strlen(pointer) < size);
        struct buffer buffer = {0};
        json_write_string(&buffer, pointer);
        assert_null(strstr(buffer.data, "\xEF\xBF\xBD")); /* UTF-8 is never cut in two */
        buffer_release(&buffer);
    }
    json_pointer_of(&document, node, pointer, 14);
    assert_memory_equal(pointer, "…", 3);
    json_release(&document);
}

static void test_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
        int64_t value;
    } rows[] = {
        {"0", 0, 0},
        {"-0", 0, 0},
        {"9223372036854775807", 0, INT64_MAX},
        {"-9223372036854775808", 0, INT64_MIN},
        {"9223372036854775808", PW_ERROR_INVALID, 7},
        {"-9223372036854775809", PW_ERROR_INVALID, 7},
        {"99999999999999999999999", PW_ERROR_INVALID, 7},
        {"1.0", PW_ERROR_INVALID, 7},
        {"1e2", PW_ERROR_INVALID, 7},
        {"\"1\"", PW_ERROR_INVALID, 7},
        {"true", PW_ERROR_INVALID, 7},
    };
    struct pw_document document = {0};
    struct json_error error;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = 7;
        assert_int_equal(parse(&document, rows[i].text, &error), 0);
        assert_int_equal(json_integer(&document, 0, &value), rows[i].status);
        assert_true(value == rows[i].value);
    }
    json_release(&document);
}

static void test_absent_is_safe(void **state)
{
    (void)state;
    struct pw_document empty = {0};
    int64_t value = 7;
    char pointer[8] = "x";
    static const uint32_t nodes[] = {0, 5, PW_NODE_NONE};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(json_type(&empty, nodes[i]), PW_JSON_ABSENT);
        assert_int_equal(json_count(&empty, nodes[i]), 0);
        assert_int_equal(json_first(&empty, nodes[i]), PW_NODE_NONE);
        assert_int_equal(json_next(&empty, nodes[i]), PW_NODE_NONE);
        assert_int_equal(json_find(&empty, nodes[i], "/a"), PW_NODE_NONE);
        assert_int_equal(json_member(&empty, nodes[i], "a"), PW_NODE_NONE);
        assert_int_equal(json_key(&empty, nodes[i]).length, 0);
        assert_int_equal(json_raw(&empty, nodes[i]).length, 0);
        assert_int_equal(json_integer(&empty, nodes[i], &value), PW_ERROR_INVALID);
        assert_false(json_true(&empty, nodes[i]));
        assert_false(json_text_is(&empty, nodes[i], ""));
        json_pointer_of(&empty, nodes[i], pointer, sizeof pointer);
        assert_string_equal(pointer, "");
    }
    json_release(&empty);
    json_release(NULL);
}

static void test_reuse_and_copies(void **state)
{
    (void)state;
    struct pw_document document = {0};
    struct json_error error;
    char text[] = "{\"a\":\"b\"}";
    assert_int_equal(json_parse_copy(&document, text, strlen(text), &json_limits_frame, &error), 0);
    memset(text, 'x', sizeof text - 1);
    assert_true(json_text_is(&document, json_find(&document, 0, "/a"), "b"));
    assert_int_equal(json_parse_copy(&document, "[", 1, &json_limits_frame, &error), PW_ERROR_INVALID);
    assert_int_equal(json_type(&document, 0), PW_JSON_ABSENT);
    assert_int_equal(parse(&document, "[\"\\u0041\"]", &error), 0);
    struct buffer large = {0};
    json_write_begin(&large, '[');
    for (int i = 0; i < 200000; i++)
        json_write_integer(&large, 1);
    json_write_end(&large, ']');
    assert_int_equal(json_parse(&document, large.data, large.length, &json_limits_frame, &error), 0);
    assert_int_equal(json_count(&document, 0), 200000);
    assert_int_equal(parse(&document, "[1]", &error), 0);
    assert_true(document.node_capacity < 200000); /* the large tape was given back */
    buffer_release(&large);
    json_release(&document);
}

static void test_table_for_plugins(void **state)
{
    (void)state;
    const struct pw_document_api *api = &json_document_api;
    struct pw_document *document = NULL;
    char sentence[128] = "";
    assert_int_equal(api->struct_size, sizeof *api);
    assert_int_equal(api->parse(PW_TEXT("{\"a\":[7]} // x"), 1, &document, sentence, sizeof sentence), PW_OK);
    int64_t value = 0;
    assert_int_equal(api->integer(document, api->find(document, PW_NODE_ROOT, PW_TEXT("/a/0")), &value),
                     PW_OK);
    assert_int_equal(value, 7);
    api->release(document);
    document = NULL;
    assert_int_equal(api->parse(PW_TEXT("{\n]"), 0, &document, sentence, sizeof sentence), PW_ERROR_INVALID);
    assert_null(document);
    assert_non_null(strstr(sentence, "line 2, column 1"));
    assert_int_equal(api->parse(PW_TEXT("{"), 0, &document, NULL, 0), PW_ERROR_INVALID);
    api->release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tape),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_absent_is_safe),
        cmocka_unit_test(test_reuse_and_copies),
        cmocka_unit_test(test_table_for_plugins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
