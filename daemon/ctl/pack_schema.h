/* SPDX-License-Identifier: Apache-2.0
 *
 * pack_schema.h: the bytes of conf/schemas/pack.schema.json, which the build puts into a source file.
 */
#ifndef PATHWAYD_CTL_PACK_SCHEMA_H
#define PATHWAYD_CTL_PACK_SCHEMA_H

#include <stddef.h>

extern const char pack_schema[];
extern const size_t pack_schema_length;

#endif
