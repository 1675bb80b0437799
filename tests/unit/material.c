/* SPDX-License-Identifier: Apache-2.0
 *
 * What a new edition of a list changes in earlier facts, and what it only writes differently.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatch/material.h"

#define FACT(entry, name, effect, basis, snapshot)                                                           \
    "{\"fact\":\"list.match\",\"pointer\":\"/data/partner/"                                                  \
    "0\",\"value\":{\"source\":\"csl\",\"list\":\"EL\","                                                     \
    "\"entry\":\"" entry "\",\"entry_name\":\"" name "\",\"category\":\"other\",\"effect\":\"" effect        \
    "\",\"basis\":\"" basis "\",\"span\":[0,4],\"snapshot\":\"" snapshot "\",\"reportable\":true}}"

static const char first[] =
    "[" FACT("1", "Beihang University", "needs_licence", "name_exact", "2026-01-01") "]";

static char *changes(const char *before, const char *after)
{
    struct material *material = NULL;
    struct buffer out = {0};
    assert_int_equal(material_new(&material), 0);
    if (*before)
        assert_int_equal(material_add_before(material, (struct pw_text){before, strlen(before)}), 0);
    if (*after)
        assert_int_equal(material_add_after(material, (struct pw_text){after, strlen(after)}), 0);
    material_compare(material, &out);
    material_free(material);
    assert_false(out.failed);
    if (!out.length)
        return NULL;
    buffer_append(&out, "", 1);
    return buffer_take(&out, NULL);
}

static void same(const char *before, const char *after)
{
    char *found = changes(before, after);
    if (found)
        print_error("%s\n", found);
    assert_null(found);
}

static void differs(const char *before, const char *after, const char *word)
{
    char *found = changes(before, after);
    assert_non_null(found);
    assert_non_null(strstr(found, word));
    free(found);
}

static void test_writing(void **state)
{
    (void)state;
    same("", "");
    same("[]", "");
    same(first, first);
    same(first,
         "[" FACT("renumbered", "Beihang University", "needs_licence", "name_exact", "2026-02-01") "]");
    same(first, "[" FACT("1", "BEIHANG  UNIVERSITY.", "needs_licence", "name_exact", "2026-01-01") "]");
    same(first, "[" FACT("1", "Beihang University", "needs_licence", "alias_exact", "2026-01-01") "]");
    same(first, "[" FACT("1", "Beihang University", "needs_licence", "name_exact", "2026-01-01") "," FACT(
                    "2", "Beihang University", "needs_licence", "name_exact", "2026-01-01") "]");
}

static void test_matter(void **state)
{
    (void)state;
    differs("", first, "\"change\":\"added\"");
    differs("[]", first, "\"entry_name\":\"Beihang University\"");
    differs(first, "[]", "\"change\":\"removed\"");
    differs(first, "[" FACT("1", "Beihang University", "forbids_dealing", "name_exact", "2026-01-01") "]",
            "\"change\":\"changed\"");
    differs(first, "[" FACT("1", "Somebody Else", "needs_licence", "name_exact", "2026-01-01") "]",
            "\"change\":\"removed\"");
}

/* Whether a match is strong enough for a policy is matter, whatever the words that matched. */
static void test_strength(void **state)
{
    (void)state;
    char *weak = strdup(first), *flag = weak ? strstr(weak, "true") : NULL;
    assert_non_null(flag);
    memcpy(flag, "null", 4);
    differs(first, weak, "\"change\":\"changed\"");
    free(weak);
}

/* Other enrichers' facts are compared by what they say. */
static void test_other_facts(void **state)
{
    (void)state;
    static const char one[] = "[{\"fact\":\"x.y\",\"pointer\":\"/data\",\"value\":{\"a\":1}}]";
    static const char two[] = "[{\"fact\":\"x.y\",\"pointer\":\"/data\",\"value\":{\"a\":2}}]";
    static const char plain[] = "[{\"fact\":\"x.y\",\"pointer\":\"/data\",\"value\":7}]";
    same(one, one);
    same(plain, plain);
    differs(one, two, "\"change\":\"changed\"");
    differs(one, plain, "\"change\":\"changed\"");
}

static void test_broken(void **state)
{
    (void)state;
    struct material *material = NULL;
    assert_int_equal(material_new(&material), 0);
    assert_true(material_add_before(material, PW_TEXT("[{")) < 0);
    assert_null(material_free(material));
    assert_null(material_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_writing), cmocka_unit_test(test_matter),
                                       cmocka_unit_test(test_strength), cmocka_unit_test(test_other_facts),
                                       cmocka_unit_test(test_broken)};
    return cmocka_run_group_tests_name("material", tests, NULL, NULL);
}
