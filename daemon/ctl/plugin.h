/* SPDX-License-Identifier: Apache-2.0
 *
 * plugin.h: a plugin file loaded for a look: what `plugin describe` and `plugin check` share.
 */
#ifndef PATHWAYD_CTL_PLUGIN_H
#define PATHWAYD_CTL_PLUGIN_H

#include "ctl/ctl.h"
#include "dispatch/host_process.h"

/* A plugin as a host wants it. */
struct plugin_target {
    struct config_plugin plugin;
    char *file, *config, *base, *folder, *said; /* said: where the configuration stands, for its errors */
    char *readable[3];
    const struct config_plugin *configured; /* the instance that uses this file, or NULL */
    const struct config *loaded;            /* the daemon's configuration when it could be read; ctl's */
};

/* Finds the file: an instance's name, a plugin's name in the plugin folder, or a path. `with` is the
 * configuration object, "@FILE" reads it; NULL: the instance's, else {}. CTL_GOOD or CTL_USAGE after a
 * sentence. */
int plugin_find(struct ctl *ctl, const char *name, const char *with, struct plugin_target *ret_target);
void plugin_release(struct plugin_target *target);

/* Loads without creating an instance. CTL_GOOD with the READY document's text (malloc'd); CTL_BAD with the
 * defects, one a line (malloc'd). */
int plugin_probe(struct ctl *ctl, const struct plugin_target *target, bool check, char **ret_ready,
                 char **ret_defects);

#endif
