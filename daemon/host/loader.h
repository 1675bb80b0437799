/* SPDX-License-Identifier: Apache-2.0
 *
 * loader.h: from a file to a descriptor that has been checked. What cannot be loaded is a list of sentences.
 * Nothing is ever unloaded.
 */
#ifndef PATHWAYD_HOST_LOADER_H
#define PATHWAYD_HOST_LOADER_H

#include <pathwayd/plugin.h>
#include "host/defect.h"
#include "host/load_request.h"

struct loaded {
    struct pw_plugin plugin; /* a copy of what the plugin's build declares; slots beyond it are NULL */
};

/* Opens, checks who owns the file and its folder, loads, checks the descriptor. 0, or PW_ERROR_INVALID with
 * at least one defect. The plugin's constructors run in it. */
int loader_load(const struct load_request *request, struct loaded *ret_loaded, struct defects *defects);

#endif
