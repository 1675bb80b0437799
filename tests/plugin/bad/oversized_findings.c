/* SPDX-License-Identifier: Apache-2.0
 *
 * Has more to say than fits into an answer, and ignores that it was told so.
 */
#define BAD_STAGE PW_STAGE_ASSESS
#include "bad.h"

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    static char long_winded[100u << 10];
    (void)message;
    memset(long_winded, 0x61, sizeof long_winded);
    const struct pw_finding finding = {
        .struct_size = sizeof finding,
        .kind = PW_KIND_JUDGEMENT,
        .level = PW_LEVEL_NOTE,
        .rule = PW_TEXT("research.long_winded"),
        .explanation = {long_winded, sizeof long_winded},
    };
    for (int i = 0; i < 3; i++)
        bad->host->emit_finding(bad->host, &finding);
    return PW_OK;
}

static const char *const pathways[] = {"research", NULL};

BAD_PLUGIN(.pathways = pathways, .handle = handle)
