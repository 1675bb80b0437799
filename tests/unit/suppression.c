/* SPDX-License-Identifier: Apache-2.0
 *
 * What a table shows of small figures. The main test plays the reader who wants to know: it takes every column there can
 * be, and asks of each whether another one, with another figure in the hidden place, would look the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/suppression.h"

#define MAX_ROWS 4

/* A figure that comes from as many engagements, in a row that has enough. */
static struct figure figure(uint64_t count)
{
    return (struct figure){
        .count = count, .engagements = (uint32_t)count, .row_engagements = SUPPRESSION_LEAST};
}

static struct figure figure_of_few(uint64_t count, uint32_t engagements, uint32_t row)
{
    return (struct figure){.count = count, .engagements = engagements, .row_engagements = row};
}

static void small_figures_are_hidden_and_one_that_covers_them(void **state)
{
    (void)state;
    struct figure figures[] = {figure(3), figure(40), figure(0), figure(12), figure(5)}, total = figure(60);
    assert_true(suppression_column(figures, 5, &total));
    assert_int_equal(figures[0].shown, SHOWN_AS_SMALL);
    assert_int_equal(figures[1].shown, SHOWN);
    assert_int_equal(figures[2].shown, SHOWN); /* nothing happened to anybody */
    assert_int_equal(figures[3].shown, SHOWN_AS_COVER);
    assert_int_equal(figures[4].shown, SHOWN); /* 5 would give the small one away */
    assert_int_equal(total.shown, SHOWN);
}

static void nothing_small_hides_nothing(void **state)
{
    (void)state;
    struct figure figures[] = {figure(5), figure(0), figure(7)}, total = figure(12);
    assert_true(suppression_column(figures, 3, &total));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(figures[i].shown, SHOWN);
    assert_int_equal(total.shown, SHOWN);
    assert_true(suppression_column(NULL, 0, &total));
}

static void what_counts_is_engagements_and_not_the_figure(void **state)
{
    (void)state;
    struct figure figures[] = {figure_of_few(80, 4, 9), figure(90), figure_of_few(6, 5, 5)};
    struct figure total = figure(176);
    assert_true(suppression_column(figures, 3, &total));
    assert_int_equal(figures[0].shown, SHOWN_AS_SMALL);
    assert_int_equal(figures[1].shown, SHOWN);
    assert_int_equal(figures[2].shown, SHOWN_AS_COVER);
}

static void a_small_row_hides_its_zeros_too(void **state)
{
    (void)state;
    struct figure figures[] = {figure_of_few(0, 0, 2), figure(9)}, total = figure(9);
    assert_true(suppression_column(figures, 2, &total));
    assert_int_equal(figures[0].shown, SHOWN_AS_SMALL);
    assert_int_equal(figures[1].shown, SHOWN_AS_COVER);
    struct figure zeros[] = {figure_of_few(0, 0, 2), figure(0)}, nothing = figure(0);
    assert_true(suppression_column(zeros, 2, &nothing));
    assert_int_equal(zeros[0].shown, SHOWN); /* a column of zeros tells nothing of anybody */
    assert_int_equal(nothing.shown, SHOWN);
}

static void without_a_cover_the_column_is_hidden(void **state)
{
    (void)state;
    struct figure figures[] = {figure(4), figure(5), figure(0)}, total = figure(9);
    assert_false(suppression_column(figures, 3, &total));
    suppression_hide(figures, 3, &total);
    assert_int_equal(figures[0].shown, SHOWN_AS_SMALL);
    assert_int_equal(figures[1].shown, SHOWN_AS_COVER);
    assert_int_equal(figures[2].shown, SHOWN);
    assert_int_equal(total.shown, SHOWN_AS_COVER);
}

static void a_small_total_is_hidden_and_needs_no_cover(void **state)
{
    (void)state;
    struct figure figures[] = {figure(1), figure(2), figure(0)}, total = figure(3);
    assert_true(suppression_column(figures, 3, &total));
    assert_int_equal(figures[0].shown, SHOWN_AS_SMALL);
    assert_int_equal(figures[1].shown, SHOWN_AS_SMALL);
    assert_int_equal(total.shown, SHOWN_AS_SMALL);
}

/* ---- the reader ---------------------------------------------------------------------------------------- */

/* Whether the small figure at `wanted` may be one more or one less, for all that can be seen: the shown figures and the
 * total stay, a small one stays from 1 to 4, a cover stays at 5 or more. Only one other hidden figure gives way. */
static bool may_differ(const struct figure *figures, size_t count, const struct figure *total, size_t wanted)
{
    for (int step = -1; step <= 1; step += 2) {
        int64_t value = (int64_t)figures[wanted].count + step;
        if (value < 1 || value >= SUPPRESSION_LEAST)
            continue;
        if (total->shown != SHOWN)
            return true;
        for (size_t i = 0; i < count; i++) {
            int64_t other = (int64_t)figures[i].count - step;
            bool small = figures[i].shown == SHOWN_AS_SMALL && other >= 1 && other < SUPPRESSION_LEAST;
            bool cover = figures[i].shown == SHOWN_AS_COVER && other >= SUPPRESSION_LEAST;
            if (i != wanted && (small || cover))
                return true;
        }
    }
    return false;
}

static void try_column(const uint64_t *counts, size_t rows)
{
    struct figure figures[MAX_ROWS], total = figure(0);
    uint64_t sum = 0;
    for (size_t i = 0; i < rows; i++) {
        figures[i] = figure(counts[i]);
        sum += counts[i];
    }
    total = figure(sum);
    if (!suppression_column(figures, rows, &total))
        suppression_hide(figures, rows, &total);
    for (size_t i = 0; i < rows; i++) {
        if (counts[i] > 0 && counts[i] < SUPPRESSION_LEAST)
            assert_int_equal(figures[i].shown, SHOWN_AS_SMALL);
        if (figures[i].shown == SHOWN_AS_SMALL)
            assert_true(may_differ(figures, rows, &total, i));
    }
}

static void no_small_figure_follows_from_the_rest(void **state)
{
    (void)state;
    for (size_t rows = 1; rows <= MAX_ROWS; rows++) {
        uint64_t counts[MAX_ROWS] = {0};
        size_t at = 0;
        while (at < rows) { /* every column of figures from 0 to 12 */
            try_column(counts, rows);
            for (at = 0; at < rows && ++counts[at] > 12; at++)
                counts[at] = 0;
        }
    }
}

/* ---- what is counted ----------------------------------------------------------------------------------- */

static void engagements_are_distinct_and_counted_as_far_as_matters(void **state)
{
    (void)state;
    struct engagements engagements = {0};
    for (uint64_t i = 0; i < 3; i++)
        engagements_add(&engagements, i % 2);
    assert_int_equal(engagements.count, 2);
    for (uint64_t i = 0; i < 100; i++)
        engagements_add(&engagements, i);
    assert_int_equal(engagements.count, SUPPRESSION_LEAST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_figures_are_hidden_and_one_that_covers_them),
        cmocka_unit_test(nothing_small_hides_nothing),
        cmocka_unit_test(what_counts_is_engagements_and_not_the_figure),
        cmocka_unit_test(a_small_row_hides_its_zeros_too),
        cmocka_unit_test(without_a_cover_the_column_is_hidden),
        cmocka_unit_test(a_small_total_is_hidden_and_needs_no_cover),
        cmocka_unit_test(no_small_figure_follows_from_the_rest),
        cmocka_unit_test(engagements_are_distinct_and_counted_as_far_as_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
