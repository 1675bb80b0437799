/* SPDX-License-Identifier: Apache-2.0
 *
 * Fails on every message, and says why.
 */
#include "bad.h"

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    (void)message;
    bad->host->explain(bad->host, PW_TEXT("The well ran dry."));
    return PW_ERROR_BUSY;
}

BAD_PLUGIN(.handle = handle)
