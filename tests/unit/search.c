/* SPDX-License-Identifier: Apache-2.0
 *
 * Words are found in texts whatever their case, in every script, and whatever bytes there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "control/search.h"
#include "json/json.h"

static bool finds(const char *words, const char *title, const char *unit)
{
    struct search search;
    const struct pw_text texts[] = {text_of(title), text_of(unit)};
    assert_int_equal(search_begin(&search, text_of(words)), 0);
    bool found = search_fits(&search, texts, 2);
    search_end(&search);
    return found;
}

static void words_are_found(void **state)
{
    (void)state;
    assert_true(finds("crop", "Joint work on CROP models", "AI-LAB"));
    assert_true(
        finds("  models  ai-lab ", "Joint work on CROP models", "AI-LAB")); /* in either, in any order */
    assert_false(finds("crops", "Joint work on crop models", "AI-LAB"));
    assert_false(finds("crop other", "Joint work on crop models", "AI-LAB"));
    assert_true(finds("straße ÉCOLE", "STRASSE der école", ""));
    assert_true(finds("清华", "与清华大学合作", ""));
    assert_true(finds("", "anything", "") && finds("   ", "anything", ""));
    assert_false(finds("modelsai", "models", "ai")); /* nothing goes on from one text into the next */
}

static void whatever_the_bytes(void **state)
{
    char much[8 * SEARCH_TEXT], bytes[] = "a\xff\xc3(\xe2\x82";
    struct search search;
    (void)state;
    memset(much, 'x', sizeof(much) - 1);
    much[sizeof(much) - 1] = '\0';
    assert_true(finds("xxx", much, much));
    assert_true(finds("y", much, "y")); /* a long text leaves room for the others … */
    much[sizeof(much) - 2] = 'z';
    assert_false(finds("z", much, "")); /* … and is looked at so far */
    assert_false(finds(bytes, "a", "b"));
    assert_true(finds("a", bytes, ""));
    much[SEARCH_BYTES + 1] = '\0';
    assert_int_equal(search_begin(&search, text_of(much)), -1);
    much[SEARCH_BYTES] = '\0';
    assert_int_equal(search_begin(&search, text_of(much)), 0);
    search_end(&search);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found),
        cmocka_unit_test(whatever_the_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
