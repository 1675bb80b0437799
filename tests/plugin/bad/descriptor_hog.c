/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes every descriptor there is.
 */
#include "bad.h"

#define MOST 4096

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    struct attempts attempts = {0};
    int taken = 0;
    (void)message;
    while (taken < MOST && dup(0) >= 0)
        taken++;
    attempts_add(&attempts, taken < 64 ? "under_64" : "over_64", -1);
    return attempts_emit(&attempts, bad->host, BAD_STAGE);
}

BAD_PLUGIN(.handle = handle)
