/* SPDX-License-Identifier: Apache-2.0
 *
 * correct.h: what an event says once a correction (type `correction`) has been applied to it.
 *
 * The correction's `data` is a JSON Merge Patch (RFC 7396) on the event's `data`; `causationid` names the event's
 * id, and both come from one source. Everything outside `data` stays, and so does `engagement_id`: it is the case
 * that people work on. Both events have been checked and cut, so the result is checked and cut as well; numbers and
 * strings keep their spelling, since raw bytes are merged. Pure.
 */
#ifndef PATHWAYD_EVENT_CORRECT_H
#define PATHWAYD_EVENT_CORRECT_H

#include "event/event.h"

/* Writes `body` as corrected by `correction` to *out, which is emptied first. *ret_unsaid: it takes raw_affiliation,
 * which stands outside the body, back. PW_ERROR_NOT_FOUND: the correction is about another event; *out is then of no
 * use. PW_ERROR_MEMORY. */
int event_correct(struct buffer *out, struct pw_text body, struct pw_text correction, bool *ret_unsaid);

/* Whether a stored type is that of a correction, whatever its version. */
bool event_is_correction(struct pw_text type, const char *prefix);

#endif
