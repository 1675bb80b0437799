/* SPDX-License-Identifier: Apache-2.0
 *
 * edition.h: what stands for all of a rule that decides: its conditions with what they use, its levels and dates. A pack's
 * version is the office's word and may stay the same when a threshold does not; an edition may not. Prose, white space and
 * comments do not count, so a corrected sentence is no other edition.
 */
#ifndef POLICY_RULES_EDITION_H
#define POLICY_RULES_EDITION_H

#include "rules/reader.h"

/* Of a value and all below it. */
uint64_t edition_of(const struct reader *reader, uint32_t node);

/* "2.0.0+1a2b3c4d": the pack's version, and the edition of the rule at `node` as the build metadata of Semantic Versioning.
 * The caller frees; NULL when out of memory. */
char *edition_version(const struct reader *reader, uint32_t node);

#endif
