/* SPDX-License-Identifier: Apache-2.0
 *
 * role.h: what somebody may be at the control endpoint. Which role may do what stands in one table (control/access.h); no
 * role is exempt from the rule of two people.
 */
#ifndef PATHWAYD_CONFIG_ROLE_H
#define PATHWAYD_CONFIG_ROLE_H

#include <stdint.h>

#define ROLE_REVIEWER      1u /* looks at cases of their queues, and decides them */
#define ROLE_LEAD          2u /* also gives cases to others, seconds, and silences */
#define ROLE_AUDITOR       4u /* reads everything, writes nothing */
#define ROLE_ADMINISTRATOR 8u /* runs the daemon; sees no case and decides none */
#define ROLE_COUNT         4u
#define ROLE_ALL           15u

/* By bit. */
extern const char *const role_names[ROLE_COUNT];

/* "reviewer or lead"; what does not fit is left out. */
void role_words(uint32_t roles, char *buffer, uint32_t size);

#endif
