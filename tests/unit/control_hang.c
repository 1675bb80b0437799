/* SPDX-License-Identifier: Apache-2.0
 *
 * The control endpoint when libnng does not come back from closing it: the daemon stops all the same.
 */
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>
#include "journal_scratch.h"

#include <nng/nng.h>
#include "control/control.h"

#define HANG_SECONDS 20 /* a loop that hangs ends the test */

static sem_t closing, may_close, has_closed;

/* Instead of libnng's: closing a socket takes as long as the test likes. What would follow needs no socket. */
int nng_close(nng_socket socket)
{
    (void)socket;
    sem_post(&closing);
    while (sem_wait(&may_close) != 0)
        continue;
    sem_post(&has_closed);
    return 0;
}

static void note(void *owner)
{
    *(bool *)owner = true;
}

static void stops_without_libnng(void **state)
{
    static const struct control_sources sources = {0};
    struct scratch scratch;
    struct control *control = NULL;
    struct config config = {.control = NULL};
    char url[128], *error = NULL;
    bool stopped = false;
    uv_loop_t loop;
    (void)state;
    scratch_new(&scratch);
    snprintf(url, sizeof url, "ipc://%s/control.sock", scratch.folder);
    config.control = url;
    sem_init(&closing, 0, 0);
    sem_init(&may_close, 0, 0);
    sem_init(&has_closed, 0, 0);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(control_start(&loop, &config, NULL, NULL, &sources, NULL, &control, &error), 0);
    alarm(HANG_SECONDS);
    control_stop(control, note, &stopped);
    uv_run(&loop, UV_RUN_DEFAULT);
    alarm(0);
    assert_true(stopped);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_int_equal(sem_trywait(&closing), 0);
    assert_int_equal(sem_trywait(&has_closed), -1); /* it was not waited for */
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stops_without_libnng)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
