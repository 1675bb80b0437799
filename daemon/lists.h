/* SPDX-License-Identifier: Apache-2.0
 *
 * lists.h: how old the published lists are that `pathwayctl list update` keeps in <state_dir>/lists (ctl/shelf.h).
 */
#ifndef PATHWAYD_LISTS_H
#define PATHWAYD_LISTS_H

#include "config/config.h"

struct list_age {
    struct pw_text name;
    bool known;         /* one that is configured may never have been fetched */
    int64_t checked_ms; /* when its publisher was last asked and had nothing newer */
    bool stale;         /* older than the configuration allows */
};

/* Each list in force and each that is configured, once. Two small files are read; what cannot be read is not there.
 * The name lives during the call. */
void lists_read(const struct config *config, int64_t now_ms,
                void (*row)(void *to, const struct list_age *age), void *to);

#endif
