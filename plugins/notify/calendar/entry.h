/* SPDX-License-Identifier: Apache-2.0
 *
 * entry.h: a case as calendar entries (RFC 5545).
 *
 *     the task    VTODO    the office's work: to be decided, by `decide_by` when a clock runs. Every case has one.
 *     the date    VEVENT   the statutory day `due`, all day long, with an alarm the day before. Cases without such a day
 *                          have none.
 *
 * Rationale: why two? They are two kinds of time. The office may move its own clock and ticks a task off; a statutory day
 * belongs to the law, is a day and no instant, and calendars warn of events, while few warn of tasks. RFC 4791 (4.1) wants
 * one kind of component in a resource, so they are two resources.
 *
 * An entry says what the case is, not who is told of it: all notices of one revision of a case give the same bytes, and UID
 * and resource stay the same for the life of the case. The revision is SEQUENCE, and X-PATHWAYD-REVISION beside it, since
 * calendar programs count SEQUENCE up when people edit.
 *
 *     state of the case          task                        date
 *     new                        NEEDS-ACTION                CONFIRMED
 *     proposed                   IN-PROCESS                  CONFIRMED
 *     decided, closed            COMPLETED                   CANCELLED
 *     withdrawn                  CANCELLED                   CANCELLED
 */
#ifndef CALENDAR_ENTRY_H
#define CALENDAR_ENTRY_H

#include <pathwayd/document.h>
#include "words/page.h"

#define ENTRY_LINE_OCTETS 75u  /* RFC 5545, 3.1: of a line, without its end */
#define ENTRY_CASE_BYTES  64u  /* of a case's id; longer ones are not ours */
#define ENTRY_NAME_BYTES  253u /* of the installation's name */
#define ENTRY_UID_BYTES   (ENTRY_CASE_BYTES + ENTRY_NAME_BYTES + 16u)
#define ENTRY_DESCRIPTION_BYTES                                                                              \
    (16u << 10) /* beyond this it only points to the case, so that what is stored can be read back */
#define ENTRY_MAX_FINDINGS  25u /* told in a description; the rest is counted */
#define ENTRY_DAY_BYTES     9u  /* "20260731" */
#define ENTRY_INSTANT_BYTES 17u /* "20260102T030405Z" */

enum entry_kind { ENTRY_TASK, ENTRY_DATE, ENTRY_KINDS };
enum entry_state { ENTRY_OPEN, ENTRY_PROPOSED, ENTRY_DONE, ENTRY_WITHDRAWN };

struct entry_style {
    struct pw_text name; /* of this installation: the right side of every UID */
    bool full;           /* titles, engagements and findings as well */
};

/* What entries say, read from a notice of kind case, which must outlive it. */
struct entry_case {
    const struct pw_document_api *documents;
    const struct pw_document *notice;
    const struct entry_style *style;
    int64_t revision;
    enum entry_state state;
    struct pw_text case_id;
    char stamp[ENTRY_INSTANT_BYTES];     /* of the notice */
    char decide_by[ENTRY_INSTANT_BYTES]; /* "" when no clock runs */
    char due[ENTRY_DAY_BYTES];           /* "" when there is no statutory day */
};

/* PW_ERROR_INVALID: no case's id, revision or time that could be one of ours. */
int entry_read(const struct pw_document_api *documents, const struct pw_document *notice,
               const struct entry_style *style, struct entry_case *ret_case);

/* "C-000123-task@reviews.example.edu" */
void entry_uid(const struct entry_case *item, enum entry_kind kind, char uid[ENTRY_UID_BYTES]);

/* The whole resource, with CRLF. The date of a case that has none (any more) is written for `day`, cancelled.
 * PW_ERROR_MEMORY. */
int entry_write(const struct entry_case *item, enum entry_kind kind, const char *day, struct page *ret_page);

/* Letters, digits, '-' and '.', as a domain name has them. */
bool entry_name_valid(struct pw_text name);

#endif
