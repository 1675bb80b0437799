/* SPDX-License-Identifier: Apache-2.0
 *
 * elf.h: what `plugin check` reads from the file itself: symbols exported beyond pw_plugin, symbols that
 * nothing defines (all of them; the loader stops at the first), an executable stack, text relocations.
 */
#ifndef PATHWAYD_HOST_ELF_H
#define PATHWAYD_HOST_ELF_H

#include "host/defect.h"

#define ELF_MAX_BYTES                                                                                        \
    (256u << 20) /* a plugin is a few hundred KiB; with sanitizers and debug data, megabytes */

/* Adds a sentence for each thing that is wrong. The file is as hostile as any. */
void elf_check_file(int fd, struct defects *defects);
void elf_check(const unsigned char *bytes, size_t length, struct defects *defects);

#endif
