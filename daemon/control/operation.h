/* SPDX-License-Identifier: Apache-2.0
 *
 * operation.h: the operations of the control endpoint as a table: what each takes, and who answers it.
 */
#ifndef PATHWAYD_CONTROL_OPERATION_H
#define PATHWAYD_CONTROL_OPERATION_H

#include "control/request.h"

#define OPERATION_FIELDS 12

enum field_type { FIELD_TEXT = 1, FIELD_NUMBER, FIELD_TEXT_OR_NUMBER, FIELD_TEXTS };

struct field {
    const char *name;
    enum field_type type;
};

struct operation {
    const char *name;
    int (*run)(struct request *request);
    /* What comes after that, or NULL: what it writes, or what takes long, unless `run` had a result already. */
    int (*write)(struct request *request, struct journal_writer *writer);
    int (*work)(struct request *request);
    struct field fields[OPERATION_FIELDS + 1];
};

/* NULL: there is none of that name. */
const struct operation *operation_find(struct pw_text name);

#endif
