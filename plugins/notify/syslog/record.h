/* SPDX-License-Identifier: Apache-2.0
 *
 * record.h: a notice as one log record: a severity, a sentence and named values, before any wire format.
 *
 * Nobody's address is in it, and no recipient: a log is read by more people than the notice is meant for. With content
 * `minimal` it says which case, how serious and by when; `full` adds title, engagement, rules and the texts of alarms and
 * questions. The same notice gives the same record.
 */
#ifndef SYSLOG_RECORD_H
#define SYSLOG_RECORD_H

#include <pathwayd/document.h>
#include "words/page.h"

#define RECORD_MAX_ITEMS 16u /* of one list: pathways, rules, cases of a digest; the rest is counted */

enum record_kind { RECORD_CASE, RECORD_DIGEST, RECORD_QUESTION, RECORD_ALARM, RECORD_KINDS };

enum record_value {
    RECORD_NOTICE,
    RECORD_CASE_ID,
    RECORD_REVISION,
    RECORD_CHANGE,
    RECORD_LEVEL,
    RECORD_PREVIOUS_LEVEL,
    RECORD_NEEDS_INFORMATION,
    RECORD_PATHWAYS,
    RECORD_QUEUE,
    RECORD_STATE,
    RECORD_DECIDE_BY,
    RECORD_DUE,
    RECORD_ANSWER_BY,
    RECORD_PAGE,
    RECORD_ENGAGEMENT, /* from here on: content `full` only */
    RECORD_TITLE,
    RECORD_RULES,
    RECORD_VALUES
};

/* How each value is called: a PARAM-NAME of RFC 5424, a field of the journal. */
struct record_name {
    const char *pointer, *syslog, *journal;
    bool full_only;
};
extern const struct record_name record_names[RECORD_VALUES];
extern const char *const record_kinds[RECORD_KINDS]; /* as the notice says it */

struct record {
    enum record_kind kind;
    uint32_t severity;                 /* RFC 5424: 0 emergency … 7 debug */
    struct pw_text time, change;       /* of the notice */
    struct page message;               /* one line of visible text */
    struct page values[RECORD_VALUES]; /* visible text; empty: the notice does not say */
};

/* The notice must outlive the record. PW_ERROR_MEMORY; PW_ERROR_UNSUPPORTED: a kind that this version does not know. */
int record_read(const struct pw_document_api *documents, const struct pw_document *notice, bool full,
                struct record *ret_record);
void record_release(struct record *record);

#endif
