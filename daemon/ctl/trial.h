/* SPDX-License-Identifier: Apache-2.0
 *
 * trial.h: a pack read by the policy plugins themselves, each in a plugin host of its own and sandboxed as in the
 * daemon: what they accept here they accept there.
 */
#ifndef PATHWAYD_CTL_TRIAL_H
#define PATHWAYD_CTL_TRIAL_H

#include "ctl/packfile.h"

/* Lets the policy of `pathway` read the pack at `path`: the configured instance, else the plugin of that name. CTL_GOOD;
 * CTL_BAD with the plugin's own words (malloc'd), the path replaced by `file`; CTL_USAGE after a sentence. */
int trial_read(struct ctl *ctl, const char *file, const char *path, enum pathway pathway, char **ret_error);

/* The same for every pathway that the pack says something of; one that is about none is read by the first, so that the
 * reader says what is wrong. Adds each error once to the array `errors`. */
int trial_read_all(struct ctl *ctl, const char *file, const struct packfile *pack, cJSON *errors);

#endif
