/* SPDX-License-Identifier: Apache-2.0
 *
 * outcome.c: see outcome.h.
 */
#include "report/outcome.h"

#include <stdlib.h>
#include "json/json.h"

#define FIRST_ROOM 64u

static struct outcome *last_of(struct outcomes *outcomes, const struct journal_disposition *disposition)
{
    if (outcomes->count > 0 && outcomes->items[outcomes->count - 1].case_id == disposition->case_id)
        return &outcomes->items[outcomes->count - 1];
    if (outcomes->count == outcomes->room) {
        size_t room = outcomes->room ? 2 * outcomes->room : FIRST_ROOM;
        struct outcome *items = realloc(outcomes->items, room * sizeof(*items));
        if (!items)
            return NULL;
        outcomes->items = items;
        outcomes->room = room;
    }
    int64_t minutes = (disposition->at_ms - disposition->opened_ms) / 60000;
    struct outcome *outcome = &outcomes->items[outcomes->count++];
    *outcome = (struct outcome){.case_id = disposition->case_id,
                                .declined = text_is(disposition->disposition, "declined"),
                                .minutes = minutes < 0            ? 0
                                           : minutes > UINT32_MAX ? UINT32_MAX
                                                                  : (uint32_t)minutes};
    return outcome;
}

static int take(void *to, const struct journal_disposition *disposition)
{
    bool declined = text_is(disposition->disposition, "declined");
    struct outcomes *outcomes = to;
    struct outcome *outcome = last_of(outcomes, disposition);
    if (!outcome)
        return PW_ERROR_MEMORY;
    outcomes->spared += disposition->spared;
    outcome->reversed = outcome->reversed || outcome->declined != declined;
    outcome->declined = declined;
    outcome->no_action = text_is(disposition->disposition, "proceed");
    outcome->last_ms = disposition->at_ms;
    return 0;
}

int outcomes_read(struct outcomes *outcomes, struct journal_view *view)
{
    return journal_dispositions_read(view, take, outcomes);
}

void outcomes_release(struct outcomes *outcomes)
{
    free(outcomes->items);
    *outcomes = (struct outcomes){0};
}

static int compare(const void *key, const void *item)
{
    uint64_t wanted = *(const uint64_t *)key, found = ((const struct outcome *)item)->case_id;
    return wanted < found ? -1 : wanted > found;
}

const struct outcome *outcome_of(const struct outcomes *outcomes, uint64_t case_id)
{
    return outcomes->count > 0
               ? bsearch(&case_id, outcomes->items, outcomes->count, sizeof(*outcomes->items), compare)
               : NULL;
}
