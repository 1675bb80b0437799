/* SPDX-License-Identifier: Apache-2.0
 *
 * pack_schema.c: the command `pack schema`. The schema is a file of the tree (conf/schemas/pack.schema.json), built into
 * the program so that it is at hand wherever that runs.
 */
#include "ctl/pack_schema.h"

#include <stdio.h>
#include "ctl/ctl.h"

int ctl_pack_schema(struct ctl *ctl)
{
    (void)ctl; /* it is JSON in either case */
    return fwrite(pack_schema, 1, pack_schema_length, stdout) == pack_schema_length ? CTL_GOOD : CTL_BAD;
}
