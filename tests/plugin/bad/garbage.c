/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes to the daemon behind the back of its host.
 */
#include "bad.h"

static int32_t handle(void *instance, const struct pw_message *message)
{
    static const char garbage[] = "This is no frame at all, but a sentence.";
    (void)instance;
    (void)message;
    return write(3, garbage, sizeof garbage) < 0 ? PW_ERROR_IO : PW_OK;
}

BAD_PLUGIN(.handle = handle)
