/* SPDX-License-Identifier: Apache-2.0
 *
 * endpoint.h: the feed that `send` sends to, and what it takes.
 */
#ifndef PATHWAYD_CTL_ENDPOINT_H
#define PATHWAYD_CTL_ENDPOINT_H

#include "ctl/ctl.h"
#include "event/event.h"

/* --endpoint, or the configuration's first feed as it is dialled (malloc'd); the limits are the
 * configuration's, the defaults where there is none. CTL_GOOD, else the sentence was printed. */
int endpoint_find(struct ctl *ctl, char **ret_url, struct event_limits *ret_limits);

/* --endpoint, or the first feed that takes corrections of events of `source`. */
int endpoint_for_correction(struct ctl *ctl, const char *source, char **ret_url);

#endif
