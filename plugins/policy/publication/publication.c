/* SPDX-License-Identifier: Apache-2.0
 *
 * publication.c: P4, open publication: never restricted. No rule can say more than `note`, ask, or verify
 * (R42, R43).
 */
#include "rules/policy.h"

static const struct policy publication = {
    .pathway = "publication",
    .max_level = PW_LEVEL_NOTE,
    .may_ask = false,
};

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    return policy_create(host, &publication, ret_instance);
}

static const char *const pathways[] = {"publication", NULL};
static const struct pw_config_field config[] = {POLICY_CONFIG_PACKS, POLICY_CONFIG_END};

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof pw_plugin,
    .stage = PW_STAGE_ASSESS,
    .config_field_size = sizeof *config,
    .name = "publication",
    .version = "1.0.0",
    .summary = "P4: open publication, which is never restricted",
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
