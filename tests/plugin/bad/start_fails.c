/* SPDX-License-Identifier: Apache-2.0
 *
 * Cannot start, and says why.
 */
#include "bad.h"

static int32_t start(void *instance, const struct pw_document *config)
{
    struct bad *bad = instance;
    (void)config;
    bad->host->explain(bad->host, PW_TEXT("The well is dry."));
    return PW_ERROR_IO;
}

BAD_PLUGIN(.start = start)
