/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames: what is written is read back, and nothing shorter, longer or lying is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "host/frame.h"

static void assert_text(struct pw_text text, const char *expected)
{
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.data, expected, text.length);
}

static void put_work(struct buffer *out)
{
    const struct frame_item items[] = {
        {.sequence = 7,
         .as_of = -5,
         .pathway = PW_TEXT("lab"),
         .event = PW_TEXT("{}"),
         .facts = PW_TEXT("[]"),
         .affiliation = PW_TEXT("Dept. of X")},
        {.sequence = UINT64_MAX, .as_of = INT64_MIN, .notice = PW_TEXT("{\"a\":1}")},
    };
    size_t begun = frame_begin(out, FRAME_WORK);
    frame_put_count(out, 2);
    frame_put_item(out, &items[0]);
    frame_put_item(out, &items[1]);
    frame_end(out, begun);
}

static void test_work_is_read_back(void **state)
{
    (void)state;
    struct buffer out = {0};
    buffer_string(&out, "before"); /* frames may follow one another in one buffer */
    put_work(&out);
    enum frame_type type;
    struct pw_text body;
    size_t used;
    uint32_t count;
    struct frame_item item;
    assert_int_equal(frame_next(out.data + 6, out.length - 6, &type, &body, &used), 1);
    assert_int_equal(type, FRAME_WORK);
    assert_int_equal(used, out.length - 6);
    struct frame_cursor cursor = {body};
    assert_int_equal(frame_get_count(&cursor, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(frame_get_item(&cursor, &item), 0);
    assert_true(item.sequence == 7 && item.as_of == -5);
    assert_text(item.pathway, "lab");
    assert_text(item.event, "{}");
    assert_text(item.facts, "[]");
    assert_text(item.notice, "");
    assert_text(item.affiliation, "Dept. of X");
    assert_int_equal(frame_get_item(&cursor, &item), 0);
    assert_true(item.sequence == UINT64_MAX && item.as_of == INT64_MIN);
    assert_text(item.notice, "{\"a\":1}");
    assert_int_equal(cursor.rest.length, 0);
    assert_int_equal(frame_get_item(&cursor, &item), PW_ERROR_INVALID);
    buffer_release(&out);
}

static void test_results_are_read_back(void **state)
{
    (void)state;
    struct buffer out = {0};
    const struct frame_result written[] = {
        {.sequence = 1, .status = 0, .body = PW_TEXT("[]")},
        {.sequence = 2, .status = PW_ERROR_IO, .body = PW_TEXT("No route.")}};
    size_t begun = frame_begin(&out, FRAME_RESULT);
    frame_put_count(&out, 2);
    frame_put_result(&out, &written[0]);
    frame_put_result(&out, &written[1]);
    frame_end(&out, begun);
    struct frame_cursor cursor = {{out.data + FRAME_HEADER_BYTES, out.length - FRAME_HEADER_BYTES}};
    struct frame_result result;
    uint32_t count;
    assert_int_equal(frame_get_count(&cursor, &count), 0);
    assert_int_equal(frame_get_result(&cursor, &result), 0);
    assert_true(result.sequence == 1 && result.status == 0);
    assert_text(result.body, "[]");
    assert_int_equal(frame_get_result(&cursor, &result), 0);
    assert_int_equal(result.status, PW_ERROR_IO);
    assert_text(result.body, "No route.");
    assert_int_equal(cursor.rest.length, 0);
    buffer_release(&out);
}

static void test_every_prefix_is_incomplete(void **state)
{
    (void)state;
    struct buffer out = {0};
    put_work(&out);
    for (size_t length = 0; length < out.length; length++) {
        char *exact = malloc(length + 1); /* the sanitizer sees a read past the prefix */
        memcpy(exact, out.data, length);
        exact = realloc(exact, length ? length : 1);
        enum frame_type type = FRAME_TYPE_END;
        struct pw_text body;
        size_t used;
        assert_int_equal(frame_next(exact, length, &type, &body, &used), 0);
        assert_int_equal(type, FRAME_TYPE_END);
        free(exact);
    }
    buffer_release(&out);
}

static void test_every_shortened_body_is_refused(void **state)
{
    (void)state;
    struct buffer out = {0};
    put_work(&out);
    for (size_t length = 0; length + FRAME_HEADER_BYTES < out.length; length++) {
        char *exact = malloc(length ? length : 1);
        memcpy(exact, out.data + FRAME_HEADER_BYTES, length);
        struct frame_cursor cursor = {{exact, length}};
        struct frame_item item;
        uint32_t count;
        int status = frame_get_count(&cursor, &count);
        for (uint32_t i = 0; status == 0 && i < 2; i++)
            status = frame_get_item(&cursor, &item);
        assert_int_equal(status, PW_ERROR_INVALID);
        free(exact);
    }
    buffer_release(&out);
}

static void test_bounds(void **state)
{
    (void)state;
    enum frame_type type;
    struct pw_text body;
    size_t used;
    const struct {
        uint32_t header[2];
        int expected;
    } cases[] = {
        {{0, FRAME_STOP}, 1},
        {{0, 0}, PW_ERROR_INVALID},
        {{0, FRAME_TYPE_END}, PW_ERROR_INVALID},
        {{0, UINT32_MAX}, PW_ERROR_INVALID},
        {{FRAME_MAX_BYTES, FRAME_RESULT}, 0},
        {{FRAME_MAX_BYTES + 1, FRAME_RESULT}, PW_ERROR_LIMIT},
        {{UINT32_MAX, FRAME_RESULT}, PW_ERROR_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(frame_next((const char *)cases[i].header, FRAME_HEADER_BYTES, &type, &body, &used),
                         cases[i].expected);
}

static void test_lying_counts_and_lengths(void **state)
{
    (void)state;
    char bytes[64] = {0}, many[8192] = {0};
    uint32_t count = FRAME_MAX_BATCH + 1, read_count = 99, length = UINT32_MAX;
    struct frame_cursor cursor = {{many, sizeof many}}; /* there is room for more than a batch may hold */
    memcpy(many, &count, sizeof count);
    assert_int_equal(frame_get_count(&cursor, &read_count), PW_ERROR_INVALID);
    cursor.rest = (struct pw_text){bytes, sizeof bytes};
    count = 5; /* five items do not fit into sixty bytes */
    memcpy(bytes, &count, sizeof count);
    assert_int_equal(frame_get_count(&cursor, &read_count), PW_ERROR_INVALID);
    assert_int_equal(read_count, 99);
    memcpy(bytes + 12, &length, sizeof length);
    struct frame_result result;
    assert_int_equal(frame_get_result(&cursor, &result), PW_ERROR_INVALID);
    assert_int_equal(cursor.rest.length, sizeof bytes);
}

static void test_status_above_zero_and_oversized_results_are_refused(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct frame_result result = {.sequence = 1, .status = 1, .body = PW_TEXT("[]")};
    frame_put_result(&out, &result);
    struct frame_cursor cursor = {buffer_view(&out)};
    assert_int_equal(frame_get_result(&cursor, &result), PW_ERROR_INVALID);
    buffer_clear(&out);
    char *large = calloc(1, FRAME_MAX_RESULT + 1);
    result = (struct frame_result){.body = {large, FRAME_MAX_RESULT + 1}};
    frame_put_result(&out, &result);
    cursor.rest = buffer_view(&out);
    assert_int_equal(frame_get_result(&cursor, &result), PW_ERROR_INVALID);
    free(large);
    buffer_release(&out);
}

static void test_a_frame_too_long_to_read_is_not_written(void **state)
{
    (void)state;
    struct buffer out = {0};
    char *large = calloc(1, FRAME_MAX_BYTES + 1);
    frame_put(&out, FRAME_LOG, (struct pw_text){large, FRAME_MAX_BYTES});
    assert_false(out.failed);
    buffer_release(&out);
    frame_put(&out, FRAME_LOG, (struct pw_text){large, FRAME_MAX_BYTES + 1});
    assert_true(out.failed);
    free(large);
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_work_is_read_back),
        cmocka_unit_test(test_results_are_read_back),
        cmocka_unit_test(test_every_prefix_is_incomplete),
        cmocka_unit_test(test_every_shortened_body_is_refused),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_lying_counts_and_lengths),
        cmocka_unit_test(test_status_above_zero_and_oversized_results_are_refused),
        cmocka_unit_test(test_a_frame_too_long_to_read_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
