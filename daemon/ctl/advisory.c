/* SPDX-License-Identifier: Apache-2.0
 *
 * advisory.c: see advisory.h.
 */
#include "ctl/advisory.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "json/json.h"

#define PEM_BEGIN "-----BEGIN PUBLIC KEY-----"
#define PEM_END   "-----END PUBLIC KEY-----"
#define PEM_BYTES 4096u

/* SubjectPublicKeyInfo of id-Ed25519 (RFC 8410 section 4), before the key itself. */
static const unsigned char der_prefix[12] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                             0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

/* All of it, or NULL; one byte more is read than may be there. */
static unsigned char *read_all(const char *path, size_t most, size_t *ret_length)
{
    FILE *file = fopen(path, "re");
    unsigned char *bytes = file ? malloc(most + 1) : NULL;
    *ret_length = bytes ? fread(bytes, 1, most + 1, file) : 0;
    bool good = bytes && !ferror(file) && *ret_length <= most;
    if (file)
        fclose(file);
    if (good)
        return bytes;
    free(bytes);
    return NULL;
}

static bool read_key(const char *path, unsigned char key[crypto_sign_PUBLICKEYBYTES])
{
    unsigned char der[64];
    size_t length = 0, decoded = 0;
    char *pem = (char *)read_all(path, PEM_BYTES, &length);
    if (pem)
        pem[length < PEM_BYTES ? length : PEM_BYTES] = '\0';
    char *begin = pem ? strstr(pem, PEM_BEGIN) : NULL, *end = begin ? strstr(begin, PEM_END) : NULL;
    bool good = end && sodium_base642bin(der, sizeof(der), begin + strlen(PEM_BEGIN),
                                         (size_t)(end - begin) - strlen(PEM_BEGIN), "\r\n ", &decoded, NULL,
                                         sodium_base64_VARIANT_ORIGINAL) == 0;
    good = good && decoded == sizeof(der_prefix) + crypto_sign_PUBLICKEYBYTES &&
           memcmp(der, der_prefix, sizeof(der_prefix)) == 0;
    if (good)
        memcpy(key, der + sizeof(der_prefix), crypto_sign_PUBLICKEYBYTES);
    free(pem);
    return good;
}

static bool informs_only(const unsigned char *bytes, size_t length, char *why, size_t size)
{
    struct pw_document document = {0};
    struct json_error error;
    bool good = json_parse(&document, (const char *)bytes, length, &json_limits_config, &error) == 0;
    if (!good)
        snprintf(why, size, "%u:%u: %s", error.line, error.column, error.message);
    for (uint32_t node = good ? json_first(&document, json_member(&document, PW_NODE_ROOT, "entries"))
                              : PW_NODE_NONE;
         node != PW_NODE_NONE && good; node = json_next(&document, node)) {
        good = json_text_is(&document, json_member(&document, node, "effect"), "informs");
        if (!good)
            snprintf(why, size, "an advisory informs and does no more: the entry \"%.*s\" has another effect",
                     TEXT_FMT(text_cut(json_text(&document, json_member(&document, node, "id")), 100)));
    }
    json_release(&document);
    return good;
}

bool advisory_good(const char *file, const char *signature_file, const char *key_file, char *why, size_t size)
{
    unsigned char key[crypto_sign_PUBLICKEYBYTES];
    size_t length = 0, signature_length = 0;
    unsigned char *bytes = NULL, *signature = NULL;
    bool good = false;
    if (sodium_init() < 0 || !read_key(key_file, key))
        snprintf(why, size, "%s is no Ed25519 public key in PEM", key_file);
    else if (!(signature = read_all(signature_file, crypto_sign_BYTES, &signature_length)) ||
             signature_length != crypto_sign_BYTES)
        snprintf(why, size, "its signature is not the %u bytes of one", crypto_sign_BYTES);
    else if (!(bytes = read_all(file, ADVISORY_MAX_BYTES, &length)))
        snprintf(why, size, "it cannot be read, or has more than %u MiB", ADVISORY_MAX_BYTES >> 20);
    else if (crypto_sign_verify_detached(signature, bytes, length, key) != 0)
        snprintf(why, size, "it is not signed by the key in %s", key_file);
    else
        good = informs_only(bytes, length, why, size);
    free(bytes);
    free(signature);
    return good;
}
