/* SPDX-License-Identifier: Apache-2.0
 *
 * exporter.h: the daemon's figures over HTTP, in a process of its own that has nothing but the control endpoint: what
 * monitors may reach, the daemon does not serve.
 */
#ifndef PATHWAYD_CTL_EXPORTER_H
#define PATHWAYD_CTL_EXPORTER_H

#include "ctl/ctl.h"
#include "json/buffer.h"

/* The daemon's figures as text; CTL_BAD: it cannot be asked, and nothing was printed. */
int exporter_ask(struct ctl *ctl, struct buffer *out);

/* Serves GET /metrics at "ADDRESS:PORT" ("[::1]:9943"; port 0: any that is free) until SIGTERM or SIGINT. */
int exporter_serve(struct ctl *ctl, const char *address);

#endif
