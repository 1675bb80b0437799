/* SPDX-License-Identifier: Apache-2.0
 *
 * ingest_scene.h: feeds with a real journal in a folder of their own, clients that behave (libnng) and
 * clients that do not (bytes on a socket), for ingest's tests.
 */
#ifndef PATHWAYD_TESTS_INGEST_SCENE_H
#define PATHWAYD_TESTS_INGEST_SCENE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/util/platform.h>
#include "ingest/ingest.h"

#define SCENE_FEEDS   2
#define SCENE_WAIT_MS 10000 /* what must happen happens long before; a test that fails ends by itself */

struct scene {
    char folder[64];
    struct config config;
    struct config_feed feeds[SCENE_FEEDS];
    char listen[SCENE_FEEDS][128];
    struct journal *journal;
    struct ingest *ingest;
    char *error;
};

static inline int64_t scene_clock(void *context)
{
    struct timespec now;
    (void)context;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void scene_log(void *owner, uint32_t severity, struct pw_text line)
{
    (void)owner;
    (void)severity;
    assert_true(line.length > 0);
}

/* Two ipc feeds, "a" and "b"; a test changes what it wants and starts. */
static inline int scene_set_up(void **state)
{
    static char *sources[] = {"https://hr.example.edu/", NULL};
    static char *types[] = {"hr.appointment.*", "agreement.*", "novel.*", NULL};
    static char *names[SCENE_FEEDS] = {"a", "b"};
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    char folder[] = "/tmp/pathwayd-ingest-XXXXXX";
    assert_non_null(mkdtemp(folder));
    strcpy(scene->folder, folder);
    assert_int_equal(chmod(scene->folder, 0755), 0);
    scene->config = (struct config){.type_prefix = "org.pathwayd.",
                                    .limits = event_limits_default,
                                    .ingest_budget_bytes = 24u << 20,
                                    .feeds = scene->feeds,
                                    .feed_count = SCENE_FEEDS};
    for (int i = 0; i < SCENE_FEEDS; i++) {
        snprintf(scene->listen[i], sizeof scene->listen[i], "ipc://%s/%s.sock", folder, names[i]);
        scene->feeds[i] = (struct config_feed){.name = names[i],
                                               .listen = scene->listen[i],
                                               .sources = sources,
                                               .types = types,
                                               .mode = 0660,
                                               .max_connections = 64};
    }
    *state = scene;
    return 0;
}

static inline void scene_open_journal(struct scene *scene, uint64_t min_free_bytes)
{
    char path[128];
    char *error = NULL;
    snprintf(path, sizeof path, "%s/journal.db", scene->folder);
    struct journal_options options = {
        .path = path, .min_free_bytes = min_free_bytes, .clock_ms = scene_clock};
    if (journal_open(&options, &scene->journal, &error) != 0)
        fail_msg("%s", error);
}

static inline int scene_try_start(struct scene *scene)
{
    static const struct ingest_events events = {.log = scene_log};
    if (!scene->journal)
        scene_open_journal(scene, 1);
    free(scene->error);
    scene->error = NULL;
    return ingest_start(&scene->config, scene->journal, scene_clock, &events, scene, &scene->ingest,
                        &scene->error);
}

static inline void scene_start(struct scene *scene)
{
    if (scene_try_start(scene) != 0)
        fail_msg("%s", scene->error);
}

static inline void scene_stop(struct scene *scene)
{
    ingest_stop(scene->ingest);
    scene->ingest = NULL;
}

static inline int scene_tear_down(void **state)
{
    struct scene *scene = *state;
    char command[128];
    scene_stop(scene);
    journal_close(scene->journal);
    free(scene->error);
    snprintf(command, sizeof command, "rm -rf %s", scene->folder);
    int status = system(command);
    free(scene);
    return status;
}

/* ---- clients that behave ------------------------------------------------------------------------------- */

static inline nng_socket client_open(const char *url)
{
    nng_socket client;
    assert_int_equal(nng_req0_open(&client), 0);
    assert_int_equal(nng_socket_set_ms(client, NNG_OPT_RECVTIMEO, SCENE_WAIT_MS), 0);
    assert_int_equal(nng_socket_set_ms(client, NNG_OPT_SENDTIMEO, SCENE_WAIT_MS), 0);
    assert_int_equal(nng_dial(client, url, NULL, 0), 0);
    return client;
}

/* The answer, malloc'd and NUL-terminated; NULL when none came. */
static inline char *client_try(nng_socket client, const char *request, size_t length)
{
    char *answer = NULL;
    size_t size;
    assert_int_equal(nng_send(client, (void *)(uintptr_t)request, length, 0), 0);
    if (nng_recv(client, &answer, &size, NNG_FLAG_ALLOC) != 0)
        return NULL;
    char *copy = strndup(answer, size);
    nng_free(answer, size);
    return copy;
}

/* Sends and compares; `expected` may end in "…" where the rest does not matter. */
static inline void client_expect(nng_socket client, const char *request, const char *expected)
{
    char *answer = client_try(client, request, strlen(request));
    const char *rest = strstr(expected, "…");
    assert_non_null(answer);
    if (rest ? strncmp(answer, expected, (size_t)(rest - expected)) != 0 : strcmp(answer, expected) != 0)
        fail_msg("expected %s\n     got %s", expected, answer);
    free(answer);
}

#define EVENT(id, more)                                                                                      \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"https://hr.example.edu/x\","                    \
    "\"type\":\"org.pathwayd.hr.appointment.proposed.v1\",\"data\":{\"engagement_id\":\"E-1\"" more "}}"
#define ANSWER(id, rest) "{\"id\":\"" id "\",\"source\":\"https://hr.example.edu/x\"," rest

/* ---- clients that do not ------------------------------------------------------------------------------- */

/* Connects to an ipc feed and does nothing more; reading gives up after SCENE_WAIT_MS. */
static inline int raw_connect(const char *url)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_sec = SCENE_WAIT_MS / 1000};
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", url + strlen("ipc://"));
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0)
        return -1;
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return descriptor;
}

/* The SP handshake of a REQ client. */
static inline void raw_greet(int descriptor)
{
    char theirs[8];
    assert_int_equal(send(descriptor, "\0SP\0\0\x30\0\0", 8, MSG_NOSIGNAL), 8);
    assert_int_equal(recv(descriptor, theirs, sizeof theirs, MSG_WAITALL), 8);
    assert_memory_equal(theirs, "\0SP\0\0\x31\0\0", 8);
}

/* An ipc frame's beginning: 1, then the length in 8 bytes, then the request's number. */
static inline size_t raw_header(char *buffer, uint64_t length, uint32_t number)
{
    length += 4;
    number |= 0x80000000u;
    buffer[0] = 1;
    for (int i = 0; i < 8; i++)
        buffer[1 + i] = (char)(length >> (56 - 8 * i));
    for (int i = 0; i < 4; i++)
        buffer[9 + i] = (char)(number >> (24 - 8 * i));
    return 13;
}

/* true when the other side has hung up, which must happen within SCENE_WAIT_MS. */
static inline bool raw_is_closed(int descriptor)
{
    char byte[256];
    ssize_t got;
    do
        got = recv(descriptor, byte, sizeof byte, 0);
    while (got > 0);
    return got == 0 || (got < 0 && errno == ECONNRESET);
}

/* ---- what status says ---------------------------------------------------------------------------------- */

static inline uint64_t scene_counter(struct scene *scene, const char *pointer)
{
    struct buffer out = {0};
    struct pw_document document = {0};
    struct json_error error;
    int64_t value = -1;
    ingest_describe(scene->ingest, NULL, &out);
    assert_false(out.failed);
    assert_int_equal(json_parse(&document, out.data, out.length, &json_limits_frame, &error), 0);
    if (json_integer(&document, json_find(&document, PW_NODE_ROOT, pointer), &value) != 0)
        fail_msg("no %s in %s", pointer, out.data);
    json_release(&document);
    buffer_release(&out);
    return (uint64_t)value;
}

/* Waits until the counter has that value; what other threads do takes a moment. */
static inline void scene_await(struct scene *scene, const char *pointer, uint64_t value)
{
    for (int i = 0; i < SCENE_WAIT_MS / 10 && scene_counter(scene, pointer) != value; i++)
        nng_msleep(10);
    assert_int_equal(scene_counter(scene, pointer), value);
}

static inline int64_t scene_elapsed(int64_t since)
{
    return scene_clock(NULL) - since;
}

#endif
