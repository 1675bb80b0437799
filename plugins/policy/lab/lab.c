/* SPDX-License-Identifier: Apache-2.0
 *
 * lab.c: P5, private-sector and joint labs: allowed within constraints. No rule can hold a lab for what its
 * partner would learn (Q1) or for the field it works in alone: the partner, the use or the terms must say so
 * (R15).
 */
#include "rules/policy.h"

static void limit(const struct assessment *assessment, struct verdict *verdict)
{
    if (verdict->level == PW_LEVEL_PROHIBITED && !verdict_has_match(assessment, verdict))
        verdict->level = PW_LEVEL_REQUIRED;
}

static const struct policy lab = {
    .pathway = "lab",
    .max_level = PW_LEVEL_PROHIBITED,
    .may_ask = true,
    .hold_grounds = GROUND_PARTNER | GROUND_USE | GROUND_TERMS,
    .limit = limit,
};

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    return policy_create(host, &lab, ret_instance);
}

static const char *const pathways[] = {"lab", NULL};
static const struct pw_config_field config[] = {POLICY_CONFIG_PACKS, POLICY_CONFIG_SEVEN_SONS,
                                                POLICY_CONFIG_END};

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof pw_plugin,
    .stage = PW_STAGE_ASSESS,
    .config_field_size = sizeof *config,
    .name = "lab",
    .version = "1.0.0",
    .summary = "P5: labs, allowed within constraints",
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
