/* SPDX-License-Identifier: Apache-2.0
 *
 * access.h: which role may ask for what. What is in no row may be asked for by nobody; a test walks the table against the
 * operations. In which state of a case an act is allowed, and to which of these roles, cases/life.h says.
 */
#ifndef PATHWAYD_CONTROL_ACCESS_H
#define PATHWAYD_CONTROL_ACCESS_H

#include "cases/actor.h"

struct access {
    const char *operation;
    uint32_t roles; /* 0: everybody who may use the endpoint */
    bool whole;     /* shows what is in all queues: not for somebody who has a part in some only */
};
extern const struct access access_table[];
extern const uint32_t access_count;

/* Whoever is named by the request's "as", which is for the reviewers' page alone: *actor becomes them. 0, or refused. */
int access_as(const struct config *config, struct pw_text sign_in, struct actor *actor,
              struct refusal *refusal);

/* 0, or refused with "role" and a sentence that names the role that may. */
int access_check(const char *operation, const struct actor *actor, struct refusal *refusal);

#endif
