/* SPDX-License-Identifier: Apache-2.0
 *
 * places.h: config_places_find for a program that is not the one running, for tests.
 */
#ifndef PATHWAYD_CONFIG_PLACES_H
#define PATHWAYD_CONFIG_PLACES_H

#include "config/config.h"

/* `program` is an absolute path; `state` what systemd gave as the state folder, or NULL. */
int places_of_program(const char *program, const char *state, struct config_places *ret_places,
                      char **ret_error);

#endif
