/* SPDX-License-Identifier: Apache-2.0
 *
 * tell.h: a notice as a post.
 *
 * A case answers, in this order: what happened, which pathway, why (rule, evidence, list and its date), what
 * is not known and who can say, costs and benefits, what would mitigate, by when, where to act.
 *
 * A chat room has members whom nobody at this end knows, and keeps what it is told. So unless `full` is
 * asked for, it is told ids, level, change, pathways, queue, by when and where to act, and nothing that
 * anybody wrote: no names, titles, questions or explanations.
 */
#ifndef CHAT_TELL_H
#define CHAT_TELL_H

#include <pathwayd/document.h>
#include "post.h"

#define TELL_MAX_FINDINGS 15u  /* told one by one; the rest are counted, and stand in the case */
#define TELL_MAX_ITEMS    10u  /* of one list: evidence, unknowns, costs … */
#define TELL_MAX_CASES    25u  /* of a digest */
#define TELL_EXCERPT      300u /* units of an explanation in a digest */

/* Fills an empty post. A notice without a kind is a case. Memory is all that can fail: `words.failed`. */
void tell_notice(const struct pw_document_api *documents, const struct pw_document *notice, bool full,
                 struct post *ret_post);

#endif
