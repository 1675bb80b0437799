/* SPDX-License-Identifier: Apache-2.0
 *
 * material.h: what of an enricher's facts is material (R36), so that a new edition of a list can be told from a new
 * statement. The publisher's number for an entry, the day of the edition, the spelling of the entry's name and the
 * name by which it was met are not; which list says what of whom, and how surely, is.
 */
#ifndef PATHWAYD_DISPATCH_MATERIAL_H
#define PATHWAYD_DISPATCH_MATERIAL_H

#include "json/buffer.h"
#include "json/json.h"

struct material;

int material_new(struct material **ret_material);
struct material *material_free(struct material *material); /* NULL is fine; returns NULL */

/* Adds a JSON array of facts to one side. 0, PW_ERROR_MEMORY, or the error of reading it. */
int material_add_before(struct material *material, struct pw_text facts);
int material_add_after(struct material *material, struct pw_text facts);

/* Writes [{"change":"added"|"removed"|"changed","fact","pointer","source","list","entry_name"}, …] in a fixed order, or
 * nothing at all when the sides say the same. */
void material_compare(struct material *material, struct buffer *out);

#endif
