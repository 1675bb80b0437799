/* SPDX-License-Identifier: Apache-2.0
 *
 * Where log records go: which settings are taken, and receivers that are not there, break off or never close. Real ones are
 * in tests/integration/syslog.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "syslog/receiver.h"

/* ---- settings ------------------------------------------------------------------------------------------ */

static void servers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        enum receiver_kind kind;
        const char *host, *port, *path;
    } good[] = {{"unix:///dev/log", RECEIVER_UNIX, "", "", "/dev/log"},
                {"udp://log.example.edu", RECEIVER_UDP, "log.example.edu", "514", ""},
                {"tcp://log.example.edu:6601", RECEIVER_TCP, "log.example.edu", "6601", ""},
                {"tcp://[2001:db8::1]", RECEIVER_TCP, "[2001:db8::1]", "601", ""},
                {"tls://192.0.2.7:65535", RECEIVER_TLS, "192.0.2.7", "65535", ""},
                {"tls://[::1]:6514", RECEIVER_TLS, "[::1]", "6514", ""}};
    static const char *const bad[] = {"",
                                      "log.example.edu",
                                      "http://log.example.edu",
                                      "unix://",
                                      "unix://dev/log",
                                      "udp://",
                                      "tcp://a:0",
                                      "tcp://a:65536",
                                      "tcp://a:",
                                      "tcp://a:1x",
                                      "tcp://a/b",
                                      "tcp://u@a",
                                      "tcp://a?b",
                                      "tcp://[::1",
                                      "tcp://[]:1",
                                      "tcp://[::1]x",
                                      "tcp://::1",
                                      "tcp://a b",
                                      "tcp://a\r\n",
                                      "tls://ä.example",
                                      "tcp://a:123456"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct receiver receiver = {0};
        assert_int_equal(receiver_parse((struct pw_text){good[i].server, strlen(good[i].server)}, &receiver),
                         0);
        assert_int_equal(receiver.kind, good[i].kind);
        assert_string_equal(receiver.host, good[i].host);
        assert_string_equal(receiver.port, good[i].port);
        assert_string_equal(receiver.path, good[i].path);
    }
    struct receiver untouched = {.port = "7"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (receiver_parse((struct pw_text){bad[i], strlen(bad[i])}, &untouched) != PW_ERROR_INVALID)
            fail_msg("\"%s\" is taken", bad[i]);
    assert_string_equal(untouched.port, "7");
    char path[RECEIVER_PATH_BYTES + 16u] = "unix:///";
    memset(path + 8, 'p', sizeof path - 8u);
    assert_int_equal(receiver_parse((struct pw_text){path, sizeof path}, &untouched), PW_ERROR_INVALID);
}

/* ---- receivers that fail ------------------------------------------------------------------------------- */

static int failure_of(const char *server, char error[RECEIVER_ERROR_BYTES])
{
    struct receiver receiver = {0};
    struct page message = {0};
    bool distrusted = true;
    assert_int_equal(receiver_parse((struct pw_text){server, strlen(server)}, &receiver), 0);
    receiver.timeout_s = 1;
    page_string(&message, "<28>1 - - pathwayd - - - x");
    int status = receiver_send(&receiver, &message, error, &distrusted);
    assert_false(distrusted);
    page_release(&message);
    return status;
}

static int listening(int type, unsigned int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, type, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static void a_receiver_that_is_not_there_is_waited_for(void **state)
{
    (void)state;
    static const char *const schemes[] = {"udp", "tcp", "tls"};
    char error[RECEIVER_ERROR_BYTES] = "";
    assert_int_equal(failure_of("unix:///nonexistent/log", error), PW_ERROR_IO);
    assert_string_equal(error, "The log socket does not take it: No such file or directory.");
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        char server[64];
        unsigned int port = 0;
        int fd = listening(strcmp(schemes[i], "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM, &port);
        close(fd); /* nobody is there any more */
        snprintf(server, sizeof server, "%s://127.0.0.1:%u", schemes[i], port);
        error[0] = '\0';
        assert_int_equal(failure_of(server, error), PW_ERROR_IO);
        if (strcasestr(error, "refused") == NULL && strstr(error, "onnect") == NULL)
            fail_msg("%s: %s", server, error);
    }
}

static void *break_off(void *listener)
{
    const struct linger linger = {.l_onoff = 1, .l_linger = 0};
    int fd = accept(*(int *)listener, NULL, NULL);
    char byte;
    if (fd >= 0 && recv(fd, &byte, 1, MSG_PEEK) >= 0 &&
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0)
        close(fd); /* with a reset, and what came unread */
    return NULL;
}

static void a_receiver_that_breaks_off_has_not_read_it(void **state)
{
    (void)state;
    char server[64], error[RECEIVER_ERROR_BYTES] = "";
    unsigned int port = 0;
    int fd = listening(SOCK_STREAM, &port);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, break_off, &fd), 0);
    snprintf(server, sizeof server, "tcp://127.0.0.1:%u", port);
    assert_int_equal(failure_of(server, error), PW_ERROR_IO);
    assert_string_equal(error, "The log server broke the connection.");
    pthread_join(thread, NULL);
    close(fd);
}

static void a_receiver_that_never_reads_is_not_believed(void **state)
{
    (void)state;
    char server[64], error[RECEIVER_ERROR_BYTES] = "";
    unsigned int port = 0;
    int fd = listening(SOCK_STREAM, &port); /* the kernel takes connection and bytes; nobody ever looks */
    snprintf(server, sizeof server, "tcp://127.0.0.1:%u", port);
    assert_int_equal(failure_of(server, error), PW_ERROR_IO);
    assert_non_null(strstr(error, "did not close the connection in time"));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_are_read),
        cmocka_unit_test(a_receiver_that_is_not_there_is_waited_for),
        cmocka_unit_test(a_receiver_that_breaks_off_has_not_read_it),
        cmocka_unit_test(a_receiver_that_never_reads_is_not_believed),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
