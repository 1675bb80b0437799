/* SPDX-License-Identifier: Apache-2.0
 *
 * section.h: the daemon's own sections as tables, and the filling of struct config from them.
 */
#ifndef PATHWAYD_CONFIG_SECTION_H
#define PATHWAYD_CONFIG_SECTION_H

#include "config/config.h"
#include "config/table.h"

/* What reading a configuration carries along. */
struct loading {
    struct config *config;
    const struct config_places *places;
    struct faults faults;
    struct setting root; /* all files merged */
    struct setting_source *sources;
    uint32_t source_count;
};

/* Checks the tree against the tables and fills the configuration as far as it is good. */
void section_read_all(struct loading *loading);

/* activated.c: lets the policies read the packs that people brought into force. */
void config_use_packs(struct loading *loading);

/* pace.c: when people are told, and by when cases are to be decided: what the tables leave, and what they cannot check. */
void config_read_pace(struct loading *loading);
void config_check_pace(struct loading *loading);

/* What no table can say: names that must exist, addresses that must differ, sizes that must fit. */
void config_cross_check(struct loading *loading);

/* Bounds on lists: more is a mistake, and each feed and plugin costs threads or a process. */
#define CONFIG_MAX_FEEDS     64
#define CONFIG_MAX_PLUGINS   32 /* what dispatch keeps a place for; a test holds them together */
#define CONFIG_MAX_REVIEWERS 1024
#define CONFIG_MAX_LISTS     64
#define CONFIG_MAX_ROUTES    1024
#define CONFIG_MAX_QUEUES    256
#define CONFIG_MAX_HOLIDAYS  4096 /* a hundred years of them */
#define CONFIG_MAX_NAMES     4096 /* strings in one array */

#endif
