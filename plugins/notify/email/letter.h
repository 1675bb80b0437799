/* SPDX-License-Identifier: Apache-2.0
 *
 * letter.h: a notice as an e-mail, header and body, ready for the wire.
 *
 * The same notice gives the same bytes on every attempt and every day: nothing here asks the clock. Threads:
 * every letter of a case refers to the case's own root id, which no letter bears, so that mail programs put
 * them together even where a relay rewrites Message-ID; for the ones that also compare subjects, the subject
 * does not change with the level.
 */
#ifndef EMAIL_LETTER_H
#define EMAIL_LETTER_H

#include <pathwayd/document.h>
#include "words/page.h"

#define LETTER_MAX_FINDINGS 25u /* told one by one; the rest are counted, and stand in the case */
#define LETTER_BODY_BYTES                                                                                    \
    (256u << 10)             /* some relays refuse letters of a few MiB; beyond this it becomes brief */
#define LETTER_MAX_ITEMS 20u /* of one list: evidence, unknowns, costs … */

struct letter_style {
    struct pw_text from_name, from_address, domain, subject_prefix;
};

/* Writes the letter with CRLF line ends into `ret_letter` and the recipient's address into `ret_to` (both
 * empty pages, the caller's to release). PW_ERROR_INVALID: the notice names no valid address; `as_of` dates a
 * notice without a readable time. */
int letter_write(const struct pw_document_api *documents, const struct pw_document *notice, int64_t as_of,
                 const struct letter_style *style, struct page *ret_letter, struct page *ret_to);

#endif
