/* SPDX-License-Identifier: Apache-2.0
 *
 * Duplicate keys in large objects: found wherever they stand, and in time that an attacker cannot stretch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <cmocka.h>

#include "json/buffer.h"
#include "json/json.h"

/* A large object with one pair of equal keys is found out, wherever the pair stands. */
static void test_duplicates_in_large_objects(void **state)
{
    (void)state;
    struct pw_document document = {0};
    struct json_error error;
    for (int count = 2; count < 200; count += 3) {
        for (int twin = 0; twin < count; twin += 7) {
            struct buffer text = {0};
            json_write_begin(&text, '{');
            for (int i = 0; i < count; i++) {
                char key[16];
                snprintf(key, sizeof key, "k%d", i);
                json_member_integer(&text, key, i);
            }
            assert_int_equal(text.failed, false);
            size_t place = text.length + 1;
            buffer_format(&text, ",\"\\u006b%d\":0,\"last\":1}", twin);
            assert_int_equal(json_parse(&document, text.data, text.length, &json_limits_frame, &error),
                             PW_ERROR_INVALID);
            assert_string_equal(error.code, "duplicate_key");
            assert_int_equal(error.offset, place);
            buffer_release(&text);
        }
    }
    json_release(&document);
}

/* Of several pairs the one that ends first is reported, whatever the order of sorting. */
static void test_first_duplicate_is_reported(void **state)
{
    (void)state;
    struct buffer text = {0};
    json_write_begin(&text, '{');
    for (int i = 0; i < 100; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        json_member_integer(&text, key, i);
    }
    size_t place = text.length + 1;
    buffer_string(&text, ",\"k50\":0,\"k3\":0,\"k77\":0,\"k99\":0}");
    struct pw_document document = {0};
    struct json_error error;
    assert_int_equal(json_parse(&document, text.data, text.length, &json_limits_frame, &error),
                     PW_ERROR_INVALID);
    assert_int_equal(error.offset, place);
    assert_string_equal(error.pointer, "/k50");
    buffer_release(&text);
    json_release(&document);
}

/* 16,384 keys alike in length and ends, so that every shortcut fails: pairwise comparison would take seconds.
 */
static void test_hostile_keys_are_quick(void **state)
{
    (void)state;
    struct buffer text = {0};
    json_write_begin(&text, '{');
    for (int i = 0; i < 16384; i++) {
        char key[16];
        snprintf(key, sizeof key, "a%06dz", i);
        json_member_integer(&text, key, 0);
    }
    json_write_end(&text, '}');
    struct pw_document document = {0};
    struct json_error error;
    clock_t begin = clock();
    for (int i = 0; i < 10; i++)
        assert_int_equal(json_parse(&document, text.data, text.length, &json_limits_frame, &error), 0);
    assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 2.0);
    buffer_release(&text);
    json_release(&document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duplicates_in_large_objects),
        cmocka_unit_test(test_first_duplicate_is_reported),
        cmocka_unit_test(test_hostile_keys_are_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
