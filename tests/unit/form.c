/* SPDX-License-Identifier: Apache-2.0
 *
 * form.c: forms are read as browsers send them, and anything else is refused as a whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <pathwayd/plugin.h>
#include "json/json.h"
#include "page/form.h"

/* "name=value;name=value" of what was read. */
static void reads(const char *encoded, const char *wanted)
{
    struct form form;
    char read[512] = "";
    size_t length = 0;
    assert_int_equal(form_read(&form, text_of(encoded)), 0);
    for (uint32_t i = 0; i < form.count; i++)
        length += (size_t)snprintf(read + length, sizeof(read) - length, "%s%.*s=%.*s", i ? ";" : "",
                                   TEXT_FMT(form.fields[i].name), TEXT_FMT(form.fields[i].value));
    assert_string_equal(read, wanted);
    form_release(&form);
}

static int status_of(struct pw_text encoded)
{
    struct form form;
    int status = form_read(&form, encoded);
    if (status != 0)
        assert_true(form.count == 0 && !form.bytes);
    form_release(&form);
    return status;
}

static void forms_are_read(void **state)
{
    (void)state;
    reads("a=1&b=2", "a=1;b=2");
    reads("reason=too+much%2C+by+far%21", "reason=too much, by far!");
    reads("a%20b=%c3%A4&%3D=%26", "a b=\xc3\xa4;==&");
    reads("a=1&a=2&a=", "a=1;a=2;a=");
    reads("a&b=&=c&=", "a=;b=;=c;=");
    reads("a=b=c", "a=b=c");
    reads("&&a=1&&&b=2&", "a=1;b=2");
    reads("", "");
    reads("&", "");
    reads("a=one%0D%0Atwo%0Athree%0Dfour", "a=one\ntwo\nthree\nfour"); /* browsers send CRLF */
    reads("a=%0D%0D%0A%0A", "a=\n\n\n");
    reads("a=x%0D&b=%0Ay", "a=x\n;b=\ny"); /* but two fields are two */
    reads("a=\xe6\xb8\x85", "a=\xe6\xb8\x85");
}

static void what_is_garbled_is_refused(void **state)
{
    static const char *const encoded[] = {
        "%",     "%4",    "a=%",   "a=%4",        "a=%4&b=1", "a=%&b=1",        "a=%zz",       "a=%4z",
        "a=%z4", "%zz=1", "a=%%4", "a=1&b=%",     "a=%00",    "%00=a",          "a=%ff",       "a=\xff",
        "a=%C3", "a=%c3", "%c3=a", "a=%ed%a0%80", "a=%C0%BC", "a=%F4%90%80%80", "a=%C3&b=%A4", "a=%-1",
        "a=% 4", "a=%+4",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(encoded) / sizeof(encoded[0]); i++)
        if (status_of(text_of(encoded[i])) != PW_ERROR_INVALID)
            fail_msg("%s was taken", encoded[i]);
    assert_int_equal(status_of(PW_TEXT("a=\0")), PW_ERROR_INVALID);
    assert_int_equal(status_of((struct pw_text){"a=%41", 4}), PW_ERROR_INVALID); /* it ends before the 1 */
}

static void there_are_only_so_many_fields(void **state)
{
    char encoded[2 * (FORM_FIELDS + 1)];
    (void)state;
    for (size_t i = 0; i < sizeof(encoded); i += 2)
        memcpy(encoded + i, "a&", 2);
    assert_int_equal(status_of((struct pw_text){encoded, 2 * FORM_FIELDS}), 0);
    assert_int_equal(status_of((struct pw_text){encoded, sizeof(encoded)}), PW_ERROR_LIMIT);
}

static void there_are_only_so_many_bytes(void **state)
{
    char *encoded = malloc(FORM_BYTES + 1);
    struct form form;
    (void)state;
    memset(encoded, 'x', FORM_BYTES + 1);
    assert_int_equal(form_read(&form, (struct pw_text){encoded, FORM_BYTES}), 0);
    assert_int_equal(form.fields[0].name.length, FORM_BYTES);
    form_release(&form);
    assert_int_equal(status_of((struct pw_text){encoded, FORM_BYTES + 1}), PW_ERROR_LIMIT);
    free(encoded);
}

static void values_are_found_by_name(void **state)
{
    struct form form;
    struct pw_text value;
    uint32_t at = 0;
    (void)state;
    assert_int_equal(form_read(&form, PW_TEXT("a=1&b=2&a=3&ab=4&=5")), 0);
    assert_true(form_next(&form, "a", &at, &value) && text_is(value, "1") && at == 1);
    assert_true(form_next(&form, "a", &at, &value) && text_is(value, "3") && at == 3);
    assert_false(form_next(&form, "a", &at, &value));
    assert_true(text_is(form_value(&form, "a"), "1"));
    assert_true(text_is(form_value(&form, ""), "5"));
    assert_int_equal(form_value(&form, "A").length, 0);
    form_release(&form);
    assert_int_equal(form_value(&form, "a").length, 0);
    form_release(&form); /* twice is fine */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_read),
        cmocka_unit_test(what_is_garbled_is_refused),
        cmocka_unit_test(there_are_only_so_many_fields),
        cmocka_unit_test(there_are_only_so_many_bytes),
        cmocka_unit_test(values_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
