/* SPDX-License-Identifier: Apache-2.0
 *
 * research.c: P1, joint research. Its rules are data; here stands what no rule can do: hold on access (Q1)
 * alone, or on anything but the partner (Q2) or the use (Q3) (R15), or ban a partner that no list names (R10,
 * R30).
 */
#include "rules/policy.h"

static void limit(const struct assessment *assessment, struct verdict *verdict)
{
    if (verdict->level == PW_LEVEL_PROHIBITED && !verdict_has_match(assessment, verdict))
        verdict->level = PW_LEVEL_REQUIRED;
}

static const struct policy research = {
    .pathway = "research",
    .max_level = PW_LEVEL_PROHIBITED,
    .may_ask = true,
    .hold_grounds = GROUND_PARTNER | GROUND_USE,
    .limit = limit,
};

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    return policy_create(host, &research, ret_instance);
}

static const char *const pathways[] = {"research", NULL};
static const struct pw_config_field config[] = {POLICY_CONFIG_PACKS, POLICY_CONFIG_SEVEN_SONS,
                                                POLICY_CONFIG_END};

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof pw_plugin,
    .stage = PW_STAGE_ASSESS,
    .config_field_size = sizeof *config,
    .name = "research",
    .version = "1.0.0",
    .summary = "P1: joint research, case by case, by three questions",
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
