/* SPDX-License-Identifier: Apache-2.0
 *
 * correction.h: events that change what another event said (event/correct.h). The stored event stays as it came; a
 * correction is noted beside it, makes the event owed once more, and is applied whenever the event is read, so that
 * the order in which the two arrive does not matter.
 */
#ifndef PATHWAYD_DISPATCH_CORRECTION_H
#define PATHWAYD_DISPATCH_CORRECTION_H

#include "dispatch/work.h"

/* Loop thread. Rewords the event by the corrections there are. `scratch` is the caller's, kept from use to use. */
int correction_apply(struct journal_view *view, struct work *work, struct buffer *scratch);

/* Journal thread, with the correction's own work: notes it, and makes the corrected event owed to be judged again. */
int correction_write(struct journal_writer *writer, const struct work *work,
                     const struct work_context *context);

#endif
