/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: what is signed must be what is sent, byte for byte, and a secret is read in one way only.
 */
#include "signature.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define PREFIX          "whsec_"
#define BASE64_MAX      sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES, sodium_base64_VARIANT_ORIGINAL)
#define TIMESTAMP_BYTES 24u /* a 64-bit number and two full stops */

int secret_read(struct pw_text text, struct secret *ret_secret)
{
    const size_t prefix = strlen(PREFIX);
    struct secret secret = {.length = 0};
    if (text.length <= prefix || memcmp(text.data, PREFIX, prefix) != 0)
        return PW_ERROR_INVALID;
    int status = sodium_base642bin(secret.key, sizeof secret.key, text.data + prefix, text.length - prefix,
                                   NULL, &secret.length, NULL, sodium_base64_VARIANT_ORIGINAL);
    if (status == 0 && secret.length >= SECRET_MIN_BYTES)
        *ret_secret = secret;
    else
        status = PW_ERROR_INVALID;
    sodium_memzero(&secret, sizeof secret);
    return status;
}

void signature_id(struct page *page, struct pw_text notice_id)
{
    for (size_t i = 0; i < notice_id.length; i++) {
        char c = notice_id.data[i];
        if (c > ' ' && c <= '~' && c != '.' && c != '%')
            page_bytes(page, &c, 1);
        else
            page_format(page, "%%%02X", (unsigned)(unsigned char)c);
    }
}

static void sign(struct page *page, const struct secret *secret, const struct page *id, int64_t timestamp,
                 struct pw_text payload)
{
    char between[TIMESTAMP_BYTES];
    char base64[BASE64_MAX];
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    int length = snprintf(between, sizeof between, ".%" PRId64 ".", timestamp);
    crypto_auth_hmacsha256_init(&state, secret->key, secret->length);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)id->data, id->length);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)between, (unsigned)length);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)payload.data, payload.length);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2base64(base64, sizeof base64, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    page_string(page, "v1,");
    page_string(page, base64);
    sodium_memzero(&state, sizeof state);
}

void signature_write(struct page *page, const struct secret *secrets, size_t count, const struct page *id,
                     int64_t timestamp, struct pw_text payload)
{
    const char *space = "";
    for (size_t i = 0; i < count; i++) {
        if (secrets[i].length == 0)
            continue;
        page_string(page, space);
        sign(page, &secrets[i], id, timestamp, payload);
        space = " ";
    }
    page->failed |= id->failed;
}
