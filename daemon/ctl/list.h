/* SPDX-License-Identifier: Apache-2.0
 *
 * list.h: a list command: pages from the daemon, shown as a table or as one JSON object a line.
 */
#ifndef PATHWAYD_CTL_LIST_H
#define PATHWAYD_CTL_LIST_H

#include "ctl/call.h"
#include "ctl/table.h"

/* `options` and `keys` are parallel and end with NULL: which option becomes which field of the request. */
int list_show(struct ctl *ctl, const char *op, const char *const *options, const char *const *keys,
              const struct table_column *columns, const char *none);

/* One value as a line of JSON. */
void list_print_json(const cJSON *value);

#endif
