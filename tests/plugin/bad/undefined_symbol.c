/* SPDX-License-Identifier: Apache-2.0
 *
 * Uses two functions that nobody defines; a lazy loader would find out in the middle of an event.
 */
#include "bad.h"

int32_t nobody_defines_this(void);
int32_t nor_this(void);

static int32_t handle(void *instance, const struct pw_message *message)
{
    (void)instance;
    return message->sequence > 1 ? nobody_defines_this() : nor_this();
}

BAD_PLUGIN(.handle = handle)
