/* SPDX-License-Identifier: Apache-2.0
 *
 * advisory.h: what research-security institutions tell one another (R26, R55): a list in the `simple` format about
 * institutions, signed by whoever publishes it, that informs and does no more (R27). The signature is Ed25519 (RFC 8032)
 * over the file's bytes, 64 bytes at the list's address with ".sig" behind it; the key is a PEM file (RFC 8410):
 *
 *     openssl genpkey -algorithm ed25519 -out key.pem && openssl pkey -in key.pem -pubout -out public.pem
 *     openssl pkeyutl -sign -rawin -inkey key.pem -in advisory.json -out advisory.json.sig
 */
#ifndef PATHWAYD_CTL_ADVISORY_H
#define PATHWAYD_CTL_ADVISORY_H

#include <stdbool.h>
#include <stddef.h>

#define ADVISORY_MAX_BYTES (16u << 20)

/* Whether the file is signed by that key and informs only; false with a sentence. */
bool advisory_good(const char *file, const char *signature_file, const char *key_file, char *why,
                   size_t size);

#endif
