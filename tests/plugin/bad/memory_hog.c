/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes all the memory it is given, and touches it.
 */
#include "bad.h"

#define STEP_MB 16u
#define MOST_MB 2048u /* so that a host without a limit fails the test and not the machine */

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    char line[64];
    unsigned taken = 0;
    (void)message;
    for (; taken < MOST_MB; taken += STEP_MB) {
        char *block = malloc(STEP_MB << 20);
        if (block == NULL)
            break;
        memset(block, 1, STEP_MB << 20);
    }
    int length = snprintf(line, sizeof line, "memory ended %s", taken < MOST_MB ? "in time" : "never");
    bad->host->explain(bad->host, (struct pw_text){line, (size_t)length});
    return PW_ERROR_MEMORY;
}

BAD_PLUGIN(.handle = handle)
