/* SPDX-License-Identifier: Apache-2.0
 *
 * Aborts, as a failed assertion does.
 */
#include "bad.h"

static int32_t handle(void *instance, const struct pw_message *message)
{
    (void)instance;
    (void)message;
    abort();
}

BAD_PLUGIN(.handle = handle)
