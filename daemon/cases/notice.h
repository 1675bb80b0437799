/* SPDX-License-Identifier: Apache-2.0
 *
 * notice.h: the notice documents (include/pathwayd/notice.h), worded from how things stand when a notice is let go.
 */
#ifndef PATHWAYD_CASES_NOTICE_H
#define PATHWAYD_CASES_NOTICE_H

#include "cases/dossier.h"
#include "cases/recipient.h"

#define NOTICE_MAX_FINDINGS 32u  /* told in one notice; the rest is named by number and found in the case */
#define NOTICE_DIGEST_CASES 200u /* in one digest; the rest is named by number */

/* What a change leaves to say later: {"pathways": […], "news": "required", "changed": […]}. `before` is the draft of a
 * change that it joins, or empty: what that was about is not forgotten. */
int notice_draft(struct buffer *out, const struct case_change *change, struct pw_text before);
/* What a draft says: the highest level of rules that are news, and whether something relied on has changed. */
int notice_draft_read(struct pw_text draft, uint32_t *ret_news_level, bool *ret_changed);

/* `notice` names the recipient, the change and its draft (its body); `dossier` is its case. */
int notice_word(struct buffer *out, const struct dossier *dossier, const struct journal_notice *notice);

/* A digest: begin, a line a case, end. */
void notice_digest_begin(struct buffer *out, const struct journal_notice *notice, int64_t now_ms);
int notice_digest_case(struct buffer *out, const struct dossier *dossier,
                       const struct journal_notice *notice);
void notice_digest_end(struct buffer *out, uint32_t left_out);

/* "C-000123" */
#define CASE_NAME_SIZE 32
void case_name(uint64_t case_id, char buffer[CASE_NAME_SIZE]);

#endif
