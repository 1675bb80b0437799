/* SPDX-License-Identifier: Apache-2.0
 *
 * The faults that a real mail server cannot be made to produce easily: a scripted server that refuses, is
 * slow, greylists, hangs up in the middle, or talks nonsense. What works is tested against a real one
 * (tests/integration).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <pathwayd/notice.h>
#include "email/smtp.h"

#define TIMEOUT_S 2u

enum step { GREETING, EHLO, MAIL, RCPT, DATA, LETTER, STEPS };

static const char *const usual[STEPS] = {[GREETING] = "220 scripted.test ESMTP\r\n",
                                         [EHLO] = "250-scripted.test\r\n250-SIZE 1000000\r\n250 8BITMIME\r\n",
                                         [MAIL] = "250 2.1.0 ok\r\n",
                                         [RCPT] = "250 2.1.5 ok\r\n",
                                         [DATA] = "354 go on\r\n",
                                         [LETTER] = "250 2.0.0 queued as 1\r\n"};

#define HANG_UP ((const char *)-1) /* instead of a reply: close the connection */
#define SILENCE ((const char *)-2) /* instead of a reply: nothing, until the other side gives up */
#define TRICKLE ((const char *)-3) /* instead of a reply: a byte now and then, without end */
#define FLOOD   ((const char *)-4) /* instead of a reply: a line without end */

struct server {
    const char *replies[STEPS]; /* NULL: the usual one */
    bool one_letter;            /* hangs up after each letter */
    atomic_int refusals;        /* so many recipients are refused first */
    int listener;
    uint16_t port;
    pthread_t thread;
    atomic_bool stop;
    atomic_int connections, letters;
    char heard[65536]; /* everything the client said; read after server_stop */
    size_t heard_length;
};

/* ---- the scripted server ------------------------------------------------------------------------------- */

/* Waits a moment; false when the client hung up or the test ends. */
static bool still_there(struct server *server, int fd)
{
    char byte;
    usleep(50000);
    ssize_t peeked = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return !atomic_load(&server->stop) && peeked != 0;
}

static bool drip(struct server *server, int fd, const char *reply)
{
    static const char flood[65536]; /* a line of zeros that never ends */
    while (still_there(server, fd)) {
        if (reply == TRICKLE && send(fd, "2", 1, MSG_NOSIGNAL) != 1)
            break;
        if (reply == FLOOD && send(fd, flood, sizeof flood, MSG_NOSIGNAL) <= 0)
            break;
    }
    return false;
}

static bool say(struct server *server, int fd, enum step step)
{
    const char *reply = server->replies[step] != NULL ? server->replies[step] : usual[step];
    if (step == RCPT && atomic_fetch_sub(&server->refusals, 1) > 0)
        reply = "550 5.1.1 no such user\r\n";
    if (reply == HANG_UP)
        return false;
    if (reply == SILENCE || reply == TRICKLE || reply == FLOOD)
        return drip(server, fd, reply);
    return send(fd, reply, strlen(reply), MSG_NOSIGNAL) == (ssize_t)strlen(reply);
}

/* Reads until what was heard ends with `end`. */
static bool hear(struct server *server, int fd, const char *end)
{
    size_t begun = server->heard_length;
    size_t end_length = strlen(end);
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    while (!atomic_load(&server->stop) && server->heard_length + 1u < sizeof server->heard) {
        if (poll(&poll_fd, 1, 50) == 0)
            continue;
        if (recv(fd, server->heard + server->heard_length, 1, 0) != 1)
            return false;
        server->heard_length++;
        if (server->heard_length - begun >= end_length &&
            memcmp(server->heard + server->heard_length - end_length, end, end_length) == 0)
            return true;
    }
    return false;
}

static void converse(struct server *server, int fd)
{
    bool going = say(server, fd, GREETING);
    while (going) {
        size_t line = server->heard_length;
        if (!hear(server, fd, "\r\n"))
            return;
        const char *verb = server->heard + line;
        if (memcmp(verb, "EHLO", 4) == 0)
            going = say(server, fd, EHLO);
        else if (memcmp(verb, "MAIL", 4) == 0)
            going = say(server, fd, MAIL);
        else if (memcmp(verb, "RCPT", 4) == 0)
            going = say(server, fd, RCPT);
        else if (memcmp(verb, "DATA", 4) == 0) {
            going = say(server, fd, DATA) &&
                    (server->replies[LETTER] == HANG_UP || hear(server, fd, "\r\n.\r\n")) &&
                    say(server, fd, LETTER);
            atomic_fetch_add(&server->letters, going ? 1 : 0);
            going = going && !server->one_letter;
        } else if (memcmp(verb, "QUIT", 4) == 0) {
            return;
        } else {
            going = send(fd, "502 no\r\n", 8, MSG_NOSIGNAL) == 8;
        }
    }
}

static void *serve(void *owner)
{
    struct server *server = owner;
    struct pollfd poll_fd = {.fd = server->listener, .events = POLLIN};
    while (!atomic_load(&server->stop)) {
        if (poll(&poll_fd, 1, 50) <= 0)
            continue;
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0)
            continue;
        atomic_fetch_add(&server->connections, 1);
        converse(server, fd);
        close(fd);
    }
    return NULL;
}

static void server_start(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 8), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &length), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void server_stop(struct server *server)
{
    atomic_store(&server->stop, true);
    pthread_join(server->thread, NULL);
    close(server->listener);
    server->heard[server->heard_length] = '\0';
}

/* ---- the client ---------------------------------------------------------------------------------------- */

static struct smtp *client(uint16_t port, uint32_t tls, const char *password)
{
    char url[64];
    char error[256];
    struct smtp *smtp = NULL;
    snprintf(url, sizeof url, "smtp://127.0.0.1:%u", port);
    const struct smtp_options options = {
        .server = {url, strlen(url)},
        .greeting = PW_TEXT("example.edu"),
        .from = PW_TEXT("reviews@example.edu"),
        .username = {password != NULL ? "pathwayd" : "", password != NULL ? 8 : 0},
        .password = {password, password != NULL ? strlen(password) : 0},
        .tls = tls,
        .timeout_s = TIMEOUT_S};
    assert_int_equal(smtp_new(&options, &smtp, error, sizeof error), 0);
    return smtp;
}

static struct smtp_verdict send_letter(struct smtp *smtp, const char *text)
{
    struct smtp_verdict verdict;
    struct page letter = {0};
    page_string(&letter, text);
    smtp_send(smtp, &letter, "alice@example.edu", &verdict);
    page_release(&letter);
    return verdict;
}

#define LETTER_TEXT "Subject: x\r\n\r\nbody\r\n"

static struct smtp_verdict once(struct server *server)
{
    server_start(server);
    struct smtp *smtp = client(server->port, SMTP_TLS_OFF, NULL);
    struct smtp_verdict verdict = send_letter(smtp, LETTER_TEXT);
    smtp_free(smtp);
    server_stop(server);
    return verdict;
}

/* ---- tests --------------------------------------------------------------------------------------------- */

static void faults_have_their_outcome(void **state)
{
    (void)state;
    static const struct {
        enum step step;
        const char *reply;
        uint32_t outcome, retry_after;
        bool operator_needed;
        const char *message;
    } rows[] = {
        {LETTER, NULL, PW_DELIVERY_DONE, 0, false, "queued as 1"},
        {GREETING, "421 4.3.2 going down\r\n", PW_DELIVERY_RETRY, 0, false, "421 4.3.2 going down"},
        {GREETING, "554 no mail here\r\n", PW_DELIVERY_RETRY, 0, true, "554 no mail here"},
        {GREETING, "HTTP/1.1 400 Bad Request\r\n\r\n", PW_DELIVERY_RETRY, 0, false, ""},
        {GREETING, HANG_UP, PW_DELIVERY_RETRY, 0, false, ""},
        {GREETING, SILENCE, PW_DELIVERY_RETRY, 0, false, ""},
        {GREETING, FLOOD, PW_DELIVERY_RETRY, 0, false, ""},
        {EHLO, TRICKLE, PW_DELIVERY_RETRY, 0, false, ""},
        {MAIL, "451 4.3.0 later\r\n", PW_DELIVERY_RETRY, SMTP_GREY_WAIT_S, false, "451 4.3.0 later"},
        {MAIL, "550 5.1.7 who are you\r\n", PW_DELIVERY_RETRY, 0, true, "who are you"},
        {RCPT, "450 4.2.0 greylisted, come back in 120 seconds\r\n", PW_DELIVERY_RETRY, 120, false,
         "greylisted"},
        {RCPT, "550 5.1.1 no such user\r\n", PW_DELIVERY_FAIL, 0, false, "no such user"},
        {RCPT, "550-5.1.1 no such\r\n550 5.1.1 user\r\n", PW_DELIVERY_FAIL, 0, false, "user"},
        {RCPT, "421 4.7.0 closing\r\n", PW_DELIVERY_RETRY, 0, false, "closing"},
        {RCPT, SILENCE, PW_DELIVERY_RETRY, 0, false, ""},
        {RCPT, HANG_UP, PW_DELIVERY_RETRY, 0, false, ""},
        {DATA, "452 4.3.1 disk full\r\n", PW_DELIVERY_RETRY, 0, false, "disk full"},
        {DATA, HANG_UP, PW_DELIVERY_RETRY, 0, false, ""},
        {LETTER, "554 5.6.0 not taken\r\n", PW_DELIVERY_FAIL, 0, false, "not taken"},
        {LETTER, "452 4.2.2 mailbox full\r\n", PW_DELIVERY_RETRY, 0, false, "mailbox full"},
        {LETTER, HANG_UP, PW_DELIVERY_RETRY, 0, false, ""},
        {LETTER, SILENCE, PW_DELIVERY_RETRY, 0, false, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct server *server = calloc(1, sizeof *server);
        assert_non_null(server);
        server->replies[rows[i].step] = rows[i].reply;
        time_t begun = time(NULL);
        struct smtp_verdict verdict = once(server);
        assert_true(time(NULL) - begun <= (time_t)TIMEOUT_S + 3);
        if (verdict.outcome != rows[i].outcome || verdict.retry_after != rows[i].retry_after ||
            verdict.operator_needed != rows[i].operator_needed ||
            strstr(verdict.message, rows[i].message) == NULL)
            fail_msg("row %zu: outcome %u, wait %u, operator %d: %s", i, verdict.outcome, verdict.retry_after,
                     verdict.operator_needed, verdict.message);
        assert_true(verdict.message[0] != '\0');
        free(server);
    }
}

static void nobody_listening_is_passing_trouble(void **state)
{
    (void)state;
    struct server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    server_start(server);
    server_stop(server); /* the port is closed now */
    struct smtp *smtp = client(server->port, SMTP_TLS_OFF, NULL);
    struct smtp_verdict verdict = send_letter(smtp, LETTER_TEXT);
    assert_int_equal(verdict.outcome, PW_DELIVERY_RETRY);
    assert_false(verdict.operator_needed);
    smtp_free(smtp);
    free(server);
}

/* The letter is never sent in the clear when TLS is required, and neither is the password. */
static void without_tls_nothing_is_said(void **state)
{
    (void)state;
    struct server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    server->replies[EHLO] = "250-scripted.test\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n";
    server_start(server);
    struct smtp *smtp = client(server->port, SMTP_TLS_REQUIRED, "secret");
    struct smtp_verdict verdict = send_letter(smtp, LETTER_TEXT);
    smtp_free(smtp);
    server_stop(server);
    assert_int_equal(verdict.outcome, PW_DELIVERY_RETRY);
    assert_null(strstr(server->heard, "AUTH"));
    assert_null(strstr(server->heard, "MAIL"));
    assert_int_equal(atomic_load(&server->letters), 0);
    free(server);
}

static void a_lone_dot_does_not_end_the_letter(void **state)
{
    (void)state;
    struct server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    server_start(server);
    struct smtp *smtp = client(server->port, SMTP_TLS_OFF, NULL);
    struct smtp_verdict verdict = send_letter(smtp, "Subject: x\r\n\r\n.\r\n..\r\nend\r\n");
    smtp_free(smtp);
    server_stop(server);
    assert_int_equal(verdict.outcome, PW_DELIVERY_DONE);
    assert_non_null(strstr(server->heard, "\r\n\r\n..\r\n...\r\nend\r\n.\r\n"));
    free(server);
}

static void commands_hold_the_addresses(void **state)
{
    (void)state;
    struct server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    (void)once(server);
    assert_non_null(strstr(server->heard, "EHLO example.edu\r\n"));
    assert_non_null(strstr(server->heard, "MAIL FROM:<reviews@example.edu>"));
    assert_non_null(strstr(server->heard, "RCPT TO:<alice@example.edu>\r\n"));
    free(server);
}

static void one_connection_serves_many_letters(void **state)
{
    (void)state;
    struct server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    server_start(server);
    struct smtp *smtp = client(server->port, SMTP_TLS_OFF, NULL);
    for (int i = 0; i < 5; i++)
        assert_int_equal(send_letter(smtp, LETTER_TEXT).outcome, PW_DELIVERY_DONE);
    smtp_free(smtp);
    server_stop(server);
    assert_int_equal(atomic_load(&server->connections), 1);
    assert_int_equal(atomic_load(&server->letters), 5);
    free(server);
}

static void a_kept_connection_that_died_is_renewed(void **state)
{
    (void)state;
    struct server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    server->one_letter = true;
    server_start(server);
    struct smtp *smtp = client(server->port, SMTP_TLS_OFF, NULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(send_letter(smtp, LETTER_TEXT).outcome, PW_DELIVERY_DONE);
        usleep(100000); /* lets the server's hang-up arrive */
    }
    smtp_free(smtp);
    server_stop(server);
    assert_int_equal(atomic_load(&server->connections), 3);
    assert_int_equal(atomic_load(&server->letters), 3);
    free(server);
}

/* One refusal says nothing of the next letter. */
static void a_refused_letter_leaves_the_handle_usable(void **state)
{
    (void)state;
    struct server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    atomic_store(&server->refusals, 1);
    server_start(server);
    struct smtp *smtp = client(server->port, SMTP_TLS_OFF, NULL);
    assert_int_equal(send_letter(smtp, LETTER_TEXT).outcome, PW_DELIVERY_FAIL);
    assert_int_equal(send_letter(smtp, LETTER_TEXT).outcome, PW_DELIVERY_DONE);
    smtp_free(smtp);
    server_stop(server);
    free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_have_their_outcome),
        cmocka_unit_test(nobody_listening_is_passing_trouble),
        cmocka_unit_test(without_tls_nothing_is_said),
        cmocka_unit_test(a_lone_dot_does_not_end_the_letter),
        cmocka_unit_test(commands_hold_the_addresses),
        cmocka_unit_test(one_connection_serves_many_letters),
        cmocka_unit_test(a_kept_connection_that_died_is_renewed),
        cmocka_unit_test(a_refused_letter_leaves_the_handle_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
