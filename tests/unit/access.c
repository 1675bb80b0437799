/* SPDX-License-Identifier: Apache-2.0
 *
 * The reviewers' page asks for those who signed in there, and nobody else asks for anybody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "control/access.h"
#include "json/json.h"

static char *lab_queue[] = {"labs", NULL};
static struct config_person people[] = {
    {.account = "alice", .uid = 4001, .sign_in = "alice@example.edu", .roles = ROLE_ALL, .reviewer = "ann"},
    {.uid = (uid_t)-1, .sign_in = "bob@example.edu", .roles = ROLE_REVIEWER, .queues = lab_queue},
    {.account = "daemon", .uid = 1, .sign_in = "daemon@example.edu", .roles = ROLE_LEAD},
    {.account = "carol", .uid = 4002, .roles = ROLE_LEAD},
};
static const struct config config = {.people = people, .person_count = 4};
static const struct actor page = {.name = {"pathwayd-page", 13}, .speaks = true};

static void who_signed_in_is_asked_for(void **state)
{
    struct actor actor = page;
    struct refusal refusal = {0};
    (void)state;
    assert_int_equal(access_as(&config, PW_TEXT("alice@example.edu"), &actor, &refusal), 0);
    assert_true(text_is(actor.name, "alice")); /* the same person as under the account */
    assert_true(text_is(actor.through, "pathwayd-page"));
    assert_true(text_is(actor.reviewer, "ann"));
    assert_true(actor.person);
    assert_false(actor.speaks); /* and nobody speaks for others twice over */
    assert_int_equal(actor.roles, ROLE_ALL & ~ROLE_ADMINISTRATOR);
    assert_int_equal(access_check("case.second", &actor, &refusal), 0);
    assert_int_not_equal(access_check("reload", &actor, &refusal), 0);

    actor = page;
    assert_int_equal(access_as(&config, PW_TEXT("bob@example.edu"), &actor, &refusal), 0);
    assert_true(text_is(actor.name, "bob@example.edu"));
    assert_true(actor.person);
    assert_ptr_equal(actor.queues, lab_queue);

    actor = page;
    assert_int_equal(access_as(&config, PW_TEXT("daemon@example.edu"), &actor, &refusal), 0);
    assert_false(actor.person); /* a system's account is nobody in particular there either */
}

/* Under either of their names they are one person, whichever stands in the record. */
static void one_person_is_not_two(void **state)
{
    struct refusal refusal = {0};
    struct actor actor = page;
    (void)state;
    assert_int_equal(access_as(&config, PW_TEXT("alice@example.edu"), &actor, &refusal), 0);
    assert_int_not_equal(actor_may_second(&actor, "alice", &refusal), 0);
    assert_int_not_equal(actor_may_second(&actor, "alice@example.edu", &refusal), 0);
    assert_int_equal(actor_may_second(&actor, "bob@example.edu", &refusal), 0);
    assert_int_equal(actor_may_second(&actor, "", &refusal), 0);
}

static void nobody_else_is(void **state)
{
    struct refusal refusal = {0};
    static const char *const strangers[] = {"mallory", "carol",          "alice",
                                            "",        "bob@example.ed", "bob@example.edu "};
    (void)state;
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
        struct actor actor = page;
        assert_int_not_equal(access_as(&config, text_of(strangers[i]), &actor, &refusal), 0);
        assert_string_equal(refusal.code, "role");
        assert_true(text_is(actor.name, "pathwayd-page"));
    }
    struct actor actor = page; /* which by itself may do next to nothing */
    assert_int_not_equal(access_check("case.list", &actor, &refusal), 0);
    assert_int_equal(access_check("status", &actor, &refusal), 0);
}

static void others_ask_for_themselves(void **state)
{
    struct actor root = {.name = PW_TEXT("root"), .roles = ROLE_ALL};
    struct refusal refusal = {0};
    (void)state;
    assert_int_not_equal(access_as(&config, PW_TEXT("bob@example.edu"), &root, &refusal), 0);
    assert_non_null(strstr(refusal.sentence, "Only the reviewers' page"));
    assert_true(text_is(root.name, "root"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_signed_in_is_asked_for),
        cmocka_unit_test(one_person_is_not_two),
        cmocka_unit_test(nobody_else_is),
        cmocka_unit_test(others_ask_for_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
