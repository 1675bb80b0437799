/* SPDX-License-Identifier: Apache-2.0
 *
 * ror.c: see ror.h. The id is the one identifier that needs no guessing, so it is read strictly.
 */
#include "ror.h"

#include <string.h>
#include <strings.h>

static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* Crockford: no i, l, o, u */

static const char *const prefixes[] = {"https://ror.org/", "http://ror.org/", "https://www.ror.org/",
                                       "ror.org/"};

static struct pw_text strip_prefix(struct pw_text text)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t length = strlen(prefixes[i]);
        if (text.length >= length && strncasecmp(text.data, prefixes[i], length) == 0)
            return (struct pw_text){text.data + length, text.length - length};
    }
    return text;
}

int ror_read(struct pw_text text, char ret_id[ROR_LENGTH + 1])
{
    ret_id[0] = 0;
    struct pw_text bare = strip_prefix(text);
    if (bare.length != ROR_LENGTH || bare.data[0] != '0')
        return PW_ERROR_INVALID;
    char id[ROR_LENGTH + 1];
    uint64_t number = 0;
    for (size_t i = 0; i < ROR_LENGTH; i++) {
        char c = bare.data[i];
        id[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        const char *digit = id[i] ? strchr(digits, id[i]) : NULL;
        if (!digit || (i >= 7 && digit - digits > 9))
            return PW_ERROR_INVALID;
        if (i < 7)
            number = number * 32 + (uint64_t)(digit - digits);
    }
    id[ROR_LENGTH] = 0;
    uint64_t check = 98 - number * 100 % 97;
    char right[2] = {(char)('0' + check / 10), (char)('0' + check % 10)};
    int result = memcmp(id + 7, right, 2) == 0 ? PW_OK : PW_ERROR_INVALID;
    memcpy(id + 7, right, 2);
    memcpy(ret_id, id, sizeof id);
    return result;
}
