/* SPDX-License-Identifier: Apache-2.0
 *
 * content.h: how much of a notice leaves the house.
 */
#ifndef WEBHOOK_CONTENT_H
#define WEBHOOK_CONTENT_H

#include <pathwayd/document.h>
#include "words/page.h"

/* Writes the notice as JSON with nothing in it but which case it is, what happened to it, how grave it is, until when, and
 * where to look: no title, no name, no finding and no explanation. Same notice, same bytes. */
void content_minimal(const struct pw_document_api *documents, const struct pw_document *notice,
                     struct page *page);

#endif
