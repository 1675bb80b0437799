/* SPDX-License-Identifier: Apache-2.0
 *
 * connections.c: a feed's connections as the watchdog sees them: only one that was hung up on, and is not gone,
 * may raise the alarm, and nothing but its own end takes it back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "ingest/connections.h"

static int set_up(void **state)
{
    static struct connections connections;
    *state = &connections;
    return connections_prepare(&connections, 4);
}

static int tear_down(void **state)
{
    connections_release(*state);
    return 0;
}

static void hanging_up_late_raises_no_alarm(void **state)
{
    struct connections *connections = *state;
    assert_true(connections_add(connections, 1));
    connections_hang_up(connections, 1, 1000);
    connections_hang_up(connections, 1, 2001);
    assert_true(connections_linger(connections, 2000));
    assert_false(connections_linger(connections, 1000));
    connections_remove(connections, 1);
    connections_hang_up(connections, 1, 1002);
    assert_false(connections_linger(connections, 99999));
}

static void another_ones_end_hides_no_hang(void **state)
{
    struct connections *connections = *state;
    assert_true(connections_add(connections, 1));
    assert_true(connections_add(connections, 2));
    assert_true(connections_add(connections, 3));
    connections_hang_up(connections, 1, 1000);
    connections_hang_up(connections, 2, 1000);
    connections_remove(connections, 2);
    connections_remove(connections, 3);
    assert_true(connections_linger(connections, 1001));
    connections_remove(connections, 1);
    assert_false(connections_linger(connections, 99999));
}

static void who_finds_no_room_is_not_known(void **state)
{
    struct connections *connections = *state;
    for (int i = 0; i < 4 + (int)CONNECTIONS_LEAVING; i++)
        assert_true(connections_add(connections, 100 + i));
    assert_false(connections_add(connections, 1));
    connections_hang_up(connections, 1, 1000);
    assert_false(connections_linger(connections, 99999));
    connections_remove(connections, 1);
    connections_remove(connections, 100);
    assert_true(connections_add(connections, 1));
}

static bool admitted(struct connections *connections, int id)
{
    bool trial;
    return connections_admit(connections, id, &trial);
}

/* Several slots wait for the same client and time out together; libnng is done before the last says so. */
static void a_late_slot_deafens_nobody(void **state)
{
    struct connections *connections = *state;
    assert_true(connections_add(connections, 1));
    assert_true(connections_deafen(connections, 1));
    assert_false(connections_deafen(connections, 1));
    connections_remove(connections, 1);
    assert_false(connections_deafen(connections, 1));
    assert_true(admitted(connections, 1));
}

static void a_deaf_one_is_tried_once_at_a_time(void **state)
{
    struct connections *connections = *state;
    bool trial = true;
    assert_true(connections_add(connections, 1));
    assert_true(connections_add(connections, 2));
    assert_true(connections_admit(connections, 1, &trial));
    assert_false(trial);
    connections_deafen(connections, 1);
    assert_true(connections_admit(connections, 1, &trial));
    assert_true(trial);
    assert_false(connections_admit(connections, 1, &trial));
    assert_false(trial);
    assert_true(admitted(connections, 2));
    connections_tried(connections, 1, false);
    assert_true(connections_admit(connections, 1, &trial));
    assert_true(trial);
    connections_tried(connections, 1, true); /* it reads again */
    assert_true(connections_admit(connections, 1, &trial));
    assert_false(trial);
}

static void trials_leave_slots_for_who_listens(void **state)
{
    struct connections *connections = *state;
    for (int i = 0; i <= (int)CONNECTIONS_TRIALS; i++) {
        assert_true(connections_add(connections, 1 + i));
        connections_deafen(connections, 1 + i);
        assert_int_equal(admitted(connections, 1 + i), i < (int)CONNECTIONS_TRIALS);
    }
    connections_remove(connections, 1); /* its trial ends all the same */
    connections_tried(connections, 1, false);
    assert_true(admitted(connections, 1 + (int)CONNECTIONS_TRIALS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hanging_up_late_raises_no_alarm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_ones_end_hides_no_hang, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_finds_no_room_is_not_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_late_slot_deafens_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_deaf_one_is_tried_once_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(trials_leave_slots_for_who_listens, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
