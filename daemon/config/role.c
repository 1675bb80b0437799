/* SPDX-License-Identifier: Apache-2.0
 *
 * role.c: see role.h.
 */
#include "config/role.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *const role_names[ROLE_COUNT] = {"reviewer", "lead", "auditor", "administrator"};

void role_words(uint32_t roles, char *buffer, uint32_t size)
{
    const char *const none = "nobody";
    buffer[0] = '\0';
    for (uint32_t i = 0; i < ROLE_COUNT; i++) {
        size_t used = strlen(buffer);
        bool last = roles >> (i + 1) == 0;
        if (roles & 1u << i)
            snprintf(buffer + used, size - used, "%s%s", used ? last ? " or " : ", " : "", role_names[i]);
    }
    if (!buffer[0])
        snprintf(buffer, size, "%s", none);
}
