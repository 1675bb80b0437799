/* SPDX-License-Identifier: Apache-2.0
 *
 * What two sets of packs say, counted: by rule, pathway, unit and engagement.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ctl/comparison_private.h"

static struct comparison *comparison;

static int set_up(void **state)
{
    (void)state;
    return comparison_new(&comparison);
}

static int tear_down(void **state)
{
    (void)state;
    comparison_free(comparison);
    return 0;
}

static struct pw_text text(const char *string)
{
    return (struct pw_text){string, strlen(string)};
}

/* One event of which the sides say these findings, JSON arrays. */
static void add(const char *engagement, const char *unit, const char *before, const char *after)
{
    static struct verdicts sides[2];
    verdicts_clear(&sides[0]);
    verdicts_clear(&sides[1]);
    assert_int_equal(verdicts_add(&sides[0], text(before)), 0);
    assert_int_equal(verdicts_add(&sides[1], text(after)), 0);
    assert_int_equal(comparison_add(comparison, text(engagement), text(unit), &sides[0], &sides[1]), 0);
}

#define SAYS(rule, level, asks)                                                                              \
    "{\"pathway\":\"research\",\"rule\":\"" rule "\",\"level\":\"" level "\",\"needs_information\":" asks "}"

static void counts_by_rule_and_pathway(void **state)
{
    (void)state;
    add("E-1", "AI", "[" SAYS("a.x", "note", "false") "]", "[" SAYS("a.x", "required", "false") "]");
    add("E-1", "AI", "[" SAYS("a.x", "required", "false") "]", "[" SAYS("a.x", "note", "false") "]");
    add("E-2", "AI", "[]", "[" SAYS("a.x", "suggested", "true") "]");
    add("E-3", "AI", "[" SAYS("a.x", "suggested", "false") "]", "[" SAYS("a.x", "suggested", "true") "]");
    add("E-4", "AI", "[" SAYS("a.x", "note", "false") "]", "[" SAYS("a.x", "note", "false") "]");
    add("E-5", "AI", "[" SAYS("b.y", "note", "false") "]", "[]");
    assert_int_equal(comparison->rule_count, 2);
    const struct compared_rule *x = &comparison->rules[0], *y = &comparison->rules[1];
    assert_string_equal(x->name, "a.x");
    assert_int_equal(x->before, 4);
    assert_int_equal(x->after, 5);
    assert_int_equal(x->raised, 1);
    assert_int_equal(x->lowered, 1);
    assert_int_equal(x->appears, 1);
    assert_int_equal(x->asking, 1);
    assert_int_equal(x->goes, 0);
    assert_int_equal(y->goes, 1);
    assert_int_equal(comparison->pathways[PATHWAY_RESEARCH], 5);
    assert_int_equal(comparison->events, 6);
    assert_int_equal(comparison->changed_events, 5);
    assert_int_equal(comparison->engagement_count, 5);
}

static void what_is_on_trial_counts_for_nothing(void **state)
{
    (void)state;
    add("E-1", "AI", "[]",
        "[{\"pathway\":\"lab\",\"rule\":\"a.x\",\"level\":\"required\",\"needs_information\":false,"
        "\"shadow\":true}]");
    assert_int_equal(comparison->rule_count, 0);
    assert_int_equal(comparison->changed_events, 0);
}

static void a_rule_that_says_several_things_says_its_gravest(void **state)
{
    (void)state;
    add("E-1", "AI", "[" SAYS("a.x", "note", "false") "," SAYS("a.x", "required", "false") "]",
        "[" SAYS("a.x", "required", "false") "]");
    assert_int_equal(comparison->rules[0].before, 1);
    assert_int_equal(comparison->changed_events, 0);
}

/* Names that are longer than a row holds are one unit, and are cut between characters. */
static void long_units_have_one_row(void **state)
{
    char name[256];
    (void)state;
    for (size_t lead = 0; lead < 4; lead++) {
        memset(name, 'x', sizeof(name));
        for (size_t i = lead; i + 4 < sizeof(name); i += 3)
            memcpy(name + i, "\xe5\x8c\x97", 3);
        name[240 + lead] = '\0';
        for (int i = 0; i < 3; i++)
            add("E-1", name, "[]", "[]");
        assert_int_equal(comparison->unit_count, lead + 1);
        const struct compared_unit *unit = &comparison->units[lead];
        size_t length = strlen(unit->name);
        assert_int_equal(unit->events, 3);
        assert_true(length > 60 && (length - lead) % 3 == 0);
    }
}

static void rows_come_in_the_order_of_their_names(void **state)
{
    (void)state;
    add("E-2", "Zoology", "[]", "[" SAYS("b.y", "note", "false") "]");
    add("E-1", "AI", "[]", "[" SAYS("a.x", "note", "false") "]");
    comparison_sort(comparison);
    assert_string_equal(comparison->rules[0].name, "a.x");
    assert_string_equal(comparison->rules[1].name, "b.y");
    assert_string_equal(comparison->units[0].name, "AI");
    assert_string_equal(comparison->units[1].name, "Zoology");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_by_rule_and_pathway, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_on_trial_counts_for_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rule_that_says_several_things_says_its_gravest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_units_have_one_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_come_in_the_order_of_their_names, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
