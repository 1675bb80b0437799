/* SPDX-License-Identifier: Apache-2.0
 *
 * A table of the report: its rows, the cases that were decided, and which of its figures are shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/census.h"

static void a_case_counts_once_and_the_median_is_in_the_middle(void **state)
{
    (void)state;
    struct census census = {0};
    uint32_t minutes = 0;
    struct census_row *row = census_row(&census, PW_TEXT("research"));
    assert_non_null(row);
    assert_false(census_median(row, &minutes));
    for (uint32_t turn = 0; turn < 2; turn++)
        for (uint32_t i = 1; i <= 1000; i++)
            assert_int_equal(census_case(&census, row, i, i, 1001 - i), turn == 0);
    assert_int_equal(row->decided, 1000);
    assert_true(census_median(row, &minutes));
    assert_int_equal(minutes, 500);
    assert_true(census_case(&census, row, 1001, 1, 100000));
    assert_true(census_median(row, &minutes));
    assert_int_equal(minutes, 501);
    assert_ptr_equal(census_row(&census, PW_TEXT("research")), row);
    assert_false(census.failed);
    census_release(&census);
}

static void rows_are_bounded(void **state)
{
    (void)state;
    struct census census = {0};
    char name[400];
    for (uint32_t i = 0; i < 2 * CENSUS_MAX_ROWS; i++) {
        int length = snprintf(name, sizeof(name), "unit %u", i);
        struct census_row *row = census_row(&census, (struct pw_text){name, (size_t)length});
        assert_non_null(row);
        census_count(row, COLUMN_EVENTS, i);
        assert_string_equal(row->name, i < CENSUS_MAX_ROWS ? name : CENSUS_OTHERS);
    }
    assert_int_equal(census.count, CENSUS_MAX_ROWS + 1);
    assert_int_equal(census.rows[CENSUS_MAX_ROWS]->cells[COLUMN_EVENTS].count, CENSUS_MAX_ROWS);
    census_release(&census);
    memset(name, 'x', sizeof(name));
    struct census_row *row = census_row(&census, (struct pw_text){name, sizeof(name)});
    assert_int_equal(strlen(row->name), CENSUS_NAME_BYTES - 1);
    census_release(&census);
}

static void a_table_is_sorted_and_suppressed_by_column(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t events, holds;
    } rows[] = {{"c", 20, 7}, {"a", 3, 1}, {"b", 9, 0}};
    struct census census = {0};
    struct census_row total = {.name = "all"};
    uint32_t hidden = 0;
    for (size_t i = 0; i < 3; i++) {
        struct census_row *row = census_row(&census, (struct pw_text){rows[i].name, 1});
        for (uint32_t j = 0; j < rows[i].events; j++) {
            census_count(row, COLUMN_EVENTS, 100 * i + j);
            census_count(&total, COLUMN_EVENTS, 100 * i + j);
            if (j >= rows[i].holds)
                continue;
            census_count(row, COLUMN_HOLDS, 100 * i + j);
            census_count(&total, COLUMN_HOLDS, 100 * i + j);
        }
    }
    census_suppress(&census, &total, &hidden);
    assert_int_equal(hidden, 0);
    assert_string_equal(census.rows[0]->name, "a");
    assert_int_equal(census.rows[0]->cells[COLUMN_EVENTS].shown, SHOWN_AS_SMALL);
    assert_int_equal(census.rows[1]->cells[COLUMN_EVENTS].shown, SHOWN_AS_COVER);
    assert_int_equal(census.rows[2]->cells[COLUMN_EVENTS].shown, SHOWN);
    assert_int_equal(census.rows[2]->cells[COLUMN_HOLDS].shown, SHOWN_AS_COVER);
    assert_int_equal(census.rows[0]->cells[COLUMN_DECLINES].shown, SHOWN); /* nobody declined */
    census_hide(&census, &total, 1u << COLUMN_EVENTS);
    assert_int_equal(total.cells[COLUMN_EVENTS].shown, SHOWN_AS_COVER);
    assert_int_equal(total.cells[COLUMN_HOLDS].shown, SHOWN);
    census_release(&census);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_counts_once_and_the_median_is_in_the_middle),
        cmocka_unit_test(rows_are_bounded),
        cmocka_unit_test(a_table_is_sorted_and_suppressed_by_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
