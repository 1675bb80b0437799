/* SPDX-License-Identifier: Apache-2.0
 *
 * signature.h: signatures of Standard Webhooks 1.0 (https://www.standardwebhooks.com): HMAC-SHA256, with a secret that
 * both sides know, of "ID.TIMESTAMP.PAYLOAD".
 */
#ifndef WEBHOOK_SIGNATURE_H
#define WEBHOOK_SIGNATURE_H

#include <stdint.h>
#include "words/page.h"

#define SECRET_MIN_BYTES 24u /* both the specification's */
#define SECRET_MAX_BYTES 64u

struct secret {
    unsigned char key[SECRET_MAX_BYTES];
    size_t length; /* 0: there is none */
};

/* "whsec_" and the key in base64. PW_ERROR_INVALID when it is anything else; *ret_secret is then untouched. The caller
 * wipes it (sodium_memzero). sodium_init must have been called. */
int secret_read(struct pw_text text, struct secret *ret_secret);

/* What the id may look like where it is signed and sent: printable ASCII without '.', which ends it in what is signed (the
 * specification asks for that), and without '%', which writes what is left out. */
void signature_id(struct page *page, struct pw_text notice_id);

/* Appends "v1,…" for each secret that there is, a space between them. */
void signature_write(struct page *page, const struct secret *secrets, size_t count, const struct page *id,
                     int64_t timestamp, struct pw_text payload);

#endif
