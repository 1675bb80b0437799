/* SPDX-License-Identifier: Apache-2.0
 *
 * history.c: a balanced tree from engagement to join.
 */
#include "ctl/history.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct engagement {
    struct case_join join;
    char id[];
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct engagement *)a)->id, ((const struct engagement *)b)->id);
}

int history_join(struct history *history, const char *engagement_id, struct case_join *join)
{
    size_t length = strlen(engagement_id);
    struct engagement *fresh = calloc(1, sizeof(*fresh) + length + 1);
    if (!fresh)
        return PW_ERROR_MEMORY;
    memcpy(fresh->id, engagement_id, length + 1);
    struct engagement **found = tsearch(fresh, &history->root, compare);
    if (!found) {
        free(fresh);
        return PW_ERROR_MEMORY;
    }
    if (*found != fresh)
        free(fresh);
    cases_join(&(*found)->join, join->level, join->needs_information);
    *join = (*found)->join;
    return 0;
}

void history_release(struct history *history)
{
    tdestroy(history->root, free);
    history->root = NULL;
}
