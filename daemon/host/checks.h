/* SPDX-License-Identifier: Apache-2.0
 *
 * checks.h: what must hold of a plugin's descriptor, and what `plugin check` asks beyond that. Everything
 * that is wrong becomes a sentence with both values, all at once.
 */
#ifndef PATHWAYD_HOST_CHECKS_H
#define PATHWAYD_HOST_CHECKS_H

#include <pathwayd/plugin.h>
#include "host/defect.h"
#include "host/load_request.h"

#define CHECKS_MAX_FIELDS   256u /* a table without an end would be read into the next variable */
#define CHECKS_MAX_PATHWAYS 16u
#define CHECKS_NAME_BYTES   32u

/* `plugin` is the zero-padded copy. Pointers are followed only when magic, major and sizes agree. */
void checks_descriptor(const struct pw_plugin *plugin, const struct load_request *request,
                       struct defects *defects);

/* The i-th row of a configuration table whose rows may be longer than ours; NULL at its end. */
const struct pw_config_field *checks_field(const struct pw_plugin *plugin, uint32_t index);
/* "text", "integer" …; NULL for an unknown type. */
const char *checks_field_type(uint32_t type);

#endif
