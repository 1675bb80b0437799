/* SPDX-License-Identifier: Apache-2.0
 *
 * enrolment.c: P3, students and visiting scholars. No rule can ban anything but doctoral study, and only
 * where the institution has switched the ban on (R22, R30); nothing is held but for the partner institution.
 */
#include "rules/assessment.h"
#include "rules/policy.h"

static void limit(const struct assessment *assessment, struct verdict *verdict)
{
    bool doctoral = text_same(assessment_text(assessment, "study_level"), "doctoral");
    bool banned = assessment->pack->seven_sons == SWITCH_BAN;
    if (verdict->level == PW_LEVEL_PROHIBITED && !(doctoral && banned))
        verdict->level = PW_LEVEL_RECOMMENDED;
}

static const struct policy enrolment = {
    .pathway = "enrolment",
    .max_level = PW_LEVEL_PROHIBITED,
    .may_ask = true,
    .hold_grounds = GROUND_PARTNER,
    .limit = limit,
};

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    return policy_create(host, &enrolment, ret_instance);
}

static const char *const pathways[] = {"enrolment", NULL};
static const struct pw_config_field config[] = {POLICY_CONFIG_PACKS, POLICY_CONFIG_SEVEN_SONS,
                                                POLICY_CONFIG_END};

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof pw_plugin,
    .stage = PW_STAGE_ASSESS,
    .config_field_size = sizeof *config,
    .name = "enrolment",
    .version = "1.0.0",
    .summary = "P3: students and visiting scholars, with few exceptions",
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
