/* SPDX-License-Identifier: Apache-2.0
 *
 * letter.h: a notice as an e-mail, header and body, ready for the wire.
 *
 *     kind       to                    says
 *     case       a reviewer            what happened, why, what is not known, what to do; one case
 *     digest     a reviewer            many cases, most severe first, a line each
 *     question   a unit's contact      what is asked, by when, how to answer; nothing of any finding
 *     alarm      an operator           what is wrong with the service
 *
 * The body is multipart/alternative, plain text and HTML with the same words (sheet.h). With `full` it tells
 * everything; else ids, levels, rules, days and commands only, no name or title, no explanation or evidence:
 * what mail servers on the way may read. (A question's own words are told all the same: without them there
 * would be none. So are an operator's: they are about the service.)
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

#define LETTER_MAX_FINDINGS 25u  /* told one by one; the rest are counted, and stand in the case */
#define LETTER_MAX_CASES    100u /* of a digest, likewise */
#define LETTER_BRIEF_CASES  25u  /* of a digest that came out too long */
#define LETTER_MAX_ITEMS    20u  /* of one list: evidence, unknowns, costs … */
#define LETTER_BRIEF_BYTES                                                                                   \
    160u /* of one text in a subject, and in a letter that came out too long; room for every id */
#define LETTER_BODY_BYTES                                                                                    \
    (256u                                                                                                    \
     << 10) /* of both parts: threefold on the wire at worst, and some relays refuse letters of more than
                    a MiB; beyond this it becomes brief */

struct letter_style {
    struct pw_text from_name, from_address, domain, subject_prefix;
    struct pw_text reply_name, reply_address; /* empty: whoever answers writes to the sender */
    bool full;
};

/* Writes the letter with CRLF line ends into `ret_letter` and the recipient's address into `ret_to` (both
 * empty pages, the caller's to release). PW_ERROR_INVALID: the notice names no valid address;
 * PW_ERROR_UNSUPPORTED: it is of a kind that nobody here knows. `as_of` dates a notice without a readable
 * time. */
int letter_write(const struct pw_document_api *documents, const struct pw_document *notice, int64_t as_of,
                 const struct letter_style *style, struct page *ret_letter, struct page *ret_to);

#endif
