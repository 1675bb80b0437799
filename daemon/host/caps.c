/* SPDX-License-Identifier: Apache-2.0
 *
 * caps.c: the table of impossibilities.
 */
#include "host/caps.h"

#include <stddef.h>
#include <string.h>

static const struct cap caps[] = {
    {"research", PW_LEVEL_PROHIBITED, true},
    {"conference", PW_LEVEL_RECOMMENDED, false}, /* stays open: at most a review (R46) */
    {"enrolment", PW_LEVEL_PROHIBITED, true},
    {"publication", PW_LEVEL_NOTE, false}, /* never restricted (R42, R43) */
    {"lab", PW_LEVEL_PROHIBITED, true},
    {"legal", PW_LEVEL_PROHIBITED, true},
};

const struct cap *cap_of(struct pw_text pathway)
{
    for (size_t i = 0; i < sizeof caps / sizeof caps[0]; i++)
        if (strlen(caps[i].pathway) == pathway.length && pathway.length > 0 &&
            memcmp(caps[i].pathway, pathway.data, pathway.length) == 0)
            return &caps[i];
    return NULL;
}

const char *cap_refusal(const struct cap *cap, const struct pw_finding *finding)
{
    if (finding->level > cap->max_level)
        return "its level is above what this pathway can ever say";
    if (!cap->may_ask && finding->needs_information)
        return "this pathway never asks (needs_information)";
    if (!cap->may_ask && finding->kind == PW_KIND_VERIFY)
        return "this pathway never verifies";
    if (finding->kind == PW_KIND_DUTY && finding->level > PW_LEVEL_SUGGESTED)
        return "a duty is at most suggested";
    if (finding->kind == PW_KIND_VERIFY && !finding->needs_information)
        return "a verification needs information";
    if (finding->kind == PW_KIND_VERIFY && finding->level > PW_LEVEL_SUGGESTED)
        return "a verification is at most suggested";
    return NULL;
}
