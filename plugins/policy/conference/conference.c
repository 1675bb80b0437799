/* SPDX-License-Identifier: Apache-2.0
 *
 * conference.c: P2, conferences: they stay open. No rule can go above `recommended`, ask, verify, or act on
 * anything but an exact match to a list that forbids dealing as such (R46).
 */
#include "rules/policy.h"

/* Weak matches are never read here, so an exact basis is given; what is left to check is what the list
 * forbids. */
static void limit(const struct assessment *assessment, struct verdict *verdict)
{
    if (!verdict_keep_effect(assessment, verdict, "forbids_dealing"))
        verdict->level = PW_LEVEL_NONE;
}

static const struct policy conference = {
    .pathway = "conference",
    .max_level = PW_LEVEL_RECOMMENDED,
    .may_ask = false,
    .limit = limit,
};

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    return policy_create(host, &conference, ret_instance);
}

static const char *const pathways[] = {"conference", NULL};
static const struct pw_config_field config[] = {POLICY_CONFIG_PACKS, POLICY_CONFIG_END};

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof pw_plugin,
    .stage = PW_STAGE_ASSESS,
    .config_field_size = sizeof *config,
    .name = "conference",
    .version = "1.0.0",
    .summary = "P2: conferences stay open but for lists that forbid dealing",
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
