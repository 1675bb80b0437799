/* SPDX-License-Identifier: Apache-2.0
 *
 * Logs without end.
 */
#include "bad.h"

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    (void)message;
    for (int i = 0; i < 20000; i++)
        bad->host->log(bad->host, PW_LOG_ERROR, PW_TEXT("again and again"));
    return PW_OK;
}

BAD_PLUGIN(.handle = handle)
