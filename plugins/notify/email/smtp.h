/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp.h: hands one letter to a mail server through libcurl, and turns what came of it into an outcome.
 *
 *     2xx to the end of the letter                          done
 *     4xx anywhere, no connection, time-out, TLS trouble    retry
 *     5xx to the sender, the greeting or the login, and     retry: the operator's to mend, with an error in
 * the log, 530, 535, 5.7.x to the recipient                      since every other letter would fare the same
 *     5xx otherwise to the recipient or the letter          fail: this recipient or letter will never be
 * taken
 */
#ifndef EMAIL_SMTP_H
#define EMAIL_SMTP_H

#include <pathwayd/notice.h>
#include "words/page.h"

#define SMTP_REPLY_BYTES 400u /* a reply line is 512 at most (RFC 5321) */
#define SMTP_GREY_WAIT_S 300u /* greylisting servers want some minutes */
#define SMTP_MAX_WAIT_S  3600u

struct smtp; /* one libcurl handle: it keeps its connection from letter to letter */

#define SMTP_TLS_REQUIRED      0u
#define SMTP_TLS_OPPORTUNISTIC 1u /* where the server offers it; its certificate is checked all the same */
#define SMTP_TLS_OFF           2u

struct smtp_options {
    struct pw_text server;   /* smtp://host:port or smtps://host:port */
    struct pw_text greeting; /* what to say in EHLO */
    struct pw_text from;
    struct pw_text username, password, ca_file; /* may be empty */
    uint32_t tls;                               /* SMTP_TLS_* */
    uint32_t timeout_s;
};

/* How far the conversation had come when it ended. */
enum smtp_step { SMTP_CONNECT, SMTP_LOGIN, SMTP_SENDER, SMTP_RECIPIENT, SMTP_LETTER };

struct smtp_verdict {
    uint32_t outcome;     /* PW_DELIVERY_* */
    uint32_t retry_after; /* s */
    bool operator_needed; /* no letter will get through before somebody mends it */
    char message[SMTP_REPLY_BYTES + 128u];
};

/* The table above. `code` is the server's last reply code, 0: none; `reply` its last line; `trouble`
 * libcurl's own sentence, told when there is no reply. */
void smtp_judge(enum smtp_step step, long code, const char *reply, const char *trouble,
                struct smtp_verdict *ret_verdict);

/* PW_ERROR_INVALID with a sentence in `error`, or PW_ERROR_MEMORY. Everything given is copied. */
int smtp_new(const struct smtp_options *options, struct smtp **ret_smtp, char *error, size_t error_size);
void smtp_free(struct smtp *smtp); /* says QUIT; NULL is fine */

/* Blocks for at most the time-out. */
void smtp_send(struct smtp *smtp, const struct page *letter, const char *to,
               struct smtp_verdict *ret_verdict);

#endif
