/* SPDX-License-Identifier: Apache-2.0
 *
 * ror.h: ids of the Research Organization Registry: "0", six characters of Crockford's base 32, and two
 * digits that check them (ISO 7064 MOD 97-10), bare or as https://ror.org/….
 */
#ifndef INSTITUTIONS_ROR_H
#define INSTITUTIONS_ROR_H

#include <pathwayd/text.h>

#define ROR_LENGTH 9u

/* The bare id in lower case, NUL-terminated. PW_ERROR_INVALID when it is not one, with its checksum's right
 * digits in ret_id[7..8] if only they are wrong, else ret_id[0] = 0. */
int ror_read(struct pw_text text, char ret_id[ROR_LENGTH + 1]);

#endif
