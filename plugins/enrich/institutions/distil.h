/* SPDX-License-Identifier: Apache-2.0
 *
 * distil.h: one imported list as a file of the `simple` format (conf/lists/README.md): what is kept of a publisher's
 * file, so that nothing else of it, persons least of all, is ever stored.
 */
#ifndef INSTITUTIONS_DISTIL_H
#define INSTITUTIONS_DISTIL_H

#include "answer.h"
#include "compiler.h"

/* Writes the list of that source, before compiler_finish, and returns how many names and entries were left out because
 * the format cannot hold them (listing.h). Out of memory: answer->failed. */
uint64_t distil_list(struct compiler *compiler, uint32_t source, struct answer *answer);

#endif
