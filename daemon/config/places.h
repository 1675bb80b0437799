/* SPDX-License-Identifier: Apache-2.0
 *
 * places.h: config_places_find for a program that is not the one running, for tests.
 */
#ifndef PATHWAYD_CONFIG_PLACES_H
#define PATHWAYD_CONFIG_PLACES_H

#include "config/config.h"

/* What systemd gives a service by its environment; NULL where it gave nothing. */
struct places_given {
    const char *state, *runtime;
    const char *run; /* where the service's runtime folder is, for programs that are not the service */
};

/* `program` is an absolute path. */
int places_of_program(const char *program, const struct places_given *given, struct config_places *ret_places,
                      char **ret_error);

#endif
