/* SPDX-License-Identifier: Apache-2.0
 *
 * selection.h: which packs an instance judges by.
 *
 * The setting "packs" names a file that lists them, {"active": ["paper.json", …], "shadow": ["draft.json"]}, names
 * starting at its own folder, so that one file switches regimes on and off for every pathway; or it names one pack.
 * Of one regime several packs may be active, one after another in time and never two at once.
 *
 * Owner: what is read belongs to the caller, also after a failure, and is freed pack by pack.
 */
#ifndef POLICY_RULES_SELECTION_H
#define POLICY_RULES_SELECTION_H

#include "rules/pack.h"

#define SELECTION_MAX_PACKS 64

struct selection {
    const struct pw_host *host;
    const struct policy *policy;
    uint32_t seven_sons; /* SWITCH_* */
    char *error;         /* PACK_ERROR_SIZE */
    struct pack **packs; /* that say something of the policy's pathway; shadows last */
    uint32_t count, room;
    bool instead; /* reading what replaces others */
};

/* By the checked configuration of a policy. On failure a negative code and a sentence in `error`. */
int32_t selection_read(struct selection *selection, const struct pw_document *config);

#endif
