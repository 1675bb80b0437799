/* SPDX-License-Identifier: Apache-2.0
 *
 * rehearsal.h: scenarios through the real plugins, by the pipeline of the daemon, with one pack and no other.
 */
#ifndef PATHWAYD_CTL_REHEARSAL_H
#define PATHWAYD_CTL_REHEARSAL_H

#include "ctl/scenario.h"

/* Judges the scenarios whose facts are given, or else those whose partners the enrichers look up. `concerned`: bit set of
 * those that the pack has rules for. CTL_GOOD; CTL_BAD or CTL_USAGE after a sentence, when the plugins cannot be had. */
int rehearsal_run(const struct ctl *ctl, struct scenarios *scenarios, uint32_t concerned, bool given);

#endif
