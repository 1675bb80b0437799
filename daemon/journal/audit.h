/* SPDX-License-Identifier: Apache-2.0
 *
 * audit.h: the hash chain. Record n's hash is BLAKE2b-256 over
 *
 *     "pathwayd.audit/1" 00 · n · at · length of kind, kind · length of detail, detail · hash of record n - 1
 *
 * with every number as eight little-endian bytes, and 32 zero bytes before record 1. Private to
 * daemon/journal/.
 *
 * An `append` record names the range of events it covers and a digest over all that was stored of them but
 * the affiliation (which may be purged later): a change of any stored byte shows.
 */
#ifndef PATHWAYD_JOURNAL_AUDIT_H
#define PATHWAYD_JOURNAL_AUDIT_H

#include <sodium.h>
#include "journal/store.h"

#define AUDIT_DETAIL_MAX  65536u /* a record is a line, not a document */
#define AUDIT_DIGEST_TEXT 44u    /* base64 without padding, and a NUL */

struct audit_head {
    uint64_t number; /* of the newest record */
    uint8_t hash[JOURNAL_DIGEST_BYTES];
};

/* A digest over fields: numbers and texts cannot run into each other. */
struct audit_digest {
    crypto_generichash_state state;
};
void audit_digest_begin(struct audit_digest *digest);
void audit_digest_number(struct audit_digest *digest, uint64_t number);
void audit_digest_text(struct audit_digest *digest, struct pw_text text);
void audit_digest_end(struct audit_digest *digest, uint8_t ret_bytes[JOURNAL_DIGEST_BYTES]);
void audit_digest_print(const uint8_t bytes[JOURNAL_DIGEST_BYTES], char ret_text[AUDIT_DIGEST_TEXT]);

/* The fields of a stored event, in the order of the chain. */
void audit_digest_event(struct audit_digest *digest, const struct journal_event *event,
                        const uint8_t body_digest[JOURNAL_DIGEST_BYTES]);

/* "{"first":1,"last":64,"digest":"…"}" */
int audit_append_detail(char *buffer, size_t size, uint64_t first, uint64_t last, const char *digest);

void audit_hash(uint64_t number, int64_t at_ms, struct pw_text kind, struct pw_text detail,
                const uint8_t previous[JOURNAL_DIGEST_BYTES], uint8_t ret_hash[JOURNAL_DIGEST_BYTES]);

/* Writes the record after `head` and moves `head` on. */
int audit_write(struct store *store, struct audit_head *head, int64_t at_ms, const char *kind,
                struct pw_text detail);

#endif
