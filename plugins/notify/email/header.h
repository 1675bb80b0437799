/* SPDX-License-Identifier: Apache-2.0
 *
 * header.h: the parts of a letter that machines read: RFC 5322 header fields, RFC 2047 words, ids, dates, and
 * RFC 2045 quoted-printable for the body.
 *
 * Nothing that reaches these functions can add a line: header_text takes visible text only (page_text), ids
 * are spelt in letters, digits and a few signs, addresses are checked and refused.
 */
#ifndef EMAIL_HEADER_H
#define EMAIL_HEADER_H

#include "words/page.h"

#define HEADER_ADDRESS_BYTES 254u /* RFC 5321: a path is 256 with its angle brackets */
#define HEADER_DOMAIN_BYTES  253u
#define HEADER_ID_BYTES                                                                                      \
    160u /* of one encoded part of a Message-ID; longer ones are cut and told apart by a hash */

/* A field of free text; folded, as encoded words unless it is short plain ASCII. */
void header_text(struct page *page, const char *name, const struct page *text);

/* "Name: words <address>"; without words just the address. */
void header_mailbox(struct page *page, const char *name, const struct page *words, struct pw_text address);

/* Local part, @, domain in plain ASCII without anything that could end or quote a path. */
bool header_address_valid(struct pw_text address);
bool header_domain_valid(struct pw_text domain);

/* Spells an id as a dot-atom: [A-Za-z0-9_-] and single inner dots as they are, other bytes as "=XX".
 * Different ids stay different. */
void header_id(struct page *page, struct pw_text id);

/* "Fri, 02 Jan 2026 03:04:05 +0000", whatever the locale. */
void header_date(struct page *page, int64_t ms);

/* "Fri, 02 Jan 2026 03:04 UTC", for people. */
void header_moment(struct page *page, int64_t ms);

/* Instant of an RFC 3339 text; PW_ERROR_INVALID when it is none. */
int header_instant(struct pw_text text, int64_t *ret_ms);

/* A boundary between the parts of a letter, without its quotes: the same for the same id. It begins with
 * "=_", which no quoted-printable text can contain, whatever it spells. */
void header_boundary(struct page *page, struct pw_text id);

/* The body, line feed by line feed, as quoted-printable with CRLF. A dot or "From " at the start of a line is
 * encoded as well: some relays mistake the one for the end and change the other. */
void header_quoted_printable(struct page *page, const struct page *body);

#endif
