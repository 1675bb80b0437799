/* SPDX-License-Identifier: Apache-2.0
 *
 * Begins a thread in its constructor and one in create, which try in handle what only the time before start allows.
 */
#define _GNU_SOURCE 1
#include "bad.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sys/syscall.h>

struct early {
    const char *name;
    pthread_barrier_t begin, end;
    struct attempts attempts;
};

static struct early from_constructor = {.name = "constructor"}, from_create = {.name = "create"};

/* The privileges of the calling thread, any of which would be one too many: as an attempt that succeeds. */
static long hold_privilege(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    if (syscall(SYS_capget, &header, data) < 0)
        return -1;
    errno = EPERM;
    return data[0].permitted | data[1].permitted | data[0].effective | data[1].effective ? 0 : -1;
}

static void *run(void *context)
{
    struct early *early = context;
    const char *journal = getenv("PATHWAYD_TEST_JOURNAL"), *base = getenv("PATHWAYD_TEST_BASE");
    char what[64], path[512];
    pthread_barrier_wait(&early->begin);
    snprintf(what, sizeof what, "%s_privilege", early->name);
    attempts_add(&early->attempts, what, hold_privilege());
    snprintf(what, sizeof what, "%s_journal", early->name);
    attempts_add(&early->attempts, what, open(journal ? journal : "/", O_RDONLY | O_CLOEXEC));
    snprintf(what, sizeof what, "%s_secret", early->name);
    snprintf(path, sizeof path, "%s/secrets/password", base ? base : "");
    attempts_add(&early->attempts, what, open(path, O_RDONLY | O_CLOEXEC));
    snprintf(what, sizeof what, "%s_system", early->name);
    attempts_add(&early->attempts, what, open("/usr", O_RDONLY | O_CLOEXEC));
    snprintf(what, sizeof what, "%s_write", early->name);
    attempts_add(&early->attempts, what, open("/tmp/pathwayd-test", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    pthread_barrier_wait(&early->end);
    return NULL;
}

static void begin(struct early *early)
{
    pthread_t thread;
    pthread_barrier_init(&early->begin, NULL, 2);
    pthread_barrier_init(&early->end, NULL, 2);
    if (pthread_create(&thread, NULL, run, early) == 0)
        pthread_detach(thread);
}

static __attribute__((constructor)) void constructor(void)
{
    begin(&from_constructor);
}

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    begin(&from_create);
    return bad_create(host, ret_instance);
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    struct attempts both = {0};
    (void)message;
    pthread_barrier_wait(&from_constructor.begin);
    pthread_barrier_wait(&from_constructor.end);
    pthread_barrier_wait(&from_create.begin);
    pthread_barrier_wait(&from_create.end);
    int length = snprintf(both.json, sizeof both.json, "%.1400s,%.1400s", from_constructor.attempts.json,
                          from_create.attempts.json);
    both.length = (size_t)length;
    return attempts_emit(&both, bad->host, BAD_STAGE);
}

BAD_PLUGIN(.create = create, .handle = handle)
