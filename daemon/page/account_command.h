/* SPDX-License-Identifier: Apache-2.0
 *
 * account_command.h: `pathwayd-page account …`: the page's own accounts, from the command line.
 */
#ifndef PATHWAYD_PAGE_ACCOUNT_COMMAND_H
#define PATHWAYD_PAGE_ACCOUNT_COMMAND_H

#include "config/config.h"

extern const char account_usage[];

/* `words`: what stands behind "account". The exit status: 0, 1, or 2 for usage. */
int account_command(const struct config *config, int count, char **words);

#endif
