/* SPDX-License-Identifier: Apache-2.0
 *
 * Announces an answer of four gigabytes.
 */
#include "bad.h"

static int32_t handle(void *instance, const struct pw_message *message)
{
    const uint32_t header[2] = {UINT32_MAX, 5}; /* FRAME_RESULT */
    (void)instance;
    (void)message;
    return write(3, header, sizeof header) < 0 ? PW_ERROR_IO : PW_OK;
}

BAD_PLUGIN(.handle = handle)
