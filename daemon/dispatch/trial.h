/* SPDX-License-Identifier: Apache-2.0
 *
 * trial.h: whether a configuration's plugins would start. Each is loaded in a plugin host of its own, started
 * (a notify plugin only as far as its configuration: its endpoint may be in use by the one that runs), and
 * stopped again. `pathwayd --check` and a reload ask before anything running is touched. Loop thread.
 */
#ifndef PATHWAYD_DISPATCH_TRIAL_H
#define PATHWAYD_DISPATCH_TRIAL_H

#include "dispatch/host_process.h"

struct trial;

/* `done` comes once, from the loop: `errors` NULL when all is well, else one sentence a line, during the
 * call. */
int trial_start(uv_loop_t *loop, const struct config *config, const struct host_options *options,
                void (*done)(void *owner, const char *errors), void *owner, struct trial **ret_trial);
void trial_free(struct trial *trial); /* after `done` */

#endif
