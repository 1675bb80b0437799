/* SPDX-License-Identifier: Apache-2.0
 *
 * caps.h: what a pathway can never say, enforced where findings are made (R42, R43, R46, R09). These are
 * limits in the code; no pack or configuration moves them.
 */
#ifndef PATHWAYD_HOST_CAPS_H
#define PATHWAYD_HOST_CAPS_H

#include <stdbool.h>
#include <pathwayd/finding.h>

#define CAP_PATHWAY_NAMES "research, conference, enrolment, publication, lab and legal"

struct cap {
    const char *pathway;
    uint32_t max_level;
    bool may_ask; /* needs_information and kind verify */
};

/* NULL for an unknown pathway. */
const struct cap *cap_of(struct pw_text pathway);

/* NULL when the pathway may say this, else why not: a clause to put behind "the finding was refused: ". */
const char *cap_refusal(const struct cap *cap, const struct pw_finding *finding);

#endif
