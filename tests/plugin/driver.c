/* SPDX-License-Identifier: Apache-2.0
 *
 * driver.c: see driver.h. Failures are cmocka's, at the line where they are seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "driver.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READ_BYTES (64u << 10)

static void write_load(struct buffer *json, const struct load *load)
{
    char file[1024];
    bool absolute = load->file[0] == '/';
    snprintf(file, sizeof file, absolute ? "%s" : PATHWAYD_BUILD "/tests/plugins/%s.so", load->file);
    json_write_begin(json, '{');
    json_member_string(json, "file", file);
    json_member_string(json, "instance", "tested");
    json_member_unsigned(json, "stage", load->stage);
    json_member_raw(json, "config",
                    load->config ? (struct pw_text){load->config, strlen(load->config)} : PW_TEXT("{}"));
    json_member_string(json, "config_file", "/etc/pathwayd/test.conf");
    json_member_unsigned(json, "config_line", 12);
    json_member_string(json, "base", load->base ? load->base : PATHWAYD_BUILD "/tests/plugins");
    json_write_key(json, "readable");
    json_write_begin(json, '[');
    if (load->readable)
        json_write_string(json, load->readable);
    json_write_end(json, ']');
    json_member_unsigned(json, "memory_mb", load->memory_mb ? load->memory_mb : 512);
    json_member_integer(json, "landlock_max", load->landlock_max);
    json_member_boolean(json, "describe_only", load->describe_only);
    json_member_boolean(json, "no_start", load->no_start);
    json_member_boolean(json, "check", load->check);
    json_write_end(json, '}');
}

static void run_program(int fd)
{
    if (fd == FRAME_FD)
        fcntl(fd, F_SETFD, 0);
    else
        dup2(fd, FRAME_FD);
    execl(PATHWAYD_BUILD "/bin/pathwayd-host", "pathwayd-host", "--fd", "3", (char *)NULL);
    _exit(127);
}

void driver_start(struct driver *driver, const struct load *load)
{
    int ends[2];
    struct buffer json = {0};
    *driver = (struct driver){0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    driver->pid = fork();
    assert_true(driver->pid >= 0);
    if (driver->pid == 0)
        run_program(ends[1]);
    close(ends[1]);
    driver->fd = ends[0];
    write_load(&json, load);
    driver_say(driver, FRAME_LOAD, json.data);
    buffer_release(&json);
}

static void send_all(struct driver *driver, const struct buffer *bytes)
{
    assert_false(bytes->failed);
    for (size_t sent = 0; sent < bytes->length;) {
        ssize_t count = send(driver->fd, bytes->data + sent, bytes->length - sent, MSG_NOSIGNAL);
        if (count < 0)
            return; /* the host has died of something; hearing will tell of what */
        sent += (size_t)count;
    }
}

void driver_say(struct driver *driver, enum frame_type type, const char *body)
{
    struct buffer frame = {0};
    frame_put(&frame, type, (struct pw_text){body, body ? strlen(body) : 0});
    send_all(driver, &frame);
    buffer_release(&frame);
}

void driver_work(struct driver *driver, const struct frame_item *items, uint32_t count)
{
    struct buffer frame = {0};
    size_t begun = frame_begin(&frame, FRAME_WORK);
    frame_put_count(&frame, count);
    for (uint32_t i = 0; i < count; i++)
        frame_put_item(&frame, &items[i]);
    frame_end(&frame, begun);
    send_all(driver, &frame);
    buffer_release(&frame);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* 1 with more bytes, 0 at the end, -1 when the time is over. */
static int read_more(struct driver *driver, int64_t until)
{
    char bytes[READ_BYTES];
    struct pollfd poll_fd = {.fd = driver->fd, .events = POLLIN};
    int64_t left = until - now_ms();
    if (left < 0 || poll(&poll_fd, 1, (int)left) <= 0)
        return -1;
    ssize_t count = read(driver->fd, bytes, sizeof bytes);
    if (count <= 0)
        return 0;
    buffer_append(&driver->input, bytes, (size_t)count);
    return 1;
}

static void forget_used(struct driver *driver)
{
    size_t left = driver->input.length - driver->used;
    if (driver->used && left)
        memmove(driver->input.data, driver->input.data + driver->used, left);
    driver->input.length = left;
    driver->used = 0;
}

enum heard driver_hear(struct driver *driver, int wait_ms, enum frame_type *ret_type,
                       struct pw_text *ret_body, int *ret_status)
{
    int64_t until = now_ms() + wait_ms;
    for (;;) {
        forget_used(driver);
        size_t used = 0;
        int got = frame_next(driver->input.data, driver->input.length, ret_type, ret_body, &used);
        driver->used = used;
        if (got < 0) {
            *ret_status = got;
            return HEARD_GARBAGE;
        }
        if (got > 0 && *ret_type != FRAME_LOG)
            return HEARD_FRAME;
        if (got > 0) {
            driver->logs++;
            buffer_text(&driver->log, *ret_body);
            continue;
        }
        int more = read_more(driver, until);
        if (more <= 0)
            return more < 0 ? HEARD_NOTHING : HEARD_END;
    }
}

int driver_end(struct driver *driver, bool kill_it)
{
    int status = 0;
    int64_t until = now_ms() + DRIVER_ANSWER_MS;
    if (kill_it)
        kill(driver->pid, SIGKILL);
    while (waitpid(driver->pid, &status, WNOHANG) == 0) {
        const struct timespec pause = {.tv_nsec = 2000000};
        nanosleep(&pause, NULL);
        if (now_ms() > until)
            kill(driver->pid, SIGKILL);
    }
    close(driver->fd);
    buffer_release(&driver->input);
    buffer_release(&driver->log);
    return status;
}

/* ---- with expectations ---- */

#define TEXT(literal)                                                                                        \
    {                                                                                                        \
        (literal), sizeof(literal) - 1                                                                       \
    }

const int landlock_levels[LANDLOCK_LEVELS] = {0, 2, -1};

const struct frame_item one_event = {
    .sequence = 41, .as_of = 1, .event = TEXT(EVENT), .facts = TEXT(FACTS), .pathway = TEXT("research")};
const struct frame_item one_notice = {.sequence = 41, .notice = TEXT("{\"notice_id\":\"n-1\"}")};

void assert_contains(struct pw_text text, const char *needle)
{
    if (memmem(text.data, text.length, needle, strlen(needle)) == NULL)
        fail_msg("\"%s\" is not in: %.*s", needle, (int)text.length, text.data);
}

struct pw_text driver_expect(struct driver *driver, enum frame_type expected)
{
    enum frame_type type = 0;
    struct pw_text body = {0};
    int status = 0;
    enum heard heard = driver_hear(driver, DRIVER_ANSWER_MS, &type, &body, &status);
    if (heard != HEARD_FRAME || type != expected)
        fail_msg("expected frame %d, heard %d, frame %d: %.*s", expected, heard, type, (int)body.length,
                 body.data ? body.data : "");
    return body;
}

void driver_start_ready(struct driver *driver, const struct load *load)
{
    driver_start(driver, load);
    driver_expect(driver, FRAME_READY);
}

struct frame_result driver_expect_result(struct driver *driver)
{
    struct frame_cursor cursor = {driver_expect(driver, FRAME_RESULT)};
    struct frame_result result;
    uint32_t count;
    assert_int_equal(frame_get_count(&cursor, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(frame_get_result(&cursor, &result), 0);
    assert_int_equal(cursor.rest.length, 0);
    return result;
}

/* The host stops when told to, with 0. */
void driver_stop_well(struct driver *driver)
{
    driver_say(driver, FRAME_STOP, NULL);
    int status = driver_end(driver, false);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}
