/* SPDX-License-Identifier: Apache-2.0
 *
 * landlock.c: the few system calls of Landlock, which libc does not wrap.
 */
#include "host/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <pathwayd/text.h>

#define RULE_PATH_BENEATH 1
#define ASK_VERSION       1u

#define READ_FILE (1ull << 2)
#define READ_DIR  (1ull << 3)
#define MAKE_SOCK (1ull << 9)

/* From the kernel's include/uapi/linux/landlock.h, at ABI 7. An older kernel takes a longer struct when what
 * it does not know is zero. */
struct ruleset_attr {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

struct path_beneath_attr {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

/* How many bits of each kind an ABI knows; all of them are denied. */
static const struct {
    uint32_t fs, net, scoped;
} abi_bits[LANDLOCK_ABI_KNOWN + 1] = {
    {0, 0, 0}, {13, 0, 0}, {14, 0, 0}, {15, 0, 0}, {15, 2, 0}, {16, 2, 0}, {16, 2, 2}, {16, 2, 2},
};

static uint64_t lowest(uint32_t bits)
{
    return (1ull << bits) - 1;
}

int landlock_abi(int most)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
    if (abi < 0)
        return 0;
    if (abi > LANDLOCK_ABI_KNOWN)
        abi = LANDLOCK_ABI_KNOWN;
    return most >= 0 && abi > most ? most : (int)abi;
}

int landlock_begin(struct landlock *landlock, int abi, bool network)
{
    const struct ruleset_attr attr = {
        .handled_access_fs = lowest(abi_bits[abi].fs),
        .handled_access_net = network ? 0 : lowest(abi_bits[abi].net),
        .scoped = lowest(abi_bits[abi].scoped),
    };
    long fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (fd < 0)
        return PW_ERROR_UNSUPPORTED;
    *landlock = (struct landlock){.fd = (int)fd, .abi = abi};
    return 0;
}

static int allow(struct landlock *landlock, const char *path, uint64_t of_folders)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return 0; /* what cannot be reached needs no permission; the plugin's own open will say so */
    struct stat status;
    struct path_beneath_attr attr = {.allowed_access = READ_FILE, .parent_fd = fd};
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
        attr.allowed_access |= READ_DIR | of_folders;
    long done = syscall(SYS_landlock_add_rule, landlock->fd, RULE_PATH_BENEATH, &attr, 0);
    close(fd);
    return done < 0 ? PW_ERROR_UNSUPPORTED : 0;
}

int landlock_allow_read(struct landlock *landlock, const char *path)
{
    return allow(landlock, path, 0);
}

int landlock_allow_sockets(struct landlock *landlock, const char *path)
{
    return allow(landlock, path, MAKE_SOCK);
}

int landlock_restrict(struct landlock *landlock)
{
    long done = syscall(SYS_landlock_restrict_self, landlock->fd, 0);
    close(landlock->fd);
    landlock->fd = -1;
    return done < 0 ? PW_ERROR_UNSUPPORTED : 0;
}
