/* SPDX-License-Identifier: Apache-2.0
 *
 * exposition.c: no label's value, whatever it holds, ends its line or its quotes; figures are in base units.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "metrics/exposition.h"

static const struct metric metric = {"pathwayd_things", METRIC_GAUGE, "Things."};

static const char *labelled(struct buffer *out, struct pw_text value)
{
    const struct metric_label labels[] = {{"what", value}, {NULL, {0}}};
    buffer_clear(out);
    exposition_count(out, &metric, labels, 1);
    assert_false(out->failed);
    return out->data;
}

static void values_are_escaped(void **state)
{
    const struct {
        struct pw_text value;
        const char *line;
    } rows[] = {
        {PW_TEXT("plain.rule_1"), "pathwayd_things{what=\"plain.rule_1\"} 1\n"},
        {PW_TEXT(""), "pathwayd_things{what=\"\"} 1\n"},
        {PW_TEXT("a\"} 7\nb{x=\""), "pathwayd_things{what=\"a\\\"} 7\\nb{x=\\\"\"} 1\n"},
        {PW_TEXT("back\\slash\\"), "pathwayd_things{what=\"back\\\\slash\\\\\"} 1\n"},
        {PW_TEXT("\\n"), "pathwayd_things{what=\"\\\\n\"} 1\n"},
        {PW_TEXT("Universit\xC3\xA4t \xE6\xB8\x85"),
         "pathwayd_things{what=\"Universit\xC3\xA4t \xE6\xB8\x85\"} 1\n"},
        {PW_TEXT("a\0b"), "pathwayd_things{what=\"a\xEF\xBF\xBD"
                          "b\"} 1\n"},
        {PW_TEXT("bad\xFF\xC3(\xE2\x82"),
         "pathwayd_things{what=\"bad\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\"} 1\n"},
        {PW_TEXT("\r\t"), "pathwayd_things{what=\"\r\t\"} 1\n"},
    };
    struct buffer out = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(labelled(&out, rows[i].value), rows[i].line);
    buffer_release(&out);
}

static void figures_are_in_base_units(void **state)
{
    static const struct metric counter = {"pathwayd_things_total", METRIC_COUNTER, "Things that were."};
    struct buffer out = {0};
    (void)state;
    exposition_begin(&out, &counter);
    exposition_count(&out, &counter, NULL, UINT64_MAX);
    exposition_begin(&out, &metric);
    exposition_seconds(&out, &metric, NULL, 1767225600007);
    exposition_seconds(&out, &metric, NULL, -1);
    exposition_seconds(&out, &metric, NULL, INT64_MIN);
    assert_string_equal(out.data, "# HELP pathwayd_things_total Things that were.\n"
                                  "# TYPE pathwayd_things_total counter\n"
                                  "pathwayd_things_total 18446744073709551615\n"
                                  "# HELP pathwayd_things Things.\n"
                                  "# TYPE pathwayd_things gauge\n"
                                  "pathwayd_things 1767225600.007\n"
                                  "pathwayd_things -0.001\n"
                                  "pathwayd_things -9223372036854775.808\n");
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_escaped),
        cmocka_unit_test(figures_are_in_base_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
