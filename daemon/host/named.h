/* SPDX-License-Identifier: Apache-2.0
 *
 * named.h: the files and folders that an instance's own configuration names, which its plugin may read until it has
 * started.
 *
 * Which of its settings are paths only the plugin's table says, and that is the plugin's word, known when its
 * constructors have run. So every string of "config", and every string in an array there, that is the name of
 * something (from `base`, as paths are) counts: what the operator wrote, and nothing that the plugin wrote. A
 * default in the plugin's table therefore counts only when "readable" covers it.
 *
 * A folder in which the configuration itself stands is not taken as named ("/", ".", ".."): the other instances'
 * settings and secrets are below it. Whoever means it says so with "readable".
 */
#ifndef PATHWAYD_HOST_NAMED_H
#define PATHWAYD_HOST_NAMED_H

#include "host/landlock.h"
#include "host/load_request.h"

/* 0 or a negative code; what does not exist is passed over. */
int named_allow(struct landlock *landlock, const struct load_request *request);

#endif
