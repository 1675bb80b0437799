/* SPDX-License-Identifier: Apache-2.0
 *
 * views.c: see views.h.
 */
#include "control/views.h"

#include <stdio.h>
#include "json/json.h"

bool views_fresh(const struct views *views, struct pw_text who, uint64_t case_id, int64_t now_ms)
{
    for (uint32_t i = 0; i < VIEWS_KEPT; i++)
        if (views->items[i].case_id == case_id && text_is(who, views->items[i].who) &&
            now_ms >= views->items[i].at_ms && now_ms - views->items[i].at_ms < VIEW_MS)
            return true;
    return false;
}

void views_note(struct views *views, struct pw_text who, uint64_t case_id, int64_t now_ms)
{
    views->items[views->next].case_id = case_id;
    views->items[views->next].at_ms = now_ms;
    snprintf(views->items[views->next].who, sizeof(views->items[0].who), "%.*s", TEXT_FMT(who));
    views->next = (views->next + 1) % VIEWS_KEPT;
}
