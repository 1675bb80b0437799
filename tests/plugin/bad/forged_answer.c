/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers a request that nobody made, in a frame that is well formed.
 */
#include "bad.h"

static int32_t handle(void *instance, const struct pw_message *message)
{
    char frame[8 + 4 + 16 + 2];
    const uint32_t header[3] = {sizeof frame - 8, 5, 1}; /* length, FRAME_RESULT, count */
    const uint64_t sequence = message->sequence + 1000;
    const uint32_t rest[2] = {0, 2}; /* status, length */
    memcpy(frame, header, sizeof header);
    memcpy(frame + 12, &sequence, sizeof sequence);
    memcpy(frame + 20, rest, sizeof rest);
    memcpy(frame + 28, "[]", 2);
    (void)instance;
    return write(3, frame, sizeof frame) < 0 ? PW_ERROR_IO : PW_OK;
}

BAD_PLUGIN(.handle = handle)
