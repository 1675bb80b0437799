/* SPDX-License-Identifier: Apache-2.0
 *
 * listen.c: see listen.h.
 */
#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pathwayd/plugin.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define HOST_BYTES 256u
#define BACKLOG    1024 /* cut to what the machine allows */

static int fail(char **ret_error, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int fail(char **ret_error, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(ret_error, format, arguments) < 0)
        *ret_error = NULL;
    va_end(arguments);
    return status;
}

/* "127.0.0.1:9943" or "[::1]:9943" into its parts; false: it is neither. */
static bool split(const char *address, char host[HOST_BYTES], const char **ret_port)
{
    const char *colon = strrchr(address, ':');
    if (!colon || colon == address || !colon[1] || strlen(address) >= HOST_BYTES ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    size_t length = (size_t)(colon - address);
    bool bracketed = address[0] == '[' && address[length - 1] == ']' && length > 2;
    if (!bracketed && memchr(address, ':', length))
        return false;
    memcpy(host, address + bracketed, length - 2u * bracketed);
    host[length - 2u * bracketed] = '\0';
    *ret_port = colon + 1;
    return strlen(colon + 1) <= 5 && strtol(colon + 1, NULL, 10) <= UINT16_MAX;
}

/* -1 with errno. */
static int bind_to(const struct sockaddr *address, socklen_t size)
{
    int one = 1, file = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file >= 0 &&
        (address->sa_family == AF_UNIX ||
         setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0) &&
        bind(file, address, size) == 0 && listen(file, BACKLOG) == 0)
        return file;
    int error = errno;
    if (file >= 0)
        close(file);
    errno = error;
    return -1;
}

static int listen_tcp(const char *address, int *ret_file, char **ret_error)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    char host[HOST_BYTES];
    const char *port = NULL;
    struct addrinfo *found = NULL;
    if (!split(address, host, &port))
        return fail(ret_error, PW_ERROR_INVALID,
                    "\"%s\" is not ADDRESS:PORT, e.g. 127.0.0.1:9943 or [::1]:9943", address);
    int error = getaddrinfo(host, port, &wanted, &found);
    if (error != 0)
        return fail(ret_error, PW_ERROR_INVALID, "there is no address \"%s\": %s", host, gai_strerror(error));
    int file = bind_to(found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    if (file < 0)
        return fail(ret_error, PW_ERROR_IO, "cannot listen on %s: %s", address, strerror(errno));
    *ret_file = file;
    return 0;
}

static bool is_left_over(const struct sockaddr_un *at)
{
    struct stat status;
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool dead = file >= 0 && lstat(at->sun_path, &status) == 0 && S_ISSOCK(status.st_mode) &&
                connect(file, (const struct sockaddr *)at, sizeof(*at)) != 0 && errno == ECONNREFUSED;
    if (file >= 0)
        close(file);
    return dead;
}

/* Every account may connect to the file: who it is is asked of the kernel, connection by connection. */
static int listen_unix(const char *path, int *ret_file, char **ret_error)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (path[0] != '/' || strlen(path) >= sizeof(at.sun_path))
        return fail(ret_error, PW_ERROR_INVALID,
                    "\"unix:%s\" is no socket's name: it begins with / and is short", path);
    memcpy(at.sun_path, path, strlen(path) + 1);
    if (is_left_over(&at))
        unlink(path);
    int file = bind_to((const struct sockaddr *)&at, sizeof(at));
    if (file >= 0 && chmod(path, 0666) == 0) {
        *ret_file = file;
        return 0;
    }
    int status = fail(ret_error, PW_ERROR_IO, "cannot listen on %s: %s", path, strerror(errno));
    if (file >= 0) {
        unlink(path);
        close(file);
    }
    return status;
}

int listen_at(const char *address, int *ret_file, char **ret_error)
{
    return strncmp(address, "unix:", 5) == 0 ? listen_unix(address + 5, ret_file, ret_error)
                                             : listen_tcp(address, ret_file, ret_error);
}

uint16_t listen_port(int file)
{
    struct sockaddr_storage bound = {0};
    socklen_t size = sizeof(bound);
    if (getsockname(file, (struct sockaddr *)&bound, &size) != 0)
        return 0;
    if (bound.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&bound)->sin6_port);
    return bound.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&bound)->sin_port) : 0;
}
