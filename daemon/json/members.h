/* SPDX-License-Identifier: Apache-2.0
 *
 * members.h: duplicate keys, and the document's memory. Internal to this folder.
 */
#ifndef PATHWAYD_JSON_MEMBERS_H
#define PATHWAYD_JSON_MEMBERS_H

#include "json/json.h"

enum { MEMBERS_PAIRWISE = 32 }; /* up to here comparing pairwise is cheaper than sorting */

/* Of an object still open, the member before `node` that has the same key. Looks at the first
 * MEMBERS_PAIRWISE only; a larger object is asked members_first_twin when it ends. */
uint32_t members_twin_before(struct pw_document *document, uint32_t object, uint32_t node);

/* The first member whose key an earlier one has, or PW_NODE_NONE. 0 or PW_ERROR_MEMORY. */
int members_first_twin(struct pw_document *document, uint32_t object, uint32_t *ret_twin);

/* document.c */
void document_forget(struct pw_document *document);                /* the content, not the memory */
void document_shrink(struct pw_document *document, size_t length); /* before a text of this length */

#endif
