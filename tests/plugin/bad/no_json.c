/* SPDX-License-Identifier: Apache-2.0
 *
 * Emits a finding whose trace is not JSON.
 */
#define BAD_STAGE PW_STAGE_ASSESS
#include "bad.h"

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    (void)message;
    const struct pw_finding finding = {
        .struct_size = sizeof finding,
        .kind = PW_KIND_JUDGEMENT,
        .level = PW_LEVEL_NOTE,
        .rule = PW_TEXT("bad.trace"),
        .explanation = PW_TEXT("See the trace."),
        .trace = PW_TEXT("{\"q1\": yes}"),
    };
    bad->host->emit_finding(bad->host, &finding);
    return PW_OK;
}

static const char *const pathways[] = {"research", NULL};

BAD_PLUGIN(.pathways = pathways, .handle = handle)
