/* SPDX-License-Identifier: Apache-2.0
 *
 * Tries to open the journal in its constructor, in start and in handle, for reading and for writing.
 */
#define _GNU_SOURCE 1
#include "bad.h"

#include <fcntl.h>
#include <sys/syscall.h>

static struct attempts attempts; /* a constructor has no instance */

static void try_open(const char *reading, const char *writing, const char *both)
{
    const char *journal = getenv("PATHWAYD_TEST_JOURNAL");
    if (journal == NULL)
        return;
    attempts_add(&attempts, reading, open(journal, O_RDONLY | O_CLOEXEC));
    attempts_add(&attempts, writing, open(journal, O_WRONLY | O_CLOEXEC));
    attempts_add(&attempts, both, open(journal, O_RDWR | O_CLOEXEC));
}

static __attribute__((constructor)) void constructor(void)
{
    try_open("constructor_read", "constructor_write", "constructor_both");
}

static int32_t start(void *instance, const struct pw_document *config)
{
    (void)config;
    (void)instance;
    try_open("start_read", "start_write", "start_both");
    return PW_OK;
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    (void)message;
    try_open("handle_read", "handle_write", "handle_both");
    attempts_add(&attempts, "openat2", syscall(SYS_openat2, AT_FDCWD, "/", NULL, 0));
    return attempts_emit(&attempts, bad->host, BAD_STAGE);
}

BAD_PLUGIN(.start = start, .handle = handle)
