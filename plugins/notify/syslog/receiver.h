/* SPDX-License-Identifier: Apache-2.0
 *
 * receiver.h: where syslog messages go. Blocks, for the time-out at most.
 *
 *     server               a message is            and counts as delivered when
 *     unix:///dev/log      one datagram            the socket took it
 *     udp://HOST[:514]     one datagram            it was sent and no refusal came back at once
 *     tcp://HOST[:601]     a frame (RFC 6587)      the receiver closed the connection after we ended our half
 *     tls://HOST[:6514]    a frame (RFC 5425)      TLS took it
 *
 * Rationale: why a connection for each message? Syslog over TCP has no acknowledgement, and on a connection that is kept a
 * message into a receiver that just died is lost in silence. A receiver that closes has read all of it.
 * Everything but delivery is passing trouble: a log server that is down is waited for.
 */
#ifndef SYSLOG_RECEIVER_H
#define SYSLOG_RECEIVER_H

#include <pathwayd/text.h>
#include <stdbool.h>
#include "words/page.h"

#define RECEIVER_HOST_BYTES  256u
#define RECEIVER_PATH_BYTES  108u /* sun_path */
#define RECEIVER_ERROR_BYTES 320u

enum receiver_kind { RECEIVER_UNIX, RECEIVER_UDP, RECEIVER_TCP, RECEIVER_TLS };

struct receiver {
    enum receiver_kind kind;
    char host[RECEIVER_HOST_BYTES]; /* IPv6 in square brackets */
    char port[8];
    char path[RECEIVER_PATH_BYTES]; /* of the Unix socket */
    const char *ca_file;            /* NULL: the system's; the caller's */
    uint32_t timeout_s;
};

/* Takes "tcp://host:601" apart into kind, host, port and path. PW_ERROR_INVALID, and `ret_receiver` untouched. */
int receiver_parse(struct pw_text server, struct receiver *ret_receiver);

/* PW_OK, or PW_ERROR_IO with a sentence in `error`. `*ret_distrusted`: the certificate is not one to trust, and nothing
 * will get through before somebody mends that. */
int receiver_send(const struct receiver *receiver, const struct page *message,
                  char error[RECEIVER_ERROR_BYTES], bool *ret_distrusted);

#endif
