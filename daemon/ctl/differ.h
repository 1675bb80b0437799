/* SPDX-License-Identifier: Apache-2.0
 *
 * differ.h: what is different between two generations of the office's lists, entry by entry. An entry that its publisher
 * only renumbered, or whose other names only stand in another order, is the same.
 */
#ifndef PATHWAYD_CTL_DIFFER_H
#define PATHWAYD_CTL_DIFFER_H

#include "ctl/shelf.h"

/* Prints it; CTL_GOOD, or another status after a sentence. */
int differ_show(struct ctl *ctl, const struct shelf *shelf, long older, long newer);

#endif
