/* SPDX-License-Identifier: Apache-2.0
 *
 * listen.c: where one listens, and whose socket's file makes way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include <pathwayd/plugin.h>
#include "http/listen.h"

static char folder[] = "/tmp/pathwayd-listen-XXXXXX", path[64], address[80];

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/page.sock", folder);
    snprintf(address, sizeof(address), "unix:%s", path);
    return 0;
}

static int clean_up(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static int listens(const char *at)
{
    char *error = NULL;
    int file = -1, status = listen_at(at, &file, &error);
    if (status != 0)
        fail_msg("%s: %s", at, error);
    return file;
}

static void refuses(const char *at, int wanted, const char *why)
{
    char *error = NULL;
    int file = -1, status = listen_at(at, &file, &error);
    if (status != wanted || file != -1 || !error || !strstr(error, why))
        fail_msg("%s: %d %s", at, status, error ? error : "");
    free(error);
}

static int files_open(void)
{
    int count = 0;
    for (int file = 0; file < 256; file++)
        count += fcntl(file, F_GETFD) >= 0;
    return count;
}

static void addresses_are_listened_on(void **state)
{
    static const char *const good[] = {"127.0.0.1:0", "[::1]:0", "localhost:0"};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char again[64];
        int file = listens(good[i]);
        uint16_t port = listen_port(file);
        assert_true(port > 0);
        assert_true(fcntl(file, F_GETFD) & FD_CLOEXEC);
        snprintf(again, sizeof(again), "%.*s%u", (int)(strlen(good[i]) - 1), good[i], port);
        refuses(again, PW_ERROR_IO, "cannot listen on");
        close(file);
    }
    assert_int_equal(listen_port(-1), 0);
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      ":",
                                      ":80",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:x",
                                      "127.0.0.1:-1",
                                      "127.0.0.1:+1",
                                      "127.0.0.1: 1",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:000001",
                                      "127.0.0.1:99999999999999999999",
                                      "::1:80",
                                      "[::1]",
                                      "[::1]80",
                                      "[::1:80",
                                      "unix",
                                      "http://127.0.0.1:80/"};
    char longer[600];
    int open_before = files_open();
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refuses(bad[i], PW_ERROR_INVALID, "is not ADDRESS:PORT");
    refuses("[]:80", PW_ERROR_INVALID, "there is no address");
    refuses("256.0.0.1:80", PW_ERROR_INVALID, "there is no address");
    refuses("203.0.113.7:0", PW_ERROR_IO, "cannot listen on"); /* an address that is not this machine's */
    refuses("unix:", PW_ERROR_INVALID, "is no socket's name");
    refuses("unix:page.sock", PW_ERROR_INVALID, "is no socket's name");
    refuses("unix:@page", PW_ERROR_INVALID, "is no socket's name");
    memset(longer, 'x', sizeof(longer));
    memcpy(longer, "unix:/", 6);
    longer[5 + sizeof(((struct sockaddr_un *)0)->sun_path)] = '\0';
    refuses(longer, PW_ERROR_INVALID, "is no socket's name");
    memset(longer, '1', sizeof(longer));
    memcpy(longer + sizeof(longer) - 4, ":80", 4);
    refuses(longer, PW_ERROR_INVALID, "is not ADDRESS:PORT");
    assert_int_equal(files_open(), open_before);
}

static void a_socket_that_is_left_over_is_replaced(void **state)
{
    struct stat status;
    (void)state;
    int file = listens(address);
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 0777, 0666);
    assert_int_equal(listen_port(file), 0);
    int open_before = files_open();
    refuses(address, PW_ERROR_IO, "cannot listen on"); /* somebody still does */
    assert_int_equal(files_open(), open_before);
    close(file);
    file = listens(address); /* nobody does any more */
    close(file);
    unlink(path);
}

static void a_file_in_its_place_stays(void **state)
{
    struct stat status;
    (void)state;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(file >= 0 && write(file, "x", 1) == 1);
    close(file);
    refuses(address, PW_ERROR_IO, "cannot listen on");
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISREG(status.st_mode) && status.st_size == 1 && (status.st_mode & 0777) == 0600);
    unlink(path);

    assert_int_equal(symlink("/nowhere/at/all", path), 0);
    refuses(address, PW_ERROR_IO, "cannot listen on");
    assert_int_equal(lstat(path, &status), 0);
    unlink(path);

    assert_int_equal(mkdir(path, 0700), 0);
    refuses(address, PW_ERROR_IO, "cannot listen on");
    assert_int_equal(rmdir(path), 0);
    refuses("unix:/nowhere/at/all", PW_ERROR_IO, "No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_listened_on),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(a_socket_that_is_left_over_is_replaced),
        cmocka_unit_test(a_file_in_its_place_stays),
    };
    return cmocka_run_group_tests(tests, set_up, clean_up);
}
