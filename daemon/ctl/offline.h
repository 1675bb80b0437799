/* SPDX-License-Identifier: Apache-2.0
 *
 * offline.h: the configured plugins without daemon or journal, with other rules or one more list if asked
 * for.
 */
#ifndef PATHWAYD_CTL_OFFLINE_H
#define PATHWAYD_CTL_OFFLINE_H

#include "ctl/ctl.h"
#include "dispatch/host_process.h"

/* Reads the configuration and applies --pack and --snapshot to it. CTL_GOOD, or CTL_USAGE after a sentence.
 */
int offline_prepare(struct ctl *ctl);

/* Lets this pack alone speak, on the pathways that it has rules for. CTL_GOOD, or CTL_USAGE after a sentence. */
int offline_use_pack(struct ctl *ctl, const char *file);

/* Whether the instance's configuration was changed by an option: then its refusal to start is a mistake in
 * what was given, and ends the run. */
bool offline_changed(const struct config_plugin *plugin);

/* Whether the instance is a policy that judges this pathway. */
bool offline_judges(const struct config_plugin *plugin, const char *pathway);

struct host_options offline_host_options(const struct ctl *ctl);

/* A plugin's word, or one about it, on standard error; only warnings and errors. */
void offline_log(uint32_t severity, const char *instance, struct pw_text line);

/* What the host last died of; malloc'd, never empty. */
char *offline_last_error(const struct host_process *host);

#endif
