/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_full.c: the journal on a tmpfs of 8 MiB that fills up: appends are refused, nothing acknowledged is
 * lost, stage tasks go on above the last byte, and all recovers by itself when there is room again.
 */
#include "journal_scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#define DISK_BYTES   "size=8m"
#define FILLER_BYTES (3 << 20)
#define MARK_BYTES   (2u << 20)
#define BODY_BYTES   16384

static struct scratch scratch;
static char filler[96];
static const char *refusal; /* why there can be no small disk here */

/* A mount nobody else sees and that goes with this process. */
static int set_up(void **state)
{
    (void)state;
    scratch_folder(&scratch);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("none", scratch.folder, "tmpfs", 0, DISK_BYTES) < 0) {
        refusal = strerror(errno);
        return 0;
    }
    snprintf(filler, sizeof(filler), "%s/filler", scratch.folder);
    int file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(posix_fallocate(file, 0, FILLER_BYTES), 0);
    close(file);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_close(&scratch);
    umount2(scratch.folder, MNT_DETACH);
    rmdir(scratch.folder);
    return 0;
}

static struct journal_event append_big(uint64_t number)
{
    static char body[BODY_BYTES];
    char id[32];
    memset(body, 'x', sizeof(body) - 1);
    snprintf(id, sizeof(id), "id-%llu", (unsigned long long)number);
    return append_one(scratch.journal, "urn:hr", id, body);
}

/* Appends until the disk is full; how many were acknowledged. */
static uint64_t fill(void)
{
    for (uint64_t number = 1; number < 4096; number++) {
        struct journal_event event = append_big(number);
        if (event.status == 0) {
            assert_int_equal(event.sequence, number);
            continue;
        }
        assert_int_equal(event.status, PW_ERROR_FULL);
        return number - 1;
    }
    fail_msg("the disk never filled up");
    return 0;
}

static void expect_recovery(uint64_t stored)
{
    uint64_t records;
    int status = 0;
    assert_int_equal(unlink(filler), 0);
    usleep(400000); /* free space is asked for a few times a second */
    struct journal_event event = append_big(stored + 1);
    assert_int_equal(event.status, 0);
    assert_int_equal(event.sequence, stored + 1);
    for (uint64_t number = 1; number <= stored; number++) {
        event = append_big(number);
        status |= event.status != 1 || event.sequence != number;
    }
    assert_int_equal(status, 0);
    assert_int_equal(scratch_verify(&scratch, &records, NULL), 0);
    scratch_close(&scratch);
    scratch_open(&scratch);
    assert_int_equal(journal_last_sequence(scratch.journal), stored + 1);
}

static int set_cursor(struct journal_writer *writer, void *context)
{
    return journal_cursor_set(writer, "assess", *(uint64_t *)context);
}

static void a_full_disk_refuses_and_recovers(void **state)
{
    (void)state;
    if (refusal) {
        print_message("skipped: no tmpfs of our own can be mounted: %s\n", refusal);
        skip();
    }
    scratch_open(&scratch); /* no mark: runs into the end of the disk */
    uint64_t stored = fill();
    assert_true(stored > 50);
    for (int i = 0; i < 5; i++)
        assert_int_equal(append_big(stored + 1).status, PW_ERROR_FULL);
    assert_int_equal(journal_last_sequence(scratch.journal), stored);
    expect_recovery(stored);
}

static void below_the_mark_tasks_go_on(void **state)
{
    char *error = NULL;
    (void)state;
    if (refusal) {
        print_message("skipped: no tmpfs of our own can be mounted: %s\n", refusal);
        skip();
    }
    assert_int_equal(scratch_open_with(&scratch, MARK_BYTES, NULL, &error), 0);
    uint64_t stored = fill();
    for (uint64_t i = 1; i <= 20; i++)
        assert_int_equal(run_errand(scratch.journal, set_cursor, &i), 0);
    expect_recovery(stored);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_disk_refuses_and_recovers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(below_the_mark_tasks_go_on, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("journal_full", tests, NULL, NULL);
}
