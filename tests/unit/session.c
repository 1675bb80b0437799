/* SPDX-License-Identifier: Apache-2.0
 *
 * session.c: who signed in is found by their token and nothing else, for as long as a session lasts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "json/json.h"
#include "page/session.h"

#define NOW INT64_C(1772442000000)

static int set_up(void **state)
{
    *state = sodium_init() < 0 ? NULL : sessions_new();
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    sessions_free(*state);
    return 0;
}

static bool finds(struct sessions *sessions, const char *token, int64_t now_ms)
{
    char who[SESSION_WHO];
    return session_find(sessions, text_of(token), now_ms, who);
}

static void who_signed_in_is_found(void **state)
{
    char ann[SESSION_TOKEN], ben[SESSION_TOKEN], again[SESSION_TOKEN];
    char first[SESSION_WHO], second[SESSION_WHO], third[SESSION_WHO];
    session_begin(*state, "ann@example.edu", NOW, ann);
    session_begin(*state, "ben@example.edu", NOW, ben);
    session_begin(*state, "ann@example.edu", NOW, again); /* in another browser */
    assert_int_equal(strlen(ann), SESSION_TOKEN - 1);
    assert_int_equal(strspn(ann, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                     SESSION_TOKEN - 1);
    assert_string_not_equal(ann, again);
    assert_true(session_find(*state, text_of(ann), NOW, first));
    assert_true(session_find(*state, text_of(ben), NOW, second));
    assert_true(session_find(*state, text_of(again), NOW, third));
    assert_string_equal(first, "ann@example.edu");
    assert_string_equal(second, "ben@example.edu");

    session_end(*state, text_of(ann));
    session_end(*state, text_of(ann));
    assert_false(finds(*state, ann, NOW));
    assert_true(finds(*state, ben, NOW) && finds(*state, again, NOW));
}

static void other_tokens_are_nobodys(void **state)
{
    char token[SESSION_TOKEN + 1], longer[SESSION_TOKEN + 1];
    session_begin(*state, "ann@example.edu", NOW, token);
    for (size_t i = 0; i < SESSION_TOKEN - 1; i++) { /* any character of it counts */
        token[i] ^= 1;
        assert_false(finds(*state, token, NOW));
        token[i] ^= 1;
    }
    memcpy(longer, token, SESSION_TOKEN - 1);
    memcpy(longer + SESSION_TOKEN - 1, "A", 2);
    assert_false(finds(*state, longer, NOW));
    assert_false(
        session_find(*state, (struct pw_text){token, SESSION_TOKEN - 2}, NOW, (char[SESSION_WHO]){0}));
    assert_false(session_find(*state, (struct pw_text){token, SESSION_TOKEN}, NOW, (char[SESSION_WHO]){0}));
    assert_false(session_find(*state, (struct pw_text){0}, NOW, (char[SESSION_WHO]){0}));
    session_end(*state, text_of(longer));
    assert_true(finds(*state, token, NOW));
}

static void a_quiet_session_ends(void **state)
{
    char token[SESSION_TOKEN];
    session_begin(*state, "ann", NOW, token);
    assert_true(finds(*state, token, NOW + SESSION_IDLE_MS - 1));
    assert_true(finds(*state, token, NOW + 2 * SESSION_IDLE_MS - 2)); /* half an hour from then */
    assert_false(finds(*state, token, NOW + 3 * SESSION_IDLE_MS - 2));
}

static void a_busy_one_ends_too(void **state)
{
    char token[SESSION_TOKEN];
    session_begin(*state, "ann", NOW, token);
    for (int64_t since = 0; since < SESSION_MOST_MS; since += SESSION_IDLE_MS / 2)
        assert_true(finds(*state, token, NOW + since));
    assert_true(finds(*state, token, NOW + SESSION_MOST_MS - 1));
    assert_false(finds(*state, token, NOW + SESSION_MOST_MS));
}

static void a_clock_that_goes_back_ends_nothing(void **state)
{
    char token[SESSION_TOKEN];
    session_begin(*state, "ann", NOW, token);
    assert_true(finds(*state, token, NOW - 10 * SESSION_MOST_MS));
    assert_true(finds(*state, token, NOW - 10 * SESSION_MOST_MS + SESSION_IDLE_MS - 1));
}

static void the_one_quiet_longest_makes_room(void **state)
{
    static char tokens[SESSIONS][SESSION_TOKEN];
    char one_more[SESSION_TOKEN];
    for (uint32_t i = 0; i < SESSIONS; i++)
        session_begin(*state, "ann", NOW + i, tokens[i]);
    assert_true(finds(*state, tokens[0], NOW + SESSIONS)); /* the oldest, but not quiet */
    session_begin(*state, "ben", NOW + SESSIONS, one_more);
    assert_false(finds(*state, tokens[1], NOW + SESSIONS));
    for (uint32_t i = 0; i < SESSIONS; i++)
        assert_true(i == 1 || finds(*state, tokens[i], NOW + SESSIONS));
    assert_true(finds(*state, one_more, NOW + SESSIONS));
}

static void a_place_that_ended_is_taken_first(void **state)
{
    static char tokens[SESSIONS][SESSION_TOKEN];
    char one_more[SESSION_TOKEN];
    for (uint32_t i = 0; i < SESSIONS; i++)
        session_begin(*state, "ann", NOW + i, tokens[i]);
    session_end(*state, text_of(tokens[SESSIONS - 1]));
    session_begin(*state, "ben", NOW + SESSIONS, one_more);
    for (uint32_t i = 0; i < SESSIONS - 1; i++)
        assert_true(finds(*state, tokens[i], NOW + SESSIONS));
}

static void a_long_name_is_cut_and_nothing_else_harmed(void **state)
{
    char name[2 * SESSION_WHO], token[SESSION_TOKEN];
    char who[SESSION_WHO];
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    session_begin(*state, name, NOW, token);
    assert_true(session_find(*state, text_of(token), NOW, who));
    assert_int_equal(strlen(who), SESSION_WHO - 1);
}

static void *come_and_go(void *sessions)
{
    char token[SESSION_TOKEN];
    char who[SESSION_WHO];
    uintptr_t failures = 0;
    for (int i = 0; i < 300; i++) {
        session_begin(sessions, "ann", NOW, token);
        failures += !session_find(sessions, text_of(token), NOW, who) || strcmp(who, "ann") != 0;
        session_end(sessions, text_of(token));
        failures += session_find(sessions, text_of(token), NOW, who);
    }
    return (void *)failures;
}

static void many_come_and_go_at_once(void **state)
{
    pthread_t threads[4];
    void *failures;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, *state), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &failures), 0);
        assert_null(failures);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_signed_in_is_found),
        TEST(other_tokens_are_nobodys),
        TEST(a_quiet_session_ends),
        TEST(a_busy_one_ends_too),
        TEST(a_clock_that_goes_back_ends_nothing),
        TEST(the_one_quiet_longest_makes_room),
        TEST(a_place_that_ended_is_taken_first),
        TEST(a_long_name_is_cut_and_nothing_else_harmed),
        TEST(many_come_and_go_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
