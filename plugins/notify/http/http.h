/* SPDX-License-Identifier: Apache-2.0
 *
 * http.h: one request to a web server that the configuration names, and what its answer means for a notice. Blocks.
 *
 *     2xx                                  done
 *     408, 425, 429, 5xx, no connection    passing trouble, tried again; Retry-After is kept to
 *     401, 403, 410, 3xx                   will never take it, nor another one: the operator is told; no redirection is
 *                                          followed, 410 means that somebody switched it off
 *     any other 4xx                        will never take this one
 *     a certificate nobody vouches for,    the operator's to mend, who is told; tried again
 *     a private address
 *
 * A server whose address is private (RFC 1918, loopback, link-local, unique local, shared 100.64/10, and the like, in IPv4,
 * IPv6 and IPv4-in-IPv6) is refused unless that is allowed. The address that is connected to is the one that was checked,
 * whatever the name resolves to meanwhile. Of an answer's body HTTP_ANSWER_BYTES are read and no more; what became of the
 * rest changes nothing once the status is there. A proxy that the environment names is not used.
 */
#ifndef NOTIFY_HTTP_H
#define NOTIFY_HTTP_H

#include <pathwayd/notice.h>
#include <stdbool.h>
#include <stddef.h>

#define HTTP_ANSWER_BYTES  (64u << 10) /* of an answer's body; where it says more, the request ends there */
#define HTTP_MESSAGE_BYTES 400u
#define HTTP_ETAG_BYTES    256u
#define HTTP_MAX_WAIT_S    86400u /* what Retry-After may ask for */

struct http_options {
    struct pw_text url;                  /* https://… or http://…; without user, password and fragment */
    struct pw_text ca_file;              /* read by http_new; may be empty: the system's certificates */
    struct pw_text username, password;   /* HTTP Basic, over TLS only; may be empty */
    uint32_t timeout_s;                  /* of the whole request */
    bool private_allowed, plain_allowed; /* addresses of the inside; http:// */
};

struct http; /* one libcurl handle: it keeps its connection */

/* PW_ERROR_INVALID with a sentence in `error`, or PW_ERROR_MEMORY. Everything given is copied. */
int http_new(const struct http_options *options, struct http **ret_http, char *error, size_t error_size);
void http_free(struct http *http); /* NULL is fine */

struct http_request {
    const char *method; /* "POST", "PUT", "DELETE", or "GET", which has no body */
    const char
        *suffix; /* appended to the url, already percent-encoded; no "." or ".." as a name; NULL: none */
    const char *const
        *headers;        /* "Name: value", NULL-terminated; a line end in one makes the request impossible */
    struct pw_text body; /* with one, Content-Type must be among the headers */
};

struct http_verdict {
    uint32_t outcome;           /* PW_DELIVERY_* */
    uint32_t retry_after;       /* s, 0: as the outbox likes */
    bool operator_needed;       /* nothing will get through before somebody mends it */
    long status;                /* the server's, 0: there was none */
    bool answer_whole;          /* false: it was longer, or broke off */
    char etag[HTTP_ETAG_BYTES]; /* the answer's, as it came, quotation marks and all; "": none, or too long */
    size_t answer_length;
    char answer[HTTP_ANSWER_BYTES + 1u]; /* NUL-terminated; hostile */
    char message
        [HTTP_MESSAGE_BYTES]; /* a sentence; names neither user, password, path nor query: urls may be secrets */
};

/* A request whose method, suffix or headers cannot be sent is PW_DELIVERY_FAIL, and nothing is sent. */
void http_send(struct http *http, const struct http_request *request, struct http_verdict *ret_verdict);

#endif
