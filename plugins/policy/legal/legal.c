/* SPDX-License-Identifier: Apache-2.0
 *
 * legal.c: the gate of binding lists and determinations, apart from judgement (R10, R30). No rule here can be
 * a judgement, and none can hold but for a list that binds or a determination made elsewhere (R37).
 */
#include "rules/policy.h"

static void limit(const struct assessment *assessment, struct verdict *verdict)
{
    bool binding = verdict_rests_on(assessment, verdict, "forbids_dealing", "needs_licence");
    bool determined = verdict->grounds & GROUND_DETERMINATION;
    bool duty = verdict->rule->kind == PW_KIND_DUTY; /* a deadline, at most suggested (R46) */
    if (verdict->level > PW_LEVEL_NOTE && !binding && !determined && !duty && !verdict->asks)
        verdict->level = PW_LEVEL_NOTE;
}

static const struct policy legal = {
    .pathway = "legal",
    .max_level = PW_LEVEL_PROHIBITED,
    .may_ask = true,
    .legal_only = true,
    .hold_grounds = GROUND_PARTNER | GROUND_DETERMINATION,
    .limit = limit,
};

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    return policy_create(host, &legal, ret_instance);
}

static const char *const pathways[] = {"legal", NULL};
static const struct pw_config_field config[] = {POLICY_CONFIG_PACKS, POLICY_CONFIG_END};

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof pw_plugin,
    .stage = PW_STAGE_ASSESS,
    .config_field_size = sizeof *config,
    .name = "legal",
    .version = "1.0.0",
    .summary = "the legal gate: binding lists and determinations made elsewhere",
    .licence = "Apache-2.0",
    .pathways = pathways,
    .config = config,
    .create = create,
    .start = policy_start,
    .handle = policy_handle,
    .stop = policy_stop,
    .destroy = policy_destroy,
    .extension = policy_extension,
};
