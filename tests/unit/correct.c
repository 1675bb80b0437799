/* SPDX-License-Identifier: Apache-2.0
 *
 * correct.c: RFC 7396 on raw bytes (the RFC's own examples among them), and what a correction can never change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "event/correct.h"

#define ENVELOPE "\"source\":\"https://hr.example.edu/\",\"type\":\"org.pathwayd.agreement.proposed.v1\""

static int correct(struct buffer *out, const char *data, const char *patch, bool *ret_unsaid)
{
    char body[1024], correction[1024];
    snprintf(body, sizeof(body),
             "{\"id\":\"a-1\"," ENVELOPE ",\"data\":%s,\"time\":\"2026-01-01T00:00:00Z\"}", data);
    snprintf(correction, sizeof(correction),
             "{\"id\":\"c-1\"," ENVELOPE ",\"causationid\":\"a-1\",\"data\":%s}", patch);
    return event_correct(out, (struct pw_text){body, strlen(body)},
                         (struct pw_text){correction, strlen(correction)}, ret_unsaid);
}

struct example {
    const char *data, *patch, *result;
};
static const struct example examples[] = {
    /* RFC 7396, appendix A, as far as both sides are objects */
    {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
    {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
    {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
    {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
    {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
    {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
    {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
    {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
    {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
    {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    /* spelling stays, keys are compared decoded */
    {"{\"amount\":250000.00}", "{\"x\":1e2}", "{\"amount\":250000.00,\"x\":1e2}"},
    {"{\"\\u0061\":1}", "{\"a\":2}", "{\"a\":2}"},
    {"{\"a\" : [ 1 , 2 ]}", "{}", "{\"a\":[ 1 , 2 ]}"},
    /* the case stays that of the corrected event */
    {"{\"engagement_id\":\"E-1\"}", "{\"engagement_id\":\"E-2\"}", "{\"engagement_id\":\"E-1\"}"},
    {"{\"questions\":{\"q1\":{\"answer\":\"unknown\",\"by\":\"x\"}}}",
     "{\"questions\":{\"q1\":{\"answer\":\"no\"}}}",
     "{\"questions\":{\"q1\":{\"answer\":\"no\",\"by\":\"x\"}}}"},
};

static void a_merge_patch_on_raw_bytes(void **state)
{
    struct buffer out = {0};
    bool unsaid;
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        char expected[1024];
        snprintf(expected, sizeof(expected),
                 "{\"id\":\"a-1\"," ENVELOPE ",\"data\":%s,\"time\":\"2026-01-01T00:00:00Z\"}",
                 examples[i].result);
        assert_int_equal(correct(&out, examples[i].data, examples[i].patch, &unsaid), 0);
        assert_string_equal(out.data, expected);
        assert_false(unsaid);
    }
    buffer_release(&out);
}

static void the_affiliation_is_taken_back(void **state)
{
    struct buffer out = {0};
    bool unsaid = false;
    (void)state;
    assert_int_equal(correct(&out, "{\"a\":1}", "{\"raw_affiliation\":null}", &unsaid), 0);
    assert_true(unsaid);
    buffer_release(&out);
}

static void another_event_is_not_corrected(void **state)
{
    struct buffer out = {0};
    bool unsaid;
    (void)state;
    static const char body[] = "{\"id\":\"a-2\"," ENVELOPE ",\"data\":{}}";
    static const char other_id[] = "{\"id\":\"c\"," ENVELOPE ",\"causationid\":\"a-1\",\"data\":{}}";
    static const char other_source[] =
        "{\"id\":\"c\",\"source\":\"https://visa.example.edu/\",\"causationid\":\"a-2\",\"data\":{}}";
    assert_int_equal(event_correct(&out, PW_TEXT(body), PW_TEXT(other_id), &unsaid), PW_ERROR_NOT_FOUND);
    assert_int_equal(event_correct(&out, PW_TEXT(body), PW_TEXT(other_source), &unsaid), PW_ERROR_NOT_FOUND);
    buffer_release(&out);
}

static void only_corrections_correct(void **state)
{
    (void)state;
    assert_true(event_is_correction(PW_TEXT("org.pathwayd.correction.v1"), "org.pathwayd."));
    assert_false(event_is_correction(PW_TEXT("org.pathwayd.list.updated.v1"), "org.pathwayd."));
    assert_false(event_is_correction(PW_TEXT("org.pathwayd.agreement.proposed.v1"), "org.pathwayd."));
    assert_false(event_is_correction(PW_TEXT("org.other.correction.v1"), "org.pathwayd."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_merge_patch_on_raw_bytes),
        cmocka_unit_test(the_affiliation_is_taken_back),
        cmocka_unit_test(another_event_is_not_corrected),
        cmocka_unit_test(only_corrections_correct),
    };
    return cmocka_run_group_tests_name("correct", tests, NULL, NULL);
}
