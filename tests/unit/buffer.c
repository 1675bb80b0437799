/* SPDX-License-Identifier: Apache-2.0
 *
 * Buffers grow, stay terminated and hold on to an error; JSON written into them always reads back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "json/buffer.h"
#include "json/json.h"

static void assert_written(struct buffer *buffer, const char *expected)
{
    assert_false(buffer->failed);
    assert_int_equal(buffer->length, strlen(expected));
    assert_string_equal(buffer->data, expected);
    buffer_release(buffer);
    assert_null(buffer->data);
}

static void test_grows(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    for (int i = 0; i < 5000; i++)
        buffer_append(&buffer, "0123456789", 10);
    assert_int_equal(buffer.length, 50000);
    assert_int_equal(buffer.data[50000], '\0');
    assert_memory_equal(buffer.data + 49990, "0123456789", 10);
    buffer_clear(&buffer);
    assert_int_equal(buffer.length, 0);
    assert_true(buffer.capacity > 50000);
    buffer_release(&buffer);
    buffer_release(NULL);
}

static void test_formats(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    char long_text[1001];
    memset(long_text, 'x', 1000);
    long_text[1000] = '\0';
    buffer_format(&buffer, "%d-%s", 7, long_text);
    assert_int_equal(buffer.length, 1002);
    assert_memory_equal(buffer.data, "7-x", 3);
    buffer_release(&buffer);
    buffer_string(&buffer, "a");
    buffer_text(&buffer, PW_TEXT("bc"));
    buffer_text(&buffer, (struct pw_text){0});
    assert_written(&buffer, "abc");
}

static void test_take(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    size_t length = 99;
    char *taken = buffer_take(&buffer, &length);
    assert_string_equal(taken, "");
    assert_int_equal(length, 0);
    free(taken);
    buffer_string(&buffer, "mine");
    taken = buffer_take(&buffer, &length);
    assert_string_equal(taken, "mine");
    assert_int_equal(length, 4);
    assert_int_equal(buffer_view(&buffer).length, 0);
    free(taken);
}

static void test_failure_sticks(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_string(&buffer, "before");
    buffer_append(&buffer, "", SIZE_MAX / 2); /* cannot be had; nothing is read */
    assert_true(buffer.failed);
    buffer_string(&buffer, "after");
    json_member_string(&buffer, "a", "b");
    assert_int_equal(buffer_view(&buffer).length, 0);
    size_t length = 99;
    assert_null(buffer_take(&buffer, &length));
    assert_int_equal(length, 99);
    assert_null(buffer.data);
}

static void test_commas(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    json_write_begin(&buffer, '{');
    json_member_string(&buffer, "s", "x");
    json_member_integer(&buffer, "i", -5);
    json_member_unsigned(&buffer, "u", UINT64_MAX);
    json_member_boolean(&buffer, "t", true);
    json_member_boolean(&buffer, "f", false);
    json_write_key(&buffer, "n");
    json_write_null(&buffer);
    json_member_raw(&buffer, "r", PW_TEXT("[1, 2]\n"));
    json_write_key(&buffer, "a");
    json_write_begin(&buffer, '[');
    json_write_begin(&buffer, '{');
    json_write_end(&buffer, '}');
    json_write_begin(&buffer, '[');
    json_write_end(&buffer, ']');
    json_write_string(&buffer, "e");
    json_write_integer(&buffer, INT64_MIN);
    json_write_end(&buffer, ']');
    json_member_text(&buffer, "z", (struct pw_text){0});
    json_write_end(&buffer, '}');
    assert_written(&buffer,
                   "{\"s\":\"x\",\"i\":-5,\"u\":18446744073709551615,\"t\":true,\"f\":false,\"n\":null,"
                   "\"r\":[1, 2],\"a\":[{},[],\"e\",-9223372036854775808],\"z\":\"\"}");
}

static void test_lines_need_no_comma(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    for (int i = 0; i < 2; i++) {
        json_write_begin(&buffer, '{');
        json_write_end(&buffer, '}');
        buffer_string(&buffer, "\n");
    }
    assert_written(&buffer, "{}\n{}\n");
}

static void test_escapes(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    json_write_text(&buffer, PW_TEXT("\"\\\n\t\r\b\x1f/é😀"));
    assert_written(&buffer, "\"\\\"\\\\\\n\\t\\r\\u0008\\u001f/é😀\"");
}

static void test_bad_bytes_are_replaced(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    json_write_text(&buffer, PW_TEXT("a\xFFz\0q\xC3"));
    assert_written(&buffer, "\"a\xEF\xBF\xBDz\xEF\xBF\xBDq\xEF\xBF\xBD\"");
}

/* Whatever bytes are written as text, the strict reader takes the result. */
static void test_every_byte_pair_reads_back(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    struct pw_document document = {0};
    struct json_error error;
    for (unsigned pair = 0; pair < 65536; pair++) {
        char bytes[2] = {(char)(pair >> 8), (char)(pair & 0xFF)};
        buffer_clear(&buffer);
        json_write_text(&buffer, (struct pw_text){bytes, 2});
        assert_int_equal(json_parse(&document, buffer.data, buffer.length, &json_limits_frame, &error), 0);
        if (bytes[0] > 0 && bytes[1] > 0)
            assert_memory_equal(json_text(&document, 0).data, bytes, 2);
    }
    json_release(&document);
    buffer_release(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_failure_sticks),
        cmocka_unit_test(test_commas),
        cmocka_unit_test(test_lines_need_no_comma),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_bad_bytes_are_replaced),
        cmocka_unit_test(test_every_byte_pair_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
