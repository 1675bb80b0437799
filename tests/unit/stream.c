/* SPDX-License-Identifier: Apache-2.0
 *
 * The stream plugin in the real plugin host, sandbox and all, heard by a real NNG subscriber.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pathwayd/plugin.h>
#include "dispatch/host_process.h"
#include "json/json.h"

#define HOST_PROGRAM PATHWAYD_BUILD "/bin/pathwayd-host"
#define PLUGIN       PATHWAYD_BUILD "/plugins/stream.so"
#define PATIENCE_MS  30000

static const char notice[] =
    "{\"notice_id\":\"C-000001-1-stream-all\",\"level\":\"required\",\"case_id\":\"C-000001\","
    "\"pathways\":[\"research\",\"lab\"], \"title\":\"航 \\u202e 1.10\"}";

struct stage {
    uv_loop_t loop;
    uv_timer_t patience;
    struct config_plugin plugin;
    struct host_process *host;
    bool up, stopped, down, out_of_patience;
    uint32_t answers;
    char answer[512], why[512], config[256];
};

static void on_up(void *owner, struct host_process *host, const struct pw_document *ready)
{
    (void)host;
    (void)ready;
    struct stage *stage = owner;
    stage->up = true;
}

static void on_result(void *owner, struct host_process *host, const struct frame_result *result)
{
    (void)host;
    struct stage *stage = owner;
    stage->answers++;
    snprintf(stage->answer, sizeof stage->answer, "%d %.*s", result->status, TEXT_FMT(result->body));
}

static void on_down(void *owner, struct host_process *host, const char *why, uint32_t unanswered,
                    uint32_t suspects)
{
    (void)host;
    (void)unanswered;
    (void)suspects;
    struct stage *stage = owner;
    stage->down = true;
    snprintf(stage->why, sizeof stage->why, "%s", why);
}

static void on_log(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    (void)owner;
    print_message("%u %s: %.*s\n", severity, instance, TEXT_FMT(line));
}

static void on_stopped(void *owner, struct host_process *host)
{
    (void)host;
    struct stage *stage = owner;
    stage->stopped = true;
}

static const struct host_events events = {
    .up = on_up, .result = on_result, .down = on_down, .log = on_log, .stopped = on_stopped};

static void on_patience(uv_timer_t *timer)
{
    struct stage *stage = timer->data;
    stage->out_of_patience = true;
}

static void run_until(struct stage *stage, const bool *condition)
{
    stage->out_of_patience = false;
    uv_timer_start(&stage->patience, on_patience, PATIENCE_MS, 0);
    while (!*condition && !stage->out_of_patience)
        uv_run(&stage->loop, UV_RUN_ONCE);
    uv_timer_stop(&stage->patience);
    assert_false(stage->out_of_patience);
}

static void open_stage(struct stage *stage, const char *config)
{
    memset(stage, 0, sizeof *stage);
    static char name[] = "stream";
    static char file[] = PLUGIN;
    static char origin[] = "test.conf";
    snprintf(stage->config, sizeof stage->config, "%s", config);
    stage->plugin = (struct config_plugin){.name = name,
                                           .file = file,
                                           .stage = PW_STAGE_NOTIFY,
                                           .config = stage->config,
                                           .config_file = origin,
                                           .config_line = 1,
                                           .memory_mb = 512,
                                           .deadline_ms = 10000};
    const struct host_options options = {.host_program = HOST_PROGRAM, .base = "/", .landlock_max = -1};
    uv_loop_init(&stage->loop);
    uv_timer_init(&stage->loop, &stage->patience);
    stage->patience.data = stage;
    assert_int_equal(host_process_new(&stage->loop, &stage->plugin, &options, &events, stage, &stage->host),
                     0);
    host_process_start(stage->host);
}

static void close_stage(struct stage *stage)
{
    if (!stage->stopped)
        host_process_stop(stage->host);
    run_until(stage, &stage->stopped);
    host_process_free(stage->host);
    uv_close((uv_handle_t *)&stage->patience, NULL);
    uv_run(&stage->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&stage->loop), 0);
}

static void send_text(struct stage *stage, uint64_t number, const char *text)
{
    const struct frame_item item = {.sequence = number, .notice = {text, strlen(text)}};
    const uint32_t before = stage->answers;
    assert_int_equal(host_process_send(stage->host, &item, 1), 0);
    while (stage->answers == before && !stage->down)
        uv_run(&stage->loop, UV_RUN_ONCE);
    assert_int_equal(stage->answers, before + 1u);
}

static void send_notice(struct stage *stage, uint64_t number)
{
    send_text(stage, number, notice);
}

static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static nng_socket subscribe(const char *url, const char *topic)
{
    nng_socket socket;
    assert_int_equal(nng_sub0_open(&socket), 0);
    assert_int_equal(nng_socket_set(socket, NNG_OPT_SUB_SUBSCRIBE, topic, strlen(topic)), 0);
    assert_int_equal(nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, 3000), 0);
    int status = nng_dial(socket, url, NULL, 0);
    if (status != 0)
        fail_msg("cannot dial %s: %s", url, nng_strerror(status));
    return socket;
}

static void expect_text(nng_socket socket, const char *topic, const char *text)
{
    nng_msg *message = NULL;
    char expected[sizeof notice + 64];
    int length = snprintf(expected, sizeof expected, "%s\n%s", topic, text);
    int status = nng_recvmsg(socket, &message, 0);
    if (status != 0)
        fail_msg("nothing under %s: %s", topic, nng_strerror(status));
    assert_int_equal(nng_msg_len(message), length);
    assert_memory_equal(nng_msg_body(message), expected, (size_t)length);
    nng_msg_free(message);
}

static void expect_message(nng_socket socket, const char *topic)
{
    expect_text(socket, topic, notice);
}

static void expect_silence(nng_socket socket)
{
    nng_msg *message = NULL;
    assert_int_equal(nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, 200), 0);
    assert_int_equal(nng_recvmsg(socket, &message, 0), NNG_ETIMEDOUT);
}

/* Publishes on the address and hears it by topic. */
static void publish_and_hear(const char *url)
{
    struct stage stage;
    char config[200];
    snprintf(config, sizeof config, "{\"listen\":\"%s\"}", url);
    open_stage(&stage, config);
    while (!stage.up && !stage.down)
        uv_run(&stage.loop, UV_RUN_ONCE);
    if (!stage.up)
        fail_msg("%s: %s", url, stage.why);
    nng_socket all = subscribe(url, "");
    nng_socket lab = subscribe(url, "lab/");
    nng_socket other = subscribe(url, "lab/prohibited");
    usleep(200000); /* subscribers have connected, but the publisher may not know yet */
    send_notice(&stage, 1);
    assert_string_equal(stage.answer,
                        "0 {\"outcome\":1,\"retry_after\":0,\"message\":\"published under 2 topics\"}");
    expect_message(all, "research/required");
    expect_message(all, "lab/required");
    expect_message(lab, "lab/required");
    send_text(&stage, 2,
              "{\"kind\":\"digest\",\"cases\":[]}"); /* what is of no pathway has its kind for a topic */
    expect_text(all, "digest", "{\"kind\":\"digest\",\"cases\":[]}");
    expect_silence(lab);
    expect_silence(other);
    nng_close(all);
    nng_close(lab);
    nng_close(other);
    close_stage(&stage);
}

static void notices_are_heard_over_tcp(void **state)
{
    (void)state;
    char url[64];
    snprintf(url, sizeof url, "tcp://127.0.0.1:%u", free_port());
    publish_and_hear(url);
}

static void notices_are_heard_over_an_abstract_socket(void **state)
{
    (void)state;
    char url[64];
    snprintf(url, sizeof url, "abstract://pathwayd-stream-%d", (int)getpid());
    publish_and_hear(url);
}

/* A stream is for whoever listens: nobody there is no trouble, and nothing piles up. */
static void nobody_listening_is_no_trouble(void **state)
{
    (void)state;
    struct stage stage;
    char config[200];
    snprintf(config, sizeof config, "{\"listen\":\"tcp://127.0.0.1:%u\"}", free_port());
    open_stage(&stage, config);
    run_until(&stage, &stage.up);
    for (uint64_t i = 1; i <= 300; i++)
        send_notice(&stage, i);
    assert_non_null(strstr(stage.answer, "\"outcome\":1"));
    close_stage(&stage);
}

static void a_bad_address_is_explained(void **state)
{
    (void)state;
    static const struct {
        const char *config, *why;
    } cases[] = {{"{}", "listen"},
                 {"{\"listen\":\"http://127.0.0.1:1\"}", "must begin with tcp://"},
                 {"{\"listen\":\"ipc:///tmp/x.sock\"}", "cannot keep an ipc:// file"},
                 {"{\"listen\":\"tcp://192.0.2.1:1\"}", "Cannot publish on tcp://192.0.2.1:1"},
                 {"{\"listen\":\"tcp://127.0.0.1:1\",\"listne\":1}", "listne"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stage stage;
        open_stage(&stage, cases[i].config);
        run_until(&stage, &stage.down);
        assert_false(stage.up);
        if (strstr(stage.why, cases[i].why) == NULL)
            fail_msg("\"%s\" is not in: %s", cases[i].why, stage.why);
        close_stage(&stage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notices_are_heard_over_tcp),
        cmocka_unit_test(notices_are_heard_over_an_abstract_socket),
        cmocka_unit_test(nobody_listening_is_no_trouble),
        cmocka_unit_test(a_bad_address_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
