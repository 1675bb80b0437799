/* SPDX-License-Identifier: Apache-2.0
 *
 * table.h: checks an object against a table of fields. The daemon's own sections and the plugins' tables go
 * through the same code; the daemon's know three types more.
 */
#ifndef PATHWAYD_CONFIG_TABLE_H
#define PATHWAYD_CONFIG_TABLE_H

#include <pathwayd/config.h>
#include "config/setting.h"

/* Types of the daemon's own tables; plugins cannot use them. */
#define CONFIG_LIST  100u /* an array of objects; minimum and maximum bound their number */
#define CONFIG_USERS 101u /* an array of account names and numbers */
#define CONFIG_DAYS                                                                                          \
    102u /* an array of whole numbers of days from 1 to 3660; minimum and maximum bound how many */

/* A walk over fields that lie `size` bytes apart: a newer plugin's fields, or ours with more beside them. */
struct table {
    const struct pw_config_field *fields;
    size_t size;
};
const struct pw_config_field *table_field(struct table table, size_t index); /* NULL at the end */

/* Says everything that is wrong with `object`, which `what` names ("feed \"hr\"", "the configuration"). */
void table_check(struct faults *faults, const struct setting *object, struct table table, const char *what);

/* Whether `value` is good for `field`; says what is wrong if not. */
bool table_check_value(struct faults *faults, const struct setting *value,
                       const struct pw_config_field *field);

#endif
