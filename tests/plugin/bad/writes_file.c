/* SPDX-License-Identifier: Apache-2.0
 *
 * Tries to change files, in its constructor, in every way there is. The file exists and is its own
 * account'\''s.
 */
#define _GNU_SOURCE 1
#include "bad.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

static struct attempts attempts; /* a constructor has no instance */

static __attribute__((constructor)) void constructor(void)
{
    const char *file = getenv("PATHWAYD_TEST_JOURNAL");
    if (file == NULL)
        return;
    attempts_add(&attempts, "append", open(file, O_WRONLY | O_APPEND | O_CLOEXEC));
    attempts_add(&attempts, "truncate_open", open(file, O_RDONLY | O_TRUNC | O_CLOEXEC));
    attempts_add(&attempts, "create", open("/tmp/pathwayd-test", O_RDONLY | O_CREAT | O_CLOEXEC, 0600));
    attempts_add(&attempts, "nameless", open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
    attempts_add(&attempts, "truncate", truncate(file, 0));
    attempts_add(&attempts, "unlink", unlink(file));
    attempts_add(&attempts, "rename", rename(file, "/tmp/pathwayd-test"));
    attempts_add(&attempts, "link", link(file, "/tmp/pathwayd-test"));
    attempts_add(&attempts, "symlink", symlink(file, "/tmp/pathwayd-test"));
    attempts_add(&attempts, "mkdir", mkdir("/tmp/pathwayd-test", 0700));
    attempts_add(&attempts, "mknod", mknod("/tmp/pathwayd-test", S_IFIFO | 0600, 0));
    attempts_add(&attempts, "chmod", chmod(file, 0666));
    attempts_add(&attempts, "chown", chown(file, 1, 1));
    attempts_add(&attempts, "times", utimensat(AT_FDCWD, file, NULL, 0));
    attempts_add(&attempts, "xattr", setxattr(file, "user.a", "b", 1, 0));
    attempts_add(&attempts, "memfd", syscall(SYS_memfd_create, "a", 0));
    attempts_add(&attempts, "io_uring", syscall(SYS_io_uring_setup, 1, NULL));
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    (void)message;
    return attempts_emit(&attempts, bad->host, BAD_STAGE);
}

BAD_PLUGIN(.handle = handle)
