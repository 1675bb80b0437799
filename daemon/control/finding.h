/* SPDX-License-Identifier: Apache-2.0
 *
 * finding.h: a finding as the outside sees it: the journal keeps it without event and engagement, which stand
 * in the event's own row; every answer puts them back, first.
 */
#ifndef PATHWAYD_CONTROL_FINDING_H
#define PATHWAYD_CONTROL_FINDING_H

#include "json/buffer.h"

/* Writes {"event":{"source","id"},"engagement_id", … the members of `body`, left open: the caller may add
 * members and ends with json_write_end('}'). `body` is a JSON object of the daemon's own making. */
void finding_begin(struct buffer *out, struct pw_text body, struct pw_text source, struct pw_text id,
                   struct pw_text engagement_id);

#endif
