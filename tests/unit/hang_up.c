/* SPDX-License-Identifier: Apache-2.0
 *
 * page/connections.c: exactly those connections are hung up on that take too long for one thing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "page/connections.h"

#define COUNT 5
#define NOW   INT64_C(1000)

struct scene {
    struct connections *connections;
    struct connection *entries[COUNT];
    int ours[COUNT], theirs[COUNT];
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    scene->connections = connections_new();
    for (int i = 0; i < COUNT; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
            return -1;
        scene->ours[i] = pair[0];
        scene->theirs[i] = pair[1];
        scene->entries[i] = connection_begin(scene->connections, pair[0], NOW + i);
    }
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < COUNT; i++) {
        connection_end(scene->connections, scene->entries[i]);
        close(scene->ours[i]);
        close(scene->theirs[i]);
    }
    connections_free(scene->connections);
    free(scene);
    return 0;
}

/* "x" for each that was hung up on, "-" for each that lives. */
static const char *seen(const struct scene *scene)
{
    static char line[COUNT + 1];
    for (int i = 0; i < COUNT; i++) {
        char byte;
        line[i] = recv(scene->theirs[i], &byte, 1, MSG_DONTWAIT) == 0 ? 'x' : '-';
    }
    return line;
}

static void who_takes_too_long_is_hung_up_on(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(connections_sweep(scene->connections, NOW + CONNECTION_MOST_MS), 0);
    assert_string_equal(seen(scene), "-----");
    assert_int_equal(connections_sweep(scene->connections, NOW + CONNECTION_MOST_MS + 1), 1);
    assert_string_equal(seen(scene), "x----");
    assert_int_equal(connections_sweep(scene->connections, NOW + CONNECTION_MOST_MS + 1), 0); /* once */
    assert_int_equal(connections_sweep(scene->connections, NOW + CONNECTION_MOST_MS + 3), 2);
    assert_string_equal(seen(scene), "xxx--");
}

static void who_goes_on_is_not(void **state)
{
    struct scene *scene = *state;
    connection_goes_on(scene->connections, scene->entries[1], NOW + CONNECTION_MOST_MS);
    connection_goes_on(scene->connections, scene->entries[3], NOW + CONNECTION_MOST_MS);
    assert_int_equal(connections_sweep(scene->connections, NOW + 2 * CONNECTION_MOST_MS), 3);
    assert_string_equal(seen(scene), "x-x-x");
    assert_int_equal(connections_sweep(scene->connections, NOW + 2 * CONNECTION_MOST_MS + 1), 2);
    assert_string_equal(seen(scene), "xxxxx");
}

static void who_is_gone_is_not_known(void **state)
{
    struct scene *scene = *state;
    static const int order[] = {0, 4, 2}; /* the last, the first and the middle of the list */
    for (int i = 0; i < 3; i++) {
        connection_end(scene->connections, scene->entries[order[i]]);
        scene->entries[order[i]] = NULL; /* and NULL is nothing to anybody */
        connection_end(scene->connections, NULL);
        connection_goes_on(scene->connections, NULL, NOW);
    }
    assert_int_equal(connections_sweep(scene->connections, NOW + 2 * CONNECTION_MOST_MS), 2);
    assert_string_equal(seen(scene), "-x-x-");
}

static void a_clock_that_goes_back_hangs_up_on_nobody(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(connections_sweep(scene->connections, NOW - 2 * CONNECTION_MOST_MS), 0);
    assert_string_equal(seen(scene), "-----");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_takes_too_long_is_hung_up_on),
        TEST(who_goes_on_is_not),
        TEST(who_is_gone_is_not_known),
        TEST(a_clock_that_goes_back_hangs_up_on_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
