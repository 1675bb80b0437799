/* SPDX-License-Identifier: Apache-2.0
 *
 * audit.c: see audit.h. Writing the chain; audit_verify.c walks it.
 */
#include "journal/audit.h"

#include <stdio.h>
#include <string.h>

static const char domain[] = "pathwayd.audit/1"; /* hashed with its NUL */

void audit_digest_begin(struct audit_digest *digest)
{
    crypto_generichash_init(&digest->state, NULL, 0, JOURNAL_DIGEST_BYTES);
}

void audit_digest_number(struct audit_digest *digest, uint64_t number)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
    crypto_generichash_update(&digest->state, bytes, sizeof(bytes));
}

void audit_digest_text(struct audit_digest *digest, struct pw_text text)
{
    audit_digest_number(digest, text.length);
    if (text.length)
        crypto_generichash_update(&digest->state, (const uint8_t *)text.data, text.length);
}

void audit_digest_end(struct audit_digest *digest, uint8_t ret_bytes[JOURNAL_DIGEST_BYTES])
{
    crypto_generichash_final(&digest->state, ret_bytes, JOURNAL_DIGEST_BYTES);
}

void audit_digest_print(const uint8_t bytes[JOURNAL_DIGEST_BYTES], char ret_text[AUDIT_DIGEST_TEXT])
{
    sodium_bin2base64(ret_text, AUDIT_DIGEST_TEXT, bytes, JOURNAL_DIGEST_BYTES,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void audit_digest_event(struct audit_digest *digest, const struct journal_event *event,
                        const uint8_t body_digest[JOURNAL_DIGEST_BYTES])
{
    audit_digest_number(digest, event->sequence);
    audit_digest_number(digest, (uint64_t)event->received_ms);
    audit_digest_text(digest, event->feed);
    audit_digest_text(digest, event->source);
    audit_digest_text(digest, event->id);
    audit_digest_text(digest, event->type);
    audit_digest_text(digest, event->engagement_id);
    crypto_generichash_update(&digest->state, body_digest, JOURNAL_DIGEST_BYTES);
}

int audit_append_detail(char *buffer, size_t size, uint64_t first, uint64_t last, const char *digest)
{
    return snprintf(buffer, size, "{\"first\":%llu,\"last\":%llu,\"digest\":\"%s\"}",
                    (unsigned long long)first, (unsigned long long)last, digest);
}

void audit_hash(uint64_t number, int64_t at_ms, struct pw_text kind, struct pw_text detail,
                const uint8_t previous[JOURNAL_DIGEST_BYTES], uint8_t ret_hash[JOURNAL_DIGEST_BYTES])
{
    struct audit_digest digest;

    audit_digest_begin(&digest);
    crypto_generichash_update(&digest.state, (const uint8_t *)domain, sizeof(domain));
    audit_digest_number(&digest, number);
    audit_digest_number(&digest, (uint64_t)at_ms);
    audit_digest_text(&digest, kind);
    audit_digest_text(&digest, detail);
    crypto_generichash_update(&digest.state, previous, JOURNAL_DIGEST_BYTES);
    audit_digest_end(&digest, ret_hash);
}

int audit_write(struct store *store, struct audit_head *head, int64_t at_ms, const char *kind,
                struct pw_text detail)
{
    struct audit_head next = {.number = head->number + 1};
    int status;

    audit_hash(next.number, at_ms, (struct pw_text){kind, strlen(kind)}, detail, head->hash, next.hash);
    status = store_run(store, STATEMENT_AUDIT_INSERT, "uistdd", next.number, at_ms, kind, detail,
                       (const void *)head->hash, (const void *)next.hash);
    if (!status)
        *head = next;
    return status;
}
