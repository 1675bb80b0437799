/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: the sockets. Datagrams are sent by ourselves; connections are libcurl's, which finds the address,
 * keeps to the time-out and speaks TLS, and is told to do no more than connect.
 */
#include "receiver.h"

#include <curl/curl.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "rfc5424.h"

static const struct {
    const char *scheme, *port;
    enum receiver_kind kind;
} schemes[] = {{"unix://", "", RECEIVER_UNIX},
               {"udp://", "514", RECEIVER_UDP},
               {"tcp://", "601", RECEIVER_TCP},
               {"tls://", "6514", RECEIVER_TLS}};

/* ---- the setting --------------------------------------------------------------------------------------- */

static bool only(struct pw_text text, const char *characters)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] == '\0' || strchr(characters, text.data[i]) == NULL)
            return false;
    return text.length > 0;
}

static int parse_path(struct pw_text path, struct receiver *receiver)
{
    if (path.length == 0 || path.length >= sizeof receiver->path || path.data[0] != '/' ||
        memchr(path.data, '\0', path.length) != NULL)
        return PW_ERROR_INVALID;
    memcpy(receiver->path, path.data, path.length);
    return PW_OK;
}

static int parse_port(struct pw_text port, struct receiver *receiver)
{
    unsigned int value = 0;
    if (!only(port, "0123456789") || port.length > 5u)
        return PW_ERROR_INVALID;
    for (size_t i = 0; i < port.length; i++)
        value = value * 10u + (unsigned int)(port.data[i] - '0');
    if (value == 0 || value > 65535u)
        return PW_ERROR_INVALID;
    snprintf(receiver->port, sizeof receiver->port, "%u", value);
    return PW_OK;
}

static int parse_host(struct pw_text rest, struct receiver *receiver)
{
    const char *bracket = rest.length > 0 && rest.data[0] == '[' ? memchr(rest.data, ']', rest.length) : NULL;
    const char *colon = bracket ? bracket + 1 : rest.length > 0 ? memchr(rest.data, ':', rest.length) : NULL;
    size_t length = colon ? (size_t)(colon - rest.data) : rest.length;
    struct pw_text host = {rest.data, length};
    struct pw_text inner = bracket ? (struct pw_text){rest.data + 1, length - 2u} : host;
    if (length >= sizeof receiver->host ||
        !only(inner, bracket ? "0123456789abcdefABCDEF:."
                             : "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_."))
        return PW_ERROR_INVALID;
    memcpy(receiver->host, host.data, length);
    if (length == rest.length)
        return PW_OK;
    if (rest.data[length] != ':')
        return PW_ERROR_INVALID;
    return parse_port((struct pw_text){rest.data + length + 1u, rest.length - length - 1u}, receiver);
}

int receiver_parse(struct pw_text server, struct receiver *ret_receiver)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t length = strlen(schemes[i].scheme);
        if (server.length < length || memcmp(server.data, schemes[i].scheme, length) != 0)
            continue;
        struct receiver receiver = {.kind = schemes[i].kind};
        struct pw_text rest = {server.data + length, server.length - length};
        snprintf(receiver.port, sizeof receiver.port, "%s", schemes[i].port);
        int status =
            receiver.kind == RECEIVER_UNIX ? parse_path(rest, &receiver) : parse_host(rest, &receiver);
        if (status == PW_OK)
            *ret_receiver = receiver;
        return status;
    }
    return PW_ERROR_INVALID;
}

/* ---- datagrams ----------------------------------------------------------------------------------------- */

static int system_trouble(const char *what, char error[RECEIVER_ERROR_BYTES])
{
    snprintf(error, RECEIVER_ERROR_BYTES, "%s: %s.", what, strerror(errno));
    return PW_ERROR_IO;
}

static int send_datagram(int fd, const struct sockaddr *address, socklen_t size, const struct page *message,
                         uint32_t timeout_s)
{
    const struct timeval timeout = {.tv_sec = (time_t)timeout_s};
    int refusal = 0;
    socklen_t refusal_size = sizeof refusal;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) != 0 ||
        connect(fd, address, size) != 0 || send(fd, message->data, message->length, MSG_NOSIGNAL) < 0 ||
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &refusal, &refusal_size) != 0)
        return -1;
    errno = refusal;
    return refusal == 0 ? 0 : -1;
}

static int send_unix(const struct receiver *receiver, const struct page *message,
                     char error[RECEIVER_ERROR_BYTES])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", receiver->path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int status = PW_OK;
    if (fd < 0 || send_datagram(fd, (const struct sockaddr *)&address, sizeof address, message,
                                receiver->timeout_s) != 0)
        status = system_trouble("The log socket does not take it", error);
    if (fd >= 0)
        close(fd);
    return status;
}

/* Without the brackets of an IPv6 address, which getaddrinfo does not know. */
static struct addrinfo *addresses_of(const struct receiver *receiver, char error[RECEIVER_ERROR_BYTES])
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char host[RECEIVER_HOST_BYTES];
    size_t length = strlen(receiver->host);
    bool bracketed = receiver->host[0] == '[';
    snprintf(host, sizeof host, "%.*s", (int)(bracketed ? length - 2u : length), receiver->host + bracketed);
    int status = getaddrinfo(host, receiver->port, &hints, &found);
    if (status != 0)
        snprintf(error, RECEIVER_ERROR_BYTES, "The log server is not found: %s.", gai_strerror(status));
    return status == 0 ? found : NULL;
}

static int send_udp(const struct receiver *receiver, const struct page *message,
                    char error[RECEIVER_ERROR_BYTES])
{
    int status = PW_ERROR_IO;
    struct addrinfo *addresses = addresses_of(receiver, error);
    for (struct addrinfo *address = addresses; address != NULL && status != PW_OK;
         address = address->ai_next) {
        int fd = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 &&
            send_datagram(fd, address->ai_addr, address->ai_addrlen, message, receiver->timeout_s) == 0)
            status = PW_OK;
        else
            (void)system_trouble("The log server does not take it", error);
        if (fd >= 0)
            close(fd);
    }
    if (addresses != NULL)
        freeaddrinfo(addresses);
    return status;
}

/* ---- connections --------------------------------------------------------------------------------------- */

struct conversation {
    CURL *curl;
    curl_socket_t socket;
    int64_t end_ms;
    char *error;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool wait_for(const struct conversation *conversation, short events)
{
    struct pollfd poll_fd = {.fd = conversation->socket, .events = events};
    int64_t left = conversation->end_ms - now_ms();
    return left > 0 && poll(&poll_fd, 1, (int)left) > 0;
}

static int say(struct conversation *conversation, const char *words)
{
    snprintf(conversation->error, RECEIVER_ERROR_BYTES, "%s", words);
    return PW_ERROR_IO;
}

static int send_frame(struct conversation *conversation, const struct page *frame)
{
    size_t sent = 0;
    while (sent < frame->length) {
        size_t some = 0;
        CURLcode code = curl_easy_send(conversation->curl, frame->data + sent, frame->length - sent, &some);
        sent += code == CURLE_OK ? some : 0;
        if (code != CURLE_OK && code != CURLE_AGAIN)
            return say(conversation, "The log server broke the connection.");
        if (code == CURLE_AGAIN && !wait_for(conversation, POLLOUT))
            return say(conversation, "The log server took too long.");
    }
    return PW_OK;
}

/* Ends our half and waits until the receiver, having read everything, ends its own. What it says is not looked at. */
static int await_close(struct conversation *conversation)
{
    char ignored[256];
    ssize_t length = 1;
    if (shutdown(conversation->socket, SHUT_WR) != 0)
        return say(conversation, "The log server broke the connection.");
    while (length > 0) {
        if (!wait_for(conversation, POLLIN))
            return say(
                conversation,
                "The log server did not close the connection in time, so it may not have read it all.");
        length = recv(conversation->socket, ignored, sizeof ignored, 0);
        if (length < 0 && (errno == EAGAIN || errno == EINTR))
            length = 1;
    }
    return length == 0 ? PW_OK : say(conversation, "The log server broke the connection.");
}

static CURLcode connect_to(const struct receiver *receiver, CURL *curl, char trouble[CURL_ERROR_SIZE])
{
    char url[RECEIVER_HOST_BYTES + 24u];
    snprintf(url, sizeof url, "%s://%s:%s/", receiver->kind == RECEIVER_TLS ? "https" : "http",
             receiver->host, receiver->port);
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_CONNECT_ONLY, 1},
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_CONNECTTIMEOUT, (long)receiver->timeout_s},
        {CURLOPT_TIMEOUT, (long)receiver->timeout_s},
        {CURLOPT_SSL_ENABLE_ALPN, 0}, /* this is no HTTP */
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
    };
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && code == CURLE_OK; i++)
        code = curl_easy_setopt(curl, numbers[i].option, numbers[i].value);
    if (code == CURLE_OK && receiver->ca_file != NULL)
        code = curl_easy_setopt(curl, CURLOPT_CAINFO, receiver->ca_file);
    if (code == CURLE_OK && receiver->ca_file != NULL) /* the system's certificates count no more then */
        code = curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* none from the environment */
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, trouble);
    return code == CURLE_OK ? curl_easy_perform(curl) : code;
}

static int converse(const struct receiver *receiver, CURL *curl, const struct page *frame,
                    char error[RECEIVER_ERROR_BYTES], bool *ret_distrusted)
{
    struct conversation conversation = {
        .curl = curl, .end_ms = now_ms() + (int64_t)receiver->timeout_s * 1000, .error = error};
    char trouble[CURL_ERROR_SIZE] = "";
    CURLcode code = connect_to(receiver, curl, trouble);
    if (code != CURLE_OK) {
        *ret_distrusted = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
        snprintf(error, RECEIVER_ERROR_BYTES, "The log server is not reached: %s.",
                 trouble[0] != '\0' ? trouble : curl_easy_strerror(code));
        return PW_ERROR_IO;
    }
    if (curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &conversation.socket) != CURLE_OK ||
        conversation.socket == CURL_SOCKET_BAD)
        return say(&conversation, "The log server broke the connection.");
    int status = send_frame(&conversation, frame);
    return status == PW_OK && receiver->kind == RECEIVER_TCP ? await_close(&conversation) : status;
}

static int send_connected(const struct receiver *receiver, const struct page *message,
                          char error[RECEIVER_ERROR_BYTES], bool *ret_distrusted)
{
    struct page frame = {0};
    CURL *curl = curl_easy_init();
    int status = PW_ERROR_IO;
    if (curl == NULL || rfc5424_frame(message, &frame) != PW_OK)
        snprintf(error, RECEIVER_ERROR_BYTES, "There is not enough memory.");
    else
        status = converse(receiver, curl, &frame, error, ret_distrusted);
    page_release(&frame);
    curl_easy_cleanup(curl);
    return status;
}

int receiver_send(const struct receiver *receiver, const struct page *message,
                  char error[RECEIVER_ERROR_BYTES], bool *ret_distrusted)
{
    *ret_distrusted = false;
    switch (receiver->kind) {
    case RECEIVER_UNIX:
        return send_unix(receiver, message, error);
    case RECEIVER_UDP:
        return send_udp(receiver, message, error);
    case RECEIVER_TCP:
    case RECEIVER_TLS:
        break;
    }
    return send_connected(receiver, message, error, ret_distrusted);
}
