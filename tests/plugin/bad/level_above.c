/* SPDX-License-Identifier: Apache-2.0
 *
 * Says on every pathway what that pathway can never say; which of it, the number of the message decides.
 */
#define BAD_STAGE PW_STAGE_ASSESS
#include "bad.h"

static const struct {
    uint32_t kind, level, needs_information;
} says[] = {
    {PW_KIND_JUDGEMENT, PW_LEVEL_SUGGESTED, 0},
    {PW_KIND_JUDGEMENT, PW_LEVEL_REQUIRED, 0},
    {PW_KIND_JUDGEMENT, PW_LEVEL_NOTE, 1},
    {PW_KIND_VERIFY, PW_LEVEL_NOTE, 0},
    {PW_KIND_DUTY, PW_LEVEL_RECOMMENDED, 0},
    {PW_KIND_VERIFY, PW_LEVEL_RECOMMENDED, 1},
    {99, PW_LEVEL_NOTE, 0},
    {PW_KIND_JUDGEMENT, PW_LEVEL_COUNT, 0},
};

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    size_t at = (size_t)(message->sequence % (sizeof says / sizeof says[0]));
    const struct pw_finding finding = {
        .struct_size = sizeof finding,
        .kind = says[at].kind,
        .level = says[at].level,
        .needs_information = says[at].needs_information,
        .rule = PW_TEXT("bad.level"),
        .explanation = PW_TEXT("Too much."),
    };
    bad->host->emit_finding(bad->host, &finding);
    return PW_OK;
}

static const char *const pathways[] = {"research", "conference", "publication", NULL};

BAD_PLUGIN(.pathways = pathways, .handle = handle)
