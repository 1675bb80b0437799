/* SPDX-License-Identifier: Apache-2.0
 *
 * payload.h: JSON written onto a page. Commas are the writer's business: name members and values in order.
 * Every string is well-formed UTF-8 on the wire, whatever was given: a stray byte becomes U+FFFD.
 */
#ifndef CHAT_PAYLOAD_H
#define CHAT_PAYLOAD_H

#include "words/page.h"

void payload_open(struct page *json, char bracket);  /* '{' or '[' */
void payload_close(struct page *json, char bracket); /* '}' or ']' */
void payload_key(struct page *json, const char *key);
void payload_text(struct page *json, struct pw_text text);
void payload_member(struct page *json, const char *key, const char *string);
void payload_true(struct page *json, const char *key);
void payload_false(struct page *json, const char *key);

#endif
