/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: libcurl follows, connects to and reads whatever it is told to. Here it is told to do the least
 * that a notice needs, and the address is looked at where no name can change any more: when the socket is made.
 */
#include "http/http.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "http/address.h"
#include "http/answer.h"
#include "http/form.h"

#define KEEP_CONNECTION_S  30L        /* servers hang up on the idle after a minute or so */
#define CA_BYTES           (4u << 20) /* the system's whole bundle is a quarter of a MiB */
#define HEADER_VALUE_BYTES 64u        /* of Retry-After and Date; both are short */

struct http {
    CURL *curl;
    char *url;
    char error[CURL_ERROR_SIZE];
    bool private_allowed;
    /* Of the request under way: */
    struct http_verdict *verdict;
    unsigned refused, opened; /* addresses */
    char retry_after[HEADER_VALUE_BYTES], date[HEADER_VALUE_BYTES];
};

/* ---- callbacks ----------------------------------------------------------------------------------------- */

static curl_socket_t open_socket(void *owner, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http *http = owner;
    if (purpose != CURLSOCKTYPE_IPCXN || (address->family != AF_INET && address->family != AF_INET6))
        return CURL_SOCKET_BAD;
    if (!http->private_allowed && !http_address_public(&address->addr)) {
        http->refused++;
        return CURL_SOCKET_BAD;
    }
    http->opened++;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void keep_value(const char *line, size_t length, const char *name, char *value, size_t size)
{
    size_t begin = strlen(name);
    if (length <= begin || strncasecmp(line, name, begin) != 0)
        return;
    while (begin < length && (line[begin] == ' ' || line[begin] == '\t'))
        begin++;
    while (length > begin && (unsigned char)line[length - 1u] <= ' ')
        length--;
    if (length - begin >= size || memchr(line + begin, '\0', length - begin) != NULL)
        return;
    memcpy(value, line + begin, length - begin);
    value[length - begin] = '\0';
}

static size_t keep_header(char *line, size_t size, size_t count, void *owner)
{
    struct http *http = owner;
    size_t length = size * count;
    if (length > 5u && memcmp(line, "HTTP/", 5) == 0) /* what came before was a 1xx */
        http->retry_after[0] = http->date[0] = http->verdict->etag[0] = '\0';
    keep_value(line, length, "Retry-After:", http->retry_after, sizeof http->retry_after);
    keep_value(line, length, "Date:", http->date, sizeof http->date);
    keep_value(line, length, "ETag:", http->verdict->etag, sizeof http->verdict->etag);
    return length;
}

static size_t keep_answer(char *bytes, size_t size, size_t count, void *owner)
{
    struct http *http = owner;
    struct http_verdict *verdict = http->verdict;
    size_t length = size * count;
    size_t room = HTTP_ANSWER_BYTES - verdict->answer_length;
    size_t kept = length < room ? length : room;
    memcpy(verdict->answer + verdict->answer_length, bytes, kept);
    verdict->answer_length += kept;
    return kept; /* less than was given ends the transfer */
}

/* ---- the handle ---------------------------------------------------------------------------------------- */

static CURLcode set_text(CURL *curl, CURLoption option, struct pw_text text)
{
    if (text.length == 0)
        return CURLE_OK;
    if (memchr(text.data, '\0', text.length) != NULL)
        return CURLE_BAD_FUNCTION_ARGUMENT;
    char *string = strndup(text.data, text.length);
    if (string == NULL)
        return CURLE_OUT_OF_MEMORY;
    CURLcode code = curl_easy_setopt(curl, option, string);
    explicit_bzero(string, strlen(string)); /* it may be the password */
    free(string);
    return code;
}

static CURLcode set_numbers(struct http *http, const struct http_options *options)
{
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC},
        {CURLOPT_TIMEOUT, (long)options->timeout_s},
        {CURLOPT_CONNECTTIMEOUT, (long)options->timeout_s},
        {CURLOPT_MAXAGE_CONN, KEEP_CONNECTION_S},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && code == CURLE_OK; i++)
        code = curl_easy_setopt(http->curl, numbers[i].option, numbers[i].value);
    return code;
}

static CURLcode set_options(struct http *http, const struct http_options *options)
{
    const struct {
        CURLoption option;
        struct pw_text text;
    } texts[] = {
        {CURLOPT_PROTOCOLS_STR, options->plain_allowed ? PW_TEXT("http,https") : PW_TEXT("https")},
        {CURLOPT_USERAGENT, PW_TEXT("pathwayd/" PATHWAYD_VERSION)},
        {CURLOPT_USERNAME, options->username},
        {CURLOPT_PASSWORD, options->password},
    };
    CURLcode code = set_numbers(http, options);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && code == CURLE_OK; i++)
        code = set_text(http->curl, texts[i].option, texts[i].text);
    if (code == CURLE_OK)
        code = curl_easy_setopt(http->curl, CURLOPT_PROXY, ""); /* no proxy from the environment */
    return code;
}

static void set_callbacks(struct http *http)
{
    curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, http->error);
    curl_easy_setopt(http->curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(http->curl, CURLOPT_OPENSOCKETDATA, http);
    curl_easy_setopt(http->curl, CURLOPT_HEADERFUNCTION, keep_header);
    curl_easy_setopt(http->curl, CURLOPT_HEADERDATA, http);
    curl_easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, keep_answer);
    curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, http);
}

/* A NUL-terminated copy of the file, or NULL. */
static char *read_file(struct pw_text path)
{
    char *name = strndup(path.data, path.length);
    char *bytes = malloc(CA_BYTES);
    int fd = name != NULL && bytes != NULL ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    size_t length = 0;
    ssize_t got = fd >= 0 ? 1 : -1;
    while (got > 0 && length + 1u < CA_BYTES) {
        got = read(fd, bytes + length, CA_BYTES - 1u - length);
        length += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        close(fd);
    free(name);
    if (got != 0) {
        free(bytes);
        return NULL;
    }
    bytes[length] = '\0';
    return bytes;
}

/* The file is read once, while every path to it is still open; the system's certificates count no more then. */
static const char *trust(struct http *http, struct pw_text ca_file)
{
    if (ca_file.length == 0)
        return NULL;
    char *certificates = read_file(ca_file);
    if (certificates == NULL)
        return "The file of trusted certificates cannot be read.";
    if (strstr(certificates, "-----BEGIN CERTIFICATE-----") == NULL) {
        free(certificates);
        return "The file of trusted certificates holds none (PEM).";
    }
    struct curl_blob blob = {.data = certificates, .len = strlen(certificates), .flags = CURL_BLOB_COPY};
    CURLcode code = curl_easy_setopt(http->curl, CURLOPT_CAINFO_BLOB, &blob);
    free(certificates);
    if (code == CURLE_OK)
        code = curl_easy_setopt(http->curl, CURLOPT_CAPATH, NULL);
    return code == CURLE_OK ? NULL : "libcurl does not take the trusted certificates.";
}

static int refuse(char *error, size_t error_size, const char *what, const char *fault)
{
    snprintf(error, error_size, "%s%s", what, fault);
    return PW_ERROR_INVALID;
}

static int set_up(struct http *http, const struct http_options *options, char *error, size_t error_size)
{
    bool plain = false;
    const char *fault = http_url_fault(options->url, &plain);
    if (fault != NULL)
        return refuse(error, error_size, "The url ", fault);
    if (plain && !options->plain_allowed)
        return refuse(error, error_size, "The url is http://, ",
                      "where everybody on the way can read and change it.");
    if (plain && (options->username.length > 0 || options->password.length > 0))
        return refuse(error, error_size, "A password is sent over TLS only: ", "use https://.");
    if (asprintf(&http->url, "%.*s%s", (int)options->url.length, options->url.data,
                 http_url_pathless(options->url) ? "/" : "") < 0) {
        http->url = NULL;
        return PW_ERROR_MEMORY;
    }
    http->private_allowed = options->private_allowed;
    set_callbacks(http);
    CURLcode code = set_options(http, options);
    if (code == CURLE_OUT_OF_MEMORY)
        return PW_ERROR_MEMORY;
    if (code != CURLE_OK)
        return refuse(error, error_size, "libcurl does not take the settings: ", curl_easy_strerror(code));
    fault = trust(http, options->ca_file);
    return fault != NULL ? refuse(error, error_size, fault, "") : PW_OK;
}

int http_new(const struct http_options *options, struct http **ret_http, char *error, size_t error_size)
{
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(http);
        return PW_ERROR_MEMORY;
    }
    http->curl = curl_easy_init();
    int status = http->curl != NULL ? set_up(http, options, error, error_size) : PW_ERROR_MEMORY;
    if (status == PW_OK)
        *ret_http = http;
    else
        http_free(http);
    return status;
}

void http_free(struct http *http)
{
    if (http == NULL)
        return;
    curl_easy_cleanup(http->curl);
    curl_global_cleanup();
    if (http->url != NULL)
        explicit_bzero(http->url, strlen(http->url));
    free(http->url);
    free(http);
}

/* ---- sending ------------------------------------------------------------------------------------------- */

static const char *request_fault(const struct http_request *request)
{
    if (!http_method_known(request->method))
        return "The request's method is not known.";
    if (strcmp(request->method, "GET") == 0 && request->body.length > 0)
        return "A request that only asks has no body.";
    if (!http_suffix_valid(request->suffix))
        return "The request's address cannot be sent.";
    for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
        if (!http_header_valid(request->headers[i]))
            return "A header of the request cannot be sent.";
    return NULL;
}

static bool append(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer == NULL)
        return false;
    *list = longer;
    return true;
}

/* NULL: no memory. */
static struct curl_slist *header_list(const struct http_request *request)
{
    struct curl_slist *list = NULL;
    bool whole = append(&list, "Expect:"); /* none: a server that does not know it costs a second */
    for (size_t i = 0; whole && request->headers != NULL && request->headers[i] != NULL; i++)
        whole = append(&list, request->headers[i]);
    if (whole)
        return list;
    curl_slist_free_all(list);
    return NULL;
}

static CURLcode set_address(struct http *http, const char *suffix)
{
    char *url = NULL;
    if (asprintf(&url, "%s%s", http->url, suffix != NULL ? suffix : "") < 0)
        return CURLE_OUT_OF_MEMORY;
    CURLcode code = curl_easy_setopt(http->curl, CURLOPT_URL, url);
    explicit_bzero(url, strlen(url));
    free(url);
    return code;
}

static CURLcode set_request(struct http *http, const struct http_request *request, struct curl_slist *headers)
{
    CURL *curl = http->curl;
    bool bodiless = request->body.length == 0 &&
                    (strcmp(request->method, "DELETE") == 0 || strcmp(request->method, "GET") == 0);
    CURLcode code = set_address(http, request->suffix);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.length > 0 ? request->body.data : "");
    if (code == CURLE_OK && bodiless) /* POSTFIELDS has made it one with a body */
        code = curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    return code;
}

static void judge(struct http *http, CURLcode code, struct http_verdict *verdict)
{
    long status = 0;
    if (curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status >= 200) {
        time_t date = http->date[0] != '\0' ? curl_getdate(http->date, NULL)
                                            : -1; /* the clock that it set the date by */
        struct pw_text asked = {http->retry_after, strlen(http->retry_after)};
        http_judge(status, http_wait(asked, date != -1 ? date : time(NULL)), verdict);
        verdict->answer_whole = code == CURLE_OK;
        return;
    }
    if (http->refused > 0 && http->opened == 0) {
        http_trouble("The server's address is a private one, which is not allowed.", true, verdict);
        return;
    }
    bool distrusted = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
    http_trouble(http->error[0] != '\0' ? http->error : curl_easy_strerror(code), distrusted, verdict);
}

void http_send(struct http *http, const struct http_request *request, struct http_verdict *ret_verdict)
{
    *ret_verdict = (struct http_verdict){0};
    const char *fault = request_fault(request);
    if (fault != NULL) {
        http_impossible(fault, ret_verdict);
        return;
    }
    struct curl_slist *headers = header_list(request);
    http->verdict = ret_verdict;
    http->refused = http->opened = 0;
    http->error[0] = http->retry_after[0] = http->date[0] = '\0';
    CURLcode code = headers != NULL ? set_request(http, request, headers) : CURLE_OUT_OF_MEMORY;
    if (code == CURLE_OK)
        judge(http, curl_easy_perform(http->curl), ret_verdict);
    else
        http_trouble(curl_easy_strerror(code), false, ret_verdict);
    curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, NULL);
    curl_slist_free_all(headers);
    http->verdict = NULL;
}
