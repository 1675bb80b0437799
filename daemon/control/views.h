/* SPDX-License-Identifier: Apache-2.0
 *
 * views.h: who looked at which case a moment ago. Every look at a case is recorded in the audit log, but a person who
 * looks at one again within a minute is not recorded again. Loop thread.
 */
#ifndef PATHWAYD_CONTROL_VIEWS_H
#define PATHWAYD_CONTROL_VIEWS_H

#include "control/peer.h"

#define VIEW_MS    60000
#define VIEW_NAME  129u /* of an account, or under which somebody signs in; and NUL */
#define VIEWS_KEPT 512u /* what is forgotten is recorded once more */

struct views {
    struct {
        char who[VIEW_NAME];
        uint64_t case_id;
        int64_t at_ms;
    } items[VIEWS_KEPT];
    uint32_t next;
};

bool views_fresh(const struct views *views, struct pw_text who, uint64_t case_id, int64_t now_ms);
void views_note(struct views *views, struct pw_text who, uint64_t case_id, int64_t now_ms);

#endif
